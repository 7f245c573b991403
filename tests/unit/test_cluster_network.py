from typing import Any

import pulumi
import pytest

from components.cluster_network import NodePorts, ingress_rules, node_security_group, open_ports
from rehearsal.graph import Graph
from tests.support.fixtures import aws_providers
from tests.support.recording import record

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
BASE = {
    "api-from-nodes": ("controlPlane", "nodes", "tcp", 443, 443),
    "https-from-control-plane": ("nodes", "controlPlane", "tcp", 443, 443),
    "kubelet-from-control-plane": ("nodes", "controlPlane", "tcp", 10250, 10250),
    "dns-tcp-between-nodes": ("nodes", "nodes", "tcp", 53, 53),
    "dns-udp-between-nodes": ("nodes", "nodes", "udp", 53, 53),
    "unprivileged-between-nodes": ("nodes", "nodes", "tcp", 1025, 65535),
    "load-balancer-controller-from-control-plane": ("nodes", "controlPlane", "tcp", 9443, 9443),
    "metrics-server-from-control-plane": ("nodes", "controlPlane", "tcp", 10251, 10251),
}
FARGATE = {
    "dns-tcp-from-fargate": ("nodes", "controlPlane", "tcp", 53, 53),
    "dns-udp-from-fargate": ("nodes", "controlPlane", "udp", 53, 53),
    "unprivileged-from-fargate": ("nodes", "controlPlane", "tcp", 1025, 65535),
    "dns-tcp-to-fargate": ("controlPlane", "nodes", "tcp", 53, 53),
    "dns-udp-to-fargate": ("controlPlane", "nodes", "udp", 53, 53),
    "unprivileged-to-fargate": ("controlPlane", "nodes", "tcp", 1025, 65535),
}


def _facts(ports: NodePorts, *, fargate: bool = False) -> dict[str, tuple[Any, ...]]:
    return {
        name: (rule.into, rule.source, rule.protocol, rule.from_port, rule.to_port)
        for name, rule in ingress_rules(ports, fargate=fargate).items()
    }


def test_nodes_are_open_for_what_a_cluster_needs_and_nothing_else() -> None:
    assert _facts(NodePorts()) == BASE, "one port less and webhooks, logs or DNS fail; one more is open for nothing"


def test_pods_on_fargate_reach_dns_and_pods_on_nodes_and_the_other_way_round() -> None:
    assert _facts(NodePorts(), fargate=True) == BASE | FARGATE, (
        "pods on Fargate carry the cluster security group: without these they cannot even resolve a name"
    )


def test_more_ports_can_be_opened_by_name() -> None:
    made = _facts(NodePorts(webhooks={"karpenter": 8443}, pods={"http": 80}))

    assert made["karpenter-from-control-plane"] == ("nodes", "controlPlane", "tcp", 8443, 8443)
    assert made["http-between-nodes"] == ("nodes", "nodes", "tcp", 80, 80)
    assert "metrics-server-from-control-plane" not in made, "a list of one's own replaces the default"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"webhooks": {"x": 0}}, r"webhooks\[x\]: 0 is not a port between 1 and 65535"),
        ({"webhooks": {"x": 65536}}, r"webhooks\[x\]: 65536 is not"),
        ({"pods": {"x": 8080}}, r"pods\[x\]: 8080 is not a port between 1 and 1024; higher ones are open already"),
        ({"webhooks": {"x": 10250}}, r"webhooks\[x\]: 10250 is open already, as kubelet"),
        ({"webhooks": {"x": 8443, "y": 8443}}, r"webhooks\[y\]: 8443 is open already, as x"),
        ({"webhooks": {"kubelet": 8443}}, r"webhooks\[kubelet\]: the name is taken"),
        ({"pods": {"x": 53}}, r"pods\[x\]: 53 is open already, as dns-"),
        ({"pods": {"unprivileged": 80}}, r"pods\[unprivileged\]: the name is taken"),
    ],
)
def test_ports_that_are_out_of_range_or_open_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NodePorts(**fields)


def _opened(*, ipv6: bool) -> Graph:
    def program() -> None:
        options = pulumi.ResourceOptions(providers=[aws_providers()[0]])
        parent = pulumi.ComponentResource("test:index:Parent", "p", None, options)
        group = node_security_group("cluster-nodes", parent=parent, cluster_name="demo", vpc_id="vpc-1")
        open_ports(
            "cluster",
            parent=parent,
            nodes=group.id,
            control_plane="sg-control",
            rules=ingress_rules(NodePorts(), fargate=False),
            ipv6=ipv6,
        )

    return record(program)


def test_each_rule_is_a_resource_of_its_own_between_the_right_groups() -> None:
    graph = _opened(ipv6=False)
    nodes = graph.named("cluster-nodes").id

    into_control_plane = graph.named("cluster-ingress-api-from-nodes", INGRESS).inputs
    into_nodes = graph.named("cluster-ingress-kubelet-from-control-plane", INGRESS).inputs
    assert len(graph.of_type(INGRESS)) == len(BASE)
    assert (into_control_plane["securityGroupId"], into_control_plane["referencedSecurityGroupId"]) == (
        "sg-control",
        nodes,
    ), "nodes could not reach the Kubernetes API"
    assert dict(into_nodes) == {
        "securityGroupId": nodes,
        "referencedSecurityGroupId": "sg-control",
        "ipProtocol": "tcp",
        "fromPort": 10250,
        "toPort": 10250,
        "description": "Kubelet: logs, exec, metrics",
    }


def test_the_group_has_no_rules_inside_itself() -> None:
    inputs = _opened(ipv6=False).named("cluster-nodes").inputs

    assert {"ingress", "egress"} & set(inputs) == set(), "rules inside the group and beside it delete each other"
    assert inputs["revokeRulesOnDelete"] is True, "rules of load balancer controllers would hold the group for ever"
    assert inputs["tags"] == {
        "Name": "demo-nodes",
        "kubernetes.io/cluster/demo": "owned",
        "karpenter.sh/discovery": "demo",
    }


@pytest.mark.parametrize(("ipv6", "ranges"), [(False, {"0.0.0.0/0"}), (True, {"0.0.0.0/0", "::/0"})])
def test_nodes_reach_the_world_by_the_families_they_have(ipv6: bool, ranges: set[str]) -> None:
    rules = _opened(ipv6=ipv6).of_type(EGRESS)

    assert {rule.inputs.get("cidrIpv4") or rule.inputs.get("cidrIpv6") for rule in rules} == ranges
    assert {rule.inputs["ipProtocol"] for rule in rules} == {"-1"}
    assert all("fromPort" not in rule.inputs for rule in rules), "AWS refuses ports on a rule for all protocols"
