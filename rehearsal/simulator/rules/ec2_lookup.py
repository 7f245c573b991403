"""What the rules of Amazon EC2 and VPC look up in the world: references, quotas, address ranges.

Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rehearsal.errors import RehearsalError
from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.context import Creation
from rehearsal.simulator.durations import duration
from rehearsal.simulator.world import Record, World

VPC: Final = "aws:ec2/vpc:Vpc"
CIDR_ASSOCIATION: Final = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
SUBNET: Final = "aws:ec2/subnet:Subnet"
INTERNET_GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
EGRESS_ONLY_GATEWAY: Final = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
ADDRESS: Final = "aws:ec2/eip:Eip"
NAT_GATEWAY: Final = "aws:ec2/natGateway:NatGateway"
ROUTE_TABLE: Final = "aws:ec2/routeTable:RouteTable"
ROUTE: Final = "aws:ec2/route:Route"
ROUTE_TABLE_ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"
SECURITY_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_SECURITY_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
INGRESS_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS_RULE: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
LAUNCH_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
PLACEMENT_GROUP: Final = "aws:ec2/placementGroup:PlacementGroup"
CLUSTER: Final = "aws:eks/cluster:Cluster"
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
FARGATE_PROFILE: Final = "aws:eks/fargateProfile:FargateProfile"
MOUNT_TARGET: Final = "aws:efs/mountTarget:MountTarget"
ROLE: Final = "aws:iam/role:Role"
# What controllers in the cluster made and, being gone, did not delete: no program made them, so their URN is "".
LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
CLASSIC_LOAD_BALANCER: Final = "aws:elb/loadBalancer:LoadBalancer"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What EC2 says of an id that does not exist: code, and the noun of its message.
_MISSING: Mapping[str, tuple[str, str]] = {
    VPC: ("InvalidVpcID.NotFound", "vpc"),
    SUBNET: ("InvalidSubnetID.NotFound", "subnet"),
    ROUTE_TABLE: ("InvalidRouteTableID.NotFound", "routeTable"),
    NAT_GATEWAY: ("InvalidNatGatewayID.NotFound", "natGateway"),
    ADDRESS: ("InvalidAllocationID.NotFound", "allocation"),
    INTERNET_GATEWAY: ("InvalidGatewayID.NotFound", "gateway"),
    EGRESS_ONLY_GATEWAY: ("InvalidGatewayID.NotFound", "gateway"),
}


class FailedLaterError(AwsError):
    """What the provider says of something that EC2 accepted and that failed while the provider waited for it.

    Args:
        what: What was waited for, in the provider's words.
        operation: API operation that had been accepted.
        code: Failure code.
        message: Failure message.
    """

    def __init__(self, what: str, operation: str, code: str, message: str) -> None:
        super().__init__("EC2", operation, code, message)
        text = f"waiting for {what} create: unexpected state 'failed', wanted target 'available'. last error"
        RehearsalError.__init__(self, f"{text}: {code}: {message}")


def refused(operation: str, code: str, message: str) -> AwsError:
    """Return a refusal of EC2."""
    return AwsError("EC2", operation, code, message)


def claimed(world: World, creation: Creation, what: str) -> bool:
    """Return whether something that only one may have is being given to another resource at this moment.

    Args:
        world: Everything that exists.
        creation: Who wants it; has it from now on until it exists, if nobody else has.
        what: What only one may have, for example a name.
    """
    seconds = duration(creation.type).create
    return world.hold(f"{creation.type} {what}", creation.urn, seconds) not in ("", creation.urn)


def found(world: World, operation: str, type_: str, id_: Any) -> Record:
    """Return what an id stands for.

    Args:
        world: Everything that exists.
        operation: API operation that names the id.
        type_: Type of the thing.
        id_: Its id.

    Raises:
        AwsError: If there is no such thing, in EC2's words.
    """
    record = world.get(type_, id_)
    if record is None:
        code, noun = _MISSING[type_]
        # EC2 writes the noun of a VPC with "The vpc ID", that of a security group without "ID".
        raise refused(operation, code, f"The {noun} ID '{id_}' does not exist")
    return record


def group_vpc(world: World, operation: str, id_: Any) -> str:
    """Return the VPC of a security group; a VPC's default group and a cluster's own group count, made or not.

    Raises:
        AwsError: If there is no such group.
    """
    record = world.get(SECURITY_GROUP, id_) or world.get(DEFAULT_SECURITY_GROUP, id_)
    if record is not None:
        return str(record.get("vpcId", ""))
    for vpc in world.where(VPC, defaultSecurityGroupId=id_):
        return vpc.id
    for cluster in world.where(CLUSTER, vpcConfig__clusterSecurityGroupId=id_):
        return str(cluster.get("vpcConfig.vpcId", ""))
    raise refused(operation, "InvalidGroup.NotFound", f"The security group '{id_}' does not exist")


def network(operation: str, parameter: str, text: Any) -> Network:
    """Return an address range as EC2 reads it: bits beyond the prefix don't count.

    Raises:
        AwsError: If it is no range.
    """
    try:
        return ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        message = f"Value ({text}) for parameter {parameter} is invalid. This is not a valid CIDR block."
        raise refused(operation, "InvalidParameterValue", message) from None


def overlapping(one: Network, others: Iterable[Network]) -> bool:
    """Return whether a range shares an address with one of the others."""
    return any(one.version == other.version and one.overlaps(other) for other in others)


def inside(one: Network, others: Iterable[Network]) -> bool:
    """Return whether a range lies wholly in one of the others."""
    return any(_inside(one, other) for other in others)


def _inside(one: Network, other: Network) -> bool:
    if isinstance(one, ipaddress.IPv4Network) and isinstance(other, ipaddress.IPv4Network):
        return one.subnet_of(other)
    return isinstance(one, ipaddress.IPv6Network) and isinstance(other, ipaddress.IPv6Network) and one.subnet_of(other)


def ranges_of(world: World, vpc: Record) -> list[Network]:
    """Return the address ranges of a VPC, the secondary ones and IPv6 included."""
    texts = [vpc.get("cidrBlock"), vpc.get("ipv6CidrBlock")]
    texts += [association.get("cidrBlock") for association in world.where(CIDR_ASSOCIATION, vpcId=vpc.id)]
    return [ipaddress.ip_network(text, strict=False) for text in texts if text]


def beside(world: World, type_: str, *, region: str, account: str) -> list[Record]:
    """Return what there is of a type in a region of an account, which is what most quotas count."""
    return [record for record in world.of_type(type_) if (record.region, record.account) == (region, account)]


def strings(value: Any) -> list[str]:
    """Return a list input as strings; nothing where it is not given."""
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """Return a list input of objects; nothing where it is not given."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []
