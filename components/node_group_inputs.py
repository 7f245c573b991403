"""How the records of a node group are written for the EKS API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi_aws as aws

from components.node_group_records import NodeGroupUpdate, NodeRepair, NodeTaint, UpdateStrategy, WarmPool

_UPDATE_STRATEGIES: Mapping[UpdateStrategy, str] = {"default": "DEFAULT", "minimal": "MINIMAL"}


def taint_inputs(taints: Sequence[NodeTaint]) -> list[aws.eks.NodeGroupTaintArgs]:
    """Return the taints in the spelling of the EKS API."""
    return [
        aws.eks.NodeGroupTaintArgs(key=taint.key, value=taint.value or None, effect=taint.eks_effect)
        for taint in taints
    ]


def auto_scaling_group_names(resources: Sequence[aws.eks.outputs.NodeGroupResource]) -> list[str]:
    """Return the names of the Auto Scaling groups in what a node group says of its resources."""
    groups = [group for resource in resources for group in resource.autoscaling_groups or ()]
    return [group.name for group in groups if group.name]


def update_config(update: NodeGroupUpdate) -> aws.eks.NodeGroupUpdateConfigArgs:
    """Return the update settings; one node at a time where no limit is given."""
    count = None if update.max_unavailable_percentage is not None else update.max_unavailable or 1
    return aws.eks.NodeGroupUpdateConfigArgs(
        max_unavailable=count,
        max_unavailable_percentage=update.max_unavailable_percentage,
        update_strategy=_UPDATE_STRATEGIES[update.strategy],
    )


def repair_config(repair: NodeRepair | bool) -> aws.eks.NodeGroupNodeRepairConfigArgs:
    """Return the repair settings, from a switch or from details."""
    settings = NodeRepair(enabled=repair) if isinstance(repair, bool) else repair
    overrides = [
        aws.eks.NodeGroupNodeRepairConfigNodeRepairConfigOverrideArgs(
            node_monitoring_condition=override.condition,
            node_unhealthy_reason=override.reason,
            repair_action=override.action,
            min_repair_wait_time_mins=override.wait_minutes,
        )
        for override in settings.overrides
    ]
    return aws.eks.NodeGroupNodeRepairConfigArgs(
        enabled=settings.enabled,
        max_parallel_nodes_repaired_count=settings.max_parallel_count,
        max_parallel_nodes_repaired_percentage=settings.max_parallel_percentage,
        max_unhealthy_node_threshold_count=settings.max_unhealthy_count,
        max_unhealthy_node_threshold_percentage=settings.max_unhealthy_percentage,
        node_repair_config_overrides=overrides or None,
    )


def warm_pool_config(pool: WarmPool | None) -> aws.eks.NodeGroupWarmPoolConfigArgs | None:
    """Return the warm pool settings, None for no warm pool."""
    if pool is None:
        return None
    return aws.eks.NodeGroupWarmPoolConfigArgs(
        min_size=pool.min_size,
        max_group_prepared_capacity=pool.max_prepared,
        pool_state=pool.state.upper(),
        reuse_on_scale_in=pool.reuse_on_scale_in,
    )
