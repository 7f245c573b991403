"""Amazon EBS volumes for pods: the CSI driver, its identity, encrypted classes and snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws_sdk
import pulumi_kubernetes as kubernetes

from components.addon import AddonSpec
from components.aws_environment import AwsEnvironment
from components.csi_addon import CsiAddon, install_csi_addon
from components.ebs_storage import EbsStorageClass, class_parameters
from components.iam.document import Document
from components.iam.ebs_csi import ebs_csi_key_policy
from components.refs import ClusterRef
from components.snapshots import VolumeSnapshotClass, snapshot_controller
from components.storage_classes import RECLAIM_POLICIES, ReclaimPolicy, no_longer_default, storage_class
from components.workload_identity import IdentityMode, WorkloadIdentity

_PROVISIONER = "ebs.csi.aws.com"
_SERVICE_ACCOUNT = "ebs-csi-controller-sa"


@dataclass(frozen=True, kw_only=True)
class EbsSnapshots:
    """Snapshots of EBS volumes.

    Args:
        class_name: Name of the VolumeSnapshotClass, "ebs" by default.
        deletion_policy: What happens to a snapshot whose object is deleted: "Delete" (default) or "Retain".
        default: Whether snapshots without a class get this one. True by default.
        addon: Version and configuration of the add-on snapshot-controller.

    Raises:
        ValueError: If the deletion policy is none that Kubernetes knows.
    """

    class_name: str = "ebs"
    deletion_policy: ReclaimPolicy = "Delete"
    default: bool = True
    addon: AddonSpec = field(default_factory=AddonSpec)

    def __post_init__(self) -> None:
        if self.deletion_policy not in RECLAIM_POLICIES:
            raise ValueError(f"deletion_policy: {self.deletion_policy!r} is not one of {', '.join(RECLAIM_POLICIES)}")


@dataclass(frozen=True, kw_only=True)
class EbsDriver:
    """How EBS volumes are offered to pods on EC2 nodes; Fargate and Windows 2019 nodes have none.

    Args:
        classes: Storage classes by name; {"gp3": EbsStorageClass()} by default.
        default_class: Class of claims that name none, "gp3" by default; None for no default. EKS since 1.30 marks its
            own gp2 class no longer.
        former_default_classes: Classes made by others that are to lose their mark as default, for example "gp2" in a
            cluster that began before 1.30. They must exist.
        kms_key_arn: KMS key of classes that name none; None for the account's key for EBS.
        snapshots: Snapshot controller and class; None for neither.
        managed_policy: Name, with path where it has one, of the AWS managed policy of the driver.
        addon: Version and configuration of the add-on aws-ebs-csi-driver; the configuration wins over the one made
            here.

    Raises:
        ValueError: If the default class is none of the classes.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html
    """

    classes: Mapping[str, EbsStorageClass] = field(default_factory=lambda: {"gp3": EbsStorageClass()})
    default_class: str | None = "gp3"
    former_default_classes: Sequence[str] = ()
    kms_key_arn: pulumi.Input[str] | None = None
    snapshots: EbsSnapshots | None = None
    managed_policy: str = "AmazonEBSCSIDriverPolicyV2"
    addon: AddonSpec = field(default_factory=AddonSpec)

    def __post_init__(self) -> None:
        if self.default_class is not None and self.default_class not in self.classes:
            raise ValueError(
                f"default_class: {self.default_class!r} is not one of the classes {', '.join(sorted(self.classes))}"
            )
        declared = sorted(set(self.former_default_classes) & set(self.classes))
        if declared:
            raise ValueError(f"former_default_classes: {', '.join(declared)} is a class of this driver")


@dataclass(frozen=True, kw_only=True)
class InstalledEbsDriver:
    """The EBS driver as it was declared.

    Args:
        identity: Role of its controller.
        addon: The add-on; ready once the driver's pods are.
        classes: Storage classes by name.
        snapshot_class: The VolumeSnapshotClass; None without snapshots.
    """

    identity: WorkloadIdentity
    addon: aws_sdk.eks.Addon
    classes: Mapping[str, kubernetes.storage.v1.StorageClass]
    snapshot_class: VolumeSnapshotClass | None


def install_ebs_driver(
    name: str,
    driver: EbsDriver,
    *,
    parent: pulumi.Resource,
    aws: AwsEnvironment,
    cluster: ClusterRef,
    compute: Sequence[pulumi.Resource],
    identity_mode: IdentityMode,
) -> InstalledEbsDriver:
    """Declare the EBS driver: identity and snapshot controller, then the add-on, then classes.

    The snapshot controller goes first because it brings the definitions that the driver's snapshotter looks for when
    it starts.

    Args:
        name: Logical name of the component that it belongs to; children are called after it.
        driver: The driver.
        parent: That component.
        aws: Where the cluster is. Its tags go on every volume and snapshot that the driver makes.
        cluster: Cluster to install to.
        compute: Node groups that the driver runs on.
        identity_mode: How the driver's controller gets its role.
    """
    snapshots = _snapshot_controller(name, driver, parent=parent, cluster=cluster, compute=compute)
    identity, addon = install_csi_addon(
        f"{name}-ebs",
        csi_addon(driver, aws),
        parent=parent,
        aws=aws,
        cluster=cluster,
        identity_mode=identity_mode,
        depends_on=[*compute, *snapshots],
    )
    for former in driver.former_default_classes:
        no_longer_default(f"{name}-former-default-{former}", former, parent=parent, cluster=cluster)
    return InstalledEbsDriver(
        identity=identity,
        addon=addon,
        classes={
            key: storage_class(
                f"{name}-class-{key}",
                key,
                parent=parent,
                cluster=cluster,
                provisioner=_PROVISIONER,
                parameters=class_parameters(spec, driver.kms_key_arn),
                reclaim_policy=spec.reclaim_policy,
                volume_binding_mode="WaitForFirstConsumer",
                allow_volume_expansion=True,
                default=key == driver.default_class,
                depends_on=[addon],
            )
            for key, spec in driver.classes.items()
        },
        snapshot_class=_snapshot_class(name, driver, parent=parent, cluster=cluster, depends_on=[addon, *snapshots]),
    )


def csi_addon(driver: EbsDriver, aws: AwsEnvironment) -> CsiAddon:
    """Return the add-on with its configuration and permissions."""
    return CsiAddon(
        addon_name="aws-ebs-csi-driver",
        service_account=_SERVICE_ACCOUNT,
        spec=driver.addon,
        configuration={
            "controller": {"extraVolumeTags": dict(aws.tags)},
            # The add-on cannot see by itself whether the definitions of snapshots are there.
            "sidecars": {"snapshotter": {"forceEnable": driver.snapshots is not None}},
        },
        policies=_key_policies(driver),
        managed_policies={"driver": aws.managed_policy_arn(driver.managed_policy)},
    )


def _key_policies(driver: EbsDriver) -> dict[str, Document]:
    given = [driver.kms_key_arn, *(spec.kms_key_arn for spec in driver.classes.values())]
    keys = list(dict.fromkeys(key for key in given if key is not None))
    return {"kms-keys": ebs_csi_key_policy(keys)} if keys else {}


def _snapshot_controller(
    name: str,
    driver: EbsDriver,
    *,
    parent: pulumi.Resource,
    cluster: ClusterRef,
    compute: Sequence[pulumi.Resource],
) -> list[pulumi.Resource]:
    if driver.snapshots is None:
        return []
    return [snapshot_controller(name, driver.snapshots.addon, parent=parent, cluster=cluster, compute=compute)]


def _snapshot_class(
    name: str,
    driver: EbsDriver,
    *,
    parent: pulumi.Resource,
    cluster: ClusterRef,
    depends_on: Sequence[pulumi.Resource],
) -> VolumeSnapshotClass | None:
    if driver.snapshots is None:
        return None
    return VolumeSnapshotClass(
        f"{name}-snapshot-class-{driver.snapshots.class_name}",
        class_name=driver.snapshots.class_name,
        driver=_PROVISIONER,
        deletion_policy=driver.snapshots.deletion_policy,
        default=driver.snapshots.default,
        opts=pulumi.ResourceOptions(parent=parent, provider=cluster.kubernetes_provider, depends_on=list(depends_on)),
    )
