"""The Kubernetes Cluster Autoscaler: nodes for pods that wait, fewer nodes when they are idle."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi
import pulumi_kubernetes as kubernetes

from components import versions
from components.addon import merge_configuration
from components.aws_environment import AwsEnvironment
from components.chart_controller import ChartController, install_chart, spread_over_zones
from components.iam.cluster_autoscaler import cluster_autoscaler_policy
from components.refs import ClusterRef
from components.workload_identity import IdentityMode, WorkloadIdentity

Expander = Literal["least-waste", "least-nodes", "most-pods", "priority", "random"]

_EXPANDERS = ("least-waste", "least-nodes", "most-pods", "priority", "random")
_NAME = "cluster-autoscaler"
# The chart labels its pods with the cloud provider in front of its own name.
_POD_NAME_LABEL = "aws-cluster-autoscaler"
# Durations as Go writes them, for example "10m" or "1h30m".
_DURATION = re.compile(r"(\d+(\.\d+)?(h|ms|m|s))+")
# "nobody": the image names no user of its own, and Kubernetes cannot check runAsNonRoot without a number.
_UNPRIVILEGED = 65534


@dataclass(frozen=True, kw_only=True)
class ClusterAutoscalerArgs:
    """How the Cluster Autoscaler is to run.

    Args:
        aws: Where the cluster is.
        cluster: The cluster; the image of the autoscaler follows its minor version.
        compute: Node groups or Fargate profiles that the autoscaler runs on.
        identity_mode: "podIdentity" (default), or "irsa" when it runs on Fargate.
        replicas: Number of pods, 2 by default; one leads.
        expander: How a group is chosen when several could hold a waiting pod: "least-waste" (default) of CPU,
            "least-nodes", "most-pods", "priority" or "random".
        priorities: For "priority" only: regular expressions of group names by priority; the highest number wins.
        balance_similar_node_groups: Whether groups that differ in nothing but their zone grow evenly. True by default.
        scale_down: Whether nodes are taken away at all. True by default.
        scale_down_unneeded_time: How long a node must be idle before it goes, "10m" by default.
        scale_down_delay_after_add: How long after a node was added none goes, "10m" by default.
        scale_down_utilization_threshold: Share of a node's CPU and memory requests, between 0 and 1, below which it
            counts as idle. 0.5 by default.
        skip_nodes_with_system_pods: Whether nodes stay that have pods of kube-system other than DaemonSets. False by
            default: one pod of CoreDNS or metrics-server would keep every node that it ever lands on. Disruption
            budgets protect these pods.
        skip_nodes_with_local_storage: Whether nodes stay that have pods with emptyDir or hostPath volumes. True by
            default, as upstream: what such a volume holds is lost with the node.
        private: Whether the cluster has no way to the internet. The list of instance types is then the one built into
            the image.
        node_selector: Labels of the nodes to run on, besides Linux.
        tolerations: Taints to tolerate, as in a pod.
        extra_args: Further flags of the autoscaler without dashes; they win over those made here.
        values: Further chart values; they win over those made here, except the service account.
        needs: What else must exist before the release.

    Raises:
        ValueError: If the expander, a duration or the threshold is none that the autoscaler accepts, priorities and
            expander do not go together, or there is no replica.

    Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
    """

    aws: AwsEnvironment
    cluster: ClusterRef
    compute: Sequence[pulumi.Resource]
    identity_mode: IdentityMode = "podIdentity"
    replicas: int = 2
    expander: Expander = "least-waste"
    priorities: Mapping[int, Sequence[str]] = field(default_factory=dict[int, Sequence[str]])
    balance_similar_node_groups: bool = True
    scale_down: bool = True
    scale_down_unneeded_time: str = "10m"
    scale_down_delay_after_add: str = "10m"
    scale_down_utilization_threshold: float = 0.5
    skip_nodes_with_system_pods: bool = False
    skip_nodes_with_local_storage: bool = True
    private: bool = False
    node_selector: Mapping[str, str] = field(default_factory=dict[str, str])
    tolerations: Sequence[Mapping[str, Any]] = ()
    extra_args: Mapping[str, str | int | float | bool] = field(default_factory=dict[str, "str | int | float | bool"])
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    needs: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        if self.replicas < 1:
            raise ValueError(f"replicas: {self.replicas} must be at least 1")
        if self.expander not in _EXPANDERS:
            raise ValueError(f"expander: {self.expander!r} is not one of {', '.join(_EXPANDERS)}")
        if (self.expander == "priority") != bool(self.priorities):
            raise ValueError('priorities: are needed by the expander "priority" and by no other')
        for name in ("scale_down_unneeded_time", "scale_down_delay_after_add"):
            value: str = getattr(self, name)
            if not _DURATION.fullmatch(value):
                raise ValueError(f'{name}: {value!r} is no duration such as "10m" or "1h30m"')
        if not 0 < self.scale_down_utilization_threshold <= 1:
            raise ValueError(
                f"scale_down_utilization_threshold: {self.scale_down_utilization_threshold} must be above 0 and "
                "at most 1"
            )


class ClusterAutoscaler(pulumi.ComponentResource):
    """The Cluster Autoscaler with an identity that can resize the Auto Scaling groups of its own cluster only.

    Creates a role that only the autoscaler's service account may assume, its Pod Identity association and the Helm
    release. Groups are found by the tags that EKS puts on managed node groups.

    Args:
        name: Logical name; children are called after it.
        args: How it runs.
        opts: Resource options of the component.
    """

    service_account: pulumi.Output[str]
    """Name of the autoscaler's service account."""
    namespace: pulumi.Output[str]
    """Namespace of the autoscaler."""
    image_tag: pulumi.Output[str]
    """Version of the autoscaler, for example "v1.35.2"."""
    role_arn: pulumi.Output[str]
    """ARN of the autoscaler's role."""
    identity: WorkloadIdentity
    """Identity of the autoscaler."""
    release: kubernetes.helm.v3.Release
    """The Helm release."""

    def __init__(self, name: str, args: ClusterAutoscalerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:ClusterAutoscaler", name, None, opts)
        controller = chart_controller(args)
        installed = install_chart(
            name,
            controller,
            parent=self,
            aws=args.aws,
            cluster=args.cluster,
            identity_mode=args.identity_mode,
            compute=args.compute,
            needs=args.needs,
        )
        self.service_account = pulumi.Output.from_input(controller.service_account)
        self.namespace = pulumi.Output.from_input(controller.namespace)
        self.image_tag = pulumi.Output.from_input(versions.cluster_autoscaler_tag(args.cluster.version))
        self.role_arn = installed.identity.role_arn
        self.identity = installed.identity
        self.release = installed.release
        self.register_outputs(
            {
                "service_account": self.service_account,
                "namespace": self.namespace,
                "image_tag": self.image_tag,
                "role_arn": self.role_arn,
            }
        )


def chart_controller(args: ClusterAutoscalerArgs) -> ChartController:
    """Return the description of chart and permissions for these arguments."""
    return ChartController(
        chart=versions.CLUSTER_AUTOSCALER,
        release_name=_NAME,
        service_account=_NAME,
        service_account_values=("rbac", "serviceAccount"),
        policies={"autoscaler": cluster_autoscaler_policy(args.aws, args.cluster.literal_name)},
        values=merge_configuration(chart_values(args), args.values),
    )


def chart_values(args: ClusterAutoscalerArgs) -> dict[str, Any]:
    """Return the values of the chart, without the service account."""
    values: dict[str, Any] = {
        "cloudProvider": "aws",
        "awsRegion": args.aws.region,
        "autoDiscovery": {"clusterName": args.cluster.literal_name},
        "image": {"tag": versions.cluster_autoscaler_tag(args.cluster.version)},
        "replicaCount": args.replicas,
        "podDisruptionBudget": {"maxUnavailable": 1},
        "resources": {"requests": {"cpu": "100m", "memory": "300Mi"}, "limits": {"memory": "600Mi"}},
        "priorityClassName": "system-cluster-critical",
        "topologySpreadConstraints": spread_over_zones(
            {"app.kubernetes.io/name": _POD_NAME_LABEL, "app.kubernetes.io/instance": _NAME}
        ),
        "nodeSelector": {"kubernetes.io/os": "linux", **args.node_selector},
        "tolerations": [dict(toleration) for toleration in args.tolerations],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _UNPRIVILEGED,
            "runAsGroup": _UNPRIVILEGED,
            "fsGroup": _UNPRIVILEGED,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "extraArgs": {**_flags(args), **args.extra_args},
    }
    if args.priorities:
        values["expanderPriorities"] = {str(rank): list(groups) for rank, groups in args.priorities.items()}
    return values


def _flags(args: ClusterAutoscalerArgs) -> dict[str, str | int | float | bool]:
    flags: dict[str, str | int | float | bool] = {
        "expander": args.expander,
        "balance-similar-node-groups": args.balance_similar_node_groups,
        "skip-nodes-with-system-pods": args.skip_nodes_with_system_pods,
        "skip-nodes-with-local-storage": args.skip_nodes_with_local_storage,
        "scale-down-enabled": args.scale_down,
        "scale-down-unneeded-time": args.scale_down_unneeded_time,
        "scale-down-delay-after-add": args.scale_down_delay_after_add,
        "scale-down-utilization-threshold": args.scale_down_utilization_threshold,
    }
    if args.private:
        flags["aws-use-static-instance-list"] = True
    return flags
