"""Storage for pods: EBS volumes and EFS file systems through their CSI drivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from settings.base import OFF_SWITCH, Section, derived, unit


class EbsClass(Section):
    """A StorageClass of EBS volumes, always encrypted
    (https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md)."""

    type: Literal["gp3", "io2", "st1", "sc1"] = Field(default="gp3", description="Volume type.")
    iops: int | None = Field(
        default=None,
        ge=100,
        le=256000,
        description="I/O operations a second: 3000 to 80000 for gp3, 100 to 256000 for io2; not for st1 and sc1.",
        json_schema_extra=unit("IOPS"),
    )
    throughput: int | None = Field(
        default=None,
        ge=125,
        le=2000,
        description="Throughput; gp3 only, at most a quarter of `iops`.",
        json_schema_extra=unit("MiB/s"),
    )
    fs_type: Literal["ext4", "xfs"] = Field(default="ext4", description="File system.")
    kms_key_arn: str | None = Field(default=None, description="KMS key of this class, if not that of all classes.")
    reclaim_policy: Literal["Delete", "Retain"] = Field(
        default="Delete", description="What happens to a volume whose claim is deleted."
    )


class Snapshots(Section):
    """The snapshot controller and a VolumeSnapshotClass."""

    class_name: str = Field(default="ebs", description="Name of the VolumeSnapshotClass.")
    deletion_policy: Literal["Delete", "Retain"] = Field(
        default="Delete", description="What happens to a snapshot whose object is deleted."
    )
    default: bool = Field(default=True, description="Use the class for VolumeSnapshots that name none.")


class Ebs(Section):
    """Amazon EBS CSI driver (https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html)."""

    version: str | None = Field(
        default=None, description="Version of the add-on aws-ebs-csi-driver; without one EKS's default at creation."
    )
    configuration: Mapping[str, Any] = Field(default_factory=dict, description="The add-on's own settings.")
    classes: Mapping[str, EbsClass] = Field(
        default_factory=dict,
        description="StorageClasses by name.",
        json_schema_extra=derived("`{gp3: {}}`"),
    )
    default_class: str | None = Field(
        default="gp3", description="Which of the classes claims get that name none; `null` for none."
    )
    kms_key_arn: str | None = Field(
        default=None, description="KMS key that encrypts the volumes; without one the account's key for EBS does."
    )
    snapshots: Annotated[Snapshots | None, OFF_SWITCH] = Field(
        default=None, description="Volume snapshots; `{}` for on."
    )


_Days = Literal[1, 7, 14, 30, 60, 90, 180, 270, 365]


class Lifecycle(Section):
    """Cheaper storage for files not read (https://docs.aws.amazon.com/efs/latest/ug/lifecycle-management-efs.html)."""

    to_infrequent_access_days: _Days | None = Field(
        default=30,
        description="Days without access after which files become infrequent access.",
        json_schema_extra=unit("days"),
    )
    to_archive_days: _Days | None = Field(
        default=None,
        description="Days without access after which files are archived; elastic throughput only.",
        json_schema_extra=unit("days"),
    )
    back_on_access: bool = Field(default=True, description="Bring files back to standard storage when they are read.")


class AccessPoint(Section):
    """A directory of the file system with its owner (https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html)."""

    path: str = Field(description="Directory, absolute; made if it does not exist.")
    uid: int = Field(default=1000, ge=0, le=4294967295, description="User id that all access is done as.")
    gid: int = Field(default=1000, ge=0, le=4294967295, description="Group id that all access is done as.")
    permissions: str = Field(
        default="0755", description="Permissions of a directory that is made, in octal, in quotes."
    )


class EfsClass(Section):
    """A StorageClass that makes an access point for each claim
    (https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/docs/README.md)."""

    base_path: str = Field(default="/dynamic", description="Directory under which the access points are made.")
    directory_perms: str = Field(default="700", description="Permissions of the directories, in octal, in quotes.")
    reclaim_policy: Literal["Delete", "Retain"] = Field(
        default="Delete", description="What happens to the access point whose claim is deleted."
    )


class Efs(Section):
    """Amazon EFS CSI driver and an encrypted file system (https://docs.aws.amazon.com/eks/latest/userguide/efs-csi.html)."""

    version: str | None = Field(
        default=None, description="Version of the add-on aws-efs-csi-driver; without one EKS's default at creation."
    )
    configuration: Mapping[str, Any] = Field(default_factory=dict, description="The add-on's own settings.")
    throughput_mode: Literal["elastic", "bursting", "provisioned"] = Field(
        default="elastic", description="How throughput is given and paid."
    )
    provisioned_throughput: float | None = Field(
        default=None,
        ge=1,
        le=3414,
        description="Throughput with `throughputMode: provisioned`, and only there.",
        json_schema_extra=unit("MiB/s"),
    )
    performance_mode: Literal["generalPurpose", "maxIO"] = Field(
        default="generalPurpose",
        description="`maxIO` is the older one with higher latency; it cannot be changed later.",
    )
    kms_key_arn: str | None = Field(
        default=None, description="KMS key that encrypts the file system; without one the account's key for EFS does."
    )
    lifecycle: Lifecycle = Field(default_factory=Lifecycle, description="Cheaper storage for files not read.")
    backup: bool = Field(default=True, description="Daily backups by AWS Backup.")
    access_points: Mapping[str, AccessPoint] = Field(
        default_factory=dict, description="Access points for static volumes, by name."
    )
    classes: Mapping[str, EfsClass] = Field(
        default_factory=dict,
        description="StorageClasses by name.",
        json_schema_extra=derived("`{efs: {}}`; none without node groups"),
    )


class Storage(Section):
    """Storage for pods."""

    ebs: Annotated[Ebs | None, OFF_SWITCH] = Field(default=None, description="EBS volumes; `{}` for on.")
    efs: Annotated[Efs | None, OFF_SWITCH] = Field(default=None, description="An EFS file system; `{}` for on.")
