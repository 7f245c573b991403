"""Persistent storage for pods: the EBS and EFS CSI drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.aws_environment import AwsEnvironment
from components.ebs_driver import EbsDriver, InstalledEbsDriver, install_ebs_driver
from components.efs_driver import EfsDriver, InstalledEfsDriver, install_efs_driver
from components.refs import ClusterRef, NetworkRef
from components.workload_identity import IdentityMode


@dataclass(frozen=True, kw_only=True)
class CsiDriversArgs:
    """Which storage pods are offered.

    Args:
        aws: Where the cluster is. Its tags go on every volume, snapshot and access point.
        cluster: The cluster.
        compute: Node groups that the drivers run on. Their DaemonSets do not run on Fargate.
        ebs: EBS volumes; None for none.
        efs: An EFS file system; None for none.
        network: Network of the cluster, for the mount targets of `efs`.
        identity_mode: How the drivers get their roles: "podIdentity" (default) or "irsa".

    Raises:
        ValueError: If there is nothing to install, EFS has no network, or the drivers have a class of one name or a
            default class each.
    """

    aws: AwsEnvironment
    cluster: ClusterRef
    compute: Sequence[pulumi.Resource]
    ebs: EbsDriver | None = None
    efs: EfsDriver | None = None
    network: NetworkRef | None = None
    identity_mode: IdentityMode = "podIdentity"

    def __post_init__(self) -> None:
        if self.ebs is None and self.efs is None:
            raise ValueError("ebs: give ebs, efs or both")
        if self.efs is not None and self.network is None:
            raise ValueError("network: is needed by efs, for its mount targets")
        if self.ebs is None or self.efs is None:
            return
        twice = sorted(set(self.ebs.classes) & set(self.efs.classes))
        if twice:
            raise ValueError(f"classes: {', '.join(twice)} is a class of ebs and of efs")
        if self.ebs.default_class is not None and self.efs.default_class is not None:
            raise ValueError(
                f"default_class: ebs has {self.ebs.default_class!r} and efs {self.efs.default_class!r}, "
                "a cluster has one default class"
            )


class CsiDrivers(pulumi.ComponentResource):
    """The EBS and EFS CSI drivers as EKS add-ons, each with an identity of its own, and their storage classes.

    Creates for EBS a role, the add-on aws-ebs-csi-driver, classes of encrypted volumes and, if wanted, the snapshot
    controller and a VolumeSnapshotClass; for EFS a role, the add-on aws-efs-csi-driver, an encrypted file system with
    a mount target in each private subnet, backup, access points and classes.

    A static EFS volume needs a PersistentVolume with the driver efs.csi.aws.com and the volume handle
    `<file_system_id>::<access point id>`. It is the only kind that pods on Fargate can use.

    Args:
        name: Logical name; children are called after it.
        args: What to install.
        opts: Resource options of the component.
    """

    storage_classes: pulumi.Output[list[str]]
    """Names of the storage classes, sorted."""
    default_storage_class: pulumi.Output[str | None]
    """Name of the default storage class; None for no default."""
    snapshot_class: pulumi.Output[str | None]
    """Name of the VolumeSnapshotClass; None without snapshots."""
    file_system_id: pulumi.Output[str | None]
    """Id of the EFS file system; None without EFS."""
    access_point_ids: pulumi.Output[dict[str, str]]
    """Id of each EFS access point by name."""
    file_system_security_group_id: pulumi.Output[str | None]
    """Security group of the mount targets; None without EFS."""
    ebs: InstalledEbsDriver | None
    """The EBS driver; None without EBS."""
    efs: InstalledEfsDriver | None
    """The EFS driver; None without EFS."""
    ready: Sequence[pulumi.Resource]
    """Storage classes and what they need, for `depends_on` of what claims volumes."""

    def __init__(self, name: str, args: CsiDriversArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:CsiDrivers", name, None, opts)
        self.ebs = self._install_ebs(name, args)
        self.efs = self._install_efs(name, args)
        classes = {
            **({} if self.ebs is None else self.ebs.classes),
            **({} if self.efs is None else self.efs.classes),
        }
        self.storage_classes = pulumi.Output.from_input(sorted(classes))
        self.default_storage_class = pulumi.Output.from_input(_default_class(args))
        self.snapshot_class = pulumi.Output.from_input(
            None if args.ebs is None or args.ebs.snapshots is None else args.ebs.snapshots.class_name
        )
        nothing: pulumi.Output[str | None] = pulumi.Output.from_input(None)
        file_system = None if self.efs is None else self.efs.file_system
        self.file_system_id = nothing if file_system is None else _optional(file_system.file_system.id)
        self.file_system_security_group_id = (
            nothing if file_system is None else _optional(file_system.security_group.id)
        )
        points = {} if file_system is None else file_system.access_points
        # Output.all of nothing is a list.
        self.access_point_ids = (
            pulumi.Output.all(**{key: point.id for key, point in points.items()})
            if points
            else pulumi.Output.from_input(dict[str, str]())
        )
        self.ready = tuple(classes.values())
        self.register_outputs(
            {
                "storage_classes": self.storage_classes,
                "default_storage_class": self.default_storage_class,
                "snapshot_class": self.snapshot_class,
                "file_system_id": self.file_system_id,
                "access_point_ids": self.access_point_ids,
                "file_system_security_group_id": self.file_system_security_group_id,
            }
        )

    def _install_ebs(self, name: str, args: CsiDriversArgs) -> InstalledEbsDriver | None:
        if args.ebs is None:
            return None
        return install_ebs_driver(
            name,
            args.ebs,
            parent=self,
            aws=args.aws,
            cluster=args.cluster,
            compute=args.compute,
            identity_mode=args.identity_mode,
        )

    def _install_efs(self, name: str, args: CsiDriversArgs) -> InstalledEfsDriver | None:
        if args.efs is None or args.network is None:
            return None
        return install_efs_driver(
            name,
            args.efs,
            parent=self,
            aws=args.aws,
            network=args.network,
            cluster=args.cluster,
            compute=args.compute,
            identity_mode=args.identity_mode,
        )


def _default_class(args: CsiDriversArgs) -> str | None:
    ebs = None if args.ebs is None else args.ebs.default_class
    efs = None if args.efs is None else args.efs.default_class
    return ebs or efs


def _optional(value: pulumi.Output[str]) -> pulumi.Output[str | None]:
    return value.apply(_same)


def _same(value: str) -> str | None:
    return value
