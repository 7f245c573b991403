"""Rules about the VPC: subnets, flow logs, security groups, where nodes live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from pulumi_policy import EnforcementLevel, PolicyResource, Severity
from pulumi_policy.proxy import UnknownValueError

from .nodes import NODE_GROUP
from .reading import as_sequence, each, is_true, read
from .rule import Control, Definition, ResourceRule, Setting, Stack, StackRule, Subject, text_list

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
SECURITY_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
ROUTE = "aws:ec2/route:Route"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
ROUTE_TABLE_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
FARGATE_PROFILE = "aws:eks/fargateProfile:FargateProfile"

_BEST_PRACTICES = "https://docs.aws.amazon.com/eks/latest/best-practices"


def _in_public_tier(subnet: Subject) -> bool:
    if any(fnmatchcase(subnet.name, pattern) for pattern in subnet.options["allowedSubnets"]):
        return True
    tags = (allowed.partition("=") for allowed in subnet.options["allowedTags"])
    return any(read(subnet.properties, "tags", key) == value for key, _, value in tags)


def _hands_out_no_public_addresses(subnet: Subject) -> Iterator[str]:
    # IPv6 addresses are not judged: clusters of the IPv6 family need them, and routes decide who reaches them.
    if is_true(read(subnet.properties, "mapPublicIpOnLaunch")) and not _in_public_tier(subnet):
        yield "mapPublicIpOnLaunch is true: whatever starts in the subnet can be reached from the internet."


NO_PUBLIC_ADDRESSES = ResourceRule(
    Definition(
        name="vpc-subnet-no-public-ip",
        title="No public addresses by default",
        description="Subnets must not give public addresses to whatever starts in them. Load balancers and NAT "
        "gateways do not need it.",
        fix="Set mapPublicIpOnLaunch to false, or put the subnet's tag or name on the allow list.",
        types=(SUBNET,),
        control=Control(
            cis=("5.4.3",),
            security_hub=("EC2.15",),
            checkov=("CKV_AWS_130",),
            guide=f"{_BEST_PRACTICES}/subnets.html",
        ),
        severity=Severity.MEDIUM,
        settings={
            "allowedTags": text_list('Tags, as "key=value", of subnets that may give public addresses.'),
            "allowedSubnets": text_list(
                "Logical names of subnets that may give public addresses; * and ? may be used."
            ),
        },
    ),
    _hands_out_no_public_addresses,
)


def _names_world(networks: Any) -> Iterator[str]:
    for network in as_sequence(networks):
        if network in ("0.0.0.0/0", "::/0"):
            yield network


def _opened_to_the_world(rule: Any, allowed: Sequence[float]) -> Iterator[str]:
    """Yield what is wrong with one ingress rule, whichever resource it stands in."""
    protocol = str(read(rule, "ipProtocol") or read(rule, "protocol") or "-1")
    if protocol.startswith("icmp"):
        return
    first, last = read(rule, "fromPort"), read(rule, "toPort")
    ports = f"ports {int(first)} to {int(last)}" if first is not None and last is not None else "all ports"
    if protocol in ("-1", "all"):
        ports = "all protocols and ports"
    elif first is not None and first == last and first in allowed:
        return
    sources = ("cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6")
    yield from each(
        sources,
        lambda key: (f"{ports} are open to {network}." for network in _names_world(read(rule, key))),
    )


def _ingress_is_narrow(group: Subject) -> Iterator[str]:
    allowed = list(group.options["allowedPorts"])
    if group.type == SECURITY_GROUP:
        rules = as_sequence(read(group.properties, "ingress"))
        yield from each(rules, lambda rule: _opened_to_the_world(rule, allowed))
    elif group.type == INGRESS_RULE or read(group.properties, "type") == "ingress":
        yield from _opened_to_the_world(group.properties, allowed)


NO_OPEN_PORTS = ResourceRule(
    Definition(
        name="ec2-security-group-no-open-ports",
        title="No ports open to the world",
        description="Security groups must not let the whole internet in, other than to ports meant for it.",
        fix="Name a security group or a network as the source, or put the port on the allow list.",
        types=(SECURITY_GROUP, SECURITY_GROUP_RULE, INGRESS_RULE),
        control=Control(
            security_hub=("EC2.13", "EC2.14", "EC2.18", "EC2.19", "EC2.53", "EC2.54"),
            checkov=("CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_260", "CKV_AWS_277"),
            guide=f"{_BEST_PRACTICES}/subnets.html",
        ),
        severity=Severity.HIGH,
        settings={
            "allowedPorts": Setting(
                schema={
                    "type": "array",
                    "items": {"type": "integer", "minimum": 0, "maximum": 65535},
                    "default": [80, 443],
                    "description": "Ports that may be open to the world, each by a rule of its own.",
                }
            )
        },
    ),
    _ingress_is_narrow,
)


def refers_to(resource: PolicyResource, key: str, target: PolicyResource) -> bool:
    """Tell whether an input of a resource comes from another resource, or is its id.

    The first works where ids are not known yet, the second where they are written down.

    Args:
        resource: The resource with the input.
        key: Name of the input, for example "vpcId".
        target: What the input may refer to.
    """
    if any(source.urn == target.urn for source in resource.property_dependencies.get(key, ())):
        return True
    try:
        identifier = read(target.props, "id")
        return identifier is not None and identifier in list(as_sequence(read(resource.props, key)))
    except UnknownValueError:
        return False


def _vpc_has_a_flow_log(vpc: PolicyResource, stack: Stack) -> Iterator[str]:
    logs = [log for log in stack.of_type(FLOW_LOG) if refers_to(log, "vpcId", vpc)]
    if not logs:
        yield "No flow log records the traffic of the VPC."
        return
    wanted = list(stack.options["trafficTypes"])
    # AWS has no default: without a type the log records everything.
    kinds = [read(log.props, "trafficType") or "ALL" for log in logs]
    if not any(kind in wanted for kind in kinds):
        yield f"Flow logs record {', '.join(kinds)} only, none of {', '.join(wanted)}."


FLOW_LOGS = StackRule(
    Definition(
        name="vpc-flow-logs",
        title="Flow logs",
        description="Every VPC must record at least the traffic it rejects: without a flow log nobody can tell "
        "after an incident who talked to whom.",
        fix="Declare an aws.ec2.FlowLog for the VPC with traffic_type REJECT or ALL.",
        types=(VPC,),
        control=Control(
            security_hub=("EC2.6",),
            checkov=("CKV2_AWS_11",),
            guide="https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
        ),
        severity=Severity.MEDIUM,
        settings={"trafficTypes": text_list("Types of traffic of which one must be recorded.", "ALL", "REJECT")},
    ),
    _vpc_has_a_flow_log,
)


def _default_group_is_empty(vpc: PolicyResource, stack: Stack) -> Iterator[str]:
    groups = [group for group in stack.of_type(DEFAULT_GROUP) if refers_to(group, "vpcId", vpc)]
    if not groups:
        yield "The default security group of the VPC is left as AWS made it, with its rules."
    for group in groups:
        for direction in ("ingress", "egress"):
            if len(as_sequence(read(group.props, direction))) > 0:
                yield f"The default security group {group.name} has {direction} rules."


DEFAULT_GROUP_EMPTY = StackRule(
    Definition(
        name="vpc-default-security-group-empty",
        title="Empty default security group",
        description="The default security group of a VPC must have no rules, so that what starts without a group of "
        "its own reaches nothing.",
        fix="Adopt it with aws.ec2.DefaultSecurityGroup, with empty ingress and egress.",
        types=(VPC,),
        control=Control(
            security_hub=("EC2.2",),
            checkov=("CKV2_AWS_12",),
            guide="https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
        ),
        severity=Severity.MEDIUM,
    ),
    _default_group_is_empty,
)


def _public_subnets(stack: Stack) -> list[PolicyResource]:
    """Return the subnets whose route table has a route through an internet gateway."""
    gateways, tables = stack.of_type(INTERNET_GATEWAY), stack.of_type(ROUTE_TABLE)
    routes = [route for route in stack.of_type(ROUTE) if any(refers_to(route, "gatewayId", one) for one in gateways)]
    open_tables = [table for table in tables if any(refers_to(route, "routeTableId", table) for route in routes)]
    associations = [
        association
        for association in stack.of_type(ROUTE_TABLE_ASSOCIATION)
        if any(refers_to(association, "routeTableId", table) for table in open_tables)
    ]
    return [
        subnet
        for subnet in stack.of_type(SUBNET)
        if any(refers_to(association, "subnetId", subnet) for association in associations)
    ]


def _compute_is_private(compute: PolicyResource, stack: Stack) -> Iterator[str]:
    for subnet in _public_subnets(stack):
        if refers_to(compute, "subnetIds", subnet):
            yield f"Subnet {subnet.name} is public: its route table leads to an internet gateway."


PRIVATE_COMPUTE = StackRule(
    Definition(
        name="eks-compute-private-subnets",
        title="Nodes and pods in private subnets",
        description="Node groups and Fargate profiles must be in subnets without a route to an internet gateway.",
        fix="Give the node group or profile the private subnets; internet access goes through a NAT gateway.",
        types=(NODE_GROUP, FARGATE_PROFILE),
        control=Control(cis=("5.4.3",), guide=f"{_BEST_PRACTICES}/subnets.html"),
        severity=Severity.HIGH,
    ),
    _compute_is_private,
)


def _is_regional(gateway: PolicyResource) -> bool:
    try:
        return read(gateway.props, "availabilityMode") == "regional"
    except UnknownValueError:
        # What the program says is known; unknown is what AWS fills in where it says nothing, and that is "zonal".
        return False


def _zones_have_their_gateway(vpc: PolicyResource, stack: Stack) -> Iterator[str]:
    gateways = [gateway for gateway in stack.of_type(NAT_GATEWAY) if not _is_regional(gateway)]
    subnets = [subnet for subnet in stack.of_type(SUBNET) if refers_to(subnet, "vpcId", vpc)]
    homes = [subnet for subnet in subnets if any(refers_to(gateway, "subnetId", subnet) for gateway in gateways)]
    served = {read(subnet.props, "availabilityZone") for subnet in homes}
    zones = {read(subnet.props, "availabilityZone") for subnet in subnets}
    if served and zones - served:
        yield f"Zones without a NAT gateway: {', '.join(sorted(map(str, zones - served)))}."


ZONAL_GATEWAYS = StackRule(
    Definition(
        name="vpc-nat-gateway-in-each-zone",
        title="A NAT gateway in each zone",
        description="A VPC that reaches the internet through NAT gateways should have one in each zone, or a regional "
        "one: otherwise the loss of one zone cuts the others off.",
        fix="Make a NAT gateway in a public subnet of every zone, or one with availability mode regional.",
        types=(VPC,),
        control=Control(guide=f"{_BEST_PRACTICES}/subnets.html"),
        severity=Severity.MEDIUM,
        level=EnforcementLevel.ADVISORY,
    ),
    _zones_have_their_gateway,
)

RULES = (NO_PUBLIC_ADDRESSES, NO_OPEN_PORTS, FLOW_LOGS, DEFAULT_GROUP_EMPTY, PRIVATE_COMPUTE, ZONAL_GATEWAYS)
