"""Who may do what in an Amazon EKS cluster: access entries, access policies, EKS Pod Identity.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html, API_AssociateAccessPolicy.html and
API_CreatePodIdentityAssociation.html. What replaces: `ForceNew` and `RequiresReplace` in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/eks. A replacement is made before the
old one is deleted: one of the same cluster, principal and policy is then the old one itself, and goes with it, unless
the program says `delete_before_replace`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.eks_addon_table import ADDONS
from rehearsal.simulator.rules.eks_addons import check_pod_role
from rehearsal.simulator.rules.eks_lookup import (
    ACCESS_ENTRY,
    ACCESS_POLICY,
    ADDON,
    POD_IDENTITY,
    find_cluster,
    in_use,
    invalid,
    of_cluster,
    refuse,
    uses_access_entries,
)
from rehearsal.simulator.rules.iam_lookup import was_deleted
from rehearsal.simulator.world import Record, World

_PRINCIPAL = re.compile(r"arn:(?P<partition>[a-z-]+):iam::(?P<account>\d{12}):(?P<kind>role|user)/(?P<path>.+)")
_TYPES = ("STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX")
_POLICY = re.compile(r"arn:[a-z-]+:eks::aws:cluster-access-policy/(?P<name>\w+)")
# https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
ACCESS_POLICIES = frozenset(
    {
        "AmazonEKSClusterAdminPolicy",
        "AmazonEKSAdminPolicy",
        "AmazonEKSAdminViewPolicy",
        "AmazonEKSEditPolicy",
        "AmazonEKSViewPolicy",
        "AmazonEKSSecretReaderPolicy",
        "AmazonEKSAutoNodePolicy",
        "AmazonEKSACKPolicy",
        "AmazonEKSKROPolicy",
        "AmazonEKSArgoCDPolicy",
        "AmazonEKSArgoCDClusterPolicy",
        "AmazonAIOpsAssistantPolicy",
        "AmazonARCRegionSwitchScalingPolicy",
    }
)
# https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
_ASSOCIATIONS = 1000


def _entry_cluster(world: World, creation: Creation) -> None:
    cluster = find_cluster(world, "CreateAccessEntry", creation.input("clusterName"))
    _uses_entries("CreateAccessEntry", cluster)


def _uses_entries(operation: str, cluster: Record) -> None:
    if not uses_access_entries(cluster):
        modes = "[API, API_AND_CONFIG_MAP]"
        message = f"The cluster's authentication mode must be set to one of {modes} to perform this operation."
        raise refuse(operation, "InvalidRequestException", message)


def _principal(world: World, creation: Creation) -> None:
    """Refuse a principal that does not exist; of one that this world never made nothing is known, so it is taken."""
    arn = str(creation.input("principalArn"))
    match = _PRINCIPAL.fullmatch(arn)
    if match is None or match["partition"] != creation.place.partition or was_deleted(world, arn):
        raise invalid("CreateAccessEntry", "The specified principalArn is invalid: invalid principal.")
    if match["path"].startswith("aws-service-role/"):
        message = (
            "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role"
        )
        raise invalid("CreateAccessEntry", message)


def _entry_settings(_world: World, creation: Creation) -> None:
    _check_entry("CreateAccessEntry", creation.inputs)


def _entry_update(_world: World, _record: Record, inputs: Mapping[str, Any]) -> None:
    _check_entry("UpdateAccessEntry", inputs)


def _check_entry(operation: str, inputs: Mapping[str, Any]) -> None:
    kind = inputs.get("type", "STANDARD")
    if kind not in _TYPES:
        raise invalid(operation, f"The specified access entry type {kind} is not supported")
    groups = inputs.get("kubernetesGroups") or []
    if kind != "STANDARD" and (groups or inputs.get("userName")):
        message = f"The username and kubernetesGroups of an access entry of type {kind} cannot be specified"
        raise invalid(operation, message)
    for group in groups:
        if str(group).startswith("system:"):
            message = f"The kubernetes group name {group} is invalid, it cannot start with system:"
            raise invalid(operation, message)


def _entry_name(world: World, creation: Creation) -> None:
    cluster, arn = creation.input("clusterName"), creation.input("principalArn")
    if world.get(ACCESS_ENTRY, f"{cluster}:{arn}"):
        message = "The specified access entry resource is already in use on this cluster."
        raise in_use("CreateAccessEntry", message)


def _entry_policies_go(world: World, entry: Record) -> None:
    for record in of_cluster(world, entry.get("clusterName"), ACCESS_POLICY):
        if record.get("principalArn") == entry.get("principalArn"):
            world.remove(record.type, record.id)


def _access_policy(world: World, creation: Creation) -> None:
    operation = "AssociateAccessPolicy"
    cluster = find_cluster(world, operation, creation.input("clusterName"))
    _uses_entries(operation, cluster)
    entry = world.get(ACCESS_ENTRY, f"{cluster.id}:{creation.input('principalArn')}")
    if entry is None:
        message = (
            "The specified principalArn could not be found. You can view your available access entries with "
            "'list-access-entries'."
        )
        raise refuse(operation, "ResourceNotFoundException", message, 404)
    match = _POLICY.fullmatch(str(creation.input("policyArn")))
    if match is None or match["name"] not in ACCESS_POLICIES:
        message = (
            "The specified policyArn could not be found. You can view the available access policies with "
            "'list-access-policies'."
        )
        raise refuse(operation, "ResourceNotFoundException", message, 404)
    if entry.get("type", "STANDARD") not in ("STANDARD", "EC2"):
        message = f"Access policies cannot be associated with an access entry of type {entry.get('type')}"
        raise refuse(operation, "InvalidRequestException", message)
    scope = creation.input("accessScope") or {}
    if scope.get("type") == "namespace" and not scope.get("namespaces"):
        raise invalid(operation, "Namespaces must be specified when the type of the access scope is namespace.")
    if scope.get("type") == "cluster" and scope.get("namespaces"):
        raise invalid(operation, "Namespaces cannot be specified when the type of the access scope is cluster.")


def _pod_identity(world: World, creation: Creation) -> None:
    operation = "CreatePodIdentityAssociation"
    cluster = find_cluster(world, operation, creation.input("clusterName"))
    there = of_cluster(world, cluster.id, POD_IDENTITY)
    if len(there) >= _ASSOCIATIONS:
        message = f"You have reached the limit of {_ASSOCIATIONS} pod identity associations in cluster {cluster.id}"
        raise refuse(operation, "ResourceLimitExceededException", message)
    _check_pod_identity(world, operation, creation.inputs)
    account = (creation.input("namespace"), creation.input("serviceAccount"))
    for other in there:
        if (other.get("namespace"), other.get("serviceAccount")) == account:
            raise in_use(operation, f"Association already exists: {other.id}")
    for addon in of_cluster(world, cluster.id, ADDON):
        owned = addon.inputs.get("podIdentityAssociations") or []
        if account in [(ADDONS[addon.get("addonName")].namespace, item.get("serviceAccount")) for item in owned]:
            raise in_use(operation, f"Association already exists: {_owned_id(addon)}")


def _owned_id(addon: Record) -> str:
    """Return an id such as the association that an add-on made for itself would have."""
    return "a-" + re.sub(r"[^a-z0-9]", "", str(addon.get("arn")).rpartition("/")[2])[:17]


def _pod_identity_update(world: World, _record: Record, inputs: Mapping[str, Any]) -> None:
    _check_pod_identity(world, "UpdatePodIdentityAssociation", inputs)


def _check_pod_identity(world: World, operation: str, inputs: Mapping[str, Any]) -> None:
    check_pod_role(world, operation, inputs.get("roleArn"))
    if inputs.get("policy") and not inputs.get("disableSessionTags"):
        raise invalid(operation, "disableSessionTags must be true when a session policy is specified.")


RULES: Mapping[str, TypeRules] = {
    ACCESS_ENTRY: TypeRules(
        create=(_entry_cluster, _principal, _entry_settings, _entry_name),
        update=(_entry_update,),
        unsettle=(_entry_policies_go,),
        replaces=frozenset({"clusterName", "principalArn", "type"}),
    ),
    ACCESS_POLICY: TypeRules(
        create=(_access_policy,),
        replaces=frozenset({"accessScope", "clusterName", "policyArn", "principalArn"}),
    ),
    POD_IDENTITY: TypeRules(
        create=(_pod_identity,),
        update=(_pod_identity_update,),
        replaces=frozenset({"clusterName", "namespace", "serviceAccount"}),
    ),
}
