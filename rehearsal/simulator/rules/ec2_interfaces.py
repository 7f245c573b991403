"""Who holds network interfaces where: they keep subnets, security groups and internet gateways from being deleted.

Services make the interfaces themselves, so no program declares them, and AWS names nobody when it refuses.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rehearsal.simulator.rules.ec2_lookup import (
    CLASSIC_LOAD_BALANCER,
    CLUSTER,
    ENDPOINT,
    FARGATE_PROFILE,
    LAUNCH_TEMPLATE,
    LOAD_BALANCER,
    MOUNT_TARGET,
    NAT_GATEWAY,
    NODE_GROUP,
    SUBNET,
    mappings,
    strings,
)
from rehearsal.simulator.world import Record, World

Ids = Callable[[World, Record], list[str]]


@dataclass(frozen=True)
class Holder:
    """How one type holds network interfaces.

    Args:
        subnets: Returns the subnets that they are in.
        groups: Returns the security groups that they have.
        source: Who says so.
    """

    subnets: Ids
    groups: Ids
    source: str


def _at(path: str) -> Ids:
    return lambda _world, record: strings(record.get(path))


def _one(path: str) -> Ids:
    return lambda _world, record: [str(record.get(path))] if record.get(path) else []


def _none(_world: World, _record: Record) -> list[str]:
    return []


def _cluster_groups(_world: World, cluster: Record) -> list[str]:
    own = cluster.get("vpcConfig.clusterSecurityGroupId")
    return [*([str(own)] if own else []), *strings(cluster.get("vpcConfig.securityGroupIds"))]


def _own_group(world: World, record: Record) -> list[str]:
    cluster = world.get(CLUSTER, record.get("clusterName"))
    own = cluster.get("vpcConfig.clusterSecurityGroupId") if cluster else None
    return [str(own)] if own else []


def _node_subnets(_world: World, group: Record) -> list[str]:
    return strings(group.get("subnetIds")) if group.get("scalingConfig.desiredSize", 1) else []


def _node_groups(world: World, group: Record) -> list[str]:
    """Return the groups of a node group's instances: those of its launch template, or the cluster's own."""
    if not group.get("scalingConfig.desiredSize", 1):
        return []
    template = world.get(LAUNCH_TEMPLATE, group.get("launchTemplate.id"))
    given = template_groups(template) if template else []
    return given or _own_group(world, group)


def template_groups(template: Record) -> list[str]:
    """Return the security groups that a launch template gives to instances."""
    groups = strings(template.get("vpcSecurityGroupIds"))
    for interface in mappings(template.get("networkInterfaces")):
        groups += strings(interface.get("securityGroups"))
    return groups


def _endpoint(path: str) -> Ids:
    """Return what an endpoint's interfaces have; gateway endpoints have none."""
    return lambda world, record: (
        [] if record.get("vpcEndpointType", "Gateway") == "Gateway" else _at(path)(world, record)
    )


def _balancer_subnets(_world: World, balancer: Record) -> list[str]:
    mapped = [str(item.get("subnetId")) for item in mappings(balancer.get("subnetMappings"))]
    return strings(balancer.get("subnets")) + mapped


_BALANCER = Holder(
    _balancer_subnets,
    _at("securityGroups"),
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
)

HOLDERS: Mapping[str, Holder] = {
    CLUSTER: Holder(
        _at("vpcConfig.subnetIds"),
        _cluster_groups,
        "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html (EKS makes 2 to 4 in the subnets)",
    ),
    NODE_GROUP: Holder(
        _node_subnets,
        _node_groups,
        "https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html (security groups)",
    ),
    FARGATE_PROFILE: Holder(
        _at("subnetIds"),
        _own_group,
        "https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html (its pods run until it is deleted)",
    ),
    MOUNT_TARGET: Holder(
        _one("subnetId"),
        _at("securityGroups"),
        "https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html",
    ),
    ENDPOINT: Holder(
        _endpoint("subnetIds"),
        _endpoint("securityGroupIds"),
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
    ),
    NAT_GATEWAY: Holder(
        _one("subnetId"), _none, "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html"
    ),
    LOAD_BALANCER: _BALANCER,
    CLASSIC_LOAD_BALANCER: _BALANCER,
}


def holders_in_subnet(world: World, subnet_id: str) -> list[Record]:
    """Return what holds a network interface in a subnet."""
    return [record for record in world.of_type(*HOLDERS) if subnet_id in HOLDERS[record.type].subnets(world, record)]


def holders_of_group(world: World, group_id: str) -> list[Record]:
    """Return what holds a network interface with a security group."""
    return [record for record in world.of_type(*HOLDERS) if group_id in HOLDERS[record.type].groups(world, record)]


def mapped_addresses(world: World, vpc_id: str) -> list[Record]:
    """Return what has a public address in a VPC: it keeps the VPC's internet gateway from being detached.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html
    """
    subnets = {record.id: record for record in world.where(SUBNET, vpcId=vpc_id)}

    def within(record: Record) -> bool:
        return any(id_ in subnets for id_ in HOLDERS[record.type].subnets(world, record))

    gateways = [
        gateway
        for gateway in world.of_type(NAT_GATEWAY)
        if gateway.get("connectivityType", "public") == "public" and (within(gateway) or gateway.get("vpcId") == vpc_id)
    ]
    balancers = [
        balancer
        for balancer in world.of_type(LOAD_BALANCER, CLASSIC_LOAD_BALANCER)
        if not balancer.get("internal", False) and within(balancer)
    ]
    nodes = [
        group
        for group in world.of_type(NODE_GROUP)
        if any(
            id_ in subnets and subnets[id_].get("mapPublicIpOnLaunch", False)
            for id_ in HOLDERS[NODE_GROUP].subnets(world, group)
        )
    ]
    return [*gateways, *balancers, *nodes]
