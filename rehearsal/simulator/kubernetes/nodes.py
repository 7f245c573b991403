"""Whether a cluster has somewhere to run a pod: node groups, Fargate profiles, Auto Mode, groups of one's own.

Capacity is not counted: a node that takes the pod by its labels and taints is taken to have room, or to get company.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.simulator.kubernetes.objects import Manifest, at, metadata
from rehearsal.simulator.world import Record, World

_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_FARGATE = "aws:eks/fargateProfile:FargateProfile"
_OWN_GROUP = "aws:autoscaling/group:Group"
# EKS writes effects in its own way. https://docs.aws.amazon.com/eks/latest/APIReference/API_Taint.html
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}


@dataclass(frozen=True, kw_only=True)
class Pods:
    """What decides where pods may run.

    Args:
        namespace: Their namespace.
        labels: Their labels.
        node_selector: Labels that their nodes must have.
        tolerations: Taints that they tolerate, as in a pod.
    """

    namespace: str
    labels: Mapping[str, Any] = field(default_factory=dict[str, Any])
    node_selector: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tolerations: Sequence[Mapping[str, Any]] = ()


# Kind -> where its pod template stands. Pods of a DaemonSet follow the nodes, those of a CronJob wait for their time.
_TEMPLATES = {"Deployment": "spec.template", "StatefulSet": "spec.template", "Job": "spec.template", "Pod": ""}


def pods_of(manifest: Manifest) -> Pods | None:
    """Return the pods that an object must have running to be ready, or None if it needs none."""
    template = _TEMPLATES.get(str(manifest.get("kind")))
    if template is None or at(manifest, "spec.replicas") == 0:
        return None
    pod = at(manifest, template) if template else manifest
    return Pods(
        namespace=metadata(manifest, "namespace", "default"),
        labels=at(pod, "metadata.labels") or {},
        node_selector=at(pod, "spec.nodeSelector") or {},
        tolerations=at(pod, "spec.tolerations") or (),
    )


def why_pending(world: World, cluster: Record, pods: Pods) -> str:
    """Return why pods find no node, in the words of the scheduler; "" if they find one."""
    name = cluster.get("name")
    reasons = [_why_not(group, pods) for group in world.where(_NODE_GROUP, clusterName=name)]
    reasons += [_own_group_reason(group) for group in world.of_type(_OWN_GROUP) if _belongs(group, name)]
    if _auto_mode(cluster):
        reasons.append("")
    reasons += ["" for profile in world.where(_FARGATE, clusterName=name) if _on_fargate(profile, pods)]
    if "" in reasons:
        return ""
    if not reasons:
        return "no nodes available to schedule pods"
    return f"0/{len(reasons)} node groups are available: " + ", ".join(sorted(set(reasons)))


def _why_not(group: Record, pods: Pods) -> str:
    if group.status != "ACTIVE" or not (group.get("scalingConfig.desiredSize") or 0):
        return "a node group without ready nodes"
    labels = {"kubernetes.io/os": _os(group), "kubernetes.io/arch": _arch(group), **(group.get("labels") or {})}
    if any(labels.get(key) != value for key, value in pods.node_selector.items()):
        return "node(s) didn't match Pod's node affinity/selector"
    for taint in group.get("taints") or ():
        if not any(_tolerates(toleration, taint) for toleration in pods.tolerations):
            if _effect(taint) == "PreferNoSchedule":
                continue
            return f"node(s) had untolerated taint {{{taint.get('key')}: {taint.get('value', '')}}}"
    return ""


def _os(group: Record) -> str:
    return "windows" if str(group.get("amiType")).startswith("WINDOWS") else "linux"


def _arch(group: Record) -> str:
    return "arm64" if "ARM" in str(group.get("amiType")).upper() else "amd64"


def _effect(taint: Mapping[str, Any]) -> str:
    return _EFFECTS.get(str(taint.get("effect")), str(taint.get("effect")))


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    # https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
    if toleration.get("effect") not in (None, "", _effect(taint)):
        return False
    exists = toleration.get("operator") == "Exists"
    if not toleration.get("key"):
        return exists
    if toleration["key"] != taint.get("key"):
        return False
    return exists or (toleration.get("value") or "") == (taint.get("value") or "")


def _belongs(group: Record, cluster: Any) -> bool:
    tags = group.get("tags") or ()
    return any(tag.get("key") == f"kubernetes.io/cluster/{cluster}" for tag in tags if isinstance(tag, Mapping))


def _own_group_reason(group: Record) -> str:
    return "" if group.get("desiredCapacity") or group.get("minSize") else "a node group without ready nodes"


def _auto_mode(cluster: Record) -> bool:
    pools = cluster.get("computeConfig.nodePools") or ()
    return cluster.get("computeConfig.enabled") is True and "general-purpose" in pools


def _on_fargate(profile: Record, pods: Pods) -> bool:
    # Wildcards * and ? are allowed: https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html
    if profile.status != "ACTIVE":
        return False
    for selector in profile.get("selectors") or ():
        labels = selector.get("labels") or {}
        in_namespace = fnmatch.fnmatchcase(pods.namespace, str(selector.get("namespace")))
        if in_namespace and all(fnmatch.fnmatchcase(str(pods.labels.get(k)), str(v)) for k, v in labels.items()):
            return True
    return False
