"""What a VPC is made of, and what follows from it before anything exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from components.address_plan import AddressPlan, Slots, Tier
from components.aws_environment import AwsEnvironment
from components.flow_logs import FlowLogSettings
from components.vpc_endpoints import check_endpoints
from components.vpc_nat import NatMode
from components.vpc_zones import Zones, check_zones, zone_keys


@dataclass(frozen=True, kw_only=True)
class VpcArgs:
    """What a VPC is made of.

    Args:
        aws: Where the VPC is made.
        cluster_name: Name of the cluster in it, for `Name` tags and for Karpenter's discovery tag.
        cidr_block: Primary IPv4 CIDR, /16 or smaller, for example "10.20.0.0/16".
        zones: Names of the zones, for example ["eu-west-1a", "eu-west-1b"]; or zone name by key, where the key is the
            zone's name or "zone1", "zone2", ...; or a count (default 3): AWS is asked then, zones without EKS are left
            out, and a subnet stays in the zone it was made in. At least 2.
        slots: How many zones the address plan has room for: 8 (default) or 4. It cannot be changed later.
        subnet_prefixes: Prefix length of a tier that needs less than its place in the plan, for example
            {"public": 26}. Default: the whole place.
        pod_cidr: Secondary CIDR for pods with custom networking, for example "100.64.0.0/16". Default: none.
        ipv6: Whether the VPC has an IPv6 /56 from Amazon and every subnet a /64 of it. Default False.
        nat: How private subnets reach the internet: "none", "single" (one NAT gateway for all zones), "perZone"
            (default) or "regional" (one gateway that AWS spreads over the zones). With "none" there is no way out
            over IPv6 either.
        nat_zone: Zone key of the gateway of "single". Default: the zone with the first slot.
        public_subnets: Whether there are public subnets, for internet-facing load balancers. Default: wherever there
            is NAT. "single" and "perZone" need them.
        flow_logs: Where flow logs go; default CloudWatch Logs for 90 days. None for no flow logs.
        endpoints: Short names of services that get an interface endpoint, for example those that
            `derived_endpoints` returns. S3 always has a gateway endpoint. Default: none.

    Raises:
        ValueError: If a value is not allowed or does not go with another; the message names field, value and rule.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
    """

    aws: AwsEnvironment
    cluster_name: str
    cidr_block: str
    zones: Zones = 3
    slots: Slots = 8
    subnet_prefixes: Mapping[Tier, int] = field(default_factory=dict[Tier, int])
    pod_cidr: str | None = None
    ipv6: bool = False
    nat: NatMode = "perZone"
    nat_zone: str | None = None
    public_subnets: bool | None = None
    flow_logs: FlowLogSettings | None = field(default_factory=FlowLogSettings)
    endpoints: Sequence[str] | frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.cluster_name:
            raise ValueError("cluster_name: must not be empty")
        check_zones(self.zones, self.aws.region)
        check_endpoints(self.endpoints)
        if self.nat not in get_args(NatMode):
            raise ValueError(f"nat: {self.nat!r} is not one of {', '.join(get_args(NatMode))}")
        if self.nat in ("single", "perZone") and not self.has_public_subnets:
            raise ValueError(f"public_subnets: the NAT gateways of {self.nat!r} stand in public subnets")
        if self.nat_zone is not None and self.nat != "single":
            raise ValueError(f'nat_zone: is for nat "single", not {self.nat!r}')
        if self.nat_zone is not None and self.nat_zone not in self.zone_keys:
            raise ValueError(f"nat_zone: {self.nat_zone!r} is not one of {', '.join(self.zone_keys)}")
        for tier in self.tiers:
            self.cidr_blocks(tier)

    @property
    def plan(self) -> AddressPlan:
        """The address plan."""
        return AddressPlan(
            cidr_block=self.cidr_block, slots=self.slots, prefixes=self.subnet_prefixes, pod_cidr=self.pod_cidr
        )

    @property
    def zone_keys(self) -> tuple[str, ...]:
        """Keys of the zones in the order of their slots."""
        return zone_keys(self.zones)

    @property
    def has_public_subnets(self) -> bool:
        """Whether there are public subnets."""
        return self.nat != "none" if self.public_subnets is None else self.public_subnets

    @property
    def has_internet_gateway(self) -> bool:
        """Whether anything in the VPC needs the internet gateway."""
        return self.has_public_subnets or self.nat != "none"

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """Tiers that lie in the primary CIDR."""
        return ("private", "public", "intra") if self.has_public_subnets else ("private", "intra")

    def cidr_blocks(self, tier: Tier) -> dict[str, str]:
        """Return the CIDR of a tier's subnets by zone key."""
        return {zone: self.plan.subnet(zone, tier) for zone in self.zone_keys}

    def pod_cidr_blocks(self) -> dict[str, str]:
        """Return the CIDR of the pod subnets by zone key; empty without a secondary CIDR."""
        return {zone: self.plan.pod_subnet(zone) for zone in self.zone_keys} if self.pod_cidr else {}
