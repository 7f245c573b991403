"""VPCs and subnets that EC2 refuses."""

from __future__ import annotations

from rehearsal.simulator.rules import ec2_lookup as ec2
from tests.support.ec2_cases import Case, all_of, given, judge
from tests.support.ec2_network import MISSING

CASES: list[Case] = [
    (
        "VPC too large",
        ec2.VPC,
        given(cidrBlock="10.0.0.0/8"),
        given(cidrBlock="10.0.0.0/16"),
        "CreateVpc",
        "InvalidVpc.Range",
        "The CIDR '10.0.0.0/8' is invalid.",
    ),
    (
        "VPC too small",
        ec2.VPC,
        given(cidrBlock="10.0.0.0/29"),
        given(cidrBlock="10.0.0.0/28"),
        "CreateVpc",
        "InvalidVpc.Range",
        "The CIDR '10.0.0.0/29' is invalid.",
    ),
    (
        "VPC range that is none",
        ec2.VPC,
        given(cidrBlock="10.0.0/16"),
        given(cidrBlock="10.0.0.0/16"),
        "CreateVpc",
        "InvalidParameterValue",
        "Value (10.0.0/16) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
    ),
    (
        "second range for a VPC that is not there",
        ec2.CIDR_ASSOCIATION,
        given(vpcId=f"vpc-{MISSING}", cidrBlock="100.64.0.0/16"),
        given(vpcId="vpc", cidrBlock="100.64.0.0/16"),
        "AssociateVpcCidrBlock",
        "InvalidVpcID.NotFound",
        f"The vpc ID 'vpc-{MISSING}' does not exist",
    ),
    (
        "second range over the first",
        ec2.CIDR_ASSOCIATION,
        given(vpcId="vpc", cidrBlock="10.0.128.0/17"),
        given(vpcId="vpc", cidrBlock="10.9.0.0/16"),
        "AssociateVpcCidrBlock",
        "InvalidVpc.Range",
        "The CIDR '10.0.128.0/17' is invalid.",
    ),
    (
        "second range of another private kind",
        ec2.CIDR_ASSOCIATION,
        given(vpcId="vpc", cidrBlock="192.168.0.0/16"),
        given(vpcId="vpc", cidrBlock="100.64.0.0/16"),
        "AssociateVpcCidrBlock",
        "InvalidVpc.Range",
        "The CIDR '192.168.0.0/16' is restricted. Use a CIDR from the same private address range as the current VPC "
        "CIDR, or use a publicly-routable CIDR. For additional restrictions, see "
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html",
    ),
    (
        "subnet in no VPC",
        ec2.SUBNET,
        given(vpcId=f"vpc-{MISSING}", cidrBlock="10.0.9.0/24"),
        given(vpcId="vpc", cidrBlock="10.0.9.0/24"),
        "CreateSubnet",
        "InvalidVpcID.NotFound",
        f"The vpc ID 'vpc-{MISSING}' does not exist",
    ),
    (
        "subnet outside its VPC",
        ec2.SUBNET,
        given(vpcId="vpc", cidrBlock="10.7.0.0/24"),
        given(vpcId="vpc", cidrBlock="10.0.7.0/24"),
        "CreateSubnet",
        "InvalidSubnet.Range",
        "The CIDR '10.7.0.0/24' is invalid.",
    ),
    (
        "subnet too small",
        ec2.SUBNET,
        given(vpcId="vpc", cidrBlock="10.0.9.0/29"),
        given(vpcId="vpc", cidrBlock="10.0.9.0/28"),
        "CreateSubnet",
        "InvalidSubnet.Range",
        "The CIDR '10.0.9.0/29' is invalid.",
    ),
    (
        "subnet over another",
        ec2.SUBNET,
        given(vpcId="vpc", cidrBlock="10.0.0.0/23"),
        given(vpcId="vpc", cidrBlock="10.0.2.0/23"),
        "CreateSubnet",
        "InvalidSubnet.Conflict",
        "The CIDR '10.0.0.0/23' conflicts with another subnet",
    ),
    (
        "subnet in a zone of another region",
        ec2.SUBNET,
        given(vpcId="vpc", cidrBlock="10.0.9.0/24", availabilityZone="us-east-1a"),
        given(vpcId="vpc", cidrBlock="10.0.9.0/24", availabilityZone="eu-west-1a"),
        "CreateSubnet",
        "InvalidParameterValue",
        "Value (us-east-1a) for parameter availabilityZone is invalid. Subnets can currently only be created in the "
        "following availability zones: eu-west-1a, eu-west-1b, eu-west-1c.",
    ),
]


@all_of(CASES)
def test_vpcs_and_subnets_that_are_broken_are_refused_and_the_same_put_right_are_taken(case: Case) -> None:
    judge(case)
