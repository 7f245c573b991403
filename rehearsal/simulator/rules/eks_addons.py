"""Add-ons of Amazon EKS.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html and
https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html. What replaces: `ForceNew` in
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/eks/addon.go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.eks_addon_table import ADDONS, KnownAddon
from rehearsal.simulator.rules.eks_fargate import takes
from rehearsal.simulator.rules.eks_lookup import (
    ADDON,
    FARGATE,
    NODE_GROUP,
    POD_IDENTITY,
    NotActiveError,
    find_cluster,
    has_auto_mode,
    in_use,
    invalid,
    of_cluster,
)
from rehearsal.simulator.rules.iam_lookup import role_by_arn, trusts
from rehearsal.simulator.world import Record, World

_CREATE = "CreateAddon"
_UPDATE = "UpdateAddon"
_PODS = "pods.eks.amazonaws.com"
_VERSION = re.compile(r"v\d+\.\d+\.\d+-eksbuild\.\d+")
_REPLICAS = "The add-on is unhealthy because it doesn't have the desired number of replicas."
_REPELS = ("NO_SCHEDULE", "NO_EXECUTE")
# System add-ons carry this toleration. https://docs.aws.amazon.com/eks/latest/userguide/critical-workload.html
_TOLERATED = "CriticalAddonsOnly"


def _name(world: World, creation: Creation) -> None:
    cluster = find_cluster(world, _CREATE, creation.input("clusterName"))
    name = str(creation.input("addonName"))
    if name not in ADDONS:
        message = f"Addon {name} specified is not supported in {cluster.get('version')} kubernetes version"
        raise invalid(_CREATE, message)
    if world.get(ADDON, f"{cluster.id}:{name}"):
        raise in_use(_CREATE, f"Addon already exists with name: {name}")


def _settings(world: World, creation: Creation) -> None:
    _check_settings(world, _CREATE, creation.inputs)


def _check_settings(world: World, operation: str, inputs: Mapping[str, Any]) -> None:
    version = inputs.get("addonVersion")
    if version and not _VERSION.fullmatch(str(version)):
        raise invalid(operation, "Addon version specified is not supported")
    configuration(operation, inputs)
    if inputs.get("serviceAccountRoleArn") and inputs.get("podIdentityAssociations"):
        message = "Cannot specify both serviceAccountRoleArn and podIdentityAssociations for the same add-on"
        raise invalid(operation, message)
    for association in inputs.get("podIdentityAssociations") or []:
        check_pod_role(world, operation, association.get("roleArn"))


def configuration(operation: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an add-on's configuration as an object; what is no JSON is taken for YAML and not read.

    Raises:
        AwsError: If it begins as JSON and is none, or is no object.
    """
    text = str(inputs.get("configurationValues") or "").strip()
    try:
        found = json.loads(text) if text.startswith(("{", "[", '"')) else {}
    except ValueError:
        raise invalid(operation, "ConfigurationValue is not in valid JSON or YAML format") from None
    if not isinstance(found, Mapping):
        raise invalid(operation, "ConfigurationValue is not in valid JSON or YAML format")
    return found


def check_pod_role(world: World, operation: str, arn: Any) -> None:
    """Refuse a role that EKS Pod Identity cannot hand to pods.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html

    Raises:
        AwsError: InvalidParameterException.
    """
    role = role_by_arn(world, arn)
    if role is None:
        raise invalid(operation, "Role provided in the request does not exist.")
    if not trusts(role, _PODS, "sts:AssumeRole", "sts:TagSession"):
        message = (
            "Trust policy of the role provided is invalid. Ensure that the role trusts the service principal "
            f"{_PODS} for sts:AssumeRole and sts:TagSession."
        )
        raise invalid(operation, message)


def _associations(world: World, creation: Creation) -> None:
    """Refuse service accounts that have an association already: the add-on owns those of its own."""
    known = ADDONS[str(creation.input("addonName"))]
    cluster = creation.input("clusterName")
    for association in creation.input("podIdentityAssociations") or []:
        account = association.get("serviceAccount")
        if account not in known.service_accounts:
            name = creation.input("addonName")
            message = f"Service account {account} in pod identity configuration is not supported for addon {name}"
            raise invalid(_CREATE, message)
        for other in of_cluster(world, cluster, POD_IDENTITY):
            if (other.get("namespace"), other.get("serviceAccount")) == (known.namespace, account):
                raise in_use(_CREATE, f"Association already exists: {other.id}")


def _ready(world: World, creation: Creation) -> None:
    _healthy(world, f"{creation.input('clusterName')}:{creation.input('addonName')}", creation.inputs)


def _healthy(world: World, id_: str, inputs: Mapping[str, Any]) -> None:
    """Fail an add-on whose pods have nowhere to run; those of a DaemonSet are as many as there are nodes."""
    known = ADDONS[str(inputs.get("addonName"))]
    if not known.deployment:
        return
    cluster = find_cluster(world, "DescribeAddon", inputs.get("clusterName"))
    values = configuration("DescribeAddon", inputs)
    if str(values.get("computeType", "")).lower() == "fargate":
        there = _fargate(world, cluster, known)
    else:
        there = _nodes(world, cluster, json.dumps(values)) or (known.fargate and _fargate(world, cluster, known))
    if not there and not (has_auto_mode(cluster) and cluster.get("computeConfig.nodePools")):
        code = "InsufficientNumberOfReplicas"
        raise NotActiveError("EKS Add-On", id_, "create", "DEGRADED", "ACTIVE", code, _REPLICAS)


def _nodes(world: World, cluster: Record, values: str) -> bool:
    """Return whether a node group has nodes that take the pods: no taint that they don't tolerate."""
    for group in of_cluster(world, cluster.id, NODE_GROUP):
        repels = [taint for taint in group.get("taints") or [] if taint.get("effect") in _REPELS]
        tolerated = all(taint.get("key") == _TOLERATED or str(taint.get("key")) in values for taint in repels)
        if tolerated and int(group.get("scalingConfig.desiredSize", 0)):
            return True
    return False


def _fargate(world: World, cluster: Record, known: KnownAddon) -> bool:
    return any(takes(one, known.namespace, known.labels) for one in of_cluster(world, cluster.id, FARGATE))


def _update(world: World, record: Record, inputs: Mapping[str, Any]) -> None:
    _check_settings(world, _UPDATE, inputs)
    _healthy(world, record.id, inputs)


RULES: Mapping[str, TypeRules] = {
    ADDON: TypeRules(
        create=(_name, _settings, _associations),
        ready=(_ready,),
        update=(_update,),
        replaces=frozenset({"addonName", "clusterName", "namespaceConfig"}),
    ),
}
