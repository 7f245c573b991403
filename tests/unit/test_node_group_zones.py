from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.node_group import NodeGroup, NodeGroupArgs
from components.node_group_zones import per_zone_groups, zone_suffix
from tests.support.fixtures import AWS, ZONES, aws_providers, cluster_ref, network_ref
from tests.support.recording import record


def arguments(name: str = "apps", subnets: dict[str, Any] | None = None) -> NodeGroupArgs:
    return NodeGroupArgs(
        aws=AWS,
        cluster=cluster_ref(),
        name=name,
        subnet_ids=network_ref().private_subnet_ids if subnets is None else subnets,
        instance_types=["m7i.large"],
        min_size=0,
        max_size=3,
        autoscaled=True,
    )


@pytest.mark.parametrize(
    ("zone", "region", "suffix"),
    [
        ("eu-west-1a", "eu-west-1", "a"),
        ("us-west-2-lax-1a", "us-west-2", "lax-1a"),
        ("zone1", "eu-west-1", "zone1"),
        ("eu-west-1", "eu-west-1", "eu-west-1"),
    ],
)
def test_the_suffix_tells_a_zone_from_the_others(zone: str, region: str, suffix: str) -> None:
    assert zone_suffix(zone, region) == suffix, "a suffix that is empty or shared makes two groups of one name"


def test_each_zone_gets_a_group_of_its_own() -> None:
    def program() -> None:
        network = network_ref()
        opts = pulumi.ResourceOptions(providers=aws_providers())
        for group in per_zone_groups(arguments(subnets=dict(network.private_subnet_ids)), network.zones).values():
            NodeGroup(f"nodes-{group.name}", group, opts)

    graph = record(program)
    groups = {group.name: group.inputs for group in graph.of_type("aws:eks/nodeGroup:NodeGroup")}
    assert list(groups) == ["nodes-apps-a-group", "nodes-apps-b-group", "nodes-apps-c-group"]
    for zone, inputs in zip(ZONES, groups.values(), strict=True):
        assert inputs["subnetIds"] == [f"subnet-private-{zone}"], "a pod whose volume is elsewhere never starts"
        assert inputs["nodeGroupNamePrefix"] == f"apps-{zone[-1]}-"
        assert inputs["labels"] == {"eks-platform/node-group": "apps"}, (
            "the autoscaler balances groups only if their labels are equal"
        )
        tag = graph.named(
            f"nodes-apps-{zone[-1]}-asg-tag-k8s.io/cluster-autoscaler/node-template/label/topology.ebs.csi.aws.com/zone"
        )
        assert tag.inputs["tag"]["value"] == zone, "an empty group is never scaled up for a volume in its zone"


def test_a_zone_without_a_name_is_refused() -> None:
    def program() -> None:
        per_zone_groups(arguments(), {"eu-west-1a": "eu-west-1a"})

    with pytest.raises(ValueError, match="zones: no zone name for eu-west-1b, eu-west-1c; known are eu-west-1a"):
        record(program)


@given(name=st.from_regex(r"[a-z][a-z0-9-]{0,61}[a-z0-9]", fullmatch=True), count=st.integers(1, 6))
def test_names_fit_and_do_not_move_when_a_zone_is_added(name: str, count: int) -> None:
    keys = [f"eu-west-1{letter}" for letter in "abcdef"[:count]]
    found: dict[int, list[str]] = {}
    for size in (count, count - 1):
        args = _plain(name, keys[:size])
        found[size] = (
            [group.name for group in per_zone_groups(args, {key: key for key in keys}).values()] if args else []
        )
    names = found[count]
    assert len(set(names)) == count, "two groups of one name are one group"
    assert all(len(each) <= 63 for each in names), "EKS refuses a longer name"
    assert names[: count - 1] == found[count - 1], "a group that is renamed replaces all its nodes"


def _plain(name: str, keys: list[str]) -> NodeGroupArgs | None:
    """Args outside a program, with a stand-in where only the cluster's version is read."""
    if not keys:
        return None

    class Cluster:
        version = "1.35"

    return NodeGroupArgs(
        aws=AWS,
        cluster=Cluster(),  # pyright: ignore[reportArgumentType]
        name=name,
        subnet_ids={key: f"subnet-{key}" for key in keys},
        instance_types=["m7i.large"],
        min_size=0,
        max_size=1,
    )
