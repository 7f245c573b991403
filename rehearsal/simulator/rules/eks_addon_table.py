"""The add-ons that Amazon EKS offers, and what their pods need.

https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html,
https://docs.aws.amazon.com/eks/latest/userguide/community-addons.html; service accounts from the add-ons' sections
there ("IAM permissions").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class KnownAddon:
    """What is known of one add-on.

    Args:
        name: Name in the API.
        namespace: Namespace of its pods.
        service_accounts: Service accounts that can have a role.
        deployment: Whether it has pods beside those that run once on every node: it needs a place for them before it
            is ACTIVE.
        fargate: Whether those pods run on Fargate.
        labels: Labels of those pods that Fargate profiles may select.
    """

    name: str
    namespace: str = "kube-system"
    service_accounts: tuple[str, ...] = ()
    deployment: bool = True
    fargate: bool = False
    labels: Mapping[str, str] = field(default_factory=dict[str, str])


_TABLE = (
    KnownAddon(name="vpc-cni", service_accounts=("aws-node",), deployment=False),
    KnownAddon(name="kube-proxy", deployment=False),
    KnownAddon(name="coredns", fargate=True, labels={"k8s-app": "kube-dns", "eks.amazonaws.com/component": "coredns"}),
    KnownAddon(name="eks-pod-identity-agent", deployment=False),
    KnownAddon(
        name="aws-ebs-csi-driver",
        service_accounts=("ebs-csi-controller-sa", "ebs-csi-node-sa"),
        labels={"app": "ebs-csi-controller"},
    ),
    KnownAddon(
        name="aws-efs-csi-driver",
        service_accounts=("efs-csi-controller-sa", "efs-csi-node-sa"),
        labels={"app": "efs-csi-controller"},
    ),
    KnownAddon(name="aws-fsx-csi-driver", service_accounts=("fsx-csi-controller-sa", "fsx-csi-node-sa")),
    KnownAddon(
        name="aws-mountpoint-s3-csi-driver", service_accounts=("s3-csi-driver-sa", "s3-csi-driver-controller-sa")
    ),
    KnownAddon(name="snapshot-controller", fargate=True, labels={"app": "snapshot-controller"}),
    KnownAddon(name="eks-node-monitoring-agent", deployment=False),
    KnownAddon(
        name="amazon-cloudwatch-observability",
        namespace="amazon-cloudwatch",
        service_accounts=("cloudwatch-agent",),
    ),
    KnownAddon(
        name="adot",
        namespace="opentelemetry-operator-system",
        service_accounts=("adot-col-prom-metrics", "adot-col-otlp-ingest", "adot-col-container-logs"),
        fargate=True,
    ),
    KnownAddon(name="aws-guardduty-agent", namespace="amazon-guardduty", deployment=False),
    KnownAddon(
        name="aws-network-flow-monitoring-agent",
        namespace="amazon-network-flow-monitor",
        service_accounts=("aws-network-flow-monitor-agent-service-account",),
        deployment=False,
    ),
    KnownAddon(name="aws-secrets-store-csi-driver-provider", deployment=False),
    KnownAddon(
        name="aws-privateca-connector-for-kubernetes",
        namespace="aws-privateca-issuer",
        service_accounts=("aws-privateca-issuer",),
    ),
    KnownAddon(name="amazon-sagemaker-hyperpod-taskgovernance", namespace="kueue-system"),
    KnownAddon(name="metrics-server", fargate=True, labels={"app.kubernetes.io/name": "metrics-server"}),
    KnownAddon(name="kube-state-metrics", namespace="kube-state-metrics", fargate=True),
    KnownAddon(name="prometheus-node-exporter", namespace="prometheus-node-exporter", deployment=False),
    KnownAddon(name="cert-manager", namespace="cert-manager", service_accounts=("cert-manager",), fargate=True),
    KnownAddon(name="external-dns", namespace="external-dns", service_accounts=("external-dns",), fargate=True),
    KnownAddon(name="fluent-bit", namespace="fluent-bit", service_accounts=("fluent-bit",), deployment=False),
)

ADDONS: Mapping[str, KnownAddon] = {addon.name: addon for addon in _TABLE}
