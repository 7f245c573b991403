import dataclasses
import json
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.addon import AddonSpec, eks_addon
from components.vpc_cni import PodSubnet, VpcCniSettings, network_vpc_cni_configuration, vpc_cni_configuration
from rehearsal.graph import Graph
from rehearsal.wire import UNKNOWN
from tests.support.fixtures import ZONES, cluster_ref, component_options, network_ref
from tests.support.recording import record


def test_the_defaults_change_nothing() -> None:
    assert vpc_cni_configuration(VpcCniSettings()) == {}


def test_prefix_delegation_keeps_a_prefix_in_reserve() -> None:
    made = vpc_cni_configuration(VpcCniSettings(prefix_delegation=True))

    assert made == {"env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}}, (
        "the add-on's schema wants texts, not numbers or booleans"
    )


def test_ipv6_pods_always_get_prefixes() -> None:
    env = vpc_cni_configuration(VpcCniSettings(ipv6=True, warm_prefix_target=2))["env"]

    assert env == {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "2"}


def test_network_policies_and_windows_are_switched_on_with_texts() -> None:
    made = vpc_cni_configuration(VpcCniSettings(network_policy=True, windows=True))

    assert made == {"enableNetworkPolicy": "true", "enableWindowsIpam": "true"}


def test_security_groups_for_pods_keep_probes_working() -> None:
    made = vpc_cni_configuration(VpcCniSettings(security_groups_for_pods=True))

    assert made == {
        "env": {"ENABLE_POD_ENI": "true", "POD_SECURITY_GROUP_ENFORCING_MODE": "standard"},
        "init": {"env": {"DISABLE_TCP_EARLY_DEMUX": "true"}},
    }


def test_custom_networking_names_a_subnet_for_each_zone() -> None:
    made = vpc_cni_configuration(
        VpcCniSettings(),
        region="eu-west-1",
        pod_subnets={
            "eu-west-1b": PodSubnet(subnet_id="subnet-b", security_group_ids=["sg-1"]),
            "eu-west-1a": PodSubnet(subnet_id="subnet-a", security_group_ids=["sg-1", "sg-2"]),
        },
    )

    assert made == {
        "env": {"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true", "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone"},
        "eniConfig": {
            "create": True,
            "region": "eu-west-1",
            "subnets": {
                "eu-west-1a": {"id": "subnet-a", "securityGroups": ["sg-1", "sg-2"]},
                "eu-west-1b": {"id": "subnet-b", "securityGroups": ["sg-1"]},
            },
        },
    }, "a node whose zone has no entry gives its pods no address"


def test_custom_networking_with_ipv6_is_refused() -> None:
    with pytest.raises(ValueError, match="pod_subnets: custom networking does not work with IPv6 pods"):
        vpc_cni_configuration(
            VpcCniSettings(ipv6=True), pod_subnets={"a": PodSubnet(subnet_id="s", security_group_ids=["g"])}
        )


def test_a_negative_reserve_is_refused() -> None:
    with pytest.raises(ValueError, match="warm_prefix_target: -1 is negative"):
        VpcCniSettings(warm_prefix_target=-1)


@given(st.builds(VpcCniSettings, warm_prefix_target=st.integers(0, 9)))
def test_every_environment_variable_is_a_text(settings: VpcCniSettings) -> None:
    env = vpc_cni_configuration(settings).get("env", {})

    assert {type(value) for value in env.values()} <= {str}, "EKS refuses the whole configuration"


def _configured(*, pod_subnets: bool, known: bool = True) -> tuple[Graph, Any]:
    def run() -> None:
        parent = pulumi.ComponentResource("test:index:Parent", "parent", None, component_options())
        network = network_ref()
        if pod_subnets:
            ids = {zone: pulumi.Output.from_input(f"subnet-pod-{zone}") for zone in ZONES}
            network = dataclasses.replace(network, pod_subnet_ids=ids)
        cluster = cluster_ref()
        values = network_vpc_cni_configuration(
            VpcCniSettings(network_policy=True),
            region="eu-west-1",
            network=network,
            security_group_id=cluster.node_security_group_id,
        )
        eks_addon("cni", parent=parent, cluster=cluster, addon_name="vpc-cni", spec=AddonSpec(configuration=values))

    graph = record(run, known=known)
    return graph, graph.named("cni").inputs["configurationValues"]


def test_a_network_with_pod_subnets_gets_custom_networking_under_the_names_of_its_zones() -> None:
    _, text = _configured(pod_subnets=True)

    assert json.loads(text)["eniConfig"]["subnets"] == {
        zone: {"id": f"subnet-pod-{zone}", "securityGroups": ["sg-0a0a0a0a0a0a0a0a0"]} for zone in ZONES
    }


def test_a_network_without_pod_subnets_shows_its_configuration_in_a_first_preview() -> None:
    _, text = _configured(pod_subnets=False, known=False)

    assert text is not UNKNOWN
    assert json.loads(text) == {"enableNetworkPolicy": "true"}
