"""Amazon EFS for pods: the CSI driver with its identity, a file system and classes that share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws_sdk
import pulumi_kubernetes as kubernetes

from components.addon import AddonSpec
from components.aws_environment import AwsEnvironment
from components.csi_addon import CsiAddon, install_csi_addon
from components.efs_file_system import EfsFileSystem, make_file_system
from components.efs_spec import EfsFileSystemSpec, check_permissions
from components.iam.efs_csi import efs_csi_policy
from components.refs import ClusterRef, NetworkRef
from components.storage_classes import RECLAIM_POLICIES, ReclaimPolicy, storage_class
from components.workload_identity import IdentityMode, WorkloadIdentity

_PROVISIONER = "efs.csi.aws.com"
_SERVICE_ACCOUNT = "efs-csi-controller-sa"


@dataclass(frozen=True, kw_only=True)
class EfsStorageClass:
    """A StorageClass that makes an access point, with a directory of its own, for each claim.

    Args:
        base_path: Directory under which the access points are made, "/dynamic" by default.
        directory_perms: Octal permissions of their directories, "700" by default.
        reclaim_policy: What happens to the access point whose claim is deleted: "Delete" (default) or "Retain". The
            files stay either way.

    Raises:
        ValueError: If path, permissions or policy are none that the driver accepts.

    Source: https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/docs/README.md
    """

    base_path: str = "/dynamic"
    directory_perms: str = "700"
    reclaim_policy: ReclaimPolicy = "Delete"

    def __post_init__(self) -> None:
        if not self.base_path.startswith("/"):
            raise ValueError(f"base_path: {self.base_path!r} must be absolute")
        check_permissions("directory_perms", self.directory_perms)
        if self.reclaim_policy not in RECLAIM_POLICIES:
            raise ValueError(f"reclaim_policy: {self.reclaim_policy!r} is not one of {', '.join(RECLAIM_POLICIES)}")


@dataclass(frozen=True, kw_only=True)
class EfsDriver:
    """How one EFS file system is offered to pods.

    Args:
        file_system: The file system.
        classes: Storage classes by name; {"efs": EfsStorageClass()} by default.
        default_class: Class of claims that name none; None (default) for no default.
        install: Whether the add-on aws-efs-csi-driver is installed. True by default. False in a cluster of Fargate
            profiles only: Fargate has a driver of its own, which mounts static volumes and makes none, so there may
            be no classes.
        addon: Version and configuration of the add-on; the configuration wins over the one made here.

    Raises:
        ValueError: If the default class is none of the classes, or there are classes and no driver.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/efs-csi.html
    """

    file_system: EfsFileSystemSpec = field(default_factory=EfsFileSystemSpec)
    classes: Mapping[str, EfsStorageClass] = field(default_factory=lambda: {"efs": EfsStorageClass()})
    default_class: str | None = None
    install: bool = True
    addon: AddonSpec = field(default_factory=AddonSpec)

    def __post_init__(self) -> None:
        if self.default_class is not None and self.default_class not in self.classes:
            raise ValueError(
                f"default_class: {self.default_class!r} is not one of the classes {', '.join(sorted(self.classes))}"
            )
        if self.classes and not self.install:
            raise ValueError("classes: need the driver (install=True); on Fargate there are static volumes only")


@dataclass(frozen=True, kw_only=True)
class InstalledEfsDriver:
    """The EFS driver as it was declared.

    Args:
        file_system: File system, mount targets and access points.
        identity: Role of the driver's controller; None without the driver.
        addon: The add-on; None without the driver.
        classes: Storage classes by name.
    """

    file_system: EfsFileSystem
    identity: WorkloadIdentity | None
    addon: aws_sdk.eks.Addon | None
    classes: Mapping[str, kubernetes.storage.v1.StorageClass]


def install_efs_driver(
    name: str,
    driver: EfsDriver,
    *,
    parent: pulumi.Resource,
    aws: AwsEnvironment,
    network: NetworkRef,
    cluster: ClusterRef,
    compute: Sequence[pulumi.Resource],
    identity_mode: IdentityMode,
) -> InstalledEfsDriver:
    """Declare the file system, beside the cluster's nodes, then the driver on them, then the classes.

    Args:
        name: Logical name of the component that it belongs to; children are called after it.
        driver: The driver.
        parent: That component.
        aws: Where the cluster is. Its tags go on every access point that the driver makes.
        network: Network of the cluster.
        cluster: Cluster to install to.
        compute: Node groups that the driver runs on.
        identity_mode: How the driver's controller gets its role.
    """
    made = make_file_system(f"{name}-efs", driver.file_system, parent=parent, network=network, cluster=cluster)
    if not driver.install:
        return InstalledEfsDriver(file_system=made, identity=None, addon=None, classes={})
    identity, addon = install_csi_addon(
        f"{name}-efs",
        csi_addon(driver, aws),
        parent=parent,
        aws=aws,
        cluster=cluster,
        identity_mode=identity_mode,
        depends_on=compute,
    )
    return InstalledEfsDriver(
        file_system=made,
        identity=identity,
        addon=addon,
        classes={
            key: storage_class(
                f"{name}-class-{key}",
                key,
                parent=parent,
                cluster=cluster,
                provisioner=_PROVISIONER,
                parameters=class_parameters(spec, made.file_system.id),
                reclaim_policy=spec.reclaim_policy,
                # A file system is in all zones: a volume need not wait for its pod.
                volume_binding_mode="Immediate",
                # EFS has no sizes; a claim that asks for more would wait for ever.
                allow_volume_expansion=False,
                default=key == driver.default_class,
                depends_on=[addon, *made.mountable],
            )
            for key, spec in driver.classes.items()
        },
    )


def csi_addon(driver: EfsDriver, aws: AwsEnvironment) -> CsiAddon:
    """Return the add-on with its configuration and permissions."""
    return CsiAddon(
        addon_name="aws-efs-csi-driver",
        service_account=_SERVICE_ACCOUNT,
        spec=driver.addon,
        configuration={"controller": {"tags": driver_tags(aws.tags)}},
        policies={"driver": efs_csi_policy(aws)},
    )


def class_parameters(spec: EfsStorageClass, file_system_id: pulumi.Input[str]) -> dict[str, pulumi.Input[str]]:
    """Return the parameters of a class that makes an access point for each claim."""
    return {
        "provisioningMode": "efs-ap",
        "fileSystemId": file_system_id,
        "directoryPerms": spec.directory_perms,
        "basePath": spec.base_path,
    }


def driver_tags(given: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that the driver can put on access points.

    It reads them from one argument in which a space parts tags and a colon parts key and value, and does not start
    when one has either in it; such tags are left out.
    """
    return {key: value for key, value in given.items() if not any(part in f"{key}{value}" for part in " :")}
