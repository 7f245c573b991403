from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from components.flow_logs import FlowLogSettings
from components.vpc import Vpc
from rehearsal.graph import Graph, Resource
from tests.support.fixtures import component_options
from tests.support.recording import record
from tests.support.vpc import (
    ASSOCIATION,
    COMPONENT,
    DEFAULT_GROUP,
    EIP,
    ENDPOINT,
    INTERNET,
    NAT,
    ROUTE,
    SUBNET,
    TABLE,
    VPC,
    ZONES,
    everything,
    probe,
    recorded,
    vpc_args,
)


def counts(graph: Graph) -> dict[str, int]:
    component = graph.of_type(COMPONENT)[0]
    return dict(Counter(child.type.rpartition(":")[2] for child in graph.descendants(component)))


def test_a_vpc_has_dns_for_the_private_endpoint_of_its_cluster():
    inputs = recorded().named("network", VPC).inputs
    assert inputs == {
        "cidrBlock": "10.20.0.0/16",
        "assignGeneratedIpv6CidrBlock": False,
        "enableDnsSupport": True,
        "enableDnsHostnames": True,
        "tags": {"Name": "demo"},
    }, "without DNS hostnames nodes cannot find a private API server"


def test_the_default_security_group_lets_nothing_in_or_out():
    group = recorded().named("network-default", DEFAULT_GROUP).inputs
    assert (group["ingress"], group["egress"]) == ([], []), "whatever lands in the default group could reach the others"


ALWAYS = {"Vpc": 1, "DefaultSecurityGroup": 1, "VpcEndpoint": 1}
WITH_INTERNET = {**ALWAYS, "InternetGateway": 1, "Subnet": 6, "RouteTable": 4, "RouteTableAssociation": 6, "Route": 3}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"nat": "none"}, {**ALWAYS, "Subnet": 4, "RouteTable": 3, "RouteTableAssociation": 4}),
        ({"nat": "none", "public_subnets": True}, {**WITH_INTERNET, "Route": 1}),
        ({"nat": "single"}, {**WITH_INTERNET, "Eip": 1, "NatGateway": 1}),
        ({"nat": "perZone"}, {**WITH_INTERNET, "Eip": 2, "NatGateway": 2}),
        ({"nat": "regional"}, {**WITH_INTERNET, "NatGateway": 1}),
        (
            {"nat": "regional", "public_subnets": False},
            {**WITH_INTERNET, "Subnet": 4, "RouteTable": 3, "RouteTableAssociation": 4, "Route": 2, "NatGateway": 1},
        ),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_each_nat_mode_makes_exactly_what_it_needs(fields: dict[str, Any], expected: dict[str, int], known: bool):
    assert counts(recorded(known=known, **fields)) == expected


@pytest.mark.parametrize(
    ("tier", "cidr", "tags"),
    [
        ("private", "10.20.32.0/20", {"kubernetes.io/role/internal-elb": "1", "karpenter.sh/discovery": "demo"}),
        ("public", "10.20.48.0/22", {"kubernetes.io/role/elb": "1"}),
        ("intra", "10.20.52.0/23", {}),
    ],
)
def test_a_subnet_has_its_place_its_zone_and_its_role(tier: str, cidr: str, tags: dict[str, str]):
    graph = recorded()
    assert graph.named(f"network-{tier}-eu-west-1b", SUBNET).inputs == {
        "vpcId": graph.named("network", VPC).id,
        "availabilityZone": "eu-west-1b",
        "cidrBlock": cidr,
        "mapPublicIpOnLaunch": False,
        "tags": {"Name": f"demo-{tier}-eu-west-1b", **tags},
    }, "a load balancer finds its subnets by these tags, and nodes must get no public address"


def test_private_subnets_leave_through_the_nat_gateway_of_their_own_zone():
    graph = recorded()
    for zone in ZONES:
        route = graph.named(f"network-private-{zone}-default", ROUTE)
        assert route.inputs == {
            "routeTableId": graph.named(f"network-private-{zone}-routes", TABLE).id,
            "destinationCidrBlock": "0.0.0.0/0",
            "natGatewayId": graph.named(f"network-nat-{zone}", NAT).id,
        }, "traffic between zones is paid for, and a zone's failure would take the others' way out"


def test_a_nat_gateway_stands_in_the_public_subnet_of_its_zone():
    graph = recorded()
    assert graph.named("network-nat-eu-west-1b", NAT).inputs == {
        "allocationId": graph.named("network-nat-eu-west-1b", EIP).id,
        "subnetId": graph.named("network-public-eu-west-1b", SUBNET).id,
        "connectivityType": "public",
        "tags": {"Name": "demo-eu-west-1b"},
    }


def test_a_single_nat_gateway_serves_all_zones():
    graph = recorded(nat="single")
    gateway = graph.named("network-nat-eu-west-1a", NAT)
    assert {graph.named(f"network-private-{z}-default", ROUTE).inputs["natGatewayId"] for z in ZONES} == {gateway.id}


def test_the_zone_of_a_single_nat_gateway_can_be_chosen():
    assert [nat.name for nat in recorded(nat="single", nat_zone="eu-west-1b").of_type(NAT)] == [
        "network-nat-eu-west-1b"
    ]


def test_going_from_one_nat_gateway_to_one_a_zone_keeps_the_first():
    before, after = recorded(nat="single"), recorded(nat="perZone")
    assert set(before.resources) <= set(after.resources), "a replaced gateway changes the address that others allow"


def test_a_regional_nat_gateway_belongs_to_the_vpc_and_to_no_subnet():
    graph = recorded(nat="regional")
    gateway = graph.named("network-nat-regional", NAT)
    assert gateway.inputs == {
        "vpcId": graph.named("network", VPC).id,
        "availabilityMode": "regional",
        "connectivityType": "public",
        "tags": {"Name": "demo-regional"},
    }, "AWS refuses a regional gateway with a subnet or an address of its own"
    assert {graph.named(f"network-private-{z}-default", ROUTE).inputs["natGatewayId"] for z in ZONES} == {gateway.id}


@pytest.mark.parametrize(("nat", "number"), [("none", 0), ("single", 1), ("perZone", 2), ("regional", 1)])
def test_the_addresses_that_others_must_allow_are_an_output(nat: str, number: int):
    outputs = recorded(nat=nat).of_type(COMPONENT)[0].outputs
    assert len(outputs["nat_public_ips"]) == number


def test_nat_gateways_wait_for_their_own_things_only():
    graph = recorded()
    first, second = graph.of_type(NAT)
    assert graph.depends_on(first, graph.named("network-internet", INTERNET)), "creation fails before it is attached"
    assert not graph.depends_on(first, second), "each gateway takes two minutes"
    assert not graph.depends_on(second, first), "each gateway takes two minutes"
    waits = {graph.resources[urn].type for urn in graph.ancestors(first)} - {COMPONENT, "pulumi:pulumi:Stack"}
    assert waits == {EIP, SUBNET, ASSOCIATION, ROUTE, TABLE, INTERNET, VPC, "pulumi:providers:aws"}


def test_public_subnets_share_one_route_to_the_internet():
    graph = recorded()
    assert graph.named("network-public-default", ROUTE).inputs == {
        "routeTableId": graph.named("network-public-routes", TABLE).id,
        "destinationCidrBlock": "0.0.0.0/0",
        "gatewayId": graph.named("network-internet", INTERNET).id,
    }


@pytest.mark.parametrize("nat", ["none", "perZone"])
def test_intra_subnets_have_no_route_out(nat: str):
    graph = recorded(nat=nat, ipv6=True)
    table = graph.named("network-intra-routes", TABLE)
    assert [r.name for r in graph.of_type(ROUTE) if r.inputs["routeTableId"] == table.id] == []
    assert {a.name for a in graph.of_type(ASSOCIATION) if a.inputs["routeTableId"] == table.id} == {
        "network-intra-eu-west-1a-association",
        "network-intra-eu-west-1b-association",
    }


def test_what_lands_in_a_private_subnet_waits_for_its_way_out():
    graph = recorded(then=lambda net: probe("node", net.ref.private_subnet_ids["eu-west-1a"], net), endpoints=["sts"])
    node = graph.named("node")
    for name, type_ in (
        ("network-private-eu-west-1a-default", ROUTE),
        ("network-private-eu-west-1a-association", ASSOCIATION),
        ("network-nat-eu-west-1a", NAT),
        ("network-endpoint-s3", ENDPOINT),
    ):
        assert graph.depends_on(node, graph.named(name, type_)), f"nodes without {name} never join the cluster"
    assert not graph.depends_on(node, graph.named("network-private-eu-west-1b-default", ROUTE))
    assert not graph.depends_on(node, graph.named("network-endpoint-sts", ENDPOINT)), "the way out is enough to start"


def test_without_a_way_out_nodes_wait_for_the_endpoints():
    graph = recorded(
        then=lambda net: probe("node", net.ref.private_subnet_ids["eu-west-1a"], net), nat="none", endpoints=["sts"]
    )
    node = graph.named("node")
    for name in ("network-endpoint-sts", "network-endpoint-s3", "network-endpoints-vpc"):
        assert graph.depends_on(node, graph.named(name)), f"nodes without {name} never join the cluster"


def test_what_lands_in_a_public_subnet_waits_for_the_internet():
    graph = recorded(then=lambda net: probe("lb", net.ref.public_subnet_ids["eu-west-1a"], net))
    assert graph.depends_on(graph.named("lb"), graph.named("network-public-default", ROUTE))


def test_the_subnet_ids_are_those_of_the_subnets():
    graph = recorded(pod_cidr="100.64.0.0/16")
    outputs = graph.of_type(COMPONENT)[0].outputs
    for tier in ("private", "public", "intra", "pod"):
        expected = {zone: graph.named(f"network-{tier}-{zone}", SUBNET).id for zone in ZONES}
        assert outputs[f"{tier}_subnet_ids"] == expected


def test_every_output_is_registered():
    graph = recorded(flow_logs=FlowLogSettings(), ipv6=True)
    outputs = graph.of_type(COMPONENT)[0].outputs
    assert {key: outputs[key] for key in ("cidr_block", "zones", "pod_subnet_ids", "flow_log_group_name")} == {
        "cidr_block": "10.20.0.0/16",
        "zones": {zone: zone for zone in ZONES},
        "pod_subnet_ids": {},
        "flow_log_group_name": "/aws/vpc/demo-network-flow-logs",
    }
    assert outputs["vpc_id"] == graph.named("network", VPC).id
    assert outputs["ipv6_cidr_block"] == graph.named("network", VPC).outputs["ipv6CidrBlock"]
    tables = {zone: graph.named(f"network-private-{zone}-routes", TABLE).id for zone in ZONES}
    assert outputs["private_route_table_ids"] == tables


def test_the_network_is_handed_over_as_a_record():
    made: list[Vpc] = []
    recorded(then=made.append)
    network = made[0]
    assert network.ref.private_subnet_ids is network.private_subnet_ids
    assert (network.ref.vpc_id, network.ref.cidr_block) == (network.vpc_id, network.cidr_block)
    assert list(network.ref.zones) == ZONES


# What lists all zones, and so takes one more without being replaced.
LISTS_OF_ZONES = {"routeTableIds", "subnetIds"}


def settled(resource: Resource) -> dict[str, Any]:
    return {key: value for key, value in resource.inputs.items() if key not in LISTS_OF_ZONES}


@pytest.mark.parametrize("nat", ["none", "single", "perZone", "regional"])
def test_adding_a_zone_changes_nothing_that_is_there(nat: str):
    before = recorded(nat=nat, **everything())
    more: dict[str, Any] = everything() | {"zones": [*ZONES, "eu-west-1c"]}
    after = recorded(nat=nat, **more)
    kept = {urn: settled(after.resources[urn]) for urn in before.resources}
    assert kept == {urn: settled(resource) for urn, resource in before.resources.items()}, (
        "a replaced subnet takes down every node in it"
    )


def test_the_order_of_zones_is_without_meaning():
    turned: dict[str, Any] = everything() | {"zones": ZONES[::-1]}
    one, other = recorded(**everything()), recorded(**turned)
    assert {urn: r.inputs for urn, r in one.resources.items()} == {urn: r.inputs for urn, r in other.resources.items()}


def test_every_child_of_a_zone_is_named_after_it():
    graph = recorded(**everything())
    per_zone = graph.of_type(SUBNET) + graph.of_type(NAT) + graph.of_type(ASSOCIATION)
    assert [r.name for r in per_zone if not any(zone in r.name for zone in ZONES)] == []


def test_two_networks_stand_side_by_side():
    def program() -> None:
        opts = component_options()
        Vpc("blue", vpc_args(**everything()), opts)
        Vpc("green", vpc_args(**everything()), opts)

    graph = record(program)
    blue, green = graph.of_type(COMPONENT)
    assert len(graph.descendants(blue)) == len(graph.descendants(green)) == 46
    groups = {r.inputs["name"] for r in graph.of_type("aws:cloudwatch/logGroup:LogGroup")}
    assert groups == {"/aws/vpc/demo-blue-flow-logs", "/aws/vpc/demo-green-flow-logs"}


def test_a_first_preview_asks_for_the_same_resources():
    assert set(recorded(known=False, **everything()).resources) == set(recorded(**everything()).resources)


def test_children_belong_to_the_component_and_use_its_provider():
    graph = recorded(**everything())
    component = graph.of_type(COMPONENT)[0]
    provider = graph.of_type("pulumi:providers:aws")[0].urn
    assert {(r.parent, r.provider.partition("::")[0]) for r in graph.children(component)} == {
        (component.urn, provider.partition("::")[0])
    }
    assert {r.provider for r in graph.children(component)} == {provider}
