"""VPCs for tests: how one is recorded, and the type tokens of what it is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws_sdk

from components.flow_logs import FlowLogSettings
from components.vpc import Vpc, VpcArgs
from rehearsal.graph import Graph
from tests.support.fixtures import AWS, component_options
from tests.support.recording import record

COMPONENT = "eks-platform:index:Vpc"
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
NAT = "aws:ec2/natGateway:NatGateway"
EIP = "aws:ec2/eip:Eip"
ROUTE = "aws:ec2/route:Route"
TABLE = "aws:ec2/routeTable:RouteTable"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
INTERNET = "aws:ec2/internetGateway:InternetGateway"
EGRESS_ONLY = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"

ZONES = ["eu-west-1a", "eu-west-1b"]


def vpc_args(**fields: Any) -> VpcArgs:
    """Return arguments of a VPC in two zones without flow logs, with the given ones instead."""
    given: dict[str, Any] = {
        "aws": AWS,
        "cluster_name": "demo",
        "cidr_block": "10.20.0.0/16",
        "zones": ZONES,
        "flow_logs": None,
        **fields,
    }
    return VpcArgs(**given)


def recorded(*, known: bool = True, then: Callable[[Vpc], Any] | None = None, **fields: Any) -> Graph:
    """Record a VPC, and what is done with it."""

    def program() -> None:
        network = Vpc("network", vpc_args(**fields), component_options())
        if then is not None:
            then(network)

    return record(program, known=known)


def probe(name: str, subnet_id: pulumi.Output[str], network: Vpc) -> None:
    """Put something into a subnet, as a node group would be."""
    aws_sdk.ec2.Tag(name, resource_id=subnet_id, key="probe", value="1", opts=pulumi.ResourceOptions(parent=network))


def everything() -> dict[str, Any]:
    """Return the arguments that switch on all that a VPC can have."""
    return {
        "ipv6": True,
        "pod_cidr": "100.64.0.0/16",
        "flow_logs": FlowLogSettings(),
        "endpoints": ["ecr.api", "sts"],
    }
