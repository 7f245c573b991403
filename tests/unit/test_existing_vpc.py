from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws_sdk
import pytest

from components.existing_vpc import ExistingVpc, ExistingVpcArgs, check_subnet, check_vpc
from components.vpc import Vpc
from rehearsal.graph import Graph
from rehearsal.simulator import catalogue
from rehearsal.simulator.context import Question
from tests.support.fixtures import AWS, component_options
from tests.support.recording import record
from tests.support.vpc import ZONES, vpc_args

COMPONENT = "eks-platform:index:ExistingVpc"
TAG = "aws:ec2/tag:Tag"
VPC_ID = "vpc-0123456789abcdef0"


def subnets(tier: str, zones: str = "ab") -> dict[str, str]:
    return {f"eu-west-1{zone}": f"subnet-{tier}-{zone}" for zone in zones}


def existing(**fields: Any) -> ExistingVpcArgs:
    given: dict[str, Any] = {
        "aws": AWS,
        "cluster_name": "demo",
        "vpc_id": VPC_ID,
        "private_subnet_ids": subnets("private"),
        **fields,
    }
    return ExistingVpcArgs(**given)


def recorded(args: ExistingVpcArgs, *, known: bool = True) -> Graph:
    return record(lambda: ExistingVpc("network", args, component_options()), known=known)


def answer(monkeypatch: pytest.MonkeyPatch, token: str, changed: Mapping[str, Any]) -> None:
    """Let AWS answer a question as the simulator does, except for what is changed."""
    usual = catalogue.INVOKES[token]

    def changed_answer(question: Question) -> Mapping[str, Any]:
        return {**usual(question), **changed}

    monkeypatch.setitem(catalogue.INVOKES, token, changed_answer)


def test_a_sound_vpc_is_taken_as_it_is():
    public, intra, pods = subnets("public"), subnets("intra"), subnets("pod")
    graph = recorded(existing(public_subnet_ids=public, intra_subnet_ids=intra, pod_subnet_ids=pods))
    assert graph.of_type(COMPONENT)[0].outputs == {
        "vpc_id": VPC_ID,
        "cidr_block": "10.0.0.0/16",
        "private_subnet_ids": subnets("private"),
        "public_subnet_ids": public,
        "intra_subnet_ids": intra,
        "pod_subnet_ids": pods,
        "zones": {"eu-west-1a": "eu-west-1a", "eu-west-1b": "eu-west-1b"},
    }


def test_nothing_is_made_in_a_vpc_of_somebody_else():
    graph = recorded(existing(public_subnet_ids=subnets("public")))
    assert graph.descendants(graph.of_type(COMPONENT)[0]) == [], "a destroy would take away what others use"


def test_the_control_plane_uses_the_private_subnets_where_there_are_no_others():
    outputs = recorded(existing()).of_type(COMPONENT)[0].outputs
    assert outputs["intra_subnet_ids"] == outputs["private_subnet_ids"]


def test_the_network_is_handed_over_as_a_record():
    made: list[ExistingVpc] = []
    record(lambda: made.append(ExistingVpc("network", existing(), component_options())))
    network = made[0]
    assert network.ref.vpc_id is network.vpc_id
    assert network.ref.private_subnet_ids is network.private_subnet_ids


def test_the_subnets_are_known_in_a_first_preview():
    outputs = recorded(existing(), known=False).of_type(COMPONENT)[0].outputs
    assert outputs["private_subnet_ids"] == subnets("private"), "a mistake must show in the preview, not half way up"


def test_look_ups_use_the_provider_of_the_component():
    graph = recorded(existing())
    assert [invoke.token for invoke in graph.invokes].count("aws:ec2/getSubnet:getSubnet") == 2
    assert [i.args for i in graph.invokes if i.token == "aws:ec2/getVpc:getVpc"] == [{"id": VPC_ID}]


def test_subnets_are_tagged_for_load_balancers_if_asked():
    graph = recorded(existing(public_subnet_ids=subnets("public"), tag_subnets=True))
    tagged = {
        tag.name: (tag.inputs["resourceId"], tag.inputs["key"], tag.inputs["value"]) for tag in graph.of_type(TAG)
    }
    expected: dict[str, tuple[str, str, str]] = {}
    for tier, role in (("private", "internal-elb"), ("public", "elb")):
        for zone, subnet in subnets(tier).items():
            expected[f"network-{tier}-{zone}-role"] = (subnet, f"kubernetes.io/role/{role}", "1")
            expected[f"network-{tier}-{zone}-cluster"] = (subnet, "kubernetes.io/cluster/demo", "shared")
    assert tagged == expected, "the load balancer controller finds no subnet without them"


def test_two_networks_stand_side_by_side():
    def program() -> None:
        opts = component_options()
        ExistingVpc("blue", existing(tag_subnets=True), opts)
        ExistingVpc("green", existing(tag_subnets=True), opts)

    assert len(record(program).of_type(TAG)) == 8


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"cluster_name": ""}, "cluster_name: must not be empty"),
        ({"vpc_id": "net-1"}, "vpc_id: 'net-1' does not begin with 'vpc-'"),
        ({"private_subnet_ids": subnets("private", "a")}, "private_subnet_ids: a cluster needs subnets in at least 2"),
        ({"intra_subnet_ids": subnets("intra", "a")}, "intra_subnet_ids: a cluster needs subnets in at least 2"),
        ({"public_subnet_ids": {"us-east-1a": "subnet-1"}}, "public_subnet_ids: 'us-east-1a' is not a zone of the reg"),
        ({"public_subnet_ids": {"zone1": "subnet-1"}}, "public_subnet_ids: 'zone1' is not a zone of the region"),
        ({"public_subnet_ids": {"eu-west-1a": "sub-1"}}, r"public_subnet_ids\[eu-west-1a\]: 'sub-1' does not begin"),
        (
            {"public_subnet_ids": subnets("private")},
            r"public_subnet_ids\[eu-west-1a\]: subnet-private-a is private_subnet_ids\[eu-west-1a\] already",
        ),
    ],
)
def test_a_network_that_cannot_be_right_is_refused_at_once(fields: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        existing(**fields)


def test_intra_subnets_may_be_the_private_ones():
    assert existing(intra_subnet_ids=subnets("private")).intra_subnet_ids == subnets("private")


@pytest.mark.parametrize(
    ("support", "hostnames", "named"),
    [
        (False, True, "enableDnsSupport must"),
        (True, False, "enableDnsHostnames must"),
        (False, False, "enableDnsSupport and enableDnsHostnames must"),
    ],
)
def test_a_vpc_without_dns_is_refused(support: bool, hostnames: bool, named: str):
    with pytest.raises(ValueError, match=f"vpc_id: {named} be on in vpc-1"):
        check_vpc("vpc-1", dns_support=support, dns_hostnames=hostnames)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"belongs": False}, r"private_subnet_ids\[z\]: subnet-1 is in y of vpc-2, not in z of vpc-1"),
        ({"maps_public_ips": True}, r"private_subnet_ids\[z\]: subnet-1 gives public addresses"),
    ],
)
def test_a_subnet_that_is_not_what_it_is_said_to_be_is_refused(facts: dict[str, Any], message: str):
    sound: dict[str, Any] = {"belongs": True, "maps_public_ips": False}
    with pytest.raises(ValueError, match=message):
        check_subnet("subnet-1", tier="private", zone="z", vpc_id="vpc-1", found="y of vpc-2", **{**sound, **facts})


def test_a_public_subnet_may_give_out_public_addresses():
    checked = check_subnet(
        "subnet-1", tier="public", zone="z", vpc_id="vpc-1", belongs=True, found="", maps_public_ips=True
    )
    assert checked == "subnet-1"


@pytest.mark.parametrize(
    ("token", "changed", "message"),
    [
        ("aws:ec2/getVpc:getVpc", {"enableDnsHostnames": False}, "vpc_id: enableDnsHostnames must be on"),
        ("aws:ec2/getSubnets:getSubnets", {"ids": []}, "not in eu-west-1[ab] of vpc-0123456789abcdef0"),
        ("aws:ec2/getSubnet:getSubnet", {"mapPublicIpOnLaunch": True}, "gives public addresses"),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_what_aws_answers_is_checked_in_the_first_preview_too(
    monkeypatch: pytest.MonkeyPatch, token: str, changed: dict[str, Any], message: str, known: bool
):
    answer(monkeypatch, token, changed)
    with pytest.raises(pulumi.RunError, match=message):
        recorded(existing(), known=known)


def test_ids_may_come_from_other_resources():
    def program() -> None:
        ids = {zone: pulumi.Output.from_input(id_) for zone, id_ in subnets("private").items()}
        args = existing(vpc_id=pulumi.Output.from_input(VPC_ID), private_subnet_ids=ids)
        ExistingVpc("network", args, component_options())

    assert record(program).of_type(COMPONENT)[0].outputs["private_subnet_ids"] == subnets("private")


@pytest.mark.parametrize(
    ("zones", "message"),
    [
        (ZONES, None),
        (ZONES[::-1], "is in eu-west-1[ab] of vpc-.*, not in eu-west-1[ab] of vpc-"),
    ],
)
def test_subnets_of_another_stack_are_checked_by_zone(zones: list[str], message: str | None):
    def program() -> None:
        made = Vpc("made", vpc_args(), component_options())
        ids = dict(zip(zones, made.private_subnet_ids.values(), strict=True))
        args = existing(vpc_id=made.vpc_id, private_subnet_ids=ids)
        ExistingVpc("network", args, pulumi.ResourceOptions(providers=[aws_sdk.Provider("other", region="eu-west-1")]))

    if message is None:
        graph = record(program)
        assert graph.of_type(COMPONENT)[0].outputs["vpc_id"] == graph.of_type("aws:ec2/vpc:Vpc")[0].id
    else:
        with pytest.raises(pulumi.RunError, match=message):
            record(program)
