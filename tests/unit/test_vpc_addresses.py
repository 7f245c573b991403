from __future__ import annotations

import pytest

from tests.support.vpc import ASSOCIATION, EGRESS_ONLY, INTERNET, ROUTE, SUBNET, TABLE, VPC, ZONES, probe, recorded


def test_ipv6_gives_every_subnet_its_own_64():
    graph = recorded(ipv6=True, pod_cidr="100.64.0.0/16")
    assert graph.named("network", VPC).inputs["assignGeneratedIpv6CidrBlock"] is True
    blocks = {subnet.inputs["ipv6CidrBlock"] for subnet in graph.of_type(SUBNET)}
    assert len(blocks) == 8
    assert {block.rpartition("/")[2] for block in blocks} == {"64"}


@pytest.mark.parametrize(("tier", "given"), [("private", True), ("intra", True), ("pod", True), ("public", False)])
def test_only_public_subnets_give_out_no_ipv6_addresses(tier: str, given: bool):
    subnet = recorded(ipv6=True, pod_cidr="100.64.0.0/16").named(f"network-{tier}-eu-west-1a", SUBNET)
    assert subnet.inputs["assignIpv6AddressOnCreation"] is given, "an IPv6 address in a public subnet is reachable"


def test_ipv6_leaves_private_subnets_one_way_only():
    graph = recorded(ipv6=True)
    gateway = graph.named("network-egress-only", EGRESS_ONLY)
    for zone in ZONES:
        assert graph.named(f"network-private-{zone}-default-ipv6", ROUTE).inputs == {
            "routeTableId": graph.named(f"network-private-{zone}-routes", TABLE).id,
            "destinationIpv6CidrBlock": "::/0",
            "egressOnlyGatewayId": gateway.id,
        }, "through the internet gateway, nodes could be reached from outside"
    assert graph.named("network-public-default-ipv6", ROUTE).inputs["gatewayId"] == graph.of_type(INTERNET)[0].id


def test_a_vpc_without_nat_has_no_way_out_over_ipv6_either():
    graph = recorded(ipv6=True, nat="none")
    assert graph.of_type(EGRESS_ONLY) + graph.of_type(ROUTE) == [], "a private cluster would not be private"


def test_pods_have_a_whole_slot_of_the_secondary_range():
    graph = recorded(pod_cidr="100.64.0.0/16")
    subnet = graph.named("network-pod-eu-west-1b", SUBNET)
    assert subnet.inputs["cidrBlock"] == "100.64.32.0/19"
    assert subnet.inputs["tags"] == {"Name": "demo-pod-eu-west-1b"}
    range_ = graph.named("network-pods", "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation")
    assert range_.inputs == {"vpcId": graph.named("network", VPC).id, "cidrBlock": "100.64.0.0/16"}
    assert graph.depends_on(subnet, range_), "AWS refuses a subnet outside the VPC's ranges"


def test_pods_leave_as_the_nodes_of_their_zone_do():
    graph = recorded(then=lambda net: probe("pod", net.ref.pod_subnet_ids["eu-west-1a"], net), pod_cidr="100.64.0.0/16")
    association = graph.named("network-pod-eu-west-1a-association", ASSOCIATION)
    assert association.inputs["routeTableId"] == graph.named("network-private-eu-west-1a-routes", TABLE).id
    assert graph.depends_on(graph.named("pod"), graph.named("network-private-eu-west-1a-default", ROUTE))
