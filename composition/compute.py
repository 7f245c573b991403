"""Arguments of node groups and Fargate profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from components.aws_environment import AwsEnvironment
from components.fargate_logging import FargateLogging, FargateLoggingArgs
from components.fargate_profile import FargateProfile, FargateProfileArgs, FargateSelector
from components.node_group import NodeGroupArgs
from components.node_group_records import (
    NodeDisk,
    NodeGroupUpdate,
    NodeRepair,
    NodeTaint,
    RepairOverride,
    WarmPool,
)
from components.node_group_zones import per_zone_groups
from components.refs import ClusterRef, NetworkRef
from settings import Settings
from settings.node_groups import Repair
from settings.node_groups import WarmPool as WarmPoolSettings


def node_group_args(
    settings: Settings,
    aws: AwsEnvironment,
    network: NetworkRef,
    cluster: ClusterRef,
    before: Sequence[pulumi.Resource],
) -> list[NodeGroupArgs]:
    """Return the arguments of every node group, one a zone where the settings say so."""
    found: list[NodeGroupArgs] = []
    for name, group in settings.node_groups.items():
        args = NodeGroupArgs(
            aws=aws,
            cluster=cluster,
            name=name,
            subnet_ids=_subnets(network, group.zones),
            instance_types=group.instance_types,
            min_size=group.min,
            max_size=group.max,
            desired_size=group.desired,
            autoscaled=settings.cluster_autoscaler is not None,
            capacity=group.capacity,
            ami_type=group.ami_type,
            release_version=group.release_version,
            disk=NodeDisk(
                size_gib=group.disk.size_gib,
                type=group.disk.type,
                iops=group.disk.iops,
                throughput=group.disk.throughput,
                kms_key_arn=group.disk.kms_key_arn,
            ),
            labels=group.labels,
            taints=[NodeTaint(key=taint.key, value=taint.value, effect=taint.effect) for taint in group.taints],
            update=NodeGroupUpdate(
                max_unavailable=group.update.max_unavailable,
                max_unavailable_percentage=group.update.max_unavailable_percentage,
                strategy=group.update.strategy,
            ),
            repair=_repair(group.repair),
            warm_pool=_warm_pool(group.warm_pool),
            detailed_monitoring=group.detailed_monitoring,
            ssm=group.ssm,
            extra_policies={arn.rpartition("/")[2]: arn for arn in group.extra_policies},
            extra_user_data=group.extra_user_data,
            kubelet=group.kubelet.config,
            kubelet_flags=group.kubelet.flags,
            imds_hop_limit=group.imds_hop_limit,
            before=before,
        )
        found += per_zone_groups(args, network.zones).values() if group.zones == "perZone" else [args]
    return found


def fargate_logging_args(settings: Settings, aws: AwsEnvironment, cluster: ClusterRef) -> FargateLoggingArgs | None:
    """Return the arguments of Fargate logging, or None where no profile wants logs."""
    if not any(profile.logging for profile in settings.fargate_profiles.values()):
        return None
    return FargateLoggingArgs(
        aws=aws,
        cluster=cluster,
        retention_days=settings.cluster.logs.retention_days,
        kms_key_arn=settings.cluster.logs.kms_key_arn,
    )


def fargate_profile_args(
    settings: Settings,
    name: str,
    aws: AwsEnvironment,
    network: NetworkRef,
    cluster: ClusterRef,
    logging: FargateLogging | None,
    made: Mapping[str, FargateProfile],
    before: Sequence[pulumi.Resource],
) -> FargateProfileArgs:
    """Return the arguments of one Fargate profile.

    Args:
        settings: The settings of the stack.
        name: Name of the profile.
        aws: Where the cluster is.
        network: The network.
        cluster: The cluster.
        logging: Where pods log to; None for nowhere.
        made: Profiles made before this one, the last of which it waits for.
        before: What must exist before the first pod starts.
    """
    profile = settings.fargate_profiles[name]
    log = logging if profile.logging else None
    return FargateProfileArgs(
        aws=aws,
        cluster=cluster,
        name=name,
        subnet_ids=_subnets(network, profile.zones),
        selectors=[
            FargateSelector(namespace=selector.namespace, labels=selector.labels) for selector in profile.selectors
        ],
        log_group_names=log.log_group_names if log else (),
        previous=list(made.values())[-1].resource if made else None,
        before=[*before, *(log.ready if log else ())],
    )


def _subnets(network: NetworkRef, zones: str | Sequence[str]) -> Mapping[str, pulumi.Input[str]]:
    if isinstance(zones, str) or not zones:
        return dict(network.private_subnet_ids)
    return {zone: network.private_subnet_ids[zone] for zone in zones}


def _repair(repair: Repair | None) -> NodeRepair | bool:
    if repair is None:
        return False
    return NodeRepair(
        max_parallel_count=repair.max_parallel_count,
        max_parallel_percentage=repair.max_parallel_percentage,
        max_unhealthy_count=repair.max_unhealthy_count,
        max_unhealthy_percentage=repair.max_unhealthy_percentage,
        overrides=tuple(
            RepairOverride(
                condition=override.node_monitoring_condition,
                reason=override.node_unhealthy_reason,
                action=override.repair_action,
                wait_minutes=override.min_repair_wait_minutes,
            )
            for override in repair.overrides
        ),
    )


def _warm_pool(pool: WarmPoolSettings | None) -> WarmPool | None:
    if pool is None:
        return None
    return WarmPool(
        min_size=pool.min_size,
        max_prepared=pool.max_group_prepared_capacity,
        state=pool.pool_state,
        reuse_on_scale_in=pool.reuse_on_scale_in,
    )
