"""Whether the instances of a managed node group reach their control plane and become ready nodes.

https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html (nodes that do not join),
https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html (endpoints),
https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.simulator.rules.eks_lookup import (
    ADDON,
    SECURITY_GROUP,
    SUBNET,
    NotActiveError,
    brings_self_managed,
    find_cluster,
    has_auto_mode,
    security_group_of,
)
from rehearsal.simulator.rules.iam_lookup import attached, has_managed, inline, role_by_arn
from rehearsal.simulator.world import Record, World

_ROUTE = "aws:ec2/route:Route"
_TABLE = "aws:ec2/routeTable:RouteTable"
_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_NAT = "aws:ec2/natGateway:NatGateway"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_VPC = "aws:ec2/vpc:Vpc"
_LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"

_JOIN = "Instances failed to join the kubernetes cluster"
_UNHEALTHY = "Unhealthy nodes in the kubernetes cluster"
_ANYWHERE = ("0.0.0.0/0", "::/0")
_INTERFACE_ENDPOINTS = ("ec2", "ecr.api", "ecr.dkr", "sts")
_API_PORT = 443


def check_joining(world: World, id_: str, inputs: Mapping[str, Any], *, action: str = "create") -> None:
    """Fail a node group whose nodes would not join, or would join and not become ready.

    Args:
        world: The world.
        id_: Id of the node group.
        inputs: Inputs of the node group.
        action: "create" or "update".

    Raises:
        NotActiveError: NodeCreationFailure or Ec2SubnetInvalidConfiguration.
    """
    if not int((inputs.get("scalingConfig") or {}).get("desiredSize", 0)):
        return  # With no instances nothing has to join.
    found = _problem(world, inputs)
    if found is not None:
        status = "CREATE_FAILED" if action == "create" else "Failed"
        wanted = "ACTIVE" if action == "create" else "Successful"
        raise NotActiveError("EKS Node Group", id_, action, status, wanted, *found)


def _problem(world: World, inputs: Mapping[str, Any]) -> tuple[str, str] | None:
    cluster = find_cluster(world, "DescribeCluster", inputs.get("clusterName"))
    for subnet in inputs.get("subnetIds") or []:
        problem = _subnet_problem(world, cluster, inputs, subnet)
        if problem is not None:
            return problem
    role = role_by_arn(world, inputs.get("nodeRoleArn"))
    if role is None or not has_managed(world, role, "AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy"):
        return "NodeCreationFailure", _JOIN
    if not _reaches_api(world, cluster, inputs):
        return "NodeCreationFailure", _JOIN
    images = any("AmazonEC2ContainerRegistry" in str(arn) for arn in attached(world, role)) or inline(world, role)
    if not images or not _has_networking(world, cluster, role):
        return "NodeCreationFailure", _UNHEALTHY
    return None


def _has_networking(world: World, cluster: Record, role: Record) -> bool:
    """Return whether pods get addresses: the CNI with its permissions, and kube-proxy."""
    if brings_self_managed(cluster):
        return has_auto_mode(cluster) or has_managed(world, role, "AmazonEKS_CNI_Policy")
    cni = world.get(ADDON, f"{cluster.id}:vpc-cni")
    if cni is None or world.get(ADDON, f"{cluster.id}:kube-proxy") is None:
        return False
    own_role = cni.inputs.get("serviceAccountRoleArn") or cni.inputs.get("podIdentityAssociations")
    if cni.inputs.get("podIdentityAssociations") and world.get(ADDON, f"{cluster.id}:eks-pod-identity-agent") is None:
        return False
    return bool(own_role) or has_managed(world, role, "AmazonEKS_CNI_Policy") or bool(inline(world, role))


def _subnet_problem(world: World, cluster: Record, inputs: Mapping[str, Any], subnet_id: Any) -> tuple[str, str] | None:
    subnet = world.get(SUBNET, subnet_id)
    if subnet is None:
        return "Ec2SubnetNotFound", f"The subnet ID '{subnet_id}' does not exist"
    route = default_route(world, subnet)
    if route is not None and is_internet_gateway(route):
        if subnet.get("mapPublicIpOnLaunch") or _public_address(world, inputs):
            return None
        message = (
            f"One or more Amazon EC2 Subnets of [{subnet_id}] for node group does not automatically assign public IP "
            "addresses to instances launched into it. If you want your instances to be assigned a public IP address, "
            "then you need to enable auto-assign public IP address for this subnet."
        )
        return "Ec2SubnetInvalidConfiguration", message
    if route is not None:
        return None if _leads_out(world, route) else ("NodeCreationFailure", _JOIN)
    private = bool(cluster.get("vpcConfig.endpointPrivateAccess"))
    return None if private and _has_endpoints(world, subnet) else ("NodeCreationFailure", _JOIN)


def _public_address(world: World, inputs: Mapping[str, Any]) -> bool:
    template = _template(world, inputs)
    interfaces = template.inputs.get("networkInterfaces") or [] if template else []
    return any(str(item.get("associatePublicIpAddress")).lower() == "true" for item in interfaces)


def route_table_of(world: World, subnet: Record) -> str:
    """Return the id of the route table that a subnet uses: its own, or the VPC's main one."""
    for association in world.of_type(_ASSOCIATION):
        if association.get("subnetId") == subnet.id:
            return str(association.get("routeTableId"))
    vpc = world.get(_VPC, subnet.get("vpcId"))
    return str(vpc.get("mainRouteTableId", "")) if vpc else ""


def default_route(world: World, subnet: Record) -> Mapping[str, Any] | None:
    """Return the IPv4 route to everywhere that a subnet has, or None."""
    table = route_table_of(world, subnet)
    routes: list[Mapping[str, Any]] = [
        route.outputs for route in world.of_type(_ROUTE) if route.get("routeTableId") == table
    ]
    found = world.get(_TABLE, table)
    routes += [
        {**route, "destinationCidrBlock": route.get("cidrBlock")}
        for route in (found.get("routes") or [] if found else [])
    ]
    return next((route for route in routes if route.get("destinationCidrBlock") == _ANYWHERE[0]), None)


def is_internet_gateway(route: Mapping[str, Any]) -> bool:
    """Return whether a route leads straight to the internet, which makes its subnets public."""
    return str(route.get("gatewayId") or "").startswith("igw-")


def _leads_out(world: World, route: Mapping[str, Any]) -> bool:
    """Return whether a NAT gateway at the end of a route has a way out itself; other targets are taken to have one."""
    gateway = world.get(_NAT, route.get("natGatewayId")) if route.get("natGatewayId") else None
    if not route.get("natGatewayId"):
        return True
    if gateway is None:
        return False
    subnet = world.get(SUBNET, gateway.get("subnetId")) if gateway.get("subnetId") else None
    if subnet is None:
        return True
    beyond = default_route(world, subnet)
    return beyond is not None and is_internet_gateway(beyond)


def _has_endpoints(world: World, subnet: Record) -> bool:
    """Return whether a subnet without a way out reaches the services that a node starts with."""
    table = route_table_of(world, subnet)
    there: set[str] = set()
    for endpoint in world.of_type(_ENDPOINT):
        name = str(endpoint.get("serviceName", "")).split(".", 3)[-1]
        if endpoint.get("vpcId") != subnet.get("vpcId"):
            continue
        if endpoint.get("vpcEndpointType") == "Interface" or table in (endpoint.get("routeTableIds") or []):
            there.add(name)
    return there >= {*_INTERFACE_ENDPOINTS, "s3"}


def _template(world: World, inputs: Mapping[str, Any]) -> Record | None:
    given = inputs.get("launchTemplate") or {}
    if given.get("id"):
        return world.get(_LAUNCH_TEMPLATE, given["id"])
    return next(iter(world.where(_LAUNCH_TEMPLATE, name=given.get("name"))), None) if given else None


def security_groups_of_nodes(world: World, cluster: Record, inputs: Mapping[str, Any]) -> set[str]:
    """Return the security groups of a node group's instances: the template's, or the cluster security group.

    https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-security-groups
    """
    template = _template(world, inputs)
    given: set[str] = set(template.inputs.get("vpcSecurityGroupIds") or []) if template else set()
    for interface in template.inputs.get("networkInterfaces") or [] if template else []:
        given |= set(interface.get("securityGroups") or [])
    return given or {security_group_of(cluster)}


def _reaches_api(world: World, cluster: Record, inputs: Mapping[str, Any]) -> bool:
    """Return whether the nodes' security groups let them out, and the control plane's let them in."""
    nodes = security_groups_of_nodes(world, cluster, inputs)
    control_plane = {security_group_of(cluster), *(cluster.get("vpcConfig.securityGroupIds") or [])}
    if nodes & {security_group_of(cluster)}:
        return True
    if not any(_lets_out(world, group) for group in nodes):
        return False
    if not cluster.get("vpcConfig.endpointPrivateAccess"):
        return True
    subnets = [world.get(SUBNET, id_) for id_ in inputs.get("subnetIds") or []]
    ranges = [str(subnet.get("cidrBlock")) for subnet in subnets if subnet is not None]
    return any(_lets_in(rule, nodes, ranges) for group in control_plane for rule in _rules(world, group, _INGRESS))


def _lets_out(world: World, group: str) -> bool:
    found = world.get(SECURITY_GROUP, group)
    return bool(found and found.get("egress")) or any(True for _ in _rules(world, group, _EGRESS))


def _rules(world: World, group: str, type_: str) -> Iterable[Record]:
    direction = "ingress" if type_ == _INGRESS else "egress"
    for record in world.of_type(type_, _RULE):
        if record.get("securityGroupId") == group and record.get("type", direction) == direction:
            yield record


def _lets_in(rule: Record, nodes: set[str], ranges: list[str]) -> bool:
    protocol = str(rule.get("ipProtocol", rule.get("protocol", "")))
    if protocol not in ("-1", "tcp", "6"):
        return False
    low, high = int(rule.get("fromPort") or 0), int(rule.get("toPort") or 0)
    if protocol != "-1" and not low <= _API_PORT <= high:
        return False
    if {rule.get("referencedSecurityGroupId"), rule.get("sourceSecurityGroupId")} & nodes:
        return True
    sources = [text for text in (rule.get("cidrIpv4"), *(rule.get("cidrBlocks") or [])) if text]
    return bool(ranges) and all(
        any(ipaddress.IPv4Network(one).subnet_of(ipaddress.IPv4Network(source, strict=False)) for source in sources)
        for one in ranges
    )
