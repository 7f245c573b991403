"""What every controller installed from a Helm chart has in common: identity, release and their order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.addon import merge_configuration
from components.aws_environment import AwsEnvironment
from components.iam.document import Document
from components.refs import ClusterRef
from components.versions import Chart
from components.workload_identity import IdentityMode, WorkloadIdentity, WorkloadIdentityArgs

# Helm takes ranges such as "3.x" or "^3.5.0", too; those would change what is installed without a change of a file.
_EXACT_VERSION = re.compile(r"v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
# https://helm.sh/docs/chart_template_guide/getting_started/ and RFC 1123
_RELEASE_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?")

# Revisions that Helm keeps as Secrets in the cluster: enough to roll back, few enough not to fill etcd.
_MAX_HISTORY = 5


@dataclass(frozen=True, kw_only=True)
class ChartController:
    """A controller as its chart installs it.

    Args:
        chart: Chart, repository and exact version. A chart named by its whole oci:// address has no use for a
            repository.
        release_name: Name of the Helm release; fixed, so that names made from it survive a replacement.
        namespace: Namespace, which must exist. "kube-system" by default.
        service_account: Name of the service account that the chart makes and the identity is bound to.
        service_account_values: Where in the chart's values the service account is described.
        values: Values of the chart, without the service account.
        policies: Permissions: policy document by key.
        managed_policies: Permissions that exist already: policy ARN by key.
        skip_crds: Whether the chart's own crds/ directory is left out, because they are managed apart.
        timeout_seconds: How long Helm waits for the pods to be ready. 600 by default.

    Raises:
        ValueError: If the chart's version is a range, the release name is none that Helm accepts, or the timeout is
            below one second.
    """

    chart: Chart
    release_name: str
    service_account: str
    values: Mapping[str, Any]
    namespace: str = "kube-system"
    service_account_values: tuple[str, ...] = ("serviceAccount",)
    policies: Mapping[str, Document] = field(default_factory=dict[str, Document])
    managed_policies: Mapping[str, str] = field(default_factory=dict[str, str])
    skip_crds: bool = False
    timeout_seconds: int = 600

    def __post_init__(self) -> None:
        if not _EXACT_VERSION.fullmatch(self.chart.version):
            raise ValueError(f"chart: {self.chart.version!r} is not an exact chart version such as 3.5.0")
        if not _RELEASE_NAME.fullmatch(self.release_name):
            raise ValueError(
                f"release_name: {self.release_name!r} must be 1 to 53 of a-z, 0-9 and -, and begin and end with "
                "a letter or digit"
            )
        if self.timeout_seconds < 1:
            raise ValueError(f"timeout_seconds: {self.timeout_seconds} must be at least 1")


@dataclass(frozen=True, kw_only=True)
class InstalledChart:
    """A controller that has been declared.

    Args:
        identity: Role of its service account.
        release: The Helm release: ready once the controller's pods are.
    """

    identity: WorkloadIdentity
    release: kubernetes.helm.v3.Release


def install_chart(
    name: str,
    controller: ChartController,
    *,
    parent: pulumi.Resource,
    aws: AwsEnvironment,
    cluster: ClusterRef,
    identity_mode: IdentityMode,
    compute: Sequence[pulumi.Resource],
    needs: Sequence[pulumi.Resource] = (),
) -> InstalledChart:
    """Declare a controller's identity and release, each waiting for what it cannot start without.

    The role and its policies need the cluster at most and are made beside the nodes. Only the release waits: for the
    permissions and the Pod Identity association (pods that start earlier have no credentials), for nodes or Fargate
    profiles to run on, and for whatever else it needs. Deletion runs the other way round, so the controller keeps its
    permissions and nodes until it is gone.

    Args:
        name: Logical name of the component that this belongs to; children are called after it.
        controller: The controller.
        parent: That component.
        aws: Where the cluster is.
        cluster: Cluster to install to.
        identity_mode: "podIdentity", or "irsa" for pods on Fargate.
        compute: Node groups or Fargate profiles that the pods run on.
        needs: What else must exist before, for example custom resource definitions.
    """
    identity = WorkloadIdentity(
        f"{name}-identity",
        WorkloadIdentityArgs(
            aws=aws,
            cluster=cluster,
            namespace=controller.namespace,
            service_account=controller.service_account,
            mode=identity_mode,
            policies=controller.policies,
            managed_policies=controller.managed_policies,
        ),
        pulumi.ResourceOptions(parent=parent),
    )
    service_account = {
        "create": True,
        "name": controller.service_account,
        "annotations": identity.annotations,
    }
    release = kubernetes.helm.v3.Release(
        f"{name}-release",
        name=controller.release_name,
        chart=controller.chart.name,
        version=controller.chart.version,
        repository_opts=_repository(controller.chart),
        namespace=controller.namespace,
        values=merge_configuration(controller.values, _nested(controller.service_account_values, service_account)),
        skip_crds=controller.skip_crds,
        # A failed install or upgrade leaves nothing half done that would block the next one.
        atomic=True,
        cleanup_on_fail=True,
        skip_await=False,
        timeout=controller.timeout_seconds,
        max_history=_MAX_HISTORY,
        opts=pulumi.ResourceOptions(
            parent=parent,
            provider=cluster.kubernetes_provider,
            depends_on=[*identity.ready, *compute, *needs],
        ),
    )
    return InstalledChart(identity=identity, release=release)


def spread_over_zones(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a topology spread constraint that keeps a controller's replicas in different zones where it can.

    It never stops a pod from being scheduled: a cluster with nodes in one zone only still gets its second replica.

    Args:
        labels: Labels that select the controller's pods.

    Source: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
    """
    return [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": dict(labels)},
        }
    ]


def _repository(chart: Chart) -> kubernetes.helm.v3.RepositoryOptsArgs | None:
    if chart.name.startswith("oci://"):
        return None
    return kubernetes.helm.v3.RepositoryOptsArgs(repo=chart.repository)


def _nested(path: Sequence[str], value: Mapping[str, Any]) -> dict[str, Any]:
    nested = dict(value)
    for key in reversed(path):
        nested = {key: nested}
    return nested
