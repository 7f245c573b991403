"""Tags with a meaning to AWS and Kubernetes controllers, and helpers that never change what they are given.

What every resource carries (owner, environment, cost centre) comes from the AWS provider's default tags; the helpers
here are for tags that say something about one resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

# How the AWS Load Balancer Controller finds the subnets of a load balancer.
# https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
SUBNET_ROLE_PUBLIC: Mapping[str, str] = MappingProxyType({"kubernetes.io/role/elb": "1"})
SUBNET_ROLE_PRIVATE: Mapping[str, str] = MappingProxyType({"kubernetes.io/role/internal-elb": "1"})

# How Karpenter finds subnets and security groups. https://karpenter.sh/docs/concepts/nodeclasses/
KARPENTER_DISCOVERY = "karpenter.sh/discovery"

# How Cluster Autoscaler finds Auto Scaling groups and learns what a node of an empty group would look like.
# https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
AUTOSCALER_ENABLED = "k8s.io/cluster-autoscaler/enabled"
_AUTOSCALER = "k8s.io/cluster-autoscaler"
_NODE_TEMPLATE = f"{_AUTOSCALER}/node-template"

# Taint effects as the EKS API spells them and as Kubernetes does.
TaintEffect = Literal["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"]
_KUBERNETES_EFFECT: Mapping[str, str] = MappingProxyType(
    {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
)


def merge(*maps: Mapping[str, str]) -> dict[str, str]:
    """Return a new dict of all given tags; a later map wins over an earlier one."""
    merged: dict[str, str] = {}
    for tags in maps:
        merged.update(tags)
    return merged


def named(name: str, *maps: Mapping[str, str], **extra: str) -> dict[str, str]:
    """Return a new dict of the given tags with `Name`, the text that the AWS console shows for a resource.

    Args:
        name: Value of the `Name` tag.
        maps: More tags, for example SUBNET_ROLE_PRIVATE.
        extra: More tags whose keys are Python identifiers; these win over the maps.
    """
    return merge(*maps, extra, {"Name": name})


def karpenter_discovery(cluster_name: str) -> dict[str, str]:
    """Return the tag by which Karpenter of the given cluster finds a subnet or a security group."""
    return {KARPENTER_DISCOVERY: cluster_name}


def cluster_shared(cluster_name: str) -> dict[str, str]:
    """Return the tag of a resource that the cluster uses and does not own, and so never deletes."""
    return {f"kubernetes.io/cluster/{cluster_name}": "shared"}


def cluster_owned(cluster_name: str) -> dict[str, str]:
    """Return the tag of a resource that belongs to the cluster and may be deleted with it."""
    return {f"kubernetes.io/cluster/{cluster_name}": "owned"}


def autoscaler_discovery(cluster_name: str) -> dict[str, str]:
    """Return the two tags by which Cluster Autoscaler of the given cluster finds an Auto Scaling group."""
    return {AUTOSCALER_ENABLED: "true", f"{_AUTOSCALER}/{cluster_name}": "owned"}


def autoscaler_label(key: str, value: str) -> dict[str, str]:
    """Return the tag that tells Cluster Autoscaler a label of the nodes of an empty Auto Scaling group."""
    return {f"{_NODE_TEMPLATE}/label/{key}": value}


def autoscaler_taint(key: str, value: str, effect: TaintEffect) -> dict[str, str]:
    """Return the tag that tells Cluster Autoscaler a taint of the nodes of an empty Auto Scaling group.

    Args:
        key: Key of the taint.
        value: Value of the taint, "" for none.
        effect: Effect as the EKS API spells it; the tag carries the Kubernetes spelling.

    Raises:
        ValueError: If the effect is not one of the three.
    """
    if effect not in _KUBERNETES_EFFECT:
        raise ValueError(f"effect: {effect!r} is not one of {', '.join(_KUBERNETES_EFFECT)}")
    return {f"{_NODE_TEMPLATE}/taint/{key}": f"{value}:{_KUBERNETES_EFFECT[effect]}"}


def autoscaler_resource(name: str, quantity: str) -> dict[str, str]:
    """Return the tag that tells Cluster Autoscaler a resource of the nodes of an empty Auto Scaling group.

    Args:
        name: Resource name, for example "ephemeral-storage" or "nvidia.com/gpu".
        quantity: Kubernetes quantity, for example "80Gi" or "1".
    """
    return {f"{_NODE_TEMPLATE}/resources/{name}": quantity}
