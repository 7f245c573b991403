"""Configuration of the vpc-cni add-on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.refs import NetworkRef


@dataclass(frozen=True, kw_only=True)
class VpcCniSettings:
    """How the Amazon VPC CNI gives pods their addresses.

    Args:
        prefix_delegation: Whether interfaces get /28 prefixes instead of single addresses: more pods on a node, and
            fewer API calls; needs Nitro instances and unbroken /28 blocks in the subnets. False by default.
        warm_prefix_target: Prefixes that a node keeps in reserve, 1 by default. Only with `prefix_delegation`.
        network_policy: Whether the add-on enforces Kubernetes network policies. False by default.
        security_groups_for_pods: Whether pods can have security groups of their own. False by default.
        windows: Whether addresses are also given on Windows nodes. False by default.
        ipv6: Whether pods have IPv6 addresses; prefixes are always delegated then.

    Raises:
        ValueError: If the reserve is negative.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html,
    https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html and
    https://github.com/aws/amazon-vpc-cni-k8s#cni-configuration-variables
    """

    prefix_delegation: bool = False
    warm_prefix_target: int = 1
    network_policy: bool = False
    security_groups_for_pods: bool = False
    windows: bool = False
    ipv6: bool = False

    def __post_init__(self) -> None:
        if self.warm_prefix_target < 0:
            raise ValueError(f"warm_prefix_target: {self.warm_prefix_target} is negative")


@dataclass(frozen=True, kw_only=True)
class PodSubnet:
    """Where pods of one zone live with custom networking.

    Args:
        subnet_id: Subnet of the zone for pods.
        security_group_ids: Security groups of the pods' interfaces, 1 to 5.
    """

    subnet_id: str
    security_group_ids: Sequence[str]


def vpc_cni_configuration(
    settings: VpcCniSettings, *, region: str = "", pod_subnets: Mapping[str, PodSubnet] | None = None
) -> dict[str, Any]:
    """Return the configuration values of the vpc-cni add-on.

    Args:
        settings: How addresses are given.
        region: AWS region; needed with pod subnets.
        pod_subnets: Subnet for pods by zone name, for custom networking; None or empty to place pods in the subnet of
            their node. Nodes find the entry of their zone by its name.

    Raises:
        ValueError: If custom networking meets IPv6, which it does not support.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/cni-custom-network.html
    """
    env: dict[str, str] = {}
    values: dict[str, Any] = {}
    if settings.prefix_delegation or settings.ipv6:
        env |= {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": str(settings.warm_prefix_target)}
    if settings.security_groups_for_pods:
        env |= {"ENABLE_POD_ENI": "true", "POD_SECURITY_GROUP_ENFORCING_MODE": "standard"}
        # The kubelet could not probe pods on branch interfaces over TCP otherwise.
        values["init"] = {"env": {"DISABLE_TCP_EARLY_DEMUX": "true"}}
    if pod_subnets:
        if settings.ipv6:
            raise ValueError("pod_subnets: custom networking does not work with IPv6 pods")
        env |= {"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true", "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone"}
        values["eniConfig"] = {
            "create": True,
            "region": region,
            "subnets": {
                zone: {"id": subnet.subnet_id, "securityGroups": list(subnet.security_group_ids)}
                for zone, subnet in sorted(pod_subnets.items())
            },
        }
    if settings.network_policy:
        values["enableNetworkPolicy"] = "true"
    if settings.windows:
        values["enableWindowsIpam"] = "true"
    if env:
        values["env"] = env
    return values


def network_vpc_cni_configuration(
    settings: VpcCniSettings,
    *,
    region: str,
    network: NetworkRef,
    security_group_id: pulumi.Output[str],
) -> pulumi.Input[Mapping[str, Any]]:
    """Return the configuration of the vpc-cni add-on for a network, with custom networking if it has pod subnets.

    It is plain where the network has no pod subnets, so that a first preview can show it.

    Args:
        settings: How addresses are given.
        region: AWS region.
        network: The network.
        security_group_id: Security group of the pods' interfaces: the nodes'.
    """
    if not network.pod_subnet_ids:
        return vpc_cni_configuration(settings, region=region)

    def build(known: Mapping[str, Any]) -> Mapping[str, Any]:
        subnets = {
            known["zones"][key]: PodSubnet(subnet_id=subnet_id, security_group_ids=[known["group"]])
            for key, subnet_id in known["subnets"].items()
        }
        return vpc_cni_configuration(settings, region=region, pod_subnets=subnets)

    return pulumi.Output.all(
        zones={key: network.zones[key] for key in network.pod_subnet_ids},
        subnets=dict(network.pod_subnet_ids),
        group=security_group_id,
    ).apply(build)
