"""What EC2 refuses to delete while something living refers to it, and what goes with what is deleted."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.rules import ec2_lookup as ec2
from rehearsal.simulator.rules.ec2_interfaces import holders_of_group
from rehearsal.simulator.world import Record
from tests.support.ec2_network import Account


def refusal(account: Account, record: Record) -> tuple[str, str, str]:
    """Return what EC2 says to a deletion that it refuses."""
    with pytest.raises(AwsError) as refused:
        account.delete(record)
    assert account.world.get(record.type, record.id) is not None, "what is refused must stay"
    return refused.value.operation, refused.value.code, refused.value.reason


def in_use(vpc: Record) -> tuple[str, str, str]:
    """Return what EC2 says of a VPC that is in use."""
    return "DeleteVpc", "DependencyViolation", f"The vpc '{vpc.id}' has dependencies and cannot be deleted."


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        (ec2.SUBNET, {"cidrBlock": "10.0.0.0/24"}),
        (ec2.INTERNET_GATEWAY, {}),
        (ec2.EGRESS_ONLY_GATEWAY, {}),
        (ec2.ROUTE_TABLE, {}),
        (ec2.SECURITY_GROUP, {"name": "group"}),
        (ec2.ENDPOINT, {"serviceName": "com.amazonaws.eu-west-1.s3"}),
    ],
    ids=lambda value: value.rpartition(":")[2] if isinstance(value, str) else "",
)
def test_a_vpc_cannot_go_before_what_is_in_it(type_: str, inputs: dict[str, Any]) -> None:
    account = Account()
    vpc = account.vpc()
    inside = account.make(type_, "inside", vpcId=vpc.id, **inputs)

    assert refusal(account, vpc) == in_use(vpc), "a destroy in the wrong order must fail here, not in production"

    account.delete(inside)
    account.delete(vpc)
    assert len(account.world) == 0, "nothing may be left"


def test_a_vpc_cannot_go_before_a_cluster_in_it() -> None:
    account = Account()
    vpc = account.vpc()
    account.place_record(ec2.CLUSTER, "demo", vpcConfig={"vpcId": vpc.id, "subnetIds": []})
    assert refusal(account, vpc) == in_use(vpc), "the control plane's interfaces are in the VPC"


# Who holds a network interface in a subnet, and what it is made of; "{subnet}" and "{group}" are the ids.
HOLDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "control plane": (ec2.CLUSTER, {"vpcConfig": {"subnetIds": ["{subnet}"], "securityGroupIds": ["{group}"]}}),
    "nodes": (
        ec2.NODE_GROUP,
        {"subnetIds": ["{subnet}"], "clusterName": "other", "scalingConfig": {"desiredSize": 1}},
    ),
    "Fargate pods": (ec2.FARGATE_PROFILE, {"subnetIds": ["{subnet}"], "clusterName": "other"}),
    "mount target": (ec2.MOUNT_TARGET, {"subnetId": "{subnet}", "securityGroups": ["{group}"]}),
    "interface endpoint": (
        ec2.ENDPOINT,
        {"vpcEndpointType": "Interface", "subnetIds": ["{subnet}"], "securityGroupIds": ["{group}"]},
    ),
    "NAT gateway": (ec2.NAT_GATEWAY, {"subnetId": "{subnet}", "connectivityType": "private"}),
    "load balancer that its controller left behind": (
        ec2.LOAD_BALANCER,
        {"subnets": ["{subnet}"], "securityGroups": ["{group}"], "internal": True},
    ),
    "classic load balancer of a Service": (
        ec2.CLASSIC_LOAD_BALANCER,
        {"subnets": ["{subnet}"], "securityGroups": ["{group}"]},
    ),
    "network load balancer with addresses of its own": (
        ec2.LOAD_BALANCER,
        {"subnetMappings": [{"subnetId": "{subnet}"}], "securityGroups": ["{group}"]},
    ),
}


def filled(value: Any, ids: dict[str, str]) -> Any:
    """Return a value with ids instead of their names."""
    if isinstance(value, dict):
        return {key: filled(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    return value.format(**ids) if isinstance(value, str) else value


@pytest.mark.parametrize("who", HOLDERS)
def test_a_subnet_cannot_go_while_something_has_a_network_interface_in_it(who: str) -> None:
    account = Account()
    vpc = account.vpc()
    subnet = account.subnet(vpc)
    group = account.group(vpc)
    type_, inputs = HOLDERS[who]
    holder = account.place_record(type_, "holder", **filled(inputs, {"subnet": subnet.id, "group": group.id}))

    message = f"The subnet '{subnet.id}' has dependencies and cannot be deleted."
    assert refusal(account, subnet) == ("DeleteSubnet", "DependencyViolation", message)

    account.world.remove(holder.type, holder.id)
    account.delete(subnet)
    assert account.world.get(ec2.SUBNET, subnet.id) is None, "an empty subnet can go"


@pytest.mark.parametrize("who", [who for who, (_type, inputs) in HOLDERS.items() if "{group}" in str(inputs)])
def test_a_security_group_cannot_go_while_a_network_interface_has_it(who: str) -> None:
    account = Account()
    vpc = account.vpc()
    group = account.group(vpc)
    type_, inputs = HOLDERS[who]
    holder = account.place_record(type_, "holder", **filled(inputs, {"subnet": "subnet-1", "group": group.id}))

    message = f"resource {group.id} has a dependent object"
    assert refusal(account, group) == ("DeleteSecurityGroup", "DependencyViolation", message)

    account.world.remove(holder.type, holder.id)
    account.delete(group)


@pytest.mark.parametrize("own_groups", [True, False], ids=["groups of its template", "the cluster's group"])
def test_nodes_hold_the_groups_of_their_launch_template_and_without_any_that_of_their_cluster(own_groups: bool) -> None:
    account = Account()
    vpc = account.vpc()
    given, clusters = account.group(vpc, "given"), account.group(vpc, "cluster")
    account.place_record(ec2.CLUSTER, "demo", vpcConfig={"clusterSecurityGroupId": clusters.id})
    inputs = {"name": "nodes", **({"vpcSecurityGroupIds": [given.id]} if own_groups else {})}
    template = account.make(ec2.LAUNCH_TEMPLATE, "nodes", **inputs)
    nodes = {"clusterName": "demo", "subnetIds": [], "launchTemplate": {"id": template.id}}
    account.place_record(ec2.NODE_GROUP, "demo:nodes", **nodes)

    of_template = [record.type for record in holders_of_group(account.world, given.id)]
    of_cluster = [record.type for record in holders_of_group(account.world, clusters.id)]
    assert of_template == ([ec2.NODE_GROUP] if own_groups else []), "running nodes have their template's groups"
    assert of_cluster == ([ec2.CLUSTER] if own_groups else [ec2.CLUSTER, ec2.NODE_GROUP]), (
        "nodes without groups of their own get the cluster's from EKS"
    )


def test_a_node_group_scaled_to_nothing_holds_no_interface() -> None:
    account = Account()
    vpc = account.vpc()
    subnet = account.subnet(vpc)
    account.place_record(ec2.NODE_GROUP, "demo:nodes", subnetIds=[subnet.id], scalingConfig={"desiredSize": 0})
    account.delete(subnet)
    assert account.world.get(ec2.SUBNET, subnet.id) is None, "no node runs, so no interface is in the subnet"


@pytest.mark.parametrize("type_", [ec2.INGRESS_RULE, ec2.EGRESS_RULE])
def test_a_security_group_cannot_go_while_a_rule_of_another_group_names_it(type_: str) -> None:
    account = Account()
    vpc = account.vpc()
    group, other = account.group(vpc), account.group(vpc, "other")
    inputs = {"securityGroupId": other.id, "referencedSecurityGroupId": group.id, "ipProtocol": "-1"}
    rule = account.make(type_, "rule", **inputs)
    message = f"resource {group.id} has a dependent object"
    assert refusal(account, group) == ("DeleteSecurityGroup", "DependencyViolation", message)

    account.delete(rule)
    account.delete(group)


def test_a_security_group_cannot_go_while_another_groups_own_list_names_it() -> None:
    account = Account()
    vpc = account.vpc()
    group = account.group(vpc)
    ingress = [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "securityGroups": [group.id]}]
    account.make(ec2.SECURITY_GROUP, "other", vpcId=vpc.id, name="other", ingress=ingress)
    assert refusal(account, group)[1] == "DependencyViolation", "the other group's rule would lead nowhere"


def test_the_rules_of_a_security_group_go_with_it_and_no_reference_to_itself_keeps_it() -> None:
    account = Account()
    group = account.group(account.vpc())
    inputs = {"securityGroupId": group.id, "referencedSecurityGroupId": group.id, "ipProtocol": "-1"}
    rule = account.make(ec2.INGRESS_RULE, "self", **inputs)
    account.delete(group)
    assert account.world.get(rule.type, rule.id) is None, "EC2 has no rule without a group"
    account.delete(rule)


@pytest.mark.parametrize("who", ["NAT gateway", "load balancer", "classic load balancer", "nodes"])
def test_an_internet_gateway_cannot_be_detached_while_something_has_a_public_address(who: str) -> None:
    account = Account()
    vpc = account.vpc()
    internet = account.internet(vpc)
    subnet = account.subnet(vpc, mapPublicIpOnLaunch=True)
    if who == "NAT gateway":
        account.nat(subnet)
    elif who == "load balancer":
        account.place_record(ec2.LOAD_BALANCER, "web", subnets=[subnet.id], securityGroups=[])
    elif who == "classic load balancer":
        account.place_record(ec2.CLASSIC_LOAD_BALANCER, "web", subnets=[subnet.id], securityGroups=[])
    else:
        account.place_record(ec2.NODE_GROUP, "demo:nodes", subnetIds=[subnet.id])
    message = (
        f"Network {vpc.id} has some mapped public address(es). Please unmap those public address(es) before "
        "detaching the gateway."
    )
    assert refusal(account, internet) == ("DetachInternetGateway", "DependencyViolation", message)


def test_private_addresses_do_not_keep_an_internet_gateway() -> None:
    account = Account()
    vpc = account.vpc()
    internet = account.internet(vpc)
    subnet = account.subnet(vpc)
    account.make(ec2.NAT_GATEWAY, "private", subnetId=subnet.id, connectivityType="private")
    account.place_record(ec2.LOAD_BALANCER, "inner", subnets=[subnet.id], securityGroups=[], internal=True)
    account.delete(internet)
    assert account.world.get(ec2.INTERNET_GATEWAY, internet.id) is None, "nothing there needs the internet"


def test_an_address_cannot_be_released_while_a_nat_gateway_has_it() -> None:
    account = Account()
    vpc = account.vpc()
    account.internet(vpc)
    nat = account.nat(account.subnet(vpc))
    address = account.world.get(ec2.ADDRESS, nat.get("allocationId"))
    assert address is not None, "the gateway has an address"
    message = f"Address {address.get('publicIp')} is in use."
    assert refusal(account, address) == ("ReleaseAddress", "InvalidIPAddress.InUse", message)

    account.delete(nat)
    account.delete(address)


def test_a_route_table_cannot_go_before_its_associations_and_takes_its_routes_with_it() -> None:
    account = Account()
    vpc = account.vpc()
    internet = account.internet(vpc)
    table = account.table(vpc)
    route = account.make(
        ec2.ROUTE, "default", routeTableId=table.id, destinationCidrBlock="0.0.0.0/0", gatewayId=internet.id
    )
    inputs = {"routeTableId": table.id, "subnetId": account.subnet(vpc).id}
    association = account.make(ec2.ROUTE_TABLE_ASSOCIATION, "subnet", **inputs)
    message = f"The routeTable '{table.id}' has dependencies and cannot be deleted."
    assert refusal(account, table) == ("DeleteRouteTable", "DependencyViolation", message)

    account.delete(association)
    account.delete(table)
    assert account.world.get(ec2.ROUTE, route.id) is None, "a route is part of its table"


def test_a_second_range_cannot_go_while_a_subnet_is_in_it_and_goes_with_its_vpc() -> None:
    account = Account()
    vpc = account.vpc()
    second = account.make(ec2.CIDR_ASSOCIATION, "pods", vpcId=vpc.id, cidrBlock="100.64.0.0/16")
    subnet = account.subnet(vpc, cidrBlock="100.64.0.0/18")
    message = f"The vpc {vpc.id} currently has a subnet within CIDR block 100.64.0.0/16"
    assert refusal(account, second) == ("DisassociateVpcCidrBlock", "InvalidCidrBlock.InUse", message)

    account.delete(subnet)
    account.delete(vpc)
    assert len(account.world) == 0, "the range is part of the VPC"


def test_the_association_of_a_subnet_goes_with_it() -> None:
    account = Account()
    vpc = account.vpc()
    subnet, table = account.subnet(vpc), account.table(vpc)
    account.make(ec2.ROUTE_TABLE_ASSOCIATION, "subnet", routeTableId=table.id, subnetId=subnet.id)
    account.delete(subnet)
    account.delete(table)
    assert [record.type for record in account.world] == [ec2.VPC], "nothing associates a subnet that is gone"


def test_a_placement_group_cannot_go_while_nodes_run_in_it() -> None:
    account = Account()
    group = account.make(ec2.PLACEMENT_GROUP, "near", name="near", strategy="cluster")
    template = account.make(ec2.LAUNCH_TEMPLATE, "nodes", name="nodes", placement={"groupName": "near"})
    account.place_record(ec2.NODE_GROUP, "demo:nodes", launchTemplate={"id": template.id}, subnetIds=[])
    message = "The placement group 'near' is in use and may not be deleted."
    assert refusal(account, group) == ("DeletePlacementGroup", "InvalidPlacementGroup.InUse", message)


def test_deleting_what_is_gone_already_is_no_error() -> None:
    account = Account()
    vpc = account.vpc()
    account.delete(vpc)
    account.delete(vpc)
    assert [event.action for event in account.world.events] == ["create", "delete"], "a second destroy must converge"
