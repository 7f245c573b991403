"""The default quotas of Amazon VPC: a stack that needs more must fail in rehearsal, not half way in the account.

https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
"""

from __future__ import annotations

import ipaddress

import pytest

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.rules import ec2_lookup as ec2
from tests.support.ec2_network import Account


def said(refusal: pytest.ExceptionInfo[AwsError]) -> tuple[str, str]:
    """Return code and message of a refusal."""
    return refusal.value.code, refusal.value.reason


def test_a_region_has_five_vpcs() -> None:
    account = Account()
    for number in range(5):
        account.vpc(f"vpc-{number}")
    with pytest.raises(AwsError) as refusal:
        account.vpc("sixth")
    assert said(refusal) == ("VpcLimitExceeded", "The maximum number of VPCs has been reached.")


def test_other_accounts_and_regions_do_not_count() -> None:
    account = Account()
    for number in range(5):
        record = account.vpc(f"vpc-{number}")
        account.world.update(record, region="us-east-1")
    assert account.vpc("here").region == "eu-west-1", "a quota is one region's"


def test_a_region_has_five_elastic_ip_addresses() -> None:
    account = Account()
    for number in range(5):
        account.make(ec2.ADDRESS, f"address-{number}", domain="vpc")
    with pytest.raises(AwsError) as refusal:
        account.make(ec2.ADDRESS, "sixth", domain="vpc")
    assert said(refusal) == ("AddressLimitExceeded", "The maximum number of addresses has been reached.")


def test_a_zone_has_five_nat_gateways_and_another_zone_five_more() -> None:
    account = Account()
    vpc = account.vpc()
    subnet = account.subnet(vpc)
    for number in range(5):
        account.make(ec2.NAT_GATEWAY, f"nat-{number}", subnetId=subnet.id, connectivityType="private")
    with pytest.raises(AwsError) as refusal:
        account.make(ec2.NAT_GATEWAY, "sixth", subnetId=subnet.id, connectivityType="private")
    message = "Performing this operation would exceed the limit of 5 NAT gateways"
    assert said(refusal) == ("NatGatewayLimitExceeded", message)

    other = account.subnet(vpc, "other", cidrBlock="10.0.1.0/24", availabilityZone="eu-west-1b")
    account.make(ec2.NAT_GATEWAY, "elsewhere", subnetId=other.id, connectivityType="private")


def test_a_vpc_has_two_hundred_subnets() -> None:
    account = Account()
    vpc = account.vpc()
    blocks = list(ipaddress.ip_network("10.0.0.0/16").subnets(new_prefix=24))
    for number, block in enumerate(blocks[:200]):
        account.subnet(vpc, f"subnet-{number}", cidrBlock=str(block))
    with pytest.raises(AwsError) as refusal:
        account.subnet(vpc, "next", cidrBlock=str(blocks[200]))
    assert said(refusal) == ("SubnetLimitExceeded", "The maximum number of subnets has been reached.")


def test_a_vpc_has_five_ranges() -> None:
    account = Account()
    vpc = account.vpc()
    for number in range(1, 5):
        account.make(ec2.CIDR_ASSOCIATION, f"range-{number}", vpcId=vpc.id, cidrBlock=f"10.{number}.0.0/16")
    with pytest.raises(AwsError) as refusal:
        account.make(ec2.CIDR_ASSOCIATION, "sixth", vpcId=vpc.id, cidrBlock="10.9.0.0/16")
    message = f"This network '{vpc.id}' has met its maximum number of allowed CIDRs: 5"
    assert said(refusal) == ("CidrLimitExceeded", message)


def test_a_vpc_has_two_hundred_route_tables() -> None:
    account = Account()
    vpc = account.vpc()
    for number in range(200):
        account.table(vpc, f"table-{number}")
    with pytest.raises(AwsError) as refusal:
        account.table(vpc, "next")
    assert said(refusal) == ("RouteTableLimitExceeded", "The maximum number of route tables has been reached.")


def test_a_vpc_has_fifty_interface_endpoints() -> None:
    account = Account()
    vpc = account.vpc()
    inputs = {"vpcId": vpc.id, "vpcEndpointType": "Interface"}
    for number in range(50):
        account.make(ec2.ENDPOINT, f"e{number}", **inputs, serviceName=f"com.amazonaws.eu-west-1.service{number}")
    with pytest.raises(AwsError) as refusal:
        account.make(ec2.ENDPOINT, "next", **inputs, serviceName="com.amazonaws.eu-west-1.sts")
    assert said(refusal) == ("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.")


RULES_REACHED = (
    "RulesPerSecurityGroupLimitExceeded",
    "The maximum number of rules per security group has been reached.",
)


def test_a_security_group_has_sixty_rules_in_a_direction_for_each_ip_version() -> None:
    account = Account()
    group = account.group(account.vpc())
    rule = {"securityGroupId": group.id, "ipProtocol": "-1"}
    for number in range(60):
        account.make(ec2.INGRESS_RULE, f"rule-{number}", **rule, cidrIpv4=f"10.1.{number}.0/24")
    with pytest.raises(AwsError) as refusal:
        account.make(ec2.INGRESS_RULE, "next", **rule, cidrIpv4="10.2.0.0/24")
    assert said(refusal) == RULES_REACHED
    with pytest.raises(AwsError) as by_group:
        account.make(ec2.INGRESS_RULE, "group", **rule, referencedSecurityGroupId=group.id)
    assert said(by_group) == RULES_REACHED, "a rule that names a group counts for both versions"

    account.make(ec2.INGRESS_RULE, "six", **rule, cidrIpv6="fd00::/8")
    account.make(ec2.EGRESS_RULE, "out", **rule, cidrIpv4="0.0.0.0/0")


def test_rules_in_a_groups_own_list_count_too() -> None:
    account = Account()
    vpc = account.vpc()
    blocks = [f"10.1.{number}.0/24" for number in range(61)]
    ingress = [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": blocks}]
    with pytest.raises(AwsError) as refusal:
        account.make(ec2.SECURITY_GROUP, "group", vpcId=vpc.id, name="group", ingress=ingress)
    assert said(refusal) == RULES_REACHED
