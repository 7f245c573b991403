"""Endpoints and flow logs that EC2 refuses."""

from __future__ import annotations

from rehearsal.simulator.rules import ec2_lookup as ec2
from tests.support.ec2_cases import ROLE_ARN, Case, all_of, judge, service
from tests.support.ec2_network import MISSING

CASES: list[Case] = [
    (
        "endpoint in no VPC",
        ec2.ENDPOINT,
        lambda n: n.interface("logs", vpcId=f"vpc-{MISSING}"),
        lambda n: n.interface("logs"),
        "CreateVpcEndpoint",
        "InvalidVpcID.NotFound",
        f"The vpc ID 'vpc-{MISSING}' does not exist",
    ),
    (
        "endpoint of another region's service",
        ec2.ENDPOINT,
        lambda n: n.interface("logs", serviceName="com.amazonaws.us-east-1.logs"),
        lambda n: n.interface("logs"),
        "CreateVpcEndpoint",
        "InvalidServiceName",
        "The Vpc Endpoint Service 'com.amazonaws.us-east-1.logs' does not exist",
    ),
    (
        "endpoint with two subnets of a zone",
        ec2.ENDPOINT,
        lambda n: n.interface("logs", subnetIds=[n.ids["subnet"], n.subnet_beside()]),
        lambda n: n.interface("logs"),
        "CreateVpcEndpoint",
        "DuplicateSubnetsInSameZone",
        "Found another VPC endpoint subnet in the availability zone of {subnet}. VPC endpoint subnets should be in "
        "different availability zones supported by the VPC endpoint service.",
    ),
    (
        "endpoint in no subnet",
        ec2.ENDPOINT,
        lambda n: n.interface("logs", subnetIds=[f"subnet-{MISSING}"]),
        lambda n: n.interface("logs"),
        "CreateVpcEndpoint",
        "InvalidSubnetID.NotFound",
        f"The subnet ID 'subnet-{MISSING}' does not exist",
    ),
    (
        "endpoint with a group of another VPC",
        ec2.ENDPOINT,
        lambda n: n.interface("logs", securityGroupIds=[n.ids["stranger"]]),
        lambda n: n.interface("logs"),
        "CreateVpcEndpoint",
        "InvalidGroup.NotFound",
        "The security group '{stranger}' does not exist in VPC '{vpc}'",
    ),
    (
        "endpoint whose private name is taken",
        ec2.ENDPOINT,
        lambda n: n.interface("sts"),
        lambda n: n.interface("sts", privateDnsEnabled=False),
        "CreateVpcEndpoint",
        "InvalidParameter",
        "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
        "sts.eu-west-1.amazonaws.com in the VPC {vpc}",
    ),
    (
        "private names in a VPC without DNS names",
        ec2.ENDPOINT,
        lambda n: n.interface("logs", vpcId=n.ids["bare"], subnetIds=[n.ids["offline"]], securityGroupIds=[]),
        lambda n: n.interface("logs"),
        "CreateVpcEndpoint",
        "InvalidParameter",
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
        "{bare}",
    ),
    (
        "second gateway endpoint for a table",
        ec2.ENDPOINT,
        lambda n: {"vpcId": n.ids["vpc"], "serviceName": service("s3"), "routeTableIds": [n.ids["table"]]},
        lambda n: {"vpcId": n.ids["vpc"], "serviceName": service("s3"), "routeTableIds": [n.ids["second"]]},
        "CreateVpcEndpoint",
        "RouteAlreadyExists",
        "route table {table} already has a route with destination-prefix-list-id {prefixes}",
    ),
    (
        "gateway endpoint for no table",
        ec2.ENDPOINT,
        lambda n: {"vpcId": n.ids["vpc"], "serviceName": service("dynamodb"), "routeTableIds": [f"rtb-{MISSING}"]},
        lambda n: {"vpcId": n.ids["vpc"], "serviceName": service("dynamodb"), "routeTableIds": [n.ids["table"]]},
        "CreateVpcEndpoint",
        "InvalidRouteTableID.NotFound",
        f"The routeTable ID 'rtb-{MISSING}' does not exist",
    ),
    (
        "flow log of no VPC",
        ec2.FLOW_LOG,
        lambda n: n.flow_log(vpcId=f"vpc-{MISSING}"),
        lambda n: n.flow_log(vpcId=n.ids["other"]),
        "CreateFlowLogs",
        "InvalidVpcID.NotFound",
        f"The vpc ID 'vpc-{MISSING}' does not exist",
    ),
    (
        "second flow log alike",
        ec2.FLOW_LOG,
        lambda n: n.flow_log(),
        lambda n: n.flow_log(trafficType="REJECT"),
        "CreateFlowLogs",
        "FlowLogAlreadyExists",
        "Error. There is an existing Flow Log with the same configuration and log destination.",
    ),
    (
        "flow log with a role that does not trust it",
        ec2.FLOW_LOG,
        lambda n: n.flow_log(trafficType="REJECT", iamRoleArn=f"{ROLE_ARN}-stray"),
        lambda n: n.flow_log(trafficType="REJECT"),
        "CreateFlowLogs",
        "InvalidParameter",
        "Unable to assume given IAM role",
    ),
]


@all_of(CASES)
def test_endpoints_and_flow_logs_that_are_broken_are_refused_and_the_same_put_right_are_taken(case: Case) -> None:
    judge(case)
