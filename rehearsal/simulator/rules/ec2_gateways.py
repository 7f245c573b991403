"""Amazon VPC: internet gateways, egress-only gateways, Elastic IP addresses and NAT gateways.

Replacement: `ForceNew` in the schemas of the AWS provider,
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/ec2 (vpc_internet_gateway.go,
vpc_egress_only_internet_gateway.go, ec2_eip.go, vpc_nat_gateway.go).
Quotas: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
Failures of a NAT gateway: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.ec2_interfaces import mapped_addresses
from rehearsal.simulator.rules.ec2_lookup import (
    ADDRESS,
    EGRESS_ONLY_GATEWAY,
    INTERNET_GATEWAY,
    NAT_GATEWAY,
    SUBNET,
    VPC,
    FailedLaterError,
    beside,
    claimed,
    found,
    mappings,
    refused,
    strings,
)
from rehearsal.simulator.world import Record, World

ADDRESSES_A_REGION = 5
GATEWAYS_A_ZONE = 5
INTERNET_GATEWAYS_A_REGION = 5


def _attach(world: World, vpc_id: Any, gateway_id: str, *, taken: bool = False) -> None:
    if vpc_id is None:
        return
    found(world, "AttachInternetGateway", VPC, vpc_id)
    if taken or any(other.id != gateway_id for other in world.where(INTERNET_GATEWAY, vpcId=vpc_id)):
        message = f"Network {vpc_id} already has an internet gateway attached"
        raise refused("AttachInternetGateway", "InvalidParameterValue", message)


def _internet_gateway(world: World, creation: Creation) -> None:
    place = creation.place
    if len(beside(world, INTERNET_GATEWAY, region=place.region, account=place.account)) >= INTERNET_GATEWAYS_A_REGION:
        message = "The maximum number of internet gateways has been reached."
        raise refused("CreateInternetGateway", "InternetGatewayLimitExceeded", message)
    vpc_id = creation.input("vpcId")
    _attach(world, vpc_id, "", taken=claimed(world, creation, f"of {vpc_id}"))


def _internet_gateway_moved(world: World, gateway: Record, inputs: Mapping[str, Any]) -> None:
    if gateway.get("vpcId") != inputs.get("vpcId"):
        _detach(world, gateway)
        _attach(world, inputs.get("vpcId"), gateway.id)


def _detach(world: World, gateway: Record) -> None:
    vpc_id = gateway.get("vpcId")
    if vpc_id and mapped_addresses(world, vpc_id):
        message = (
            f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before "
            "detaching the gateway."
        )
        raise refused("DetachInternetGateway", "DependencyViolation", message)


def _egress_only_gateway(world: World, creation: Creation) -> None:
    found(world, "CreateEgressOnlyInternetGateway", VPC, creation.input("vpcId"))


def _address_quota(world: World, creation: Creation) -> None:
    place = creation.place
    if len(beside(world, ADDRESS, region=place.region, account=place.account)) >= ADDRESSES_A_REGION:
        message = "The maximum number of addresses has been reached."
        raise refused("AllocateAddress", "AddressLimitExceeded", message)


def _address_unused(world: World, address: Record) -> None:
    if any(address.id in _allocations(gateway.inputs) for gateway in world.of_type(NAT_GATEWAY)):
        message = f"Address {address.get('publicIp')} is in use."
        raise refused("ReleaseAddress", "InvalidIPAddress.InUse", message)


def _allocations(inputs: Mapping[str, Any]) -> list[str]:
    """Return the addresses of a NAT gateway."""
    first = inputs.get("allocationId")
    ids = [*([str(first)] if first else []), *strings(inputs.get("secondaryAllocationIds"))]
    for address in mappings(inputs.get("availabilityZoneAddresses")):
        ids += strings(address.get("allocationIds"))
    return ids


def _nat_gateway(world: World, creation: Creation) -> None:
    """Refuse what CreateNatGateway refuses at once."""
    operation = "CreateNatGateway"
    if creation.input("availabilityMode") == "regional":
        found(world, operation, VPC, creation.input("vpcId"))
        return
    subnet = found(world, operation, SUBNET, creation.input("subnetId"))
    if _is_public(creation) and not creation.input("allocationId"):
        message = "The request must contain the parameter AllocationId"
        raise refused(operation, "MissingParameter", message)
    zone = subnet.get("availabilityZone")
    zones = [world.get(SUBNET, gateway.get("subnetId")) for gateway in world.of_type(NAT_GATEWAY)]
    if sum(other is not None and other.get("availabilityZone") == zone for other in zones) >= GATEWAYS_A_ZONE:
        message = f"Performing this operation would exceed the limit of {GATEWAYS_A_ZONE} NAT gateways"
        raise refused(operation, "NatGatewayLimitExceeded", message)


def _is_public(creation: Creation) -> bool:
    return creation.input("connectivityType", "public") == "public"


def _nat_gateway_fails(world: World, creation: Creation) -> None:
    """Fail what EC2 accepts first: a public NAT gateway without internet gateway or without an address of its own."""
    if not _is_public(creation):
        return
    for id_ in _allocations(creation.inputs):
        if world.get(ADDRESS, id_) is None:
            message = f"Elastic IP address {id_} could not be associated with this NAT gateway"
            raise _failed(creation, "InvalidAllocationID.NotFound", message)
        taken = any(id_ in _allocations(other.inputs) for other in world.of_type(NAT_GATEWAY))
        if taken or claimed(world, creation, id_):
            message = f"Elastic IP address {id_} is already associated"
            raise _failed(creation, "Resource.AlreadyAssociated", message)
    vpc_id = creation.input("vpcId")
    if creation.input("subnetId"):
        vpc_id = found(world, "CreateNatGateway", SUBNET, creation.input("subnetId")).get("vpcId")
    if not world.where(INTERNET_GATEWAY, vpcId=vpc_id):
        raise _failed(creation, "Gateway.NotAttached", f"Network {vpc_id} has no Internet gateway attached")


def _failed(creation: Creation, code: str, message: str) -> FailedLaterError:
    return FailedLaterError(f"EC2 NAT Gateway (nat-0{creation.hex(16)})", "CreateNatGateway", code, message)


RULES: Mapping[str, TypeRules] = {
    INTERNET_GATEWAY: TypeRules(
        create=(_internet_gateway,),
        update=(_internet_gateway_moved,),
        delete=(_detach,),
        # The VPC is not among them: the provider detaches the gateway and attaches it elsewhere.
        replaces=frozenset({"region"}),
    ),
    EGRESS_ONLY_GATEWAY: TypeRules(create=(_egress_only_gateway,), replaces=frozenset({"region", "vpcId"})),
    ADDRESS: TypeRules(
        create=(_address_quota,),
        delete=(_address_unused,),
        replaces=frozenset({"address", "domain", "ipamPoolId", "networkBorderGroup", "publicIpv4Pool", "region"}),
    ),
    NAT_GATEWAY: TypeRules(
        create=(_nat_gateway,),
        ready=(_nat_gateway_fails,),
        replaces=frozenset(
            {
                "allocationId",
                "availabilityMode",
                "connectivityType",
                "privateIp",
                "region",
                "secondaryPrivateIpAddressCount",
                "subnetId",
                "vpcId",
            }
        ),
    ),
}
