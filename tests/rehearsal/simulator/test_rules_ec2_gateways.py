"""Gateways that EC2 refuses."""

from __future__ import annotations

from rehearsal.simulator.rules import ec2_lookup as ec2
from tests.support.ec2_cases import Case, all_of, given, judge
from tests.support.ec2_network import MISSING

CASES: list[Case] = [
    (
        "internet gateway for a VPC that has one",
        ec2.INTERNET_GATEWAY,
        given(vpcId="vpc"),
        given(vpcId="bare"),
        "AttachInternetGateway",
        "InvalidParameterValue",
        "Network {vpc} already has an internet gateway attached",
    ),
    (
        "internet gateway for no VPC",
        ec2.INTERNET_GATEWAY,
        given(vpcId=f"vpc-{MISSING}"),
        given(vpcId="bare"),
        "AttachInternetGateway",
        "InvalidVpcID.NotFound",
        f"The vpc ID 'vpc-{MISSING}' does not exist",
    ),
    (
        "egress-only gateway for no VPC",
        ec2.EGRESS_ONLY_GATEWAY,
        given(vpcId=f"vpc-{MISSING}"),
        given(vpcId="vpc"),
        "CreateEgressOnlyInternetGateway",
        "InvalidVpcID.NotFound",
        f"The vpc ID 'vpc-{MISSING}' does not exist",
    ),
    (
        "NAT gateway in no subnet",
        ec2.NAT_GATEWAY,
        given(subnetId=f"subnet-{MISSING}", allocationId="used"),
        given(subnetId="far", allocationId="used"),
        "CreateNatGateway",
        "InvalidSubnetID.NotFound",
        f"The subnet ID 'subnet-{MISSING}' does not exist",
    ),
    (
        "public NAT gateway without address",
        ec2.NAT_GATEWAY,
        given(subnetId="far"),
        given(subnetId="far", connectivityType="private"),
        "CreateNatGateway",
        "MissingParameter",
        "The request must contain the parameter AllocationId",
    ),
    (
        "NAT gateway with an address that is not there",
        ec2.NAT_GATEWAY,
        given(subnetId="far", allocationId=f"eipalloc-{MISSING}"),
        given(subnetId="far", allocationId="used"),
        "CreateNatGateway",
        "InvalidAllocationID.NotFound",
        f"Elastic IP address eipalloc-{MISSING} could not be associated with this NAT gateway",
    ),
    (
        "NAT gateway with another one's address",
        ec2.NAT_GATEWAY,
        given(subnetId="far", allocationId="taken"),
        given(subnetId="far", allocationId="used"),
        "CreateNatGateway",
        "Resource.AlreadyAssociated",
        "Elastic IP address {taken} is already associated",
    ),
    (
        "NAT gateway in a VPC without internet gateway",
        ec2.NAT_GATEWAY,
        given(subnetId="offline", allocationId="used"),
        given(subnetId="far", allocationId="used"),
        "CreateNatGateway",
        "Gateway.NotAttached",
        "Network {bare} has no Internet gateway attached",
    ),
    (
        "regional NAT gateway in no VPC",
        ec2.NAT_GATEWAY,
        given(vpcId=f"vpc-{MISSING}", availabilityMode="regional"),
        given(vpcId="vpc", availabilityMode="regional"),
        "CreateNatGateway",
        "InvalidVpcID.NotFound",
        f"The vpc ID 'vpc-{MISSING}' does not exist",
    ),
]


@all_of(CASES)
def test_gateways_that_are_broken_are_refused_and_the_same_put_right_are_taken(case: Case) -> None:
    judge(case)
