"""The nodes' security group, with the least rules that a cluster works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import pulumi
import pulumi_aws as aws_sdk

from components.tags import cluster_owned, karpenter_discovery, named

Peer = Literal["nodes", "controlPlane"]

# Admission webhooks and aggregated APIs that the control plane calls in pods, by what answers there.
WEBHOOK_PORTS: Mapping[str, int] = MappingProxyType({"load-balancer-controller": 9443, "metrics-server": 10251})
_HTTPS = 443
_KUBELET = 10250
_DNS = 53
# Linux lets unprivileged processes listen from 1024; 1025 leaves out nothing that is in use.
_UNPRIVILEGED = (1025, 65535)
_EGRESS = "Everything that nodes and their pods call"


@dataclass(frozen=True, kw_only=True)
class NodePorts:
    """TCP ports to open on nodes beyond 443, 10250, DNS and the unprivileged ones between nodes.

    Args:
        webhooks: Ports that the control plane calls in pods, by name; 9443 for the AWS Load Balancer Controller and
            10251 for the metrics-server add-on by default. Karpenter, for example, listens on 8443.
        pods: Ports below 1025 on which pods answer pods on other nodes, by name, for example {"http": 80}. None by
            default.

    Raises:
        ValueError: If a port is out of range or open already, or a name is taken by a rule that every cluster has.
    """

    webhooks: Mapping[str, int] = field(default_factory=lambda: WEBHOOK_PORTS)
    pods: Mapping[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        for name, port in self.webhooks.items():
            if not 1 <= port <= 65535:
                raise ValueError(f"webhooks[{name}]: {port} is not a port between 1 and 65535")
        for name, port in self.pods.items():
            if not 1 <= port < _UNPRIVILEGED[0]:
                raise ValueError(f"pods[{name}]: {port} is not a port between 1 and 1024; higher ones are open already")
        _check_new("webhooks", self.webhooks, {"https": _HTTPS, "kubelet": _KUBELET})
        _check_new("pods", self.pods, {"dns-tcp": _DNS, "dns-udp": _DNS, "unprivileged": 0})


@dataclass(frozen=True, kw_only=True)
class IngressRule:
    """One rule for traffic into a security group.

    Args:
        into: Security group that is entered: the nodes' or the control plane's.
        source: Security group that the traffic comes from.
        protocol: "tcp" or "udp".
        from_port: First port.
        to_port: Last port.
        description: What the traffic is, as the AWS console shows it.
    """

    into: Peer
    source: Peer
    protocol: Literal["tcp", "udp"]
    from_port: int
    to_port: int
    description: str


def ingress_rules(ports: NodePorts, *, fargate: bool) -> dict[str, IngressRule]:
    """Return the rules by name.

    Nodes carry only their own security group, so what EKS opens inside the cluster security group (the control
    plane and pods on Fargate) must be said here.

    Args:
        ports: Ports beyond the ones that every cluster needs.
        fargate: Whether pods on Fargate and pods on nodes talk to each other.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
    """
    rules = {
        "api-from-nodes": _tcp("controlPlane", "nodes", _HTTPS, "Kubernetes API for nodes and their pods"),
        "https-from-control-plane": _tcp("nodes", "controlPlane", _HTTPS, "Aggregated APIs and webhooks on 443"),
        "kubelet-from-control-plane": _tcp("nodes", "controlPlane", _KUBELET, "Kubelet: logs, exec, metrics"),
        "dns-tcp-between-nodes": _dns("nodes", "nodes", "tcp"),
        "dns-udp-between-nodes": _dns("nodes", "nodes", "udp"),
        "unprivileged-between-nodes": _unprivileged("nodes", "nodes"),
    }
    for name, port in ports.webhooks.items():
        rules[f"{name}-from-control-plane"] = _tcp("nodes", "controlPlane", port, f"Webhook or API of {name}")
    for name, port in ports.pods.items():
        rules[f"{name}-between-nodes"] = _tcp("nodes", "nodes", port, f"Pods that answer on {name}")
    if fargate:
        rules |= {
            "dns-tcp-from-fargate": _dns("nodes", "controlPlane", "tcp"),
            "dns-udp-from-fargate": _dns("nodes", "controlPlane", "udp"),
            "unprivileged-from-fargate": _unprivileged("nodes", "controlPlane"),
            "dns-tcp-to-fargate": _dns("controlPlane", "nodes", "tcp"),
            "dns-udp-to-fargate": _dns("controlPlane", "nodes", "udp"),
            "unprivileged-to-fargate": _unprivileged("controlPlane", "nodes"),
        }
    return rules


def node_security_group(
    name: str, *, parent: pulumi.Resource, cluster_name: str, vpc_id: pulumi.Input[str]
) -> aws_sdk.ec2.SecurityGroup:
    """Create the nodes' security group, without rules.

    It carries the cluster's tag, and a node must have just one group that does: load balancer controllers open ports
    on that one. So nodes do not carry the cluster security group beside it, which EKS tags in the same way.

    Args:
        name: Logical name.
        parent: Component that it belongs to.
        cluster_name: Name of the cluster.
        vpc_id: VPC of the cluster.
    """
    return aws_sdk.ec2.SecurityGroup(
        name,
        vpc_id=vpc_id,
        description=f"Nodes of EKS cluster {cluster_name}",
        # Load balancer controllers add rules that Pulumi does not know; they would keep the group from going.
        revoke_rules_on_delete=True,
        tags=named(f"{cluster_name}-nodes", cluster_owned(cluster_name), karpenter_discovery(cluster_name)),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def open_ports(
    name: str,
    *,
    parent: pulumi.Resource,
    nodes: pulumi.Input[str],
    control_plane: pulumi.Input[str],
    rules: Mapping[str, IngressRule],
    ipv6: bool,
) -> list[pulumi.CustomResource]:
    """Create the rules of the nodes' and the control plane's security groups, each a resource of its own.

    Args:
        name: Beginning of the logical names.
        parent: Component that they belong to.
        nodes: Id of the nodes' security group.
        control_plane: Id of the cluster security group that EKS makes.
        rules: Rules into them, by name.
        ipv6: Whether nodes also reach the world by IPv6.

    Returns:
        The rules, which must outlive the nodes: without them nothing in the cluster can clean up behind itself.
    """
    groups = {"nodes": nodes, "controlPlane": control_plane}
    made: list[pulumi.CustomResource] = [
        aws_sdk.vpc.SecurityGroupIngressRule(
            f"{name}-ingress-{key}",
            security_group_id=groups[rule.into],
            referenced_security_group_id=groups[rule.source],
            ip_protocol=rule.protocol,
            from_port=rule.from_port,
            to_port=rule.to_port,
            description=rule.description,
            opts=pulumi.ResourceOptions(parent=parent),
        )
        for key, rule in rules.items()
    ]
    made.append(
        aws_sdk.vpc.SecurityGroupEgressRule(
            f"{name}-egress-ipv4",
            security_group_id=nodes,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="-1",
            description=_EGRESS,
            opts=pulumi.ResourceOptions(parent=parent),
        )
    )
    if ipv6:
        made.append(
            aws_sdk.vpc.SecurityGroupEgressRule(
                f"{name}-egress-ipv6",
                security_group_id=nodes,
                cidr_ipv6="::/0",
                ip_protocol="-1",
                description=_EGRESS,
                opts=pulumi.ResourceOptions(parent=parent),
            )
        )
    return made


def _check_new(field_name: str, ports: Mapping[str, int], always: Mapping[str, int]) -> None:
    """Raise ValueError for a name or port that stands twice: AWS refuses the second of two equal rules."""
    owners = {port: name for name, port in always.items()}
    for name, port in ports.items():
        if name in always:
            raise ValueError(f"{field_name}[{name}]: the name is taken by a rule that every cluster has")
        if port in owners:
            raise ValueError(f"{field_name}[{name}]: {port} is open already, as {owners[port]}")
        owners[port] = name


def _tcp(into: Peer, source: Peer, port: int, description: str) -> IngressRule:
    return IngressRule(into=into, source=source, protocol="tcp", from_port=port, to_port=port, description=description)


def _dns(into: Peer, source: Peer, protocol: Literal["tcp", "udp"]) -> IngressRule:
    return IngressRule(
        into=into, source=source, protocol=protocol, from_port=_DNS, to_port=_DNS, description="Cluster DNS"
    )


def _unprivileged(into: Peer, source: Peer) -> IngressRule:
    first, last = _UNPRIVILEGED
    return IngressRule(
        into=into, source=source, protocol="tcp", from_port=first, to_port=last, description="Pods to pods"
    )
