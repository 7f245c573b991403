"""Amazon VPC: route tables, routes and associations.

Replacement: `ForceNew` in the schemas of the AWS provider,
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/ec2 (vpc_route_table.go, vpc_route.go,
vpc_route_table_association.go).
Quotas: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.ec2_lookup import (
    EGRESS_ONLY_GATEWAY,
    INTERNET_GATEWAY,
    NAT_GATEWAY,
    ROUTE,
    ROUTE_TABLE,
    ROUTE_TABLE_ASSOCIATION,
    SUBNET,
    VPC,
    claimed,
    found,
    mappings,
    network,
    ranges_of,
    refused,
)
from rehearsal.simulator.world import Record, World

TABLES_A_VPC = 200
# Inputs that say where a route leads from, in a route of its own and in a table's own list.
_DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_INLINE_DESTINATIONS = ("cidrBlock", "ipv6CidrBlock", "destinationPrefixListId")


def _table(world: World, creation: Creation) -> None:
    vpc = found(world, "CreateRouteTable", VPC, creation.input("vpcId"))
    if len(world.where(ROUTE_TABLE, vpcId=vpc.id)) >= TABLES_A_VPC:
        message = "The maximum number of route tables has been reached."
        raise refused("CreateRouteTable", "RouteTableLimitExceeded", message)
    for route in mappings(creation.input("routes")):
        _target(world, "CreateRoute", "", vpc.id, route)


def _table_unused(world: World, table: Record) -> None:
    if world.where(ROUTE_TABLE_ASSOCIATION, routeTableId=table.id):
        message = f"The routeTable '{table.id}' has dependencies and cannot be deleted."
        raise refused("DeleteRouteTable", "DependencyViolation", message)


def _table_gone(world: World, table: Record) -> None:
    for route in world.where(ROUTE, routeTableId=table.id):
        world.remove(route.type, route.id)


def _vpc_of_table(world: World, operation: str, id_: Any) -> Record | None:
    """Return the VPC of a route table; the main table of a VPC counts though nobody made it."""
    for vpc in world.where(VPC, mainRouteTableId=id_):
        return vpc
    return world.get(VPC, found(world, operation, ROUTE_TABLE, id_).get("vpcId"))


def _route(world: World, creation: Creation) -> None:
    table_id = str(creation.input("routeTableId"))
    vpc = _vpc_of_table(world, "CreateRoute", table_id)
    _target(world, "CreateRoute", table_id, vpc.id if vpc else "", creation.inputs)
    destination = _destination(creation.inputs)
    local = {str(one) for one in ranges_of(world, vpc)} if vpc else set[str]()
    taken = destination in local or destination in _destinations(world, table_id)
    if taken or claimed(world, creation, f"{table_id} {destination}"):
        message = f"The route identified by {destination} already exists."
        raise refused("CreateRoute", "RouteAlreadyExists", message)


def _destination(inputs: Mapping[str, Any]) -> str:
    for key in _DESTINATIONS:
        if inputs.get(key):
            text = str(inputs[key])
            return text if key == "destinationPrefixListId" else str(network("CreateRoute", key, text))
    return ""


def _destinations(world: World, table_id: str) -> set[str]:
    taken = {_destination(route.inputs) for route in world.where(ROUTE, routeTableId=table_id)}
    table = world.get(ROUTE_TABLE, table_id)
    for route in mappings(table.get("routes")) if table else []:
        taken |= {str(route[key]) for key in _INLINE_DESTINATIONS if route.get(key)}
    return taken


def _target(world: World, operation: str, table_id: str, vpc_id: str, inputs: Mapping[str, Any]) -> None:
    """Refuse a target that is not there or serves another VPC; kinds of targets that nobody makes here are believed."""
    gateway = str(inputs.get("gatewayId") or "")
    if gateway.startswith("igw-"):
        record = found(world, operation, INTERNET_GATEWAY, gateway)
        if record.get("vpcId") != vpc_id:
            message = f"route table {table_id} and network gateway {gateway} belong to different networks"
            raise refused(operation, "InvalidParameterValue", message)
    if inputs.get("egressOnlyGatewayId"):
        found(world, operation, EGRESS_ONLY_GATEWAY, inputs["egressOnlyGatewayId"])
    if inputs.get("natGatewayId"):
        found(world, operation, NAT_GATEWAY, inputs["natGatewayId"])


def _route_changed(world: World, route: Record, inputs: Mapping[str, Any]) -> None:
    table_id = str(route.get("routeTableId"))
    vpc = _vpc_of_table(world, "ReplaceRoute", table_id)
    _target(world, "ReplaceRoute", table_id, vpc.id if vpc else "", inputs)


def _association(world: World, creation: Creation) -> None:
    operation = "AssociateRouteTable"
    subnet_id = creation.input("subnetId")
    table_id = creation.input("routeTableId")
    vpc = _vpc_of_table(world, operation, table_id)
    if subnet_id is None:
        return
    subnet = found(world, operation, SUBNET, subnet_id)
    if vpc is None or subnet.get("vpcId") != vpc.id:
        message = f"Route table {table_id} and network {subnet_id} belong to different networks"
        raise refused(operation, "InvalidParameterValue", message)
    if world.where(ROUTE_TABLE_ASSOCIATION, subnetId=subnet_id) or claimed(world, creation, subnet_id):
        message = f"the specified association for route table {table_id} conflicts with an existing association"
        raise refused(operation, "Resource.AlreadyAssociated", message)


def _association_changed(world: World, _association: Record, inputs: Mapping[str, Any]) -> None:
    _vpc_of_table(world, "ReplaceRouteTableAssociation", inputs.get("routeTableId"))


RULES: Mapping[str, TypeRules] = {
    ROUTE_TABLE: TypeRules(
        create=(_table,),
        delete=(_table_unused,),
        unsettle=(_table_gone,),
        replaces=frozenset({"region", "vpcId"}),
    ),
    ROUTE: TypeRules(
        create=(_route,),
        update=(_route_changed,),
        # The target is not among them: ReplaceRoute swaps it in place.
        replaces=frozenset({*_DESTINATIONS, "region", "routeTableId"}),
    ),
    ROUTE_TABLE_ASSOCIATION: TypeRules(
        create=(_association,),
        update=(_association_changed,),
        # The table is not among them: ReplaceRouteTableAssociation swaps it in place.
        replaces=frozenset({"gatewayId", "region", "subnetId"}),
    ),
}
