"""Routes that EC2 refuses."""

from __future__ import annotations

from rehearsal.simulator.rules import ec2_lookup as ec2
from tests.support.ec2_cases import Case, all_of, given, judge
from tests.support.ec2_network import MISSING

CASES: list[Case] = [
    (
        "route table in no VPC",
        ec2.ROUTE_TABLE,
        given(vpcId=f"vpc-{MISSING}"),
        given(vpcId="vpc"),
        "CreateRouteTable",
        "InvalidVpcID.NotFound",
        f"The vpc ID 'vpc-{MISSING}' does not exist",
    ),
    (
        "route in no table",
        ec2.ROUTE,
        given(routeTableId=f"rtb-{MISSING}", destinationCidrBlock="0.0.0.0/0", gatewayId="internet"),
        given(routeTableId="second", destinationCidrBlock="0.0.0.0/0", gatewayId="internet"),
        "CreateRoute",
        "InvalidRouteTableID.NotFound",
        f"The routeTable ID 'rtb-{MISSING}' does not exist",
    ),
    (
        "second route to the same destination",
        ec2.ROUTE,
        given(routeTableId="table", destinationCidrBlock="0.0.0.0/0", gatewayId="internet"),
        given(routeTableId="second", destinationCidrBlock="0.0.0.0/0", gatewayId="internet"),
        "CreateRoute",
        "RouteAlreadyExists",
        "The route identified by 0.0.0.0/0 already exists.",
    ),
    (
        "route over the VPC's own",
        ec2.ROUTE,
        given(routeTableId="second", destinationCidrBlock="10.0.0.0/16", natGatewayId="nat"),
        given(routeTableId="second", destinationCidrBlock="10.3.0.0/16", natGatewayId="nat"),
        "CreateRoute",
        "RouteAlreadyExists",
        "The route identified by 10.0.0.0/16 already exists.",
    ),
    (
        "route to no internet gateway",
        ec2.ROUTE,
        given(routeTableId="second", destinationCidrBlock="0.0.0.0/0", gatewayId=f"igw-{MISSING}"),
        given(routeTableId="second", destinationCidrBlock="0.0.0.0/0", gatewayId="internet"),
        "CreateRoute",
        "InvalidGatewayID.NotFound",
        f"The gateway ID 'igw-{MISSING}' does not exist",
    ),
    (
        "route to another VPC's internet gateway",
        ec2.ROUTE,
        given(routeTableId="second", destinationCidrBlock="0.0.0.0/0", gatewayId="stray"),
        given(routeTableId="second", destinationCidrBlock="0.0.0.0/0", gatewayId="internet"),
        "CreateRoute",
        "InvalidParameterValue",
        "route table {second} and network gateway {stray} belong to different networks",
    ),
    (
        "route to no NAT gateway",
        ec2.ROUTE,
        given(routeTableId="second", destinationCidrBlock="0.0.0.0/0", natGatewayId=f"nat-{MISSING}"),
        given(routeTableId="second", destinationCidrBlock="0.0.0.0/0", natGatewayId="nat"),
        "CreateRoute",
        "InvalidNatGatewayID.NotFound",
        f"The natGateway ID 'nat-{MISSING}' does not exist",
    ),
    (
        "second table for a subnet",
        ec2.ROUTE_TABLE_ASSOCIATION,
        given(routeTableId="second", subnetId="subnet"),
        given(routeTableId="second", subnetId="far"),
        "AssociateRouteTable",
        "Resource.AlreadyAssociated",
        "the specified association for route table {second} conflicts with an existing association",
    ),
    (
        "table of another VPC for a subnet",
        ec2.ROUTE_TABLE_ASSOCIATION,
        given(routeTableId="abroad", subnetId="far"),
        given(routeTableId="second", subnetId="far"),
        "AssociateRouteTable",
        "InvalidParameterValue",
        "Route table {abroad} and network {far} belong to different networks",
    ),
    (
        "no table for a subnet",
        ec2.ROUTE_TABLE_ASSOCIATION,
        given(routeTableId=f"rtb-{MISSING}", subnetId="far"),
        given(routeTableId="second", subnetId="far"),
        "AssociateRouteTable",
        "InvalidRouteTableID.NotFound",
        f"The routeTable ID 'rtb-{MISSING}' does not exist",
    ),
    (
        "table for no subnet",
        ec2.ROUTE_TABLE_ASSOCIATION,
        given(routeTableId="second", subnetId=f"subnet-{MISSING}"),
        given(routeTableId="second", subnetId="far"),
        "AssociateRouteTable",
        "InvalidSubnetID.NotFound",
        f"The subnet ID 'subnet-{MISSING}' does not exist",
    ),
]


@all_of(CASES)
def test_routes_that_are_broken_are_refused_and_the_same_put_right_are_taken(case: Case) -> None:
    judge(case)
