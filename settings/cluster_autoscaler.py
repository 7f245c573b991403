"""Cluster Autoscaler (https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from settings.base import Section, unit


class ScaleDown(Section):
    """When nodes are taken away."""

    enabled: bool = Field(default=True, description="Take nodes away at all.")
    unneeded_time: str = Field(
        default="10m",
        description="How long a node must be unneeded.",
        json_schema_extra=unit("duration such as 90s, 10m, 1h30m"),
    )
    delay_after_add: str = Field(
        default="10m",
        description="How long after a node was added none is taken away.",
        json_schema_extra=unit("duration such as 90s, 10m, 1h30m"),
    )
    utilization_threshold: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="A node is unneeded when its pods ask for less than this part of it.",
        json_schema_extra=unit("part of 1"),
    )


class ClusterAutoscaler(Section):
    """Cluster Autoscaler."""

    enabled: bool = Field(default=True, description="`false` leaves it out, as if the section were not there.")
    expander: Literal["random", "most-pods", "least-waste", "least-nodes", "priority"] = Field(
        default="least-waste", description="Which group grows when several could."
    )
    priorities: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="For `priority`: regular expressions for node group names by priority, the highest number first.",
    )
    balance_similar_node_groups: bool = Field(
        default=True, description="Keep similar groups, such as one a zone, at the same size."
    )
    scale_down: ScaleDown = Field(default_factory=ScaleDown, description="When nodes are taken away.")
    skip_nodes_with_system_pods: bool = Field(
        default=False,
        description="Leave nodes with pods of kube-system other than DaemonSets alone. Disruption budgets protect "
        "those pods already; with `true` one of them keeps a node for ever.",
    )
    skip_nodes_with_local_storage: bool = Field(
        default=True, description="Leave nodes with pods that use emptyDir or hostPath alone."
    )
    replicas: int = Field(default=2, ge=1, le=5, description="Number of pods; one of them works, the others wait.")
    identity: Literal["podIdentity", "irsa"] = Field(
        default="podIdentity", description="How the pods get their IAM role."
    )
    values: Mapping[str, Any] = Field(
        default_factory=dict, description="Further values of the Helm chart; they win over the platform's."
    )
