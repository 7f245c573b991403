"""The control plane (https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.base import OFF_SWITCH, Section, derived, unit

LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]


class Endpoint(Section):
    """Ways to the API server (https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html)."""

    private: bool = Field(default=True, description="Reachable from inside the VPC.")
    public: bool = Field(default=False, description="Reachable from the internet, from `publicAccessCidrs` only.")
    public_access_cidrs: tuple[str, ...] = Field(
        default=(),
        max_length=40,
        description="Ranges that may reach the public endpoint; needed with `public: true`, at most 40. 0.0.0.0/0 and "
        "::/0 are refused outside the environment `dev`.",
    )


class ControlPlaneLogs(Section):
    """Control plane logs (https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html)."""

    types: tuple[LogType, ...] = Field(
        default=("api", "audit", "authenticator", "controllerManager", "scheduler"),
        description="Components whose logs go to CloudWatch.",
    )
    retention_days: int = Field(
        default=90,
        description="How long the cluster's log groups keep records; one of the periods that CloudWatch offers.",
        json_schema_extra=unit("days"),
    )
    kms_key_arn: str | None = Field(
        default=None, description="KMS key that encrypts the log group; without one CloudWatch's own key does."
    )


class Encryption(Section):
    """Envelope encryption of Kubernetes secrets (https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html)."""

    kms_key_arn: str | None = Field(
        default=None, description="An existing symmetric KMS key in the region; without one the platform makes its own."
    )
    rotation_days: int = Field(
        default=365, ge=90, le=2560, description="Rotation period of the own key.", json_schema_extra=unit("days")
    )
    deletion_window_days: int = Field(
        default=30,
        ge=7,
        le=30,
        description="How long the own key can still be rescued after the stack is destroyed.",
        json_schema_extra=unit("days"),
    )


class NodePorts(Section):
    """TCP ports that are opened on nodes beyond those that every cluster needs
    (https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html)."""

    webhooks: Mapping[str, int] = Field(
        default_factory=dict,
        description="Ports on which pods answer webhooks and aggregated APIs that the control plane calls, by a name "
        "of your choice, for example `{karpenter: 8443}`. 443, 9443 (load balancer controller), 10250 and 10251 "
        "(metrics-server) are open.",
    )
    pods: Mapping[str, int] = Field(
        default_factory=dict,
        description="Ports up to 1024 on which pods answer pods of other nodes, by a name of your choice, for example "
        "`{http: 80}`. 53 and all ports from 1025 are open.",
    )


class Cluster(Section):
    """The control plane."""

    name: str = Field(
        default="",
        description="Name of the cluster: 1 to 100 letters, digits, `-` and `_`, first a letter or digit. It cannot be "
        "changed later.",
        json_schema_extra=derived("`<project>-<stack>`"),
    )
    version: str = Field(default="1.35", description='Kubernetes minor version, in quotes, for example "1.35".')
    support_type: Literal["standard", "extended"] = Field(
        default="standard",
        description="`standard`: EKS upgrades the cluster when standard support of its version ends; `extended`: it "
        "stays for a year more at a higher price.",
    )
    endpoint: Endpoint = Field(default_factory=Endpoint, description="Ways to the API server.")
    service_cidr: str = Field(
        default="172.20.0.0/16",
        description="Range of Kubernetes Services: private, /24 to /12, overlapping neither VPC nor pod range. It "
        "cannot be changed later; not with `ipFamily: ipv6`, where EKS chooses one.",
    )
    ip_family: Literal["ipv4", "ipv6"] = Field(
        default="ipv4",
        description="Addresses of pods and Services; `ipv6` needs `network.ipv6`. It cannot be changed later.",
    )
    logs: ControlPlaneLogs = Field(default_factory=ControlPlaneLogs, description="Control plane logs.")
    encryption: Annotated[Encryption | None, OFF_SWITCH] = Field(
        default_factory=Encryption,
        description="Encryption of secrets with a key of the account; `false` leaves it to the key that AWS owns. It "
        "cannot be taken back later.",
    )
    authentication_mode: Literal["API", "API_AND_CONFIG_MAP"] = Field(
        default="API",
        description="Where access is looked up: access entries, or those and the aws-auth ConfigMap. There is no way "
        "back from `API`.",
    )
    deletion_protection: bool = Field(
        default=True, description="EKS refuses to delete the cluster until this is `false`."
    )
    zonal_shift: bool = Field(
        default=True, description="Let Amazon Application Recovery Controller shift traffic away from a failing zone."
    )
    control_plane_tier: Literal["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"] = Field(
        default="standard",
        description="Provisioned capacity of the control plane; every tier but `standard` costs extra by the hour.",
    )
    additional_security_group_ids: tuple[str, ...] = Field(
        default=(), max_length=4, description="Further security groups of the control plane's interfaces; at most 4."
    )
    node_ports: NodePorts = Field(
        default_factory=NodePorts, description="TCP ports that are opened on nodes beyond those every cluster needs."
    )
