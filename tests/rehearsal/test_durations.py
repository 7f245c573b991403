"""Durations: every type in use has figures, and each figure says where it comes from."""

from __future__ import annotations

import pytest

from rehearsal.simulator.catalogue import RESOURCES
from rehearsal.simulator.durations import DURATIONS, VARIANTS, Duration, duration
from tests.program.stacks import STACKS, previewed

ALL = [*DURATIONS.items(), *((variant.type, variant.duration) for variant in VARIANTS)]


@pytest.mark.parametrize("stack", STACKS)
def test_every_aws_type_of_a_stack_has_figures_of_its_own(stack: str) -> None:
    types = {resource.type for resource in previewed(stack).graph.resources.values() if resource.custom}
    missing = sorted(type_ for type_ in types if type_.startswith("aws:") and type_ not in DURATIONS)
    assert missing == [], "time to ready counts a second for a type that may take minutes"


def test_every_type_that_the_simulator_knows_has_figures_of_its_own() -> None:
    missing = sorted(type_ for type_ in RESOURCES if type_ not in DURATIONS)
    assert missing == [], "time to ready counts a second for a type that may take minutes"


@pytest.mark.parametrize(("type_", "figures"), ALL)
def test_every_figure_says_who_says_so(type_: str, figures: Duration) -> None:
    assert figures.origin in ("documented", "measured by others", "estimate"), f"{type_}: nobody knows what to trust"
    assert len(figures.source) > 20, f"{type_}: nobody can look the figures up"
    if figures.origin == "measured by others":
        assert any(letter.isdigit() for letter in figures.source), f"{type_}: what was measured is not told"


@pytest.mark.parametrize(("type_", "figures"), ALL)
def test_figures_are_within_what_the_sdk_waits_for(type_: str, figures: Duration) -> None:
    assert 0 < figures.create <= 20 * 60, f"{type_}: waiters would have given up"
    assert 0 < figures.update <= 40 * 60, f"{type_}: waiters would have given up"
    assert 0 < figures.delete <= 20 * 60, f"{type_}: waiters would have given up"


@pytest.mark.parametrize(
    ("type_", "inputs", "seconds"),
    [
        ("aws:eks/cluster:Cluster", {}, 560),
        ("aws:eks/nodeGroup:NodeGroup", {}, 120),
        ("aws:ec2/natGateway:NatGateway", {}, 105),
        ("aws:ec2/subnet:Subnet", {}, 1),
        ("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": False}, 1),
        ("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": True}, 11),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", {}, 6),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcEndpointType": "Gateway"}, 6),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcEndpointType": "Interface"}, 110),
        ("aws:eks/addon:Addon", {"addonName": "vpc-cni"}, 30),
        ("aws:eks/addon:Addon", {"addonName": "coredns"}, 45),
        ("kubernetes:core/v1:ConfigMap", {}, 1),
        ("kubernetes:helm.sh/v3:Release", {}, 60),
        ("pulumi:providers:aws", {}, 0),
        ("aws:sns/topic:Topic", {}, 1),
    ],
)
def test_the_creation_of_a_resource_takes_what_is_known_of_its_kind(
    type_: str, inputs: dict[str, object], seconds: float
) -> None:
    assert duration(type_, inputs).create == seconds, "time to ready is computed with another resource's figure"
