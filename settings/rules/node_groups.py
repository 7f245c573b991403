"""Rules for managed node groups: names, numbers, zones, labels, updates, warm pools."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from settings.model import StackConfig
from settings.node_groups import NodeGroup, Repair
from settings.problems import Path, Problem, show
from settings.rules import instances
from settings.rules.common import Context, iam_policy, label, no_repeats, zone_count, zones_within

_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,62}")
# https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
_MOST_GROUPS = 30
# Label prefixes that a kubelet may set on its own node, of those that Kubernetes keeps for itself.
# https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
_KUBELET_PREFIXES = ("kubelet.kubernetes.io", "node.kubernetes.io")
_USER_DATA_LIMIT = 16384
_CRITICAL = "CriticalAddonsOnly"


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the node groups."""
    for name, group in config.node_groups.items():
        path: Path = ("nodeGroups", name)
        if not _NAME.fullmatch(name):
            rule = "1 to 63 letters, digits, - and _, first a letter or digit"
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
        for index, policy in enumerate(group.extra_policies):
            yield from iam_policy((*path, "extraPolicies", index), policy, context)
        yield from no_repeats((*path, "extraPolicies"), group.extra_policies)
        yield from _user_data(path, group)
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
    if group.capacity != "onDemand":
        yield Problem(place, f"is for capacity onDemand only, not {group.capacity}", related=((*path, "capacity"),))
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


def _user_data(path: Path, group: NodeGroup) -> Iterator[Problem]:
    if group.extra_user_data is not None and len(group.extra_user_data.encode()) > _USER_DATA_LIMIT:
        size = len(group.extra_user_data.encode())
        yield Problem((*path, "extraUserData"), f"has {size} bytes; EC2 takes at most {_USER_DATA_LIMIT}")
    kubelet = group.kubelet
    if (kubelet.config or kubelet.flags) and not group.ami_type.startswith("AL2023"):
        text = f"is for AL2023 images; amiType is {group.ami_type}: use extraUserData"
        yield Problem((*path, "kubelet"), text, related=((*path, "amiType"),))
    for index, flag in enumerate(kubelet.flags):
        if not re.fullmatch(r"--[a-z][a-z0-9-]*(=.*)?", flag):
            yield Problem((*path, "kubelet", "flags", index), f"{show(flag)} is not a flag such as --max-pods=58")


def _together(config: StackConfig) -> Iterator[Problem]:
    groups = config.node_groups
    path: Path = ("nodeGroups",)
    zones = zone_count(config)
    count = sum(zones if group.zones == "perZone" else 1 for group in groups.values())
    if count > _MOST_GROUPS:
        text = f"makes {count} node groups (perZone counts {zones}); EKS allows {_MOST_GROUPS} a cluster"
        yield Problem(path, text, related=(("network", "zones"),))
    if groups and all(group.ami_type.startswith("WINDOWS") for group in groups.values()):
        yield Problem(path, "has Windows nodes only; coredns and other system pods need Linux, so add such a group")
    if groups and not any(_holds_any_pod(group) for group in groups.values()) and not config.fargate_profiles:
        text = f"all have taints: coredns and other system pods find no node; leave one without, or use {_CRITICAL}"
        yield Problem(path, text, warning=True)
    if groups and not any(group.initial_size for group in groups.values()) and not config.fargate_profiles:
        text = "all start with 0 nodes: coredns finds none, and the first deployment fails after 20 minutes"
        yield Problem(path, text)


def _holds_any_pod(group: NodeGroup) -> bool:
    return all(taint.key == _CRITICAL or taint.effect == "PreferNoSchedule" for taint in group.taints)
