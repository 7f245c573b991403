"""EKS add-ons of a cluster, with the identities that they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pulumi
import pulumi_aws as aws_sdk

from components.addon import AddonSpec, eks_addon
from components.aws_environment import AwsEnvironment
from components.iam.document import Document
from components.iam.vpc_cni import IPV4_MANAGED_POLICY, ipv6_policy
from components.refs import ClusterRef
from components.workload_identity import IdentityMode, WorkloadIdentity, WorkloadIdentityArgs

VPC_CNI = "vpc-cni"
POD_IDENTITY_AGENT = "eks-pod-identity-agent"

# Namespace of add-ons that do not live in kube-system, where nothing else is configured. Roles name the namespace of
# their service account, so an add-on that is missing here needs it said.
# https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html and
# https://docs.aws.amazon.com/eks/latest/userguide/community-addons.html
_NAMESPACES: Mapping[str, str] = MappingProxyType(
    {
        "adot": "opentelemetry-operator-system",
        "amazon-cloudwatch-observability": "amazon-cloudwatch",
        "aws-network-flow-monitoring-agent": "amazon-network-flow-monitor",
        "aws-privateca-connector-for-kubernetes": "aws-privateca-issuer",
        "cert-manager": "cert-manager",
        "external-dns": "external-dns",
        "fluent-bit": "fluent-bit",
        "kube-state-metrics": "kube-state-metrics",
        "prometheus-node-exporter": "prometheus-node-exporter",
    }
)

# What a node cannot become ready without, or what must be set before its first pod gets an address or a role.
_BEFORE_COMPUTE = frozenset({VPC_CNI, "kube-proxy", POD_IDENTITY_AGENT})


@dataclass(frozen=True, kw_only=True)
class AddonIdentity:
    """What one service account of an add-on may do in AWS.

    Args:
        service_account: Name of the service account.
        namespace: Its namespace. None for the one that the add-on is installed to: as configured, else its own, else
            kube-system.
        mode: "podIdentity" (default) or, for pods on Fargate or Windows, "irsa".
        policies: Own permissions: policy document by key.
        managed_policies: Permissions that exist already: policy ARN by key.
    """

    service_account: str
    namespace: str | None = None
    mode: IdentityMode = "podIdentity"
    policies: Mapping[str, Document] = field(default_factory=dict[str, Document])
    managed_policies: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class ClusterAddonsArgs:
    """Add-ons that are installed at the same point of the order.

    Args:
        aws: Where the cluster is.
        cluster: The cluster.
        addons: Set-up by name of the add-on, for example {"vpc-cni": AddonSpec()}.
        identities: Identities of an add-on by its name. None takes `default_identities`.
        compute: Resources that must be up before the add-ons' pods can run (node groups, Fargate profiles). Only the
            add-ons wait for them; their roles are made beside the cluster.

    Raises:
        ValueError: If there is no add-on, an identity belongs to none of them, or vpc-cni gets a Pod Identity and the
            agent that would serve it is not installed with it.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
    """

    aws: AwsEnvironment
    cluster: ClusterRef
    addons: Mapping[str, AddonSpec]
    identities: Mapping[str, Sequence[AddonIdentity]] | None = None
    compute: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        if not self.addons:
            raise ValueError("addons: at least one add-on must be named")
        unknown = sorted(set(self.identities or {}) - set(self.addons))
        if unknown:
            raise ValueError(f"identities: {', '.join(unknown)} is not among the add-ons {', '.join(self.addons)}")
        uses_agent = any(identity.mode == "podIdentity" for identity in self.all_identities.get(VPC_CNI, ()))
        if uses_agent and POD_IDENTITY_AGENT not in self.addons:
            raise ValueError(
                f"addons: {VPC_CNI} gets its role through {POD_IDENTITY_AGENT}, which is missing; "
                "no node would become ready"
            )

    @property
    def all_identities(self) -> Mapping[str, Sequence[AddonIdentity]]:
        """Identities by name of the add-on, the default ones if none are given."""
        if self.identities is not None:
            return self.identities
        return default_identities(self.aws, self.addons)


class ClusterAddons(pulumi.ComponentResource):
    """EKS add-ons and their identities.

    A cluster has two of these: what must be there before nodes (see `before_compute`), and what needs nodes to become
    active. Creates an `aws.eks.Addon` for each add-on and a WorkloadIdentity for each identity; the add-on itself
    owns the Pod Identity association.

    vpc-cni does not wait for the Pod Identity agent, nor the other way round: both are DaemonSets on the host network
    that start with the first node, and the CNI asks again until the agent answers.

    Args:
        name: Logical name; children are called after it.
        args: The add-ons.
        opts: Resource options of the component.
    """

    versions: pulumi.Output[dict[str, str]]
    """Version of each add-on by its name."""
    ready: Sequence[pulumi.Resource]
    """The add-ons, for `depends_on` of what needs them: node groups and Fargate profiles."""

    def __init__(self, name: str, args: ClusterAddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:ClusterAddons", name, None, opts)
        made: dict[str, aws_sdk.eks.Addon] = {}
        for addon_name, spec in sorted(args.addons.items()):
            made[addon_name] = eks_addon(
                f"{name}-{addon_name}",
                parent=self,
                cluster=args.cluster,
                addon_name=addon_name,
                spec=spec,
                identities={
                    identity.service_account: self._identify(name, args, addon_name, identity)
                    for identity in args.all_identities.get(addon_name, ())
                },
                depends_on=args.compute,
            )
        self.versions = pulumi.Output.all(**{key: addon.addon_version for key, addon in made.items()})
        self.ready = tuple(made.values())
        self.register_outputs({"versions": self.versions})

    def _identify(
        self, name: str, args: ClusterAddonsArgs, addon_name: str, identity: AddonIdentity
    ) -> WorkloadIdentity:
        return WorkloadIdentity(
            f"{name}-{addon_name}-{identity.service_account}",
            WorkloadIdentityArgs(
                aws=args.aws,
                cluster=args.cluster,
                namespace=identity.namespace or addon_namespace(addon_name, args.addons[addon_name]),
                service_account=identity.service_account,
                mode=identity.mode,
                association=False,
                policies=identity.policies,
                managed_policies=identity.managed_policies,
            ),
            pulumi.ResourceOptions(parent=self),
        )


def addon_namespace(name: str, spec: AddonSpec) -> str:
    """Return the namespace that an add-on is installed to.

    Args:
        name: Name of the add-on.
        spec: Its set-up; a namespace that is set there wins.
    """
    return spec.namespace or _NAMESPACES.get(name, "kube-system")


def before_compute(addons: Mapping[str, AddonSpec]) -> dict[str, AddonSpec]:
    """Return the add-ons that must be installed before the first node: networking, and roles for pods.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
    """
    return {name: spec for name, spec in addons.items() if name in _BEFORE_COMPUTE}


def after_compute(addons: Mapping[str, AddonSpec]) -> dict[str, AddonSpec]:
    """Return the add-ons that become active only with nodes, or that no node waits for (monitoring agents)."""
    return {name: spec for name, spec in addons.items() if name not in _BEFORE_COMPUTE}


def default_identities(
    aws: AwsEnvironment,
    addons: Mapping[str, AddonSpec],
    *,
    mode: IdentityMode = "podIdentity",
    ipv6: bool = False,
) -> dict[str, list[AddonIdentity]]:
    """Return the identities of those add-ons whose permissions AWS documents; others get none.

    Args:
        aws: Where the cluster is.
        addons: The add-ons.
        mode: How service accounts get their role.
        ipv6: Whether pods have IPv6 addresses: the managed policy of the VPC CNI lacks what that takes.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html and
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html
    """
    if ipv6:
        cni = AddonIdentity(service_account="aws-node", mode=mode, policies={"ipv6": ipv6_policy(aws)})
    else:
        cni = AddonIdentity(
            service_account="aws-node",
            mode=mode,
            managed_policies={IPV4_MANAGED_POLICY: aws.managed_policy_arn(IPV4_MANAGED_POLICY)},
        )
    cloudwatch = AddonIdentity(
        service_account="cloudwatch-agent",
        mode=mode,
        managed_policies={
            policy: aws.managed_policy_arn(policy)
            for policy in ("CloudWatchAgentServerPolicy", "AWSXrayWriteOnlyAccess")
        },
    )
    known = {VPC_CNI: [cni], "amazon-cloudwatch-observability": [cloudwatch]}
    return {name: known[name] for name in addons if name in known}


def coredns_configuration(*, fargate_only: bool) -> dict[str, Any]:
    """Return the configuration values of the coredns add-on.

    Args:
        fargate_only: Whether all pods run on Fargate: CoreDNS is then not held back for EC2 nodes.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/fargate-getting-started.html
    """
    return {"computeType": "Fargate"} if fargate_only else {}
