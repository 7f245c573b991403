"""Rules for managed node groups: names, numbers, zones, labels, updates, warm pools."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from settings.model import StackConfig
from settings.node_groups import NodeGroup, Repair
from settings.problems import Path, Problem, show
from settings.rules import instances, user_data
from settings.rules.common import (
    Context,
    iam_policy,
    label,
    no_repeats,
    same_names,
    zone_count,
    zone_names,
    zones_within,
)

_NAME = re.compile(r"[0-9A-Za-z]([A-Za-z0-9_-]{0,61}[0-9A-Za-z])?")
# https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
_MOST_GROUPS = 30
# Label prefixes that a kubelet may set on its own node, of those that Kubernetes keeps for itself.
# https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
_KUBELET_PREFIXES = ("kubelet.kubernetes.io", "node.kubernetes.io")
_NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore")
# An Auto Scaling group has at most 50 tags, of which EKS sets some. One that starts from no node tells the autoscaler
# in tags which labels and taints a node would have.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
_MOST_TAGS = 42
_OWN_TAGS = 10
_CRITICAL = "CriticalAddonsOnly"


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the node groups."""
    for name, group in config.node_groups.items():
        path: Path = ("nodeGroups", name)
        if not _NAME.fullmatch(name):
            rule = "1 to 63 letters, digits, - and _, first and last a letter or digit"
            yield Problem(path, f"{show(name)} is not the name of a node group: {rule}")
        yield from _size(path, group)
        yield from instances.check(path, group, config, context)
        yield from _labels(path, group.labels)
        yield from _taints(path, group)
        yield from _update(path, group)
        if group.repair:
            yield from _repair((*path, "repair"), group.repair, config)
        yield from _warm_pool(path, group)
        yield from _zones(path, group, config)
        yield from _extra_policies((*path, "extraPolicies"), group, context)
        yield from user_data.check(path, group)
        yield from _tags(path, group, config)
    yield from _together(config)


def _size(path: Path, group: NodeGroup) -> Iterator[Problem]:
    least, most = (*path, "min"), (*path, "max")
    if group.min > group.max:
        yield Problem(least, f"{group.min} is more than max {group.max}", related=(most,))
    if group.desired is not None and group.desired < group.min:
        yield Problem((*path, "desired"), f"{group.desired} is less than min {group.min}", related=(least,))
    if group.desired is not None and group.desired > group.max:
        yield Problem((*path, "desired"), f"{group.desired} is more than max {group.max}", related=(most,))


def _labels(path: Path, labels: Mapping[str, str]) -> Iterator[Problem]:
    for key, value in labels.items():
        place = (*path, "labels", key)
        yield from label(place, key, value)
        prefix = key.rpartition("/")[0]
        if prefix == "eks.amazonaws.com" or prefix.endswith(".eks.amazonaws.com"):
            yield Problem(place, "labels of eks.amazonaws.com are set by EKS itself; use a prefix of your own")
        elif _is_kept_by_kubernetes(prefix):
            yield Problem(place, "labels of kubernetes.io and k8s.io are refused for nodes; use a prefix of your own")


def _is_kept_by_kubernetes(prefix: str) -> bool:
    kept = any(prefix == domain or prefix.endswith(f".{domain}") for domain in ("kubernetes.io", "k8s.io"))
    return kept and not any(prefix == own or prefix.endswith(f".{own}") for own in _KUBELET_PREFIXES)


def _taints(path: Path, group: NodeGroup) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(group.taints):
        place = (*path, "taints", index)
        yield from label(place, taint.key, taint.value)
        if (taint.key, taint.effect) in seen:
            yield Problem(place, f"{show(taint.key)} has the effect {taint.effect} twice")
        seen.add((taint.key, taint.effect))


def _update(path: Path, group: NodeGroup) -> Iterator[Problem]:
    if group.update.max_unavailable is not None and group.update.max_unavailable_percentage is not None:
        yield Problem((*path, "update"), "has both maxUnavailable and maxUnavailablePercentage; give one of them")


def _repair(path: Path, repair: Repair, config: StackConfig) -> Iterator[Problem]:
    if repair.max_unhealthy_count is not None and repair.max_unhealthy_percentage is not None:
        yield Problem(path, "has both maxUnhealthyCount and maxUnhealthyPercentage; give one of them")
    if repair.max_parallel_count is not None and repair.max_parallel_percentage is not None:
        yield Problem(path, "has both maxParallelCount and maxParallelPercentage; give one of them")
    if repair.overrides and config.addons.eks_node_monitoring_agent is None:
        text = "react to what eks-node-monitoring-agent finds, which addons switches off"
        yield Problem((*path, "overrides"), text, related=(("addons", "eks-node-monitoring-agent"),))


def _warm_pool(path: Path, group: NodeGroup) -> Iterator[Problem]:
    pool = group.warm_pool
    if pool is None:
        return
    place = (*path, "warmPool")
    if group.capacity == "spot":
        yield Problem(place, "is for capacity onDemand only, not spot", related=((*path, "capacity"),))
    if group.ami_type.startswith("BOTTLEROCKET"):
        if pool.pool_state == "hibernated":
            yield Problem((*place, "poolState"), "Bottlerocket cannot hibernate; use stopped or running")
        if pool.reuse_on_scale_in:
            yield Problem((*place, "reuseOnScaleIn"), "Bottlerocket nodes cannot go back to the pool; leave it out")
    prepared = pool.max_group_prepared_capacity
    if prepared is not None and prepared < group.min:
        text = f"{prepared} is less than min {group.min} of the group"
        yield Problem((*place, "maxGroupPreparedCapacity"), text, related=((*path, "min"),))


def _zones(path: Path, group: NodeGroup, config: StackConfig) -> Iterator[Problem]:
    if not isinstance(group.zones, tuple):
        return
    if not group.zones:
        yield Problem((*path, "zones"), "has 0 entries; name the zones, or use spread or perZone")
    yield from zones_within((*path, "zones"), group.zones, config)
    yield from no_repeats((*path, "zones"), group.zones)


def _extra_policies(path: Path, group: NodeGroup, context: Context) -> Iterator[Problem]:
    for index, policy in enumerate(group.extra_policies):
        place = (*path, index)
        yield from iam_policy(place, policy, context)
        if policy.rpartition("/")[2] in _NODE_POLICIES:
            yield Problem(place, "is a policy that every node has, or that ssm gives; leave it out")
    yield from same_names(path, group.extra_policies)


def _together(config: StackConfig) -> Iterator[Problem]:
    groups = config.node_groups
    path: Path = ("nodeGroups",)
    zones = zone_count(config)
    count = sum(zones if group.zones == "perZone" else 1 for group in groups.values())
    yield from _same_group_names(config)
    if count > _MOST_GROUPS:
        text = f"makes {count} node groups (perZone counts {zones}); EKS allows {_MOST_GROUPS} a cluster"
        yield Problem(path, text, related=(("network", "zones"),))
    if groups and all(group.windows for group in groups.values()):
        yield Problem(path, "has Windows nodes only; coredns and other system pods need Linux, so add such a group")
    if groups and not any(_holds_any_pod(group) for group in groups.values()) and not config.fargate_profiles:
        text = f"all have taints: coredns and other system pods find no node; leave one without, or use {_CRITICAL}"
        yield Problem(path, text, warning=True)
    if groups and not any(group.initial_size for group in groups.values()) and not config.fargate_profiles:
        text = "all start with 0 nodes: coredns finds none, and the first deployment fails after 20 minutes"
        yield Problem(path, text)


def _tags(path: Path, group: NodeGroup, config: StackConfig) -> Iterator[Problem]:
    if group.min > 0 or config.cluster_autoscaler is None:
        return
    count = len(group.labels) + len(group.taints) + len(config.tags.additional) + _OWN_TAGS
    if count > _MOST_TAGS:
        text = f"have {count} entries together with the tags of the stack; the Auto Scaling group takes {_MOST_TAGS}"
        yield Problem((*path, "labels"), text, related=((*path, "taints"), ("tags",)))


def _same_group_names(config: StackConfig) -> Iterator[Problem]:
    """Yield groups whose name is that of one zone of a group that is made once a zone."""
    zones = [zone[-1] for zone in zone_names(config)] or [f"zone{number + 1}" for number in range(zone_count(config))]
    for name, group in config.node_groups.items():
        for zone in zones if group.zones == "perZone" else ():
            if f"{name}-{zone}" in config.node_groups:
                text = f"is also the name of {name} in one zone, since that group is perZone; choose another"
                yield Problem(
                    ("nodeGroups", f"{name}-{zone}"), text, related=(("nodeGroups", name), ("network", "zones"))
                )


def _holds_any_pod(group: NodeGroup) -> bool:
    return all(taint.key == _CRITICAL or taint.effect == "PreferNoSchedule" for taint in group.taints)
