"""Amazon VPC: VPCs, their address ranges and subnets.

Replacement: `ForceNew` in the schemas of the AWS provider,
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/ec2 (vpc_.go, vpc_subnet.go,
vpc_ipv4_cidr_block_association.go).
Quotas: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.ec2_interfaces import holders_in_subnet
from rehearsal.simulator.rules.ec2_lookup import (
    CIDR_ASSOCIATION,
    CLUSTER,
    EGRESS_ONLY_GATEWAY,
    ENDPOINT,
    INTERNET_GATEWAY,
    NAT_GATEWAY,
    ROUTE_TABLE,
    ROUTE_TABLE_ASSOCIATION,
    SECURITY_GROUP,
    SUBNET,
    VPC,
    Network,
    beside,
    claimed,
    found,
    inside,
    network,
    overlapping,
    ranges_of,
    refused,
)
from rehearsal.simulator.world import Record, World

VPCS_A_REGION = 5
RANGES_A_VPC = 5
SUBNETS_A_VPC = 200
_SIZES = range(16, 29)
_PRIVATE = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_RESTRICTED = (
    "The CIDR '{}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a "
    "publicly-routable CIDR. For additional restrictions, see "
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
)


def _vpc_range(_world: World, creation: Creation) -> None:
    text = creation.input("cidrBlock")
    if text is None:
        return
    if network("CreateVpc", "cidrBlock", text).prefixlen not in _SIZES:
        raise refused("CreateVpc", "InvalidVpc.Range", f"The CIDR '{text}' is invalid.")


def _vpc_quota(world: World, creation: Creation) -> None:
    if len(beside(world, VPC, region=creation.place.region, account=creation.place.account)) >= VPCS_A_REGION:
        raise refused("CreateVpc", "VpcLimitExceeded", "The maximum number of VPCs has been reached.")


def _dedicated(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    """Return the tenancy where it becomes "dedicated"; the way back is made in place."""
    return frozenset(
        {"instanceTenancy"} if new.get("instanceTenancy") == "dedicated" != old.get("instanceTenancy") else ()
    )


def _vpc_unused(world: World, vpc: Record) -> None:
    """Refuse while anything that a VPC can hold is in it; its own route table, group and network ACL go with it."""
    holding = (INTERNET_GATEWAY, EGRESS_ONLY_GATEWAY, SUBNET, ROUTE_TABLE, SECURITY_GROUP, ENDPOINT, NAT_GATEWAY)
    clusters = world.where(CLUSTER, vpcConfig__vpcId=vpc.id)
    if clusters or any(record.get("vpcId") == vpc.id for record in world.of_type(*holding)):
        message = f"The vpc '{vpc.id}' has dependencies and cannot be deleted."
        raise refused("DeleteVpc", "DependencyViolation", message)


def _vpc_gone(world: World, vpc: Record) -> None:
    for association in world.where(CIDR_ASSOCIATION, vpcId=vpc.id):
        world.remove(association.type, association.id)


def _association(world: World, creation: Creation) -> None:
    operation = "AssociateVpcCidrBlock"
    vpc = found(world, operation, VPC, creation.input("vpcId"))
    text = creation.input("cidrBlock")
    if text is None:
        return
    wanted = network(operation, "cidrBlock", text)
    ranges = ranges_of(world, vpc)
    if wanted.prefixlen not in _SIZES or overlapping(wanted, ranges):
        raise refused(operation, "InvalidVpc.Range", f"The CIDR '{text}' is invalid.")
    if _restricted(wanted, ranges):
        raise refused(operation, "InvalidVpc.Range", _RESTRICTED.format(text))
    if sum(one.version == 4 for one in ranges) >= RANGES_A_VPC:
        message = f"This network '{vpc.id}' has met its maximum number of allowed CIDRs: {RANGES_A_VPC}"
        raise refused(operation, "CidrLimitExceeded", message)


def _restricted(wanted: Network, ranges: list[Network]) -> bool:
    """Return whether a private range is of another kind than the VPC's.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions
    """
    family = next((private for private in _PRIVATE if overlapping(wanted, [private])), None)
    return family is not None and any(
        overlapping(one, [private]) for one in ranges for private in _PRIVATE if private != family
    )


def _association_unused(world: World, association: Record) -> None:
    text = association.get("cidrBlock")
    vpc_id = association.get("vpcId")
    subnets = world.where(SUBNET, vpcId=vpc_id)
    blocks = [
        ipaddress.ip_network(subnet.get("cidrBlock"), strict=False) for subnet in subnets if subnet.get("cidrBlock")
    ]
    if text and overlapping(ipaddress.ip_network(text, strict=False), blocks):
        message = f"The vpc {vpc_id} currently has a subnet within CIDR block {text}"
        raise refused("DisassociateVpcCidrBlock", "InvalidCidrBlock.InUse", message)


def _subnet_place(world: World, creation: Creation) -> None:
    found(world, "CreateSubnet", VPC, creation.input("vpcId"))
    zone = creation.input("availabilityZone")
    region = creation.place.region
    # Regions have up to six zones, and the simulator names three; a letter more is no mistake.
    if zone is not None and not (zone[:-1] == region and zone[-1:] in "abcdef"):
        message = (
            f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the "
            f"following availability zones: {', '.join(creation.place.zones)}."
        )
        raise refused("CreateSubnet", "InvalidParameterValue", message)


def _subnet_range(world: World, creation: Creation) -> None:
    vpc = found(world, "CreateSubnet", VPC, creation.input("vpcId"))
    ranges = ranges_of(world, vpc)
    neighbours = world.where(SUBNET, vpcId=vpc.id)
    for key, sizes in (("cidrBlock", _SIZES), ("ipv6CidrBlock", range(44, 65, 4))):
        text = creation.input(key)
        if text is None:
            continue
        wanted = network("CreateSubnet", key, text)
        if wanted.prefixlen not in sizes or not inside(wanted, ranges):
            raise refused("CreateSubnet", "InvalidSubnet.Range", f"The CIDR '{text}' is invalid.")
        taken = [ipaddress.ip_network(other.get(key), strict=False) for other in neighbours if other.get(key)]
        if overlapping(wanted, taken) or claimed(world, creation, f"{vpc.id} {wanted}"):
            message = f"The CIDR '{text}' conflicts with another subnet"
            raise refused("CreateSubnet", "InvalidSubnet.Conflict", message)


def _subnet_quota(world: World, creation: Creation) -> None:
    if len(world.where(SUBNET, vpcId=creation.input("vpcId"))) >= SUBNETS_A_VPC:
        raise refused("CreateSubnet", "SubnetLimitExceeded", "The maximum number of subnets has been reached.")


def _subnet_unused(world: World, subnet: Record) -> None:
    if holders_in_subnet(world, subnet.id):
        message = f"The subnet '{subnet.id}' has dependencies and cannot be deleted."
        raise refused("DeleteSubnet", "DependencyViolation", message)


def _subnet_gone(world: World, subnet: Record) -> None:
    for association in world.where(ROUTE_TABLE_ASSOCIATION, subnetId=subnet.id):
        world.remove(association.type, association.id)


RULES: Mapping[str, TypeRules] = {
    VPC: TypeRules(
        create=(_vpc_range, _vpc_quota),
        delete=(_vpc_unused,),
        unsettle=(_vpc_gone,),
        replaces=frozenset({"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength", "region"}),
        replaces_also=_dedicated,
    ),
    CIDR_ASSOCIATION: TypeRules(
        create=(_association,),
        delete=(_association_unused,),
        replaces=frozenset({"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength", "region", "vpcId"}),
    ),
    SUBNET: TypeRules(
        create=(_subnet_place, _subnet_range, _subnet_quota),
        delete=(_subnet_unused,),
        unsettle=(_subnet_gone,),
        replaces=frozenset(
            {
                "availabilityZone",
                "availabilityZoneId",
                "cidrBlock",
                "ipv4IpamPoolId",
                "ipv4NetmaskLength",
                "ipv6IpamPoolId",
                "ipv6Native",
                "ipv6NetmaskLength",
                "outpostArn",
                "region",
                "vpcId",
            }
        ),
    ),
}
