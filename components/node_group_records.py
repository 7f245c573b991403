"""The records that describe a node group: disk, taints, updates, repair and warm pool, each checked when it is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import pulumi

from components import tags

VolumeType = Literal["gp3", "io2"]
UpdateStrategy = Literal["default", "minimal"]
RepairAction = Literal["Replace", "Reboot", "NoAction"]
PoolState = Literal["stopped", "running", "hibernated"]
KubernetesTaintEffect = Literal["NoSchedule", "NoExecute", "PreferNoSchedule"]

# The EKS API spells taint effects in its own way.
# https://docs.aws.amazon.com/eks/latest/APIReference/API_Taint.html
_EKS_EFFECTS: Mapping[KubernetesTaintEffect, tags.TaintEffect] = {
    "NoSchedule": "NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
}

# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
_LARGEST_VOLUME_GIB = 65536
# https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupUpdateConfig.html
_MOST_UNAVAILABLE = 100
_IOPS = {"gp3": (3000, 80000), "io2": (100, 256000)}
_GP3_IOPS_PER_GIB = 500
_THROUGHPUT = (125, 2000)
_THROUGHPUT_PER_IOPS = 0.25
_GP3_BASE_IOPS = 3000

_KEY = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?")
_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?")
_LONGEST = 63


@dataclass(frozen=True, kw_only=True)
class NodeDisk:
    """The EBS volume of a node that holds images, logs and ephemeral storage of pods; always encrypted.

    Args:
        size_gib: Size in GiB; 20 to 65536, and at least 50 for Windows. Default 50.
        type: Volume type: "gp3" (default) or "io2".
        iops: Provisioned I/O operations per second. gp3: 3000 to 80000 and at most 500 for each GiB; None for its 3000.
            io2: 100 to 256000, must be given.
        throughput: Provisioned throughput of gp3 in MiB/s: 125 to 2000 and at most a quarter of the IOPS; None for 125.
        kms_key_arn: KMS key that encrypts the volume; None for the account's EBS default key. The key's policy must
            let the service-linked role AWSServiceRoleForAutoScaling use it, or no instance ever starts.
            https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html

    Raises:
        ValueError: If a value is outside its limits or does not fit the volume type.

    Source: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
    """

    size_gib: int = 50
    type: VolumeType = "gp3"
    iops: int | None = None
    throughput: int | None = None
    kms_key_arn: pulumi.Input[str] | None = None

    def __post_init__(self) -> None:
        one_of("disk.type", self.type, get_args(VolumeType))
        within("disk.size_gib", self.size_gib, 20, _LARGEST_VOLUME_GIB)
        if self.iops is not None:
            within("disk.iops", self.iops, *_IOPS[self.type])
        if self.type == "io2":
            if self.iops is None:
                raise ValueError('disk.iops: a volume of type "io2" needs the number of IOPS')
            if self.throughput is not None:
                raise ValueError(f'disk.throughput: {self.throughput} is for "gp3" only, not for "io2"')
            return
        if self.iops is not None and self.iops > max(_GP3_BASE_IOPS, self.size_gib * _GP3_IOPS_PER_GIB):
            raise ValueError(f"disk.iops: {self.iops} is over 500 for each GiB; {self.size_gib} GiB is too small")
        if self.throughput is not None:
            within("disk.throughput", self.throughput, *_THROUGHPUT)
            iops = self.iops or _GP3_BASE_IOPS
            if self.throughput > iops * _THROUGHPUT_PER_IOPS:
                raise ValueError(f"disk.throughput: {self.throughput} MiB/s is over a quarter of {iops} IOPS")


@dataclass(frozen=True, kw_only=True)
class NodeTaint:
    """A taint that keeps pods without a matching toleration away from the nodes of a group.

    Args:
        key: Key, at most 63 characters.
        value: Value, at most 63 characters; "" for none.
        effect: "NoSchedule", "NoExecute" or "PreferNoSchedule", as Kubernetes spells them.

    Raises:
        ValueError: If the key, value or effect is not one that Kubernetes and EKS accept.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/node-taints-managed-node-groups.html
    """

    key: str
    effect: KubernetesTaintEffect
    value: str = ""

    def __post_init__(self) -> None:
        one_of("taints[].effect", self.effect, get_args(KubernetesTaintEffect))
        label_key("taints[].key", self.key)
        label_value("taints[].value", self.value)

    @property
    def eks_effect(self) -> tags.TaintEffect:
        """The effect as the EKS API spells it, for example "NO_SCHEDULE"."""
        return _EKS_EFFECTS[self.effect]


@dataclass(frozen=True, kw_only=True)
class NodeGroupUpdate:
    """How nodes are replaced when the version, the AMI or the launch template changes.

    Args:
        max_unavailable: Nodes replaced side by side: 1 to 100. Not together with max_unavailable_percentage; when both
            are None, 1.
        max_unavailable_percentage: The same as a percentage of the group: 1 to 100.
        strategy: "default" starts new nodes before old ones go; "minimal" first takes old ones away, for instance types
            that are scarce or bounded by a quota.

    Raises:
        ValueError: If both limits are given or one is outside 1 to 100.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html
    """

    max_unavailable: int | None = None
    max_unavailable_percentage: int | None = None
    strategy: UpdateStrategy = "default"

    def __post_init__(self) -> None:
        one_of("update.strategy", self.strategy, get_args(UpdateStrategy))
        not_both(
            ("update.max_unavailable", self.max_unavailable),
            ("update.max_unavailable_percentage", self.max_unavailable_percentage),
            most=_MOST_UNAVAILABLE,
        )


@dataclass(frozen=True, kw_only=True)
class RepairOverride:
    """What repair does about one kind of trouble that the node monitoring agent reports.

    Args:
        condition: Node condition, for example "AcceleratedHardwareReady".
        reason: Reason of the condition, for example "NvidiaXID64Error".
        action: "Replace", "Reboot" or "NoAction".
        wait_minutes: Minutes to wait before the action; at least 1.

    Raises:
        ValueError: If the action is unknown or the time is less than a minute.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/node-health.html
    """

    condition: str
    reason: str
    action: RepairAction
    wait_minutes: int

    def __post_init__(self) -> None:
        one_of("repair.overrides[].action", self.action, get_args(RepairAction))
        if self.wait_minutes < 1:
            raise ValueError(f"repair.overrides[].wait_minutes: {self.wait_minutes} is less than 1")


@dataclass(frozen=True, kw_only=True)
class NodeRepair:
    """Whether and how EKS replaces or reboots nodes that are unhealthy.

    Without the add-on eks-node-monitoring-agent only the kubelet's Ready condition is watched.

    Args:
        enabled: Whether nodes are repaired. Default True.
        max_parallel_count: Most nodes repaired at a time, 1 or more; not together with max_parallel_percentage.
        max_parallel_percentage: The same as a percentage of the unhealthy nodes: 1 to 100.
        max_unhealthy_count: Number of unhealthy nodes above which repair stops, since then something else is wrong;
            1 or more, not together with max_unhealthy_percentage.
        max_unhealthy_percentage: The same as a percentage of the group: 1 to 100.
        overrides: Other actions for single kinds of trouble.

    Raises:
        ValueError: If a count and its percentage are both given, or one is outside its limits.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/node-health.html
    """

    enabled: bool = True
    max_parallel_count: int | None = None
    max_parallel_percentage: int | None = None
    max_unhealthy_count: int | None = None
    max_unhealthy_percentage: int | None = None
    overrides: tuple[RepairOverride, ...] = ()

    def __post_init__(self) -> None:
        not_both(
            ("repair.max_parallel_count", self.max_parallel_count),
            ("repair.max_parallel_percentage", self.max_parallel_percentage),
        )
        not_both(
            ("repair.max_unhealthy_count", self.max_unhealthy_count),
            ("repair.max_unhealthy_percentage", self.max_unhealthy_percentage),
        )


@dataclass(frozen=True, kw_only=True)
class WarmPool:
    """Instances that have booted already and wait outside the group, so that scaling out takes seconds.

    Args:
        min_size: Fewest instances in the pool. Default 0.
        max_prepared: Most instances in the pool and the group together; -1 for no limit; None for the group's maximum.
        state: How they wait: "stopped" (default, volumes are paid), "running" (all is paid) or "hibernated" (memory
            is kept on the volume; not with Bottlerocket).
        reuse_on_scale_in: Whether instances go back to the pool on scale-in; not with Bottlerocket.

    Raises:
        ValueError: If a number is below its limit or the state is unknown.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/warm-pools-managed-node-groups.html
    """

    min_size: int = 0
    max_prepared: int | None = None
    state: PoolState = "stopped"
    reuse_on_scale_in: bool = False

    def __post_init__(self) -> None:
        one_of("warm_pool.state", self.state, get_args(PoolState))
        if self.min_size < 0:
            raise ValueError(f"warm_pool.min_size: {self.min_size} is less than 0")
        if self.max_prepared is not None and self.max_prepared < -1:
            raise ValueError(f"warm_pool.max_prepared: {self.max_prepared} is less than -1, which means no limit")


def one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise ValueError unless the value is one of those allowed."""
    if value not in allowed:
        raise ValueError(f"{field}: {value!r} is not one of {', '.join(allowed)}")


def within(field: str, value: int, least: int, most: int | None) -> None:
    """Raise ValueError unless the value lies between the limits; without a second there is only the first."""
    if value < least or (most is not None and value > most):
        limits = f"{least} or more" if most is None else f"between {least} and {most}"
        raise ValueError(f"{field}: {value} is not {limits}")


def not_both(count: tuple[str, int | None], percentage: tuple[str, int | None], *, most: int | None = None) -> None:
    """Raise ValueError if a number of nodes and its percentage are both given, or one of them is out of range.

    Args:
        count: Field and number, 1 or more.
        percentage: Field and percentage: 1 to 100.
        most: Greatest number; None for no limit.
    """
    if count[1] is not None and percentage[1] is not None:
        raise ValueError(f"{count[0]}: give it or {percentage[0]}, not both")
    for (field, value), limit in ((count, most), (percentage, 100)):
        if value is not None:
            within(field, value, 1, limit)


def label_key(field: str, key: str) -> None:
    """Raise ValueError unless the text is a label key of at most 63 characters, the longest that EKS accepts.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
    """
    if len(key) > _LONGEST or not _KEY.fullmatch(key):
        raise ValueError(f"{field}: {key!r} is not a label key ([prefix/]name) of at most {_LONGEST} characters")


def label_value(field: str, value: str) -> None:
    """Raise ValueError unless the text is a Kubernetes label value."""
    if len(value) > _LONGEST or not _VALUE.fullmatch(value):
        raise ValueError(
            f"{field}: {value!r} is not a label value: letters, digits, '-', '_' and '.', at most {_LONGEST} characters"
        )
