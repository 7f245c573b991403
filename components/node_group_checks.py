"""Checks of a node group's plain values, each of which would otherwise fail late: at the API, or when nodes boot."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from components.node_group_records import NodeDisk, NodeTaint, WarmPool, label_key, label_value
from components.user_data import OsFamily

_NAME = re.compile(r"[0-9A-Za-z]([0-9A-Za-z_-]{0,61}[0-9A-Za-z])?")
_INSTANCE_TYPE = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")
_MOST_INSTANCE_TYPES = 20
_SMALLEST_WINDOWS_DISK_GIB = 50
# An Auto Scaling group carries at most 50 tags, of which EKS sets some itself.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
_MOST_GROUP_TAGS = 42


def check_name(name: str) -> None:
    """Raise ValueError unless EKS accepts the name of a node group, which is also the value of a label.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"name: {name!r} must have 1 to 63 letters, digits, '-' or '_' and begin and end with a letter or digit"
        )


def check_sizes(min_size: int, desired_size: int | None, max_size: int) -> None:
    """Raise ValueError unless 0 <= min <= desired <= max and max is at least 1."""
    if min_size < 0:
        raise ValueError(f"min_size: {min_size} is less than 0")
    if max_size < max(1, min_size):
        raise ValueError(f"max_size: {max_size} is less than {max(1, min_size)}; it must be at least 1 and min_size")
    if desired_size is not None and not min_size <= desired_size <= max_size:
        raise ValueError(f"desired_size: {desired_size} is not between min_size {min_size} and max_size {max_size}")


def check_instance_types(instance_types: Sequence[str]) -> None:
    """Raise ValueError unless there are 1 to 20 different instance types.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
    """
    if not 1 <= len(instance_types) <= _MOST_INSTANCE_TYPES:
        raise ValueError(f"instance_types: {len(instance_types)} given; a node group takes 1 to {_MOST_INSTANCE_TYPES}")
    for index, name in enumerate(instance_types):
        if not _INSTANCE_TYPE.fullmatch(name):
            raise ValueError(f'instance_types[{index}]: {name!r} is not an instance type such as "m7i.large"')
        if name in instance_types[:index]:
            raise ValueError(f"instance_types[{index}]: {name!r} is named twice")


def check_labels(labels: Mapping[str, str]) -> None:
    """Raise ValueError if a label is malformed, or one that the kubelet or EKS does not let a node set.

    A kubelet that is told to set another label under kubernetes.io or k8s.io does not start.
    Source: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
    """
    for key, value in labels.items():
        label_key("labels", key)
        label_value(f"labels.{key}", value)
        domain = key.rpartition("/")[0]
        if _under(domain, ("kubernetes.io", "k8s.io")) and not _under(
            domain, ("node.kubernetes.io", "kubelet.kubernetes.io")
        ):
            raise ValueError(f"labels: {key!r}: a node may set labels under node.kubernetes.io only, or does not start")
        if _under(domain, ("eks.amazonaws.com",)):
            raise ValueError(f"labels: {key!r}: eks.amazonaws.com is reserved for EKS")


def check_taints(taints: Sequence[NodeTaint]) -> None:
    """Raise ValueError if two taints have the same key and effect."""
    seen = set[tuple[str, str]]()
    for index, taint in enumerate(taints):
        identity = (taint.key, taint.effect)
        if identity in seen:
            raise ValueError(f"taints[{index}]: {taint.key}:{taint.effect} is given twice")
        seen.add(identity)


def check_warm_pool(pool: WarmPool | None, family: OsFamily, capacity: str) -> None:
    """Raise ValueError if a warm pool does not work with the operating system or the capacity type.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/warm-pools-managed-node-groups.html and
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html
    """
    if pool is None:
        return
    if capacity == "spot":
        raise ValueError("warm_pool: Auto Scaling keeps no warm pool of Spot instances")
    if family == "bottlerocket" and pool.state == "hibernated":
        raise ValueError("warm_pool.state: Bottlerocket cannot hibernate")
    if family == "bottlerocket" and pool.reuse_on_scale_in:
        raise ValueError("warm_pool.reuse_on_scale_in: Bottlerocket nodes cannot go back to the pool")


def check_disk(disk: NodeDisk, family: OsFamily) -> None:
    """Raise ValueError if the disk is smaller than the image of the operating system."""
    if family == "windows" and disk.size_gib < _SMALLEST_WINDOWS_DISK_GIB:
        raise ValueError(f"disk.size_gib: {disk.size_gib} is less than the {_SMALLEST_WINDOWS_DISK_GIB} Windows needs")


def check_release_version(release_version: str | None, family: OsFamily, kubernetes_version: str) -> None:
    """Raise ValueError if the AMI release is of another Kubernetes minor version than the cluster.

    Amazon Linux names its releases by Kubernetes version, for example "1.35.0-20260101"; other families do not.
    Source: https://docs.aws.amazon.com/eks/latest/userguide/eks-linux-ami-versions.html
    """
    if release_version is None or family != "al2023":
        return
    if not release_version.startswith(f"{kubernetes_version}."):
        raise ValueError(
            f"release_version: {release_version!r} is not of Kubernetes {kubernetes_version}, which the cluster runs"
        )


def check_group_tags(own: Collection[str], environment: Collection[str]) -> None:
    """Raise ValueError if the Auto Scaling group would carry more tags than it can."""
    count = len(set(own) | set(environment))
    if count > _MOST_GROUP_TAGS:
        raise ValueError(
            f"labels, taints: with the tags of the environment they make {count} tags of the Auto Scaling group; "
            f"at most {_MOST_GROUP_TAGS} fit"
        )


def _under(domain: str, parents: Sequence[str]) -> bool:
    return any(domain == parent or domain.endswith(f".{parent}") for parent in parents)
