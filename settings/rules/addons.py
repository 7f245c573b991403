"""Rules for EKS add-ons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from settings.addons import Addon
from settings.model import StackConfig
from settings.problems import Path, Problem, nearest, show
from settings.rules.common import Context, iam_policy, same_names

# Add-ons of AWS and its community catalogue, and whether they run where there are no nodes.
# https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
# https://docs.aws.amazon.com/eks/latest/userguide/community-addons.html
KNOWN: Mapping[str, bool] = MappingProxyType(
    {
        "vpc-cni": True,
        "kube-proxy": True,
        "coredns": True,
        "eks-pod-identity-agent": False,
        "eks-node-monitoring-agent": False,
        "metrics-server": True,
        "adot": True,
        "amazon-cloudwatch-observability": False,
        "amazon-sagemaker-hyperpod-taskgovernance": False,
        "aws-ebs-csi-driver": False,
        "aws-efs-csi-driver": False,
        "aws-fsx-csi-driver": False,
        "aws-guardduty-agent": False,
        "aws-mountpoint-s3-csi-driver": False,
        "aws-network-flow-monitoring-agent": False,
        "aws-privateca-connector-for-kubernetes": False,
        "aws-secrets-store-csi-driver-provider": False,
        "cert-manager": True,
        "external-dns": True,
        "fluent-bit": False,
        "kube-state-metrics": True,
        "prometheus-node-exporter": False,
        "snapshot-controller": True,
    }
)
_ELSEWHERE = {
    "aws-ebs-csi-driver": "storage.ebs",
    "aws-efs-csi-driver": "storage.efs",
    "snapshot-controller": "storage.ebs.snapshots",
}
_VERSION = re.compile(r"v\d+\.\d+\.\d+-eksbuild\.\d+")
_NAMESPACE = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
# Add-ons of the AWS Marketplace are called publisher_product.
_MARKETPLACE = re.compile(r"[a-z0-9-]+_[a-z0-9-]+")
_SERVICE_ACCOUNT = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the add-ons."""
    addons = config.addons
    named = {
        "vpc-cni": addons.vpc_cni,
        "kube-proxy": addons.kube_proxy,
        "coredns": addons.coredns,
        "eks-pod-identity-agent": addons.eks_pod_identity_agent,
        "eks-node-monitoring-agent": addons.eks_node_monitoring_agent,
        "metrics-server": addons.metrics_server,
    }
    for name, addon in (*named.items(), *addons.others.items()):
        if addon is not None:
            yield from _addon(("addons", name), addon, context)
    for name in addons.others:
        yield from _other(name)
    if not config.node_groups:
        yield from _without_nodes(config)
    yield from _identities(config)
    if addons.vpc_cni.custom_networking:
        yield from _custom_networking(config)


def addon_version(path: Path, version: str | None) -> Iterator[Problem]:
    """Yield an add-on's version that is not written as EKS writes it."""
    if version is not None and not _VERSION.fullmatch(version):
        yield Problem(path, f"{show(version)} is not an add-on version such as v1.20.4-eksbuild.1")


def _addon(path: Path, addon: Addon, context: Context) -> Iterator[Problem]:
    yield from addon_version((*path, "version"), addon.version)
    if addon.namespace is not None and not _NAMESPACE.fullmatch(addon.namespace):
        text = f"{show(addon.namespace)} is not a namespace: 1 to 63 of a-z, 0-9 and -, first a letter"
        yield Problem((*path, "namespace"), text)
    for account, policies in addon.service_accounts.items():
        place = (*path, "serviceAccounts", account)
        if not _SERVICE_ACCOUNT.fullmatch(account):
            yield Problem(place, f"{show(account)} is not the name of a service account: a-z, 0-9, - and .")
        for index, policy in enumerate(policies):
            yield from iam_policy((*place, index), policy, context)
        yield from same_names(place, policies)


def _other(name: str) -> Iterator[Problem]:
    if name in _ELSEWHERE:
        yield Problem(("addons", name), f"is installed through {_ELSEWHERE[name]}; set it up there")
    elif name not in KNOWN and not _MARKETPLACE.fullmatch(name):
        found = nearest(name, KNOWN)
        cure = f'did you mean "{found}"?' if found else f"those are {', '.join(sorted(set(KNOWN) - set(_ELSEWHERE)))}"
        yield Problem(("addons", name), f"{show(name)} is not an EKS add-on; {cure}")


def _without_nodes(config: StackConfig) -> Iterator[Problem]:
    addons = config.addons
    installed = {
        "eks-pod-identity-agent": addons.eks_pod_identity_agent,
        "eks-node-monitoring-agent": addons.eks_node_monitoring_agent,
        **addons.others,
    }
    for name, addon in installed.items():
        if addon is not None and KNOWN.get(name) is False and name not in _ELSEWHERE:
            text = "runs a pod on every node, which Fargate cannot hold, and there is no node group; leave it out"
            yield Problem(("addons", name), text, related=(("nodeGroups",),))
    for name, addon in {"coredns": addons.coredns, "metrics-server": addons.metrics_server, **addons.others}.items():
        count = len(addon.service_accounts) if addon else 0
        if count > 1:
            text = f"has {count} entries; with no node group roles come through IRSA, of which EKS gives an add-on one"
            yield Problem(("addons", name, "serviceAccounts"), text, related=(("nodeGroups",),))


def _identities(config: StackConfig) -> Iterator[Problem]:
    if config.addons.vpc_cni.service_accounts:
        yield Problem(
            ("addons", "vpc-cni", "serviceAccounts"), "is not for vpc-cni: the platform makes its role itself"
        )
    if config.addons.eks_pod_identity_agent or not config.node_groups:
        return
    users = [f"addons.{name}.serviceAccounts" for name, addon in config.addons.others.items() if addon.service_accounts]
    users.append("addons.vpc-cni")
    if config.storage.ebs:
        users.append("storage.ebs")
    if config.storage.efs:
        users.append("storage.efs")
    for key, controller in (
        ("loadBalancerController", config.load_balancer_controller),
        ("clusterAutoscaler", config.cluster_autoscaler),
    ):
        if controller and controller.identity == "podIdentity":
            users.append(key)
    text = f"is false, but the pods of {', '.join(users)} get their IAM roles through it; leave it out"
    yield Problem(("addons", "eks-pod-identity-agent"), text, related=(("storage",), ("nodeGroups",)))


def _custom_networking(config: StackConfig) -> Iterator[Problem]:
    path: Path = ("addons", "vpc-cni", "customNetworking")
    existing = config.network.existing
    if existing:
        missing = [zone for zone in existing.private_subnets if zone not in existing.pod_subnets]
        if missing:
            text = f"needs a subnet for pods in every zone; network.existing.podSubnets lacks {', '.join(missing)}"
            yield Problem(path, text, related=(("network", "existing"),))
    elif config.network.pod_cidr is None:
        text = "needs a range for pods; set network.podCidr, for example 100.64.0.0/16"
        yield Problem(path, text, related=(("network", "podCidr"),))
    if config.cluster.ip_family == "ipv6":
        yield Problem(path, "does not work with cluster.ipFamily ipv6", related=(("cluster", "ipFamily"),))
