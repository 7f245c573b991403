"""Managed node groups (https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from settings.base import OFF_SWITCH, Section, derived, unit


def _mode_or_names(value: Any) -> str:
    return "<names>" if isinstance(value, (list, tuple)) else "<mode>"


class Disk(Section):
    """Root volume of a node, encrypted gp3 (https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html)."""

    type: Literal["gp3"] = Field(default="gp3", description="Volume type.")
    size_gib: int = Field(
        alias="sizeGiB", default=50, ge=20, le=65536, description="Size.", json_schema_extra=unit("GiB")
    )
    iops: int = Field(
        default=3000,
        ge=3000,
        le=80000,
        description="I/O operations a second; at most 500 for each GiB.",
        json_schema_extra=unit("IOPS"),
    )
    throughput: int = Field(
        default=125,
        ge=125,
        le=2000,
        description="Throughput; at most a quarter of `iops`.",
        json_schema_extra=unit("MiB/s"),
    )
    kms_key_arn: str | None = Field(
        default=None,
        description="KMS key that encrypts the volume; without one the account's key for EBS does. Its policy must let "
        "the role AWSServiceRoleForAutoScaling use it and make grants, or no node starts "
        "(https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html).",
    )


class Taint(Section):
    """A Kubernetes taint (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/)."""

    key: str = Field(description="Name of the taint.")
    value: str = Field(default="", description="Value of the taint.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = Field(
        description="What happens to pods that do not tolerate it."
    )


class Update(Section):
    """How nodes are replaced (https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html)."""

    max_unavailable: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description="Nodes replaced at a time; or the percentage.",
        json_schema_extra=unit("nodes") | derived("1 without `maxUnavailablePercentage`"),
    )
    max_unavailable_percentage: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description="Part of the group replaced at a time; or the count.",
        json_schema_extra=unit("percent"),
    )
    strategy: Literal["default", "minimal"] = Field(
        default="default", description="`default` starts new nodes before old ones go, `minimal` the other way round."
    )


class RepairOverride(Section):
    """A repair action for one kind of failure."""

    node_monitoring_condition: str = Field(description="Condition, for example `AcceleratedHardwareReady`.")
    node_unhealthy_reason: str = Field(description="Reason, for example `NvidiaXID13Error`.")
    min_repair_wait_minutes: int = Field(
        ge=1, description="How long the failure must last.", json_schema_extra=unit("minutes")
    )
    repair_action: Literal["Replace", "Reboot", "NoAction"] = Field(description="What is done.")


class Repair(Section):
    """Automatic node repair (https://docs.aws.amazon.com/eks/latest/userguide/node-health.html)."""

    max_unhealthy_count: int | None = Field(
        default=None, ge=1, description="Above it nothing is repaired.", json_schema_extra=unit("nodes")
    )
    max_unhealthy_percentage: int | None = Field(
        default=None, ge=1, le=100, description="Above it nothing is repaired.", json_schema_extra=unit("percent")
    )
    max_parallel_count: int | None = Field(
        default=None, ge=1, description="Nodes repaired at a time.", json_schema_extra=unit("nodes")
    )
    max_parallel_percentage: int | None = Field(
        default=None, ge=1, le=100, description="Part repaired at a time.", json_schema_extra=unit("percent")
    )
    overrides: tuple[RepairOverride, ...] = Field(default=(), description="Actions other than the usual ones.")


class WarmPool(Section):
    """Instances kept ready (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html)."""

    min_size: int = Field(default=0, ge=0, description="Least number kept ready.", json_schema_extra=unit("nodes"))
    max_group_prepared_capacity: int | None = Field(
        default=None,
        ge=1,
        description="Most that may be running and ready together; without it `max` of the group.",
        json_schema_extra=unit("nodes"),
    )
    pool_state: Literal["stopped", "running", "hibernated"] = Field(default="stopped", description="State kept in.")
    reuse_on_scale_in: bool = Field(default=False, description="Nodes go back to the pool instead of ending.")


class Kubelet(Section):
    """Settings of the kubelet."""

    config: Mapping[str, Any] = Field(
        default_factory=dict,
        description="Fields of KubeletConfiguration "
        "(https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/); not for Windows.",
    )
    flags: tuple[str, ...] = Field(
        default=(), description="Command-line flags, for example `--max-pods=58`; AL2023 only."
    )


class NodeGroup(Section):
    """One managed node group, or one a zone."""

    instance_types: tuple[str, ...] = Field(
        min_length=1,
        max_length=20,
        description="EC2 instance types, the preferred first; 1 to 20 of one architecture.",
    )
    capacity: Literal["onDemand", "spot"] = Field(default="onDemand", description="How the instances are bought.")
    ami_type: str = Field(
        default="AL2023_x86_64_STANDARD",
        description="Image of the nodes as EKS calls it: AL2023, Bottlerocket or Windows; x86_64 or ARM_64; NVIDIA or "
        "NEURON. AL2023 images for NVIDIA and Neuron bring drivers, but pods see the devices only with the vendor's "
        "device plug-in, which is not installed here.",
        json_schema_extra=derived("AL2023 for the architecture and accelerator of `instanceTypes`"),
    )
    release_version: str | None = Field(
        default=None, description="AMI release, for example 1.35.0-20260101; without one the newest at creation."
    )
    min: int = Field(default=2, ge=0, description="Least number of nodes.", json_schema_extra=unit("nodes"))
    max: int = Field(default=4, ge=1, description="Greatest number of nodes.", json_schema_extra=unit("nodes"))
    desired: int | None = Field(
        default=None,
        ge=0,
        description="Number of nodes to start with; the autoscaler changes it later.",
        json_schema_extra=unit("nodes") | derived("`min`"),
    )
    disk: Disk = Field(default_factory=Disk, description="Root volume.")
    labels: Mapping[str, str] = Field(default_factory=dict, description="Kubernetes labels of the nodes.")
    taints: tuple[Taint, ...] = Field(default=(), max_length=50, description="Kubernetes taints of the nodes.")
    zones: Annotated[
        Annotated[Literal["spread", "perZone"], Tag("<mode>")] | Annotated[tuple[str, ...], Tag("<names>")],
        Discriminator(_mode_or_names),
    ] = Field(
        default="spread",
        description="`spread`: one group over all zones; `perZone`: one group a zone, each with this min and max, for "
        "pods with volumes; or a list of zone names, for one group in just these.",
    )
    update: Update = Field(default_factory=Update, description="How nodes are replaced by an update.")
    repair: Annotated[Repair | None, OFF_SWITCH] = Field(
        default_factory=Repair, description="Automatic repair of sick nodes; `false` for none."
    )
    warm_pool: WarmPool | None = Field(default=None, description="Instances kept ready.")
    detailed_monitoring: bool = Field(default=False, description="EC2 metrics every minute instead of every five.")
    ssm: bool = Field(default=True, description="Let Session Manager reach the nodes.")
    extra_policies: tuple[str, ...] = Field(
        default=(), max_length=6, description="ARNs of further IAM policies of the node role; at most 6."
    )
    extra_user_data: str | None = Field(
        default=None,
        description="Added to the user data: a script that begins with `#!` or a nodeadm NodeConfig in YAML (AL2023), "
        "settings in TOML (Bottlerocket), PowerShell (Windows).",
    )
    kubelet: Kubelet = Field(default_factory=Kubelet, description="Settings of the kubelet.")
    imds_hop_limit: int = Field(
        default=1,
        ge=1,
        le=2,
        description="Network hops that an answer of the metadata service travels: 1 keeps pods away from it, 2 lets "
        "them reach it.",
        json_schema_extra=unit("hops"),
    )

    @property
    def initial_size(self) -> int:
        """Number of nodes to start with."""
        return self.min if self.desired is None else self.desired

    @property
    def windows(self) -> bool:
        """Whether the nodes run Windows."""
        return self.ami_type.startswith("WINDOWS")
