"""The network: a new VPC with its address plan, or an existing one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from settings.base import OFF_SWITCH, Section, unit


def _count_or_names(value: Any) -> str:
    return "<names>" if isinstance(value, (list, tuple)) else "<count>"


class Subnets(Section):
    """How the VPC's CIDR is cut: equal slots, one a zone; in a slot half is private, an eighth public, a sixteenth
    intra (control plane)."""

    slots: Literal[4, 8] = Field(
        default=8,
        description="Number of equal parts of the VPC, one a zone; part a is for zone a and so on, so that a zone "
        "added later moves nothing. 4 gives twice the addresses a zone and leaves out zones e to h.",
    )
    private_prefix: int | None = Field(
        default=None,
        ge=17,
        le=28,
        description="Prefix length of a private subnet (nodes, pods, internal load balancers), if it shall be smaller "
        "than the half slot it has.",
    )
    public_prefix: int | None = Field(
        default=None,
        ge=17,
        le=28,
        description="Prefix length of a public subnet (internet-facing load balancers, NAT gateways), if it shall be "
        "smaller than the eighth of a slot it has.",
    )
    intra_prefix: int | None = Field(
        default=None,
        ge=17,
        le=28,
        description="Prefix length of an intra subnet (network interfaces of the control plane), if it shall be "
        "smaller than the sixteenth of a slot it has.",
    )


class FlowLogs(Section):
    """VPC flow logs (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html)."""

    destination: Literal["cloudWatch", "s3"] = Field(default="cloudWatch", description="Where the records go.")
    bucket_arn: str | None = Field(
        default=None, description="ARN of the S3 bucket, with an optional folder; needed for `s3` and only there."
    )
    retention_days: int = Field(
        default=90,
        description="How long the CloudWatch log group keeps records; one of the periods that CloudWatch offers.",
        json_schema_extra=unit("days"),
    )
    traffic_type: Literal["all", "accept", "reject"] = Field(default="all", description="Which traffic is recorded.")
    aggregation_seconds: Literal[60, 600] = Field(
        default=600, description="Interval over which packets are summed up.", json_schema_extra=unit("seconds")
    )
    kms_key_arn: str | None = Field(
        default=None,
        description="KMS key that encrypts the log group; without one CloudWatch's own key does.",
    )


class VpcEndpoints(Section):
    """VPC endpoints (https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html). The gateway endpoint for
    S3 is always made: it costs nothing."""

    mode: Literal["derived", "none", "list"] = Field(
        default="derived",
        description="`derived`: with `nat: none` exactly the interface endpoints that the enabled parts need, and none "
        "with NAT; `none`: no interface endpoints; `list`: just those in `services`.",
    )
    services: tuple[str, ...] = Field(
        default=(),
        description="Services such as `ecr.api` (the end of com.amazonaws.<region>.<service>): added to the derived "
        "ones, or the whole set with `mode: list`.",
    )


class ExistingVpc(Section):
    """A VPC that somebody else made, with its subnets by zone name."""

    vpc_id: str = Field(description="Id of the VPC, for example vpc-0123456789abcdef0.")
    private_subnets: Mapping[str, str] = Field(
        description="Subnet id of each zone, for nodes and pods; at least two zones."
    )
    public_subnets: Mapping[str, str] = Field(
        default_factory=dict, description="Subnet id of each zone, for internet-facing load balancers."
    )
    intra_subnets: Mapping[str, str] = Field(
        default_factory=dict,
        description="Subnet id of each zone, for the control plane's network interfaces; without them the private "
        "subnets hold those too.",
    )
    pod_subnets: Mapping[str, str] = Field(
        default_factory=dict,
        description="Subnet id of each zone, for pods with `addons.vpc-cni.customNetworking`; one for every zone of "
        "`privateSubnets`.",
    )
    tag_subnets: bool = Field(
        default=False,
        description="Put the tags by which the load balancer controller finds subnets on the public and private ones. "
        "Leave it to the owner of the VPC where another program manages their tags.",
    )


class Network(Section):
    """The network (https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html)."""

    cidr: str = Field(
        default="10.0.0.0/16",
        description="IPv4 range of the new VPC: private (RFC 1918), /16 to /21 (/22 with 4 slots).",
    )
    zones: Annotated[
        Annotated[Annotated[int, Field(ge=2, le=4)], Tag("<count>")] | Annotated[tuple[str, ...], Tag("<names>")],
        Discriminator(_count_or_names),
    ] = Field(
        default=3,
        description="Availability zones: a list of at least two names, or a count of 2 to 4; then AWS is asked, and "
        "zones in which EKS places no control plane are left out. A zone added later moves no subnet, but node groups "
        "and Fargate profiles that span all zones are replaced, new ones first, since EKS cannot change subnets.",
    )
    nat: Literal["none", "single", "perZone", "regional"] = Field(
        default="perZone",
        description="Way to the internet for private subnets: `none`, one NAT gateway (`single`: cheap, one zone's "
        "failure cuts off all), one a zone, or one `regional` NAT gateway that spans the zones.",
    )
    subnets: Subnets = Field(default_factory=Subnets, description="Sizes of the subnets.")
    pod_cidr: str | None = Field(
        default=None,
        description="Secondary range for pods: in 100.64.0.0/10 or private, /16 to /25 (/26 with 4 slots), used with "
        "`addons.vpc-cni.customNetworking`.",
    )
    ipv6: bool = Field(
        default=False, description="Give the VPC and its subnets IPv6 ranges, with an egress-only gateway."
    )
    flow_logs: Annotated[FlowLogs | None, OFF_SWITCH] = Field(
        default_factory=FlowLogs, description="VPC flow logs; `false` for none."
    )
    endpoints: VpcEndpoints = Field(default_factory=VpcEndpoints, description="VPC endpoints.")
    existing: ExistingVpc | None = Field(
        default=None,
        description="An existing VPC instead of a new one, in which nothing is made; all other keys of `network` shape "
        "a new VPC and are then left out.",
    )
