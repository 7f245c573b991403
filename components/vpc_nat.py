"""How private subnets reach the internet: NAT gateways by mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws_sdk

from components import tags

NatMode = Literal["none", "single", "perZone", "regional"]


@dataclass(frozen=True, kw_only=True)
class NatGateways:
    """The NAT gateways of a VPC.

    Args:
        by_zone: The gateway that a zone's private subnets use; empty without NAT.
        public_ips: Public addresses that traffic comes from, in the order of the zones.
    """

    by_zone: Mapping[str, aws_sdk.ec2.NatGateway]
    public_ips: pulumi.Output[Sequence[str]]


def make_nat_gateways(
    name: str,
    mode: NatMode,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    internet_gateway: aws_sdk.ec2.InternetGateway | None,
    zones: Sequence[str],
    single_zone: str,
    public_subnet_ids: Mapping[str, pulumi.Input[str]],
    label: str,
) -> NatGateways:
    """Make the NAT gateways of a VPC.

    A gateway waits for its address, its subnet with its routes and the internet gateway, and for no other NAT gateway.

    Args:
        name: Logical name of the VPC component.
        mode: "none": no way out. "single": one gateway for all zones; cheapest, and all zones lose their way out with
            its zone. "perZone": one in each zone. "regional": one gateway that AWS spreads over the zones in use, with
            addresses that AWS chooses.
        parent: Component that owns the resources.
        vpc_id: Id of the VPC.
        internet_gateway: Internet gateway of the VPC; None without NAT.
        zones: Zone keys in the order of their slots.
        single_zone: Zone key of the gateway in the mode "single".
        public_subnet_ids: Public subnet by zone key; an id that resolves only once the subnet has its way to the
            internet, since a gateway without one would swallow what nodes send.
        label: What the `Name` tags begin with.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html and
    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
    """
    if mode == "none" or internet_gateway is None:
        return NatGateways(by_zone={}, public_ips=pulumi.Output.from_input([]))
    if mode == "regional":
        gateway = aws_sdk.ec2.NatGateway(
            f"{name}-nat-regional",
            vpc_id=vpc_id,
            availability_mode="regional",
            connectivity_type="public",
            tags=tags.named(f"{label}-regional"),
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[internet_gateway]),
        )
        addresses = gateway.regional_nat_gateway_addresses.apply(_public_ips)
        return NatGateways(by_zone=dict.fromkeys(zones, gateway), public_ips=addresses)

    homes = [single_zone] if mode == "single" else list(zones)
    # Named by zone in both modes, so that going from one to the other keeps the first gateway and its address.
    eips = {
        zone: aws_sdk.ec2.Eip(
            f"{name}-nat-{zone}",
            domain="vpc",
            tags=tags.named(f"{label}-nat-{zone}"),
            opts=pulumi.ResourceOptions(parent=parent),
        )
        for zone in homes
    }
    gateways = {
        zone: aws_sdk.ec2.NatGateway(
            f"{name}-nat-{zone}",
            allocation_id=eips[zone].allocation_id,
            subnet_id=public_subnet_ids[zone],
            connectivity_type="public",
            tags=tags.named(f"{label}-{zone}"),
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[internet_gateway]),
        )
        for zone in homes
    }
    by_zone = {zone: gateways.get(zone, gateways[homes[0]]) for zone in zones}
    return NatGateways(by_zone=by_zone, public_ips=pulumi.Output.all(*[eips[zone].public_ip for zone in homes]))


def _public_ips(addresses: Sequence[aws_sdk.ec2.outputs.NatGatewayRegionalNatGatewayAddress] | None) -> list[str]:
    return [address.public_ip for address in addresses or () if address.public_ip]
