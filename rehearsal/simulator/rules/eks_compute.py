"""Managed node groups of Amazon EKS.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html,
https://docs.aws.amazon.com/eks/latest/userguide/create-managed-node-group.html. What replaces: `ForceNew` in
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/eks/node_group.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Creation
from rehearsal.simulator.durations import duration
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.eks_joining import check_joining
from rehearsal.simulator.rules.eks_lookup import (
    ACCESS_ENTRY,
    AUTO_SCALING_GROUP,
    KUBELET_SKEW,
    NODE_GROUP,
    SUBNET,
    NotActiveError,
    disown,
    find_cluster,
    in_use,
    invalid,
    minor,
    of_cluster,
    own,
    refuse,
    uses_access_entries,
)
from rehearsal.simulator.rules.iam_lookup import has_managed, role_by_arn, trusts
from rehearsal.simulator.world import Record, World

_CREATE = "CreateNodegroup"
_LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
# https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
_GROUPS = 30
# https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
_LABELS = 50
_TAINTS = 50
_INSTANCE_TYPES = 20
_TEXT = 63
# https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-basics
_EXCLUDED = {"diskSize": "Disk size", "remoteAccess": "Remote access configuration"}
_DEAD_AMI_TYPES = frozenset({"AL2_x86_64", "AL2_x86_64_GPU", "AL2_ARM_64"})
_LAST_AL2 = 32
# Graviton instances have a "g" right after the generation.
# https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
_ARM_INSTANCE = re.compile(r"(a1|[a-z]+\d+g[a-z]*)\..+")


def _cluster(world: World, creation: Creation) -> None:
    cluster = find_cluster(world, _CREATE, creation.input("clusterName"))
    groups = of_cluster(world, cluster.id, NODE_GROUP)
    if len(groups) >= _GROUPS:
        message = f"You have reached the limit of {_GROUPS} node groups in cluster {cluster.id}"
        raise refuse(_CREATE, "ResourceLimitExceededException", message)
    given = creation.input("version")
    if given and not minor(cluster.get("version")) - KUBELET_SKEW <= minor(given) <= minor(cluster.get("version")):
        message = f"Nodegroup Kubernetes version should be equal to Cluster kubernetes version {cluster.get('version')}"
        raise invalid(_CREATE, message)
    if creation.input("amiType") in _DEAD_AMI_TYPES and minor(given or cluster.get("version")) > _LAST_AL2:
        message = f"AMI Type {creation.input('amiType')} is only supported for kubernetes versions 1.32 or earlier"
        raise invalid(_CREATE, message)


def _role(world: World, creation: Creation) -> None:
    arn = creation.input("nodeRoleArn")
    role = role_by_arn(world, arn)
    if role is None:
        raise invalid(_CREATE, f"The role with name {str(arn).rpartition('/')[2]} cannot be found.")
    services = ("ec2.amazonaws.com", f"ec2.{creation.place.dns_suffix}")
    if not any(trusts(role, service) for service in services):
        message = (
            f"Following required service principals [{services[-1]}] were not found in the trust relationships of "
            f"nodeRole {arn}"
        )
        raise invalid(_CREATE, message)


def _subnets(world: World, creation: Creation) -> None:
    cluster = find_cluster(world, _CREATE, creation.input("clusterName"))
    for id_ in creation.input("subnetIds") or []:
        found = world.get(SUBNET, id_)
        if found is None:
            raise invalid(_CREATE, f"The subnet ID '{id_}' does not exist")
        if found.get("vpcId") != cluster.get("vpcConfig.vpcId"):
            raise invalid(_CREATE, f"Subnet {id_} is not in the VPC of the cluster {cluster.id}")


def _template(world: World, creation: Creation) -> None:
    _check_template(world, _CREATE, creation.inputs)
    if not creation.input("launchTemplate"):
        return
    for key, excluded in _EXCLUDED.items():
        if creation.input(key):
            raise invalid(_CREATE, f"{excluded} cannot be specified within Nodegroup when using a launch template.")


def _check_template(world: World, operation: str, inputs: Mapping[str, Any]) -> None:
    """Refuse a launch template, or a version of one, that does not exist."""
    given = inputs.get("launchTemplate")
    if not given:
        return
    template = _find_template(world, given)
    if template is None:
        message = f"The specified launch template, with template ID {given.get('id')}, does not exist."
        if not given.get("id"):
            message = f"The specified launch template, with template name {given.get('name')}, does not exist."
        raise refuse(operation, "InvalidRequestException", message)
    version = str(given.get("version", ""))
    if version.isdigit() and int(version) > int(template.get("latestVersion", 1)):
        message = f"Could not find the specified version {version} for the launch template with ID {template.id}."
        raise refuse(operation, "InvalidRequestException", message)
    types = template.inputs.get("instanceType"), inputs.get("instanceTypes")
    if all(types):
        message = "Instance type cannot be specified both within Nodegroup and its launch template."
        raise invalid(operation, message)
    image = template.inputs.get("imageId")
    if image and inputs.get("amiType", "CUSTOM") != "CUSTOM":
        message = (
            "You cannot specify an AMI Type other than CUSTOM, when specifying an image id in your launch template."
        )
        raise invalid(operation, message)
    if not image and inputs.get("amiType") == "CUSTOM":
        raise invalid(operation, "You must specify an image id within the launch template when AMI type is CUSTOM.")


def _find_template(world: World, given: Mapping[str, Any]) -> Record | None:
    if given.get("id"):
        return world.get(_LAUNCH_TEMPLATE, given["id"])
    return next(iter(world.where(_LAUNCH_TEMPLATE, name=given.get("name"))), None)


def _settings(_world: World, creation: Creation) -> None:
    _check_settings(_CREATE, creation.inputs)
    ami_type = str(creation.input("amiType", ""))
    if not ami_type or ami_type == "CUSTOM":
        return
    arm = "ARM_64" in ami_type
    wrong = [one for one in creation.input("instanceTypes") or [] if bool(_ARM_INSTANCE.fullmatch(str(one))) != arm]
    if wrong:
        message = f"[{', '.join(wrong)}] is not a valid instance type for requested amiType {ami_type}"
        raise invalid(_CREATE, message)


def _check_settings(operation: str, inputs: Mapping[str, Any]) -> None:
    scaling = inputs.get("scalingConfig") or {}
    smallest, desired, largest = (int(scaling.get(key, 0)) for key in ("minSize", "desiredSize", "maxSize"))
    if smallest > largest:
        raise invalid(operation, f"Minimum capacity {smallest} can't be greater than maximum size {largest}")
    if desired < smallest:
        raise invalid(operation, f"Minimum capacity {smallest} can't be greater than desired size {desired}")
    if desired > largest:
        raise invalid(operation, f"desired capacity {desired} can't be greater than max size {largest}")
    labels, taints = inputs.get("labels") or {}, inputs.get("taints") or []
    if len(labels) > _LABELS:
        raise invalid(operation, f"The number of labels must not exceed {_LABELS}")
    for key, value in labels.items():
        if len(str(value)) > _TEXT or len(str(key).rpartition("/")[2]) > _TEXT:
            raise invalid(operation, f"Label cannot contain a name or a value of more than {_TEXT} characters: {key}")
        if str(key).startswith(("eks.amazonaws.com/", "kubernetes.io/", "k8s.io/")):
            raise invalid(
                operation, "Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]"
            )
    if len(taints) > _TAINTS:
        raise invalid(operation, f"The number of taints must not exceed {_TAINTS}")
    if len({(taint.get("key"), taint.get("effect")) for taint in taints}) < len(taints):
        raise invalid(operation, "Duplicate taints are not allowed: key and effect must be unique")
    if len(inputs.get("instanceTypes") or []) > _INSTANCE_TYPES:
        raise invalid(operation, f"The number of instance types must not exceed {_INSTANCE_TYPES}")


def _name(world: World, creation: Creation) -> None:
    name = creation.physical_name("nodeGroupName", "nodeGroupNamePrefix")
    id_ = f"{creation.input('clusterName')}:{name}"
    if world.get(NODE_GROUP, id_) or world.hold(
        f"{NODE_GROUP} {id_}", id_, duration(NODE_GROUP, creation.inputs).create
    ):
        message = f"NodeGroup already exists with name {name} and cluster name {creation.input('clusterName')}"
        raise in_use(_CREATE, message)


def _ready(world: World, creation: Creation) -> None:
    name = creation.physical_name("nodeGroupName", "nodeGroupNamePrefix")
    check_joining(world, f"{creation.input('clusterName')}:{name}", creation.inputs)


def _update(world: World, group: Record, inputs: Mapping[str, Any]) -> None:
    _check_settings("UpdateNodegroupConfig", inputs)
    _check_template(world, "UpdateNodegroupVersion", inputs)
    cluster = find_cluster(world, "UpdateNodegroupVersion", group.get("clusterName"))
    version = inputs.get("version", group.get("version"))
    if version not in (cluster.get("version"), group.get("version")):
        message = (
            f"Nodegroup Kubernetes version should be equal to Cluster kubernetes version {cluster.get('version')} or "
            f"NodeGroup kubernetes version {group.get('version')}"
        )
        raise invalid("UpdateNodegroupVersion", message)
    check_joining(world, group.id, inputs, action="update")


def _delete(world: World, group: Record) -> None:
    """Refuse what a node group cannot be emptied without: the instances leave through their role's permissions.

    https://docs.aws.amazon.com/eks/latest/userguide/delete-managed-node-group.html
    """
    if not int(group.get("scalingConfig.desiredSize", 0)):
        return
    role = role_by_arn(world, group.inputs.get("nodeRoleArn"))
    if role is None or not has_managed(world, role, "AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy"):
        message = f"The role {group.inputs.get('nodeRoleArn')} of the nodes lacks AmazonEKSWorkerNodePolicy"
        raise NotActiveError("EKS Node Group", group.id, "delete", "DELETE_FAILED", "", "AccessDenied", message)


def _settle(world: World, group: Record) -> None:
    """Make the Auto Scaling group and the access entry of the nodes' role."""
    cluster = find_cluster(world, _CREATE, group.get("clusterName"))
    name = str(group.get("resources")[0]["autoscalingGroups"][0]["name"])
    place = str(cluster.get("arn")).split(":")
    tags = {
        "eks:cluster-name": cluster.id,
        "eks:nodegroup-name": group.get("nodeGroupName"),
        f"kubernetes.io/cluster/{cluster.id}": "owned",
        "k8s.io/cluster-autoscaler/enabled": "true",
        f"k8s.io/cluster-autoscaler/{cluster.id}": "owned",
    }
    outputs: dict[str, Any] = {
        "name": name,
        "arn": f"arn:{place[1]}:autoscaling:{place[3]}:{place[4]}:autoScalingGroup::autoScalingGroupName/{name}",
        "vpcZoneIdentifiers": group.inputs.get("subnetIds"),
        "tags": [{"key": key, "value": value, "propagateAtLaunch": True} for key, value in tags.items()],
    }
    own(world, cluster, AUTO_SCALING_GROUP, name, outputs, group.id)
    if uses_access_entries(cluster):
        arn = group.inputs.get("nodeRoleArn")
        entry = {"clusterName": cluster.id, "principalArn": arn, "type": "EC2_LINUX"}
        own(world, cluster, ACCESS_ENTRY, f"{cluster.id}:{arn}", entry, group.id)


def _unsettle(world: World, group: Record) -> None:
    disown(world, group.id, AUTO_SCALING_GROUP)
    arn = group.inputs.get("nodeRoleArn")
    others = [one for one in of_cluster(world, group.get("clusterName"), NODE_GROUP) if one.id != group.id]
    entry = world.get(ACCESS_ENTRY, f"{group.get('clusterName')}:{arn}")
    if entry is not None and not entry.urn and not any(one.inputs.get("nodeRoleArn") == arn for one in others):
        world.remove(entry.type, entry.id)


RULES: Mapping[str, TypeRules] = {
    NODE_GROUP: TypeRules(
        create=(_cluster, _role, _subnets, _template, _settings, _name),
        ready=(_ready,),
        update=(_update,),
        delete=(_delete,),
        settle=(_settle,),
        unsettle=(_unsettle,),
        replaces=frozenset(
            {
                "amiType",
                "capacityType",
                "clusterName",
                "diskSize",
                "instanceTypes",
                "launchTemplate.id",
                "launchTemplate.name",
                "nodeGroupName",
                "nodeGroupNamePrefix",
                "nodeRoleArn",
                "remoteAccess",
                "subnetIds",
            }
        ),
    ),
}
