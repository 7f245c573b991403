"""A VPC that somebody else made, checked before a cluster is put into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws_sdk

from components import tags
from components.address_plan import SubnetTier, zone_region
from components.aws_environment import AwsEnvironment
from components.checked import checked
from components.refs import NetworkRef

SubnetIds = Mapping[str, pulumi.Input[str]]

_LEAST_ZONES = 2


@dataclass(frozen=True, kw_only=True)
class ExistingVpcArgs:
    """Which VPC, and which of its subnets are for what.

    Subnets are keyed by the name of their zone, for example {"eu-west-1a": "subnet-0a1b2c3d4e5f60718"}.

    Args:
        aws: Where the VPC is.
        cluster_name: Name of the cluster, for the tags of the subnets.
        vpc_id: Id of the VPC.
        private_subnet_ids: Subnets for nodes, pods and internal load balancers, in at least 2 zones. Their routes must
            lead to what nodes need: the internet, or VPC endpoints.
        public_subnet_ids: Subnets for internet-facing load balancers. Default: none.
        intra_subnet_ids: Subnets for the control plane's network interfaces, in at least 2 zones. Default: the private
            ones.
        pod_subnet_ids: Subnets for pods with custom networking. Default: none.
        tag_subnets: Whether the tags by which the AWS Load Balancer Controller of this cluster finds subnets are put on
            the public and private ones. Default False: whoever owns the subnets tags them. Only one stack should: the
            tags go when the stack does.

    Raises:
        ValueError: If a key is not a zone of the region, an id is misspelt or used twice, or there are too few zones.
            What AWS answers is checked when it is known, and refused with a `pulumi.RunError`.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
    """

    aws: AwsEnvironment
    cluster_name: str
    vpc_id: pulumi.Input[str]
    private_subnet_ids: SubnetIds
    public_subnet_ids: SubnetIds = field(default_factory=dict[str, pulumi.Input[str]])
    intra_subnet_ids: SubnetIds = field(default_factory=dict[str, pulumi.Input[str]])
    pod_subnet_ids: SubnetIds = field(default_factory=dict[str, pulumi.Input[str]])
    tag_subnets: bool = False

    def __post_init__(self) -> None:
        if not self.cluster_name:
            raise ValueError("cluster_name: must not be empty")
        _check_id("vpc_id", self.vpc_id, "vpc-")
        for name, ids in self._tiers().items():
            for zone, id_ in ids.items():
                if zone_region(zone) != self.aws.region:
                    raise ValueError(f"{name}: {zone!r} is not a zone of the region {self.aws.region}")
                _check_id(f"{name}[{zone}]", id_, "subnet-")
            if len(ids) < _LEAST_ZONES and (name == "private_subnet_ids" or (name == "intra_subnet_ids" and ids)):
                raise ValueError(f"{name}: a cluster needs subnets in at least {_LEAST_ZONES} zones, not {len(ids)}")
        self._check_distinct()

    def _tiers(self) -> dict[str, SubnetIds]:
        return {
            "private_subnet_ids": self.private_subnet_ids,
            "public_subnet_ids": self.public_subnet_ids,
            "intra_subnet_ids": self.intra_subnet_ids,
            "pod_subnet_ids": self.pod_subnet_ids,
        }

    def _check_distinct(self) -> None:
        # Intra subnets may be the private ones; a subnet of two other tiers, or two zones, cannot be right.
        seen: dict[str, str] = {}
        for name, ids in self._tiers().items():
            if name == "intra_subnet_ids":
                continue
            for zone, id_ in ids.items():
                here = f"{name}[{zone}]"
                if isinstance(id_, str) and seen.setdefault(id_, here) != here:
                    raise ValueError(f"{here}: {id_} is {seen[id_]} already")


def _check_id(name: str, id_: pulumi.Input[str], prefix: str) -> None:
    if isinstance(id_, str) and not id_.startswith(prefix):
        raise ValueError(f"{name}: {id_!r} does not begin with {prefix!r}")


def check_vpc(vpc_id: str, *, dns_support: bool, dns_hostnames: bool) -> str:
    """Return the id of a VPC that a cluster can live in.

    Args:
        vpc_id: Id of the VPC.
        dns_support: Its attribute enableDnsSupport.
        dns_hostnames: Its attribute enableDnsHostnames.

    Raises:
        ValueError: If one of the attributes is off: nodes could not find the cluster's private endpoint.
    """
    off = [name for name, on in (("enableDnsSupport", dns_support), ("enableDnsHostnames", dns_hostnames)) if not on]
    if off:
        raise ValueError(f"vpc_id: {' and '.join(off)} must be on in {vpc_id}, or nodes do not find their cluster")
    return vpc_id


def check_subnet(
    subnet_id: str, *, tier: SubnetTier, zone: str, vpc_id: str, belongs: bool, found: str, maps_public_ips: bool
) -> str:
    """Return the id of a subnet that is what it is said to be.

    Args:
        subnet_id: Id of the subnet.
        tier: Tier that it is given as.
        zone: Zone that it is given for.
        vpc_id: VPC that it must be in.
        belongs: Whether it is in that zone of that VPC.
        found: Zone and VPC that it is in, for the error.
        maps_public_ips: Its attribute mapPublicIpOnLaunch.

    Raises:
        ValueError: If it is in another VPC or zone, or gives out public addresses and is not of the public tier.
    """
    name = f"{tier}_subnet_ids[{zone}]"
    if not belongs:
        raise ValueError(f"{name}: {subnet_id} is in {found}, not in {zone} of {vpc_id}")
    if maps_public_ips and tier != "public":
        raise ValueError(f"{name}: {subnet_id} gives public addresses to what starts in it; switch that off")
    return subnet_id


class ExistingVpc(pulumi.ComponentResource):
    """A VPC that exists already, as a network for a cluster.

    Asks AWS for the VPC and each subnet and refuses what a cluster cannot work with: DNS switched off, a subnet of
    another VPC or zone, private subnets that give out public addresses. Creates nothing, unless subnets are to be
    tagged: then two `aws.ec2.Tag` for each public and private subnet, its role and the cluster that shares it.

    Args:
        name: Logical name.
        args: The VPC and its subnets.
        opts: Resource options of the component.
    """

    vpc_id: pulumi.Output[str]
    """Id of the VPC, once it is checked."""
    cidr_block: pulumi.Output[str]
    """Primary IPv4 CIDR."""
    private_subnet_ids: Mapping[str, pulumi.Output[str]]
    """Private subnet by zone name, once it is checked."""
    public_subnet_ids: Mapping[str, pulumi.Output[str]]
    """Public subnet by zone name, once it is checked."""
    intra_subnet_ids: Mapping[str, pulumi.Output[str]]
    """Intra subnet by zone name, once it is checked; the private ones where none are given."""
    pod_subnet_ids: Mapping[str, pulumi.Output[str]]
    """Pod subnet by zone name, once it is checked."""
    zones: Mapping[str, pulumi.Output[str]]
    """Zone name by zone key, which are the same here."""
    ref: NetworkRef
    """What neighbours need."""

    def __init__(self, name: str, args: ExistingVpcArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:ExistingVpc", name, None, opts)
        self._name = name
        self._cluster_name = args.cluster_name

        vpc = aws_sdk.ec2.get_vpc_output(id=args.vpc_id, opts=pulumi.InvokeOptions(parent=self))
        self.vpc_id = vpc.apply(_checked_vpc)
        self.cidr_block = pulumi.Output.all(vpc.cidr_block, self.vpc_id).apply(_first)
        self.private_subnet_ids = self._checked("private", args.private_subnet_ids)
        self.public_subnet_ids = self._checked("public", args.public_subnet_ids)
        self.intra_subnet_ids = self._checked("intra", args.intra_subnet_ids) or self.private_subnet_ids
        self.pod_subnet_ids = self._checked("pod", args.pod_subnet_ids)
        self.zones = {zone: pulumi.Output.from_input(zone) for zone in args.private_subnet_ids}
        if args.tag_subnets:
            self._tag("private", self.private_subnet_ids, tags.SUBNET_ROLE_PRIVATE)
            self._tag("public", self.public_subnet_ids, tags.SUBNET_ROLE_PUBLIC)
        self.ref = NetworkRef(
            vpc_id=self.vpc_id,
            cidr_block=self.cidr_block,
            private_subnet_ids=self.private_subnet_ids,
            public_subnet_ids=self.public_subnet_ids,
            intra_subnet_ids=self.intra_subnet_ids,
            pod_subnet_ids=self.pod_subnet_ids,
            zones=self.zones,
        )
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "cidr_block": self.cidr_block,
                "private_subnet_ids": self.private_subnet_ids,
                "public_subnet_ids": self.public_subnet_ids,
                "intra_subnet_ids": self.intra_subnet_ids,
                "pod_subnet_ids": self.pod_subnet_ids,
                "zones": self.zones,
            }
        )

    def _checked(self, tier: SubnetTier, subnet_ids: SubnetIds) -> dict[str, pulumi.Output[str]]:
        asked = pulumi.InvokeOptions(parent=self)
        sound: dict[str, pulumi.Output[str]] = {}
        for zone, id_ in subnet_ids.items():
            subnet = aws_sdk.ec2.get_subnet_output(id=id_, opts=asked)
            place = pulumi.Output.all(subnet.id, self.vpc_id).apply(partial(_place, zone=zone))
            matches = aws_sdk.ec2.get_subnets_output(filters=place, opts=asked)
            sound[zone] = pulumi.Output.all(subnet, self.vpc_id, matches.ids).apply(
                partial(_checked_subnet, tier=tier, zone=zone)
            )
        return sound

    def _tag(self, tier: SubnetTier, subnet_ids: Mapping[str, pulumi.Output[str]], role: Mapping[str, str]) -> None:
        # A subnet that carries the tag of another cluster only would be passed over.
        # https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
        wanted = {"role": role, "cluster": tags.cluster_shared(self._cluster_name)}
        for zone, subnet_id in subnet_ids.items():
            for noun, tag in wanted.items():
                ((key, value),) = tag.items()
                aws_sdk.ec2.Tag(
                    f"{self._name}-{tier}-{zone}-{noun}",
                    resource_id=subnet_id,
                    key=key,
                    value=value,
                    opts=pulumi.ResourceOptions(parent=self),
                )


@checked
def _checked_vpc(vpc: aws_sdk.ec2.GetVpcResult) -> str:
    return check_vpc(vpc.id, dns_support=vpc.enable_dns_support, dns_hostnames=vpc.enable_dns_hostnames)


def _place(ids: Sequence[str], *, zone: str) -> list[aws_sdk.ec2.GetSubnetsFilterArgsDict]:
    """Return the filters that only the given subnet matches, if it is in the zone and the VPC."""
    subnet_id, vpc_id = ids
    return [
        {"name": "subnet-id", "values": [subnet_id]},
        {"name": "vpc-id", "values": [vpc_id]},
        {"name": "availability-zone", "values": [zone]},
    ]


@checked
def _checked_subnet(values: Sequence[Any], *, tier: SubnetTier, zone: str) -> str:
    subnet: aws_sdk.ec2.GetSubnetResult = values[0]
    return check_subnet(
        subnet.id,
        tier=tier,
        zone=zone,
        vpc_id=values[1],
        belongs=subnet.id in values[2],
        found=f"{subnet.availability_zone} of {subnet.vpc_id}",
        maps_public_ips=subnet.map_public_ip_on_launch,
    )


def _first(values: Sequence[Any]) -> str:
    return values[0]
