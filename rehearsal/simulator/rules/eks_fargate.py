"""Fargate profiles of Amazon EKS.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateFargateProfile.html,
https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html. Nothing of a profile changes in place but its
tags. A cluster works on one profile at a time; the AWS provider waits in line within one process of its own, so two
profiles side by side fail only now and then in life, and always here.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Creation
from rehearsal.simulator.durations import duration
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.eks_joining import default_route, is_internet_gateway
from rehearsal.simulator.rules.eks_lookup import (
    ACCESS_ENTRY,
    FARGATE,
    SUBNET,
    find_cluster,
    in_use,
    invalid,
    of_cluster,
    own,
    refuse,
    uses_access_entries,
)
from rehearsal.simulator.rules.iam_documents import allows
from rehearsal.simulator.rules.iam_lookup import has_managed, role_by_arn
from rehearsal.simulator.world import Record, World

_CREATE = "CreateFargateProfile"
_SERVICE = "eks-fargate-pods.amazonaws.com"
# https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
_PROFILES = 10
_SELECTORS = 5
_LABELS = 5


def _cluster(world: World, creation: Creation) -> None:
    cluster = find_cluster(world, _CREATE, creation.input("clusterName"))
    if len(of_cluster(world, cluster.id, FARGATE)) >= _PROFILES:
        message = f"You have reached the limit of {_PROFILES} Fargate profiles in cluster {cluster.id}"
        raise refuse(_CREATE, "ResourceLimitExceededException", message)


def _role(world: World, creation: Creation) -> None:
    arn = creation.input("podExecutionRoleArn")
    role = role_by_arn(world, arn)
    if role is None:
        raise invalid(_CREATE, f"The role with name {str(arn).rpartition('/')[2]} cannot be found.")
    source = creation.place.arn("eks", f"fargateprofile/{creation.input('clusterName')}/{_name_of(creation)}")
    context = {"aws:SourceArn": source, "aws:SourceAccount": creation.place.account}
    if not allows(role.inputs.get("assumeRolePolicy"), "Service", _SERVICE, "sts:AssumeRole", context=context):
        message = f"Misconfigured PodExecutionRole Trust Policy; Please add the {_SERVICE} Service Principal"
        raise invalid(_CREATE, message)


def _permissions(world: World, creation: Creation) -> None:
    role = role_by_arn(world, creation.input("podExecutionRoleArn"))
    if role is not None and not has_managed(world, role, "AmazonEKSFargatePodExecutionRolePolicy"):
        message = f"The pod execution role {creation.input('podExecutionRoleArn')} lacks " + (
            "AmazonEKSFargatePodExecutionRolePolicy"
        )
        raise invalid(_CREATE, message)


def _subnets(world: World, creation: Creation) -> None:
    cluster = find_cluster(world, _CREATE, creation.input("clusterName"))
    for id_ in creation.input("subnetIds") or cluster.get("vpcConfig.subnetIds") or []:
        subnet = world.get(SUBNET, id_)
        if subnet is None:
            raise invalid(_CREATE, f"The subnet ID '{id_}' does not exist")
        if subnet.get("vpcId") != cluster.get("vpcConfig.vpcId"):
            raise invalid(_CREATE, f"Subnet {id_} is not in the VPC of the cluster {cluster.id}")
        route = default_route(world, subnet)
        if route is not None and is_internet_gateway(route):
            raise invalid(_CREATE, f"Subnet {id_} provided in Fargate Profile is not a private subnet")


def _settings(_world: World, creation: Creation) -> None:
    name = str(_name_of(creation))
    if name.startswith("eks-"):
        raise invalid(_CREATE, f"Fargate profile name {name} cannot start with the reserved prefix eks-")
    selectors = creation.input("selectors") or []
    if not 0 < len(selectors) <= _SELECTORS:
        raise invalid(_CREATE, f"The number of selectors must be between 1 and {_SELECTORS}")
    for selector in selectors:
        if not selector.get("namespace"):
            raise invalid(_CREATE, "Fargate profile selector must have a namespace")
        if len(selector.get("labels") or {}) > _LABELS:
            raise invalid(_CREATE, f"The number of label pairs of a selector must not exceed {_LABELS}")


def _name(world: World, creation: Creation) -> None:
    cluster, name = creation.input("clusterName"), str(_name_of(creation))
    if world.get(FARGATE, f"{cluster}:{name}"):
        message = f"Fargate Profile already exists with name {name} and cluster name {cluster}"
        raise in_use(_CREATE, message)
    busy = world.hold(_line(cluster), f"{name} in status CREATING", duration(FARGATE, creation.inputs).create)
    if busy:
        message = f"Cannot create Fargate Profile {name} because cluster {cluster} currently has Fargate profile {busy}"
        raise in_use(_CREATE, message)


def _delete(world: World, profile: Record) -> None:
    cluster, name = profile.get("clusterName"), profile.get("fargateProfileName")
    busy = world.hold(_line(cluster), f"{name} in status DELETING", duration(FARGATE, profile.inputs).delete)
    if busy:
        message = f"Cannot delete Fargate Profile {name} because cluster {cluster} currently has Fargate profile {busy}"
        raise in_use("DeleteFargateProfile", message)


def _line(cluster: Any) -> str:
    return f"Fargate profiles of {cluster}"


def _name_of(creation: Creation) -> Any:
    return creation.physical_name("fargateProfileName", "")


def _settle(world: World, profile: Record) -> None:
    """Make the access entry of the pods' role."""
    cluster = find_cluster(world, _CREATE, profile.get("clusterName"))
    if uses_access_entries(cluster):
        arn = profile.inputs.get("podExecutionRoleArn")
        entry = {"clusterName": cluster.id, "principalArn": arn, "type": "FARGATE_LINUX"}
        own(world, cluster, ACCESS_ENTRY, f"{cluster.id}:{arn}", entry, profile.id)


def _unsettle(world: World, profile: Record) -> None:
    arn = profile.inputs.get("podExecutionRoleArn")
    others = [one for one in of_cluster(world, profile.get("clusterName"), FARGATE) if one.id != profile.id]
    entry = world.get(ACCESS_ENTRY, f"{profile.get('clusterName')}:{arn}")
    if entry is not None and not entry.urn and not any(one.inputs.get("podExecutionRoleArn") == arn for one in others):
        world.remove(entry.type, entry.id)


def takes(profile: Record, namespace: str, labels: Mapping[str, str]) -> bool:
    """Return whether a profile runs pods of a namespace with some labels; "*" and "?" stand for others."""
    return any(
        fnmatch.fnmatchcase(namespace, str(selector.get("namespace")))
        and all(
            fnmatch.fnmatchcase(labels.get(key, ""), str(value)) and key in labels
            for key, value in (selector.get("labels") or {}).items()
        )
        for selector in profile.get("selectors") or []
    )


RULES: Mapping[str, TypeRules] = {
    FARGATE: TypeRules(
        create=(_cluster, _role, _permissions, _subnets, _settings, _name),
        delete=(_delete,),
        settle=(_settle,),
        unsettle=(_unsettle,),
        replaces=frozenset({"clusterName", "fargateProfileName", "podExecutionRoleArn", "selectors", "subnetIds"}),
    ),
}
