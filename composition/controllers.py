"""Arguments of the load balancer controller, the storage drivers and Cluster Autoscaler."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.addon import AddonSpec
from components.aws_environment import AwsEnvironment
from components.cluster_autoscaler import ClusterAutoscalerArgs
from components.csi_drivers import CsiDriversArgs
from components.ebs_driver import EbsDriver, EbsSnapshots
from components.ebs_storage import EbsStorageClass
from components.efs_driver import EfsDriver, EfsStorageClass
from components.efs_file_system import EfsAccessPoint, EfsFileSystemSpec, EfsLifecycle
from components.load_balancer_controller import LoadBalancerControllerArgs
from components.refs import ClusterRef, NetworkRef
from settings import Settings
from settings.storage import Ebs, Efs


def load_balancer_controller_args(
    settings: Settings,
    aws: AwsEnvironment,
    network: NetworkRef,
    cluster: ClusterRef,
    compute: Sequence[pulumi.Resource],
) -> LoadBalancerControllerArgs | None:
    """Return the arguments of the AWS Load Balancer Controller, or None if it is not wanted."""
    controller = settings.load_balancer_controller
    if controller is None:
        return None
    return LoadBalancerControllerArgs(
        aws=aws,
        cluster=cluster,
        vpc_id=network.vpc_id,
        compute=compute,
        identity_mode=controller.identity,
        replicas=controller.replicas,
        ingress_class=controller.ingress_class,
        default_target_type=controller.default_target_type,
        default_ingress_class=controller.default_ingress_class,
        service_webhook="ignore" if controller.service_webhook else "off",
        shield=controller.shield,
        waf=controller.waf,
        values=controller.values,
    )


def csi_drivers_args(
    settings: Settings,
    aws: AwsEnvironment,
    network: NetworkRef,
    cluster: ClusterRef,
    compute: Sequence[pulumi.Resource],
) -> CsiDriversArgs | None:
    """Return the arguments of the storage drivers, or None if no storage is wanted."""
    storage = settings.storage
    if storage.ebs is None and storage.efs is None:
        return None
    return CsiDriversArgs(
        aws=aws,
        cluster=cluster,
        compute=compute,
        ebs=_ebs(storage.ebs) if storage.ebs else None,
        efs=_efs(settings, storage.efs) if storage.efs else None,
        network=network,
    )


def cluster_autoscaler_args(
    settings: Settings, aws: AwsEnvironment, cluster: ClusterRef, compute: Sequence[pulumi.Resource]
) -> ClusterAutoscalerArgs | None:
    """Return the arguments of Cluster Autoscaler, or None if it is not wanted."""
    autoscaler = settings.cluster_autoscaler
    if autoscaler is None:
        return None
    scale_down = autoscaler.scale_down
    return ClusterAutoscalerArgs(
        aws=aws,
        cluster=cluster,
        compute=compute,
        identity_mode=autoscaler.identity,
        replicas=autoscaler.replicas,
        expander=autoscaler.expander,
        priorities={int(priority): groups for priority, groups in autoscaler.priorities.items()},
        balance_similar_node_groups=autoscaler.balance_similar_node_groups,
        scale_down_unneeded_time=scale_down.unneeded_time,
        scale_down_delay_after_add=scale_down.delay_after_add,
        scale_down_utilization_threshold=scale_down.utilization_threshold,
        skip_nodes_with_local_storage=autoscaler.skip_nodes_with_local_storage,
        private=settings.network.existing is None and settings.network.nat == "none",
        scale_down=scale_down.enabled,
        skip_nodes_with_system_pods=autoscaler.skip_nodes_with_system_pods,
        values=autoscaler.values,
    )


def _ebs(ebs: Ebs) -> EbsDriver:
    return EbsDriver(
        classes={
            name: EbsStorageClass(
                type=spec.type,
                iops=spec.iops,
                throughput=spec.throughput,
                fs_type=spec.fs_type,
                kms_key_arn=spec.kms_key_arn,
                reclaim_policy=spec.reclaim_policy,
            )
            for name, spec in ebs.classes.items()
        },
        default_class=ebs.default_class,
        kms_key_arn=ebs.kms_key_arn,
        snapshots=None
        if ebs.snapshots is None
        else EbsSnapshots(
            class_name=ebs.snapshots.class_name,
            deletion_policy=ebs.snapshots.deletion_policy,
            default=ebs.snapshots.default,
        ),
        addon=AddonSpec(version=ebs.version, configuration=ebs.configuration or None),
    )


def _efs(settings: Settings, efs: Efs) -> EfsDriver:
    lifecycle = efs.lifecycle
    return EfsDriver(
        file_system=EfsFileSystemSpec(
            throughput_mode=efs.throughput_mode,
            provisioned_throughput=efs.provisioned_throughput,
            performance_mode=efs.performance_mode,
            kms_key_arn=efs.kms_key_arn,
            lifecycle=EfsLifecycle(
                to_infrequent_access_days=lifecycle.to_infrequent_access_days,
                to_archive_days=lifecycle.to_archive_days,
                back_on_access=lifecycle.back_on_access,
            ),
            backup=efs.backup,
            fargate=bool(settings.fargate_profiles),
            protect=settings.cluster.deletion_protection,
            access_points={
                name: EfsAccessPoint(path=point.path, uid=point.uid, gid=point.gid, permissions=point.permissions)
                for name, point in efs.access_points.items()
            },
        ),
        classes={}
        if not settings.node_groups
        else {
            name: EfsStorageClass(
                base_path=spec.base_path,
                directory_perms=spec.directory_perms,
                reclaim_policy=spec.reclaim_policy,
            )
            for name, spec in efs.classes.items()
        },
        # Without nodes nothing could run the driver that makes volumes for a class; pods on Fargate have one built in,
        # for static volumes.
        install=bool(settings.node_groups),
        addon=AddonSpec(version=efs.version, configuration=efs.configuration or None),
    )
