"""A network in order, and cases that break one thing of it: what EC2 refuses, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.rules import ec2_lookup as ec2
from tests.support.ec2_network import Account, urn_of

ROLE_ARN = "arn:aws:iam::123456789012:role/flow-logs"
LOGS_ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:flow"
TRUST = '{"Statement":[{"Principal":{"Service":"vpc-flow-logs.amazonaws.com"}}]}'
PORT = {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443}


class Network(Account):
    """A VPC with two subnets, ways out, groups and what the cases need beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: dict[str, str] = {}
        vpc = self.vpc()
        other = self.vpc("other", cidrBlock="10.1.0.0/16")
        bare = self.vpc("bare", cidrBlock="10.2.0.0/16", enableDnsHostnames=False)
        internet = self.internet(vpc)
        subnet = self.subnet(vpc)
        far = self.subnet(vpc, "far", cidrBlock="10.0.1.0/24", availabilityZone="eu-west-1b")
        offline = self.subnet(bare, "offline", cidrBlock="10.2.0.0/24")
        nat = self.nat(subnet)
        table = self.table(vpc)
        group = self.group(vpc)
        made = {
            "vpc": vpc,
            "other": other,
            "bare": bare,
            "internet": internet,
            "stray": self.make(ec2.INTERNET_GATEWAY, "stray", vpcId=other.id),
            "subnet": subnet,
            "far": far,
            "offline": offline,
            "nat": nat,
            "used": self.make(ec2.ADDRESS, "free", domain="vpc"),
            "table": table,
            "second": self.table(vpc, "second"),
            "abroad": self.table(other, "abroad"),
            "group": group,
            "peer": self.group(vpc, "peer"),
            "stranger": self.group(other, "stranger"),
        }
        self.ids |= {name: record.id for name, record in made.items()}
        self.ids["taken"] = str(nat.get("allocationId"))
        self.make(ec2.ROUTE, "default", routeTableId=table.id, destinationCidrBlock="0.0.0.0/0", natGatewayId=nat.id)
        self.make(ec2.ROUTE_TABLE_ASSOCIATION, "subnet", routeTableId=table.id, subnetId=subnet.id)
        self.make(ec2.INGRESS_RULE, "https", securityGroupId=group.id, cidrIpv4="10.0.0.0/16", **PORT)
        s3 = self.make(ec2.ENDPOINT, "s3", vpcId=vpc.id, serviceName=service("s3"), routeTableIds=[table.id])
        self.ids["prefixes"] = str(s3.get("prefixListId"))
        self.make(ec2.ENDPOINT, "sts", **self.interface("sts"))
        self.make(ec2.LAUNCH_TEMPLATE, "nodes", name="nodes")
        self.make(ec2.PLACEMENT_GROUP, "near", name="near", strategy="cluster")
        self.place_record(ec2.ROLE, "flow-logs", arn=ROLE_ARN, assumeRolePolicy=TRUST)
        self.place_record(ec2.ROLE, "stray", arn=f"{ROLE_ARN}-stray", assumeRolePolicy="{}")
        self.make(ec2.FLOW_LOG, "flow", **self.flow_log())
        self.place_record(
            ec2.NODE_GROUP, "demo:nodes", resources=[{"autoscalingGroups": [{"name": "eks-nodes"}]}], subnetIds=[]
        )

    def interface(self, name: str, **inputs: Any) -> dict[str, Any]:
        """Return the inputs of an interface endpoint."""
        return {
            "vpcId": self.ids["vpc"],
            "serviceName": service(name),
            "vpcEndpointType": "Interface",
            "subnetIds": [self.ids["subnet"], self.ids["far"]],
            "securityGroupIds": [self.ids["group"]],
            "privateDnsEnabled": True,
            **inputs,
        }

    def subnet_beside(self) -> str:
        """Create another subnet in the zone of the first, and return its id."""
        inputs = {"vpcId": self.ids["vpc"], "cidrBlock": "10.0.8.0/24", "availabilityZone": "eu-west-1a"}
        return self.make(ec2.SUBNET, "beside", **inputs).id

    def flow_log(self, **inputs: Any) -> dict[str, Any]:
        """Return the inputs of a flow log."""
        given = {"vpcId": self.ids["vpc"], "trafficType": "ALL", "logDestination": LOGS_ARN, "iamRoleArn": ROLE_ARN}
        return {**given, **inputs}


def service(name: str) -> str:
    """Return the name of an endpoint service in the tests' region."""
    return f"com.amazonaws.eu-west-1.{name}"


Inputs = Callable[[Network], Mapping[str, Any]]


def rule(**inputs: Any) -> Inputs:
    """Return inputs of a security group rule whose ids are names of the network's parts."""

    def build(network: Network) -> dict[str, Any]:
        ids = {key: network.ids.get(str(value), value) for key, value in inputs.items()}
        return {"securityGroupId": network.ids["group"], **PORT, **ids}

    return build


def given(**inputs: Any) -> Inputs:
    """Return inputs whose values are names of the network's parts, or stand for themselves."""
    return lambda network: {
        key: network.ids.get(value, value) if isinstance(value, str) else value for key, value in inputs.items()
    }


# What is wrong, type, inputs that are refused, the same put right, operation, code, message.
Case = tuple[str, str, Inputs, Inputs, str, str, str]


def all_of(cases: list[Case]) -> pytest.MarkDecorator:
    """Return the decorator that runs a test with each case, under the name of what is wrong in it."""
    return pytest.mark.parametrize("case", cases, ids=[case[0] for case in cases])


def judge(case: Case) -> None:
    """Fail if EC2 takes what is broken, says something else than AWS does, or refuses the same put right."""
    _what, type_, broken, right, operation, code, message = case
    network = Network()
    inputs = broken(network)
    with pytest.raises(AwsError) as refusal:
        network.make(type_, "new", **inputs)
    error = refusal.value
    said = (error.service, error.operation, error.code, error.reason)
    assert said == ("EC2", operation, code, message.format(**network.ids)), "an operator looks for AWS's own words"
    actions = [event.action for event in network.world.events if event.urn == urn_of(type_, "new")]
    assert actions == ["refuse"], "what is refused must leave nothing behind"

    network.make(type_, "new", **right(network))
