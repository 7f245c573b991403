"""Names that Pulumi makes."""

from __future__ import annotations

import pytest

from rehearsal.simulator import autonames
from rehearsal.simulator.cloud import Cloud, Failure
from rehearsal.simulator.context import Creation, Place
from rehearsal.simulator.world import Event, World
from tests.support.valid_inputs import VALID, document, trust

ROLE = "aws:iam/role:Role"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
URN = f"urn:pulumi:dev::p::{ROLE}::nodes"
INPUTS = {"assumeRolePolicy": document(trust())}


@pytest.mark.parametrize(
    ("type_", "key"),
    [
        (ROLE, "name"),
        ("aws:iam/policy:Policy", "name"),
        ("aws:iam/rolePolicy:RolePolicy", "name"),
        ("aws:iam/instanceProfile:InstanceProfile", "name"),
        ("aws:cloudwatch/logGroup:LogGroup", "name"),
        ("aws:cloudwatch/eventRule:EventRule", "name"),
        ("aws:cloudwatch/eventTarget:EventTarget", "targetId"),
        ("aws:sqs/queue:Queue", "name"),
        ("aws:ec2/securityGroup:SecurityGroup", "name"),
        ("aws:ec2/launchTemplate:LaunchTemplate", "name"),
        ("aws:ec2/placementGroup:PlacementGroup", "name"),
        ("aws:kms/alias:Alias", "name"),
        ("aws:eks/cluster:Cluster", "name"),
        (NODE_GROUP, "nodeGroupName"),
        ("aws:eks/fargateProfile:FargateProfile", "fargateProfileName"),
        ("kubernetes:helm.sh/v3:Release", "name"),
        ("aws:ec2/vpc:Vpc", ""),
        ("aws:eks/addon:Addon", ""),
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", ""),
        ("kubernetes:core/v1:Namespace", ""),
        ("eks:index:Cluster", ""),
    ],
)
def test_the_input_that_gets_a_name(type_: str, key: str) -> None:
    assert autonames.autoname(type_) == key


@pytest.mark.parametrize(
    ("inputs", "wanted"),
    [({}, True), ({"name": None}, True), ({"name": "a"}, False), ({"namePrefix": "a"}, False)],
)
def test_a_name_is_made_only_where_none_is_given(inputs: dict[str, str | None], wanted: bool) -> None:
    assert autonames.is_wanted(ROLE, inputs) is wanted


def test_a_new_resource_has_the_name_that_a_preview_shows() -> None:
    checked, failures = Cloud(World()).check(ROLE, URN, {}, INPUTS, "seed")
    shown = Creation(urn=URN, type=ROLE, name="nodes", inputs=INPUTS, place=Place()).physical_name()
    assert failures == []
    assert checked == {**INPUTS, "name": shown}
    assert Cloud(World()).check(ROLE, URN, {}, INPUTS, "another")[0] == checked, "each run would show another name"


def test_an_update_keeps_the_name() -> None:
    checked, failures = Cloud(World()).check(ROLE, URN, {**INPUTS, "name": "nodes-1234567"}, {**INPUTS, "path": "/a/"})
    assert failures == []
    assert checked["name"] == "nodes-1234567", "a role with another name is another role: its pods lose their access"


def test_a_replacement_gets_a_name_of_its_own() -> None:
    world = World()
    cloud = Cloud(world)
    first = cloud.check(ROLE, URN, {}, INPUTS)[0]["name"]
    world.log(Event(action="create", type=ROLE, id=first, urn=URN, start=0, end=0))
    second = cloud.check(ROLE, URN, {}, INPUTS)[0]["name"]
    assert second != first, "IAM refuses a second role of the same name while the first one lives"
    assert second.startswith("nodes-")


def test_a_prefix_is_left_to_the_provider() -> None:
    checked, _failures = Cloud(World()).check(NODE_GROUP, URN, {"nodeGroupName": "old"}, VALID[NODE_GROUP])
    assert "nodeGroupName" not in checked, "the provider refuses a name and a prefix together"


def test_a_logical_name_must_leave_room_for_what_makes_it_unique() -> None:
    urn = f"urn:pulumi:dev::p::{ROLE}::{'a' * 57}"
    reason = f"name '{'a' * 57}-' plus 7 random chars is longer than maximum length 64"
    assert list(autonames.problems(ROLE, urn, INPUTS)) == [("", reason)]
    assert list(autonames.problems(ROLE, urn[:-1], INPUTS)) == []
    assert list(autonames.problems(ROLE, urn, {**INPUTS, "namePrefix": "a"})) == []
    assert list(autonames.problems("aws:iam/policy:Policy", urn, INPUTS)) == []
    assert Failure("", reason) in Cloud(World()).check(ROLE, urn, {}, INPUTS)[1]
    assert Cloud(World()).check(ROLE, urn, {**INPUTS, "name": "kept"}, INPUTS)[1] == []
