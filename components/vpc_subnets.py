"""Subnets of one tier and the way out of each: route tables, associations, and when a subnet is ready to use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws_sdk

from components import tags
from components.address_plan import SubnetTier, ipv6_subnet

_ANYWHERE_IPV4 = "0.0.0.0/0"
_ANYWHERE_IPV6 = "::/0"


@dataclass(frozen=True, kw_only=True)
class SubnetSpec:
    """What the subnets of all tiers have in common.

    Args:
        name: Logical name of the VPC component.
        label: What the `Name` tags begin with.
        parent: Component that owns the resources.
        vpc_id: Id of the VPC.
        ipv6_cidr_block: IPv6 /56 of the VPC; None for no IPv6.
        zones: Zone name of each zone key.
        keep_zones: Whether a subnet stays where it is when its zone name changes; for zones that AWS chose.
    """

    name: str
    label: str
    parent: pulumi.Resource
    vpc_id: pulumi.Output[str]
    ipv6_cidr_block: pulumi.Output[str] | None
    zones: Mapping[str, pulumi.Input[str]]
    keep_zones: bool


def make_subnets(
    spec: SubnetSpec,
    tier: SubnetTier,
    cidr_blocks: Mapping[str, str],
    *,
    role: Mapping[str, str],
    vpc_id: pulumi.Output[str] | None = None,
) -> dict[str, aws_sdk.ec2.Subnet]:
    """Make one subnet of a tier in each zone.

    No subnet gives out public IPv4 addresses; IPv6 addresses are given out everywhere but in the public tier, where
    they would be reachable from the internet.

    Args:
        spec: What all tiers have in common.
        tier: Tier of the subnets.
        cidr_blocks: IPv4 CIDR by zone key.
        role: Tags that tell controllers what the subnets are for.
        vpc_id: Id of the VPC where it comes from something else than the VPC, such as a secondary CIDR's association.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
    """
    ipv6 = spec.ipv6_cidr_block
    # AWS offers zones in no promised order and adds some: a subnet must not be replaced for that.
    ignored = ["availabilityZone"] if spec.keep_zones else None
    return {
        zone: aws_sdk.ec2.Subnet(
            f"{spec.name}-{tier}-{zone}",
            vpc_id=spec.vpc_id if vpc_id is None else vpc_id,
            availability_zone=spec.zones[zone],
            cidr_block=cidr_blocks[zone],
            ipv6_cidr_block=None if ipv6 is None else ipv6.apply(partial(ipv6_subnet, zone=zone, tier=tier)),
            assign_ipv6_address_on_creation=None if ipv6 is None else tier != "public",
            map_public_ip_on_launch=False,
            tags=tags.named(f"{spec.label}-{tier}-{zone}", role),
            opts=pulumi.ResourceOptions(parent=spec.parent, ignore_changes=ignored),
        )
        for zone in spec.zones
    }


def make_route_table(spec: SubnetSpec, noun: str) -> aws_sdk.ec2.RouteTable:
    """Make an empty route table; its routes are resources of their own.

    Args:
        spec: What all tiers have in common.
        noun: Tier, or tier and zone key, that the route table is for.
    """
    return aws_sdk.ec2.RouteTable(
        f"{spec.name}-{noun}-routes",
        vpc_id=spec.vpc_id,
        tags=tags.named(f"{spec.label}-{noun}"),
        opts=pulumi.ResourceOptions(parent=spec.parent),
    )


def make_internet_routes(
    spec: SubnetSpec,
    noun: str,
    table: aws_sdk.ec2.RouteTable,
    *,
    ipv4_gateway: aws_sdk.ec2.InternetGateway | aws_sdk.ec2.NatGateway,
    ipv6_gateway: aws_sdk.ec2.InternetGateway | aws_sdk.ec2.EgressOnlyInternetGateway | None,
) -> list[aws_sdk.ec2.Route]:
    """Lead a route table to the internet.

    Args:
        spec: What all tiers have in common.
        noun: What the route table is for, as given to `make_route_table`.
        table: The route table.
        ipv4_gateway: Internet gateway or NAT gateway for IPv4.
        ipv6_gateway: Internet gateway, or egress-only gateway, which lets nothing in; not used without IPv6.
    """
    opts = pulumi.ResourceOptions(parent=spec.parent)
    through_nat = isinstance(ipv4_gateway, aws_sdk.ec2.NatGateway)
    routes = [
        aws_sdk.ec2.Route(
            f"{spec.name}-{noun}-default",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE_IPV4,
            nat_gateway_id=ipv4_gateway.id if through_nat else None,
            gateway_id=None if through_nat else ipv4_gateway.id,
            opts=opts,
        )
    ]
    if spec.ipv6_cidr_block is None or ipv6_gateway is None:
        return routes
    egress_only = isinstance(ipv6_gateway, aws_sdk.ec2.EgressOnlyInternetGateway)
    routes.append(
        aws_sdk.ec2.Route(
            f"{spec.name}-{noun}-default-ipv6",
            route_table_id=table.id,
            destination_ipv6_cidr_block=_ANYWHERE_IPV6,
            egress_only_gateway_id=ipv6_gateway.id if egress_only else None,
            gateway_id=None if egress_only else ipv6_gateway.id,
            opts=opts,
        )
    )
    return routes


def associate(
    spec: SubnetSpec,
    tier: SubnetTier,
    subnets: Mapping[str, aws_sdk.ec2.Subnet],
    tables: Mapping[str, aws_sdk.ec2.RouteTable],
) -> dict[str, aws_sdk.ec2.RouteTableAssociation]:
    """Give each subnet of a tier the route table of its zone."""
    return {
        zone: aws_sdk.ec2.RouteTableAssociation(
            f"{spec.name}-{tier}-{zone}-association",
            subnet_id=subnet.id,
            route_table_id=tables[zone].id,
            opts=pulumi.ResourceOptions(parent=spec.parent),
        )
        for zone, subnet in subnets.items()
    }


def ready_ids(
    subnets: Mapping[str, aws_sdk.ec2.Subnet],
    associations: Mapping[str, aws_sdk.ec2.RouteTableAssociation],
    needs: Mapping[str, Sequence[pulumi.CustomResource]],
) -> dict[str, pulumi.Output[str]]:
    """Return subnet ids that resolve only after the subnet's routes exist, so that order travels with the id.

    Args:
        subnets: Subnet by zone key.
        associations: Association with a route table by zone key.
        needs: By zone key, what else must exist before something may start in the subnet.
    """
    return {zone: _after(subnet.id, [associations[zone], *needs.get(zone, ())]) for zone, subnet in subnets.items()}


def _after(value: pulumi.Output[str], resources: Sequence[pulumi.CustomResource]) -> pulumi.Output[str]:
    return pulumi.Output.all(value, *[resource.id for resource in resources]).apply(_first)


def _first(values: Sequence[Any]) -> str:
    return values[0]
