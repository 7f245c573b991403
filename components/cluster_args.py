"""What a Cluster is made from."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi

from components.access import AccessEntry, check_entries
from components.aws_environment import AwsEnvironment
from components.cluster_network import NodePorts
from components.log_retention import check_retention

LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]
ControlPlaneTier = Literal["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"]

LOG_TYPES: tuple[LogType, ...] = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_TIERS = ("standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl")
_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
_VERSION = re.compile(r"1\.\d{2}")
_PRIVATE_RANGES = tuple(ipaddress.IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
# https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
_SECURITY_GROUP_LIMIT = 4


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """From where the Kubernetes API can be reached.

    Args:
        private: Whether it can be reached inside the VPC; nodes then never leave it. True by default.
        public: Whether it can be reached from the internet. False by default.
        public_cidrs: IPv4 or IPv6 ranges that may reach the public endpoint. Must be given when `public` is set: EKS
            would take the whole world.

    Raises:
        ValueError: If the endpoint could not be reached at all, or the CIDRs and `public` disagree.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
    """

    private: bool = True
    public: bool = False
    public_cidrs: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not self.private and not self.public:
            raise ValueError("endpoint: private and public are both off; nothing could reach the cluster")
        if self.public and not self.public_cidrs:
            raise ValueError("public_cidrs: name the ranges that may reach the public endpoint")
        if self.public_cidrs and not self.public:
            raise ValueError("public_cidrs: they have no meaning while public is off")
        for cidr in self.public_cidrs:
            _network("public_cidrs", cidr)


@dataclass(frozen=True, kw_only=True)
class ControlPlaneLogs:
    """What the control plane writes to CloudWatch Logs, and how long it is kept.

    Args:
        types: Any of "api", "audit", "authenticator", "controllerManager", "scheduler"; all by default. Empty for
            none: there is no log group then.
        retention_days: Days, one of the numbers that CloudWatch accepts. 90 by default.
        kms_key_arn: Key that encrypts the log group; its policy must let CloudWatch Logs use it. None takes the
            cluster's own key where the component makes one, and else the encryption that CloudWatch always has.

    Raises:
        ValueError: If a type or number of days is none that AWS accepts.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
    """

    types: Sequence[LogType] = LOG_TYPES
    retention_days: int = 90
    kms_key_arn: pulumi.Input[str] | None = None

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.types if kind not in LOG_TYPES]
        if unknown:
            raise ValueError(f"types: {', '.join(unknown)} is not one of {', '.join(LOG_TYPES)}")
        check_retention("retention_days", self.retention_days)


@dataclass(frozen=True, kw_only=True)
class SecretsEncryption:
    """With which key Kubernetes secrets are encrypted. It cannot be taken off again.

    Args:
        enabled: Whether a customer managed key is used. Without one EKS uses a key of its own. True by default.
        kms_key_arn: An existing symmetric key. None makes one, with rotation and an alias.
        rotation_days: Days between rotations of the key made here, 90 to 2560; 365 by default.
        deletion_window_days: Days in which a deleted key made here can be brought back, 7 to 30; 30 by default.

    Raises:
        ValueError: If a number of days is out of range, or a key is given although encryption is off.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html and
    https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
    """

    enabled: bool = True
    kms_key_arn: pulumi.Input[str] | None = None
    rotation_days: int = 365
    deletion_window_days: int = 30

    def __post_init__(self) -> None:
        if not self.enabled and self.kms_key_arn is not None:
            raise ValueError("kms_key_arn: a key is given although enabled is False")
        if not 90 <= self.rotation_days <= 2560:
            raise ValueError(f"rotation_days: {self.rotation_days} is not between 90 and 2560")
        if not 7 <= self.deletion_window_days <= 30:
            raise ValueError(f"deletion_window_days: {self.deletion_window_days} is not between 7 and 30")

    @property
    def makes_key(self) -> bool:
        """Whether the component makes the key."""
        return self.enabled and self.kms_key_arn is None


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """A control plane and what belongs to it.

    Args:
        aws: Where the cluster is.
        name: Name of the cluster: 1 to 100 letters, digits, "-" and "_", a letter or digit first.
        version: Kubernetes minor version, for example "1.35".
        vpc_id: VPC of the cluster.
        subnet_ids: Subnets for the control plane's network interfaces, by zone; at least two.
        access: Who may use the Kubernetes API: entry by name. At least one must administer the whole cluster; the
            creator of the cluster has no silent right to it.
        deployer_role_arn: Role that this deployment assumes to talk to the Kubernetes API. None to use the identity
            that it runs with. If given, an entry must let it administer the cluster.
        endpoint: From where the Kubernetes API can be reached; only inside the VPC by default.
        service_cidr: IPv4 range for Kubernetes Services, /12 to /24 in a private range, apart from the VPC's. None
            lets EKS choose. Can be set at creation only.
        ip_family: "ipv4" (default) or "ipv6" for pods and Services. Can be set at creation only.
        logs: Control plane logs.
        secrets_encryption: Encryption of Kubernetes secrets.
        authentication_mode: "API" (default), or "API_AND_CONFIG_MAP" while an old cluster still has entries in the
            aws-auth ConfigMap. There is no way back from "API".
        deletion_protection: Whether EKS refuses to delete the cluster. True by default.
        support_type: "standard" (default): EKS upgrades the cluster at the end of standard support; "extended": it
            stays, at extra cost.
        zonal_shift: Whether traffic may be shifted away from an impaired zone. True by default.
        control_plane_tier: Provisioned control plane: "standard", "tier-xl", "tier-2xl", "tier-4xl" or "tier-8xl".
            None leaves it to AWS, which scales by load.
        additional_security_group_ids: Up to 4 security groups for the control plane's network interfaces.
        security_groups_for_pods: Whether the cluster role may manage network interfaces for security groups for pods
            and Windows nodes.
        fargate: Whether pods run on Fargate beside nodes: they live in the cluster security group, so DNS and
            unprivileged ports are opened between it and the nodes.
        node_ports: Ports that are opened towards and between nodes beyond the ones each cluster needs.
        generation: Number that is raised when the cluster is rebuilt from nothing under the same name, so that all
            Kubernetes objects are made anew. 1 by default.

    Raises:
        ValueError: If a value breaks a rule that is written above.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
    """

    aws: AwsEnvironment
    name: str
    version: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Mapping[str, pulumi.Input[str]]
    access: Mapping[str, AccessEntry]
    deployer_role_arn: str | None = None
    endpoint: Endpoint = field(default_factory=Endpoint)
    service_cidr: str | None = None
    ip_family: Literal["ipv4", "ipv6"] = "ipv4"
    logs: ControlPlaneLogs = field(default_factory=ControlPlaneLogs)
    secrets_encryption: SecretsEncryption = field(default_factory=SecretsEncryption)
    authentication_mode: Literal["API", "API_AND_CONFIG_MAP"] = "API"
    deletion_protection: bool = True
    support_type: Literal["standard", "extended"] = "standard"
    zonal_shift: bool = True
    control_plane_tier: ControlPlaneTier | None = None
    additional_security_group_ids: Sequence[pulumi.Input[str]] = ()
    security_groups_for_pods: bool = False
    fargate: bool = False
    node_ports: NodePorts = field(default_factory=NodePorts)
    generation: int = 1

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                f"name: {self.name!r} must be 1 to 100 letters, digits, - and _, with a letter or digit first"
            )
        if not _VERSION.fullmatch(self.version):
            raise ValueError(f'version: {self.version!r} is not a Kubernetes minor such as "1.35"')
        if len(self.subnet_ids) < 2:
            raise ValueError(f"subnet_ids: EKS needs subnets in two zones, {len(self.subnet_ids)} given")
        self._check_choices()
        self._check_network()
        check_entries(self.access)
        if self.deployer_role_arn is not None and not self.deployer_entries:
            raise ValueError(
                f"access: no entry lets the deployer {self.deployer_role_arn} administer the cluster (ClusterAdmin)"
            )
        if self.generation < 1:
            raise ValueError(f"generation: {self.generation} is not 1 or more")

    @property
    def deployer_entries(self) -> frozenset[str]:
        """Names of the entries that let this deployment use the Kubernetes API."""
        return frozenset(
            name
            for name, entry in self.access.items()
            if entry.administers_cluster
            and (self.deployer_role_arn is None or entry.principal == self.deployer_role_arn)
        )

    def _check_choices(self) -> None:
        choices = (
            ("authentication_mode", self.authentication_mode, ("API", "API_AND_CONFIG_MAP")),
            ("ip_family", self.ip_family, ("ipv4", "ipv6")),
            ("support_type", self.support_type, ("standard", "extended")),
            ("control_plane_tier", self.control_plane_tier, (None, *_TIERS)),
        )
        for name, value, allowed in choices:
            if value not in allowed:
                raise ValueError(f"{name}: {value!r} is not one of {', '.join(str(one) for one in allowed if one)}")

    def _check_network(self) -> None:
        if len(self.additional_security_group_ids) > _SECURITY_GROUP_LIMIT:
            raise ValueError(
                f"additional_security_group_ids: {len(self.additional_security_group_ids)} given, "
                f"EKS takes {_SECURITY_GROUP_LIMIT}"
            )
        if self.service_cidr is None:
            return
        if self.ip_family == "ipv6":
            raise ValueError("service_cidr: EKS assigns the service range of an IPv6 cluster itself")
        network = _network("service_cidr", self.service_cidr)
        if not isinstance(network, ipaddress.IPv4Network) or not 12 <= network.prefixlen <= 24:
            raise ValueError(f"service_cidr: {self.service_cidr!r} must be an IPv4 range of /12 to /24")
        if not any(network.subnet_of(private) for private in _PRIVATE_RANGES):
            raise ValueError(f"service_cidr: {self.service_cidr!r} lies in no private range (RFC 1918)")


def _network(field_name: str, cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(cidr)
    except ValueError as error:
        raise ValueError(f"{field_name}: {cidr!r} is not a CIDR such as 10.0.0.0/16: {error}") from error
