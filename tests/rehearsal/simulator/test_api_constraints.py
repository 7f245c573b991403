"""The table of what the APIs demand, made from botocore's models and the SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.simulator import catalogue, checks_api, schema
from rehearsal.simulator.checks import check_inputs
from rehearsal.simulator.sdk_shapes import Shape, args_class, fields
from scripts import generate_api_constraints
from scripts.api_mapping import MAPPING
from tests.support.valid_inputs import VALID

TABLE: dict[str, Any] = json.loads(generate_api_constraints.TARGET.read_text(encoding="utf-8"))
MAPPED = [(type_, path) for type_, entry in TABLE["types"].items() for path in entry["inputs"]]

# Types in use whose creation has no input that a service model constrains.
UNCONSTRAINED = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "ids and lists of rules only",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": "an id only",
    "aws:ec2/internetGateway:InternetGateway": "an id only",
    "aws:ec2/route:Route": "ids and CIDR blocks, of which EC2's model says nothing",
    "aws:ec2/routeTable:RouteTable": "an id only",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "ids only",
    "aws:ec2/securityGroup:SecurityGroup": "texts of which EC2's model says nothing; the provider's own rules hold",
    "aws:ec2/tag:Tag": "EC2's model says nothing of tags",
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": "ids and CIDR blocks",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "EC2's model says nothing of ports and protocols",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "EC2's model says nothing of ports and protocols",
    "aws:sqs/queue:Queue": "attributes are free text in the model of SQS",
    "aws:sqs/queuePolicy:QueuePolicy": "attributes are free text in the model of SQS",
}


def test_the_table_is_that_of_the_installed_botocore_and_sdk() -> None:
    assert generate_api_constraints.TARGET.read_text(encoding="utf-8") == generate_api_constraints.text(), (
        "what AWS takes today would be refused; run python -m scripts.generate_api_constraints"
    )


def test_the_table_stays_small_enough_to_load_in_every_preview() -> None:
    assert generate_api_constraints.TARGET.stat().st_size < 80_000


def test_every_type_in_use_is_mapped_or_has_nothing_to_map() -> None:
    known = {type_ for type_ in catalogue.RESOURCES if type_.startswith("aws:")}
    assert known - set(TABLE["types"]) - set(UNCONSTRAINED) == set(), "a new type would go unchecked"
    assert set(TABLE["types"]) & set(UNCONSTRAINED) == set()


@given(st.sampled_from(MAPPED))
def test_every_mapped_path_is_an_input_of_the_sdk_and_a_member_of_the_api(target: tuple[str, str]) -> None:
    type_, path = target
    resource = schema.resource_class(type_)
    assert resource is not None
    shape = Shape("object", args_class=args_class(resource))
    _service, demanded = checks_api.constraints(type_)
    steps = next(c.steps for c, known in zip(demanded, TABLE["types"][type_]["inputs"], strict=True) if known == path)
    for step in steps:
        if step == "{key}":
            assert shape.kind == "map", f"{path}: {step}"
        elif step in ("[]", "{}"):
            assert shape.inner is not None, f"{path}: {step}"
            shape = shape.inner
        else:
            assert shape.args_class is not None, f"{path}: {step}"
            shape = fields(shape.args_class)[step].shape
    shape_name, member = TABLE["types"][type_]["inputs"][path]
    assert TABLE["shapes"][shape_name]["type"] in ("string", "number", "list", "map")
    assert member


@given(st.sampled_from(sorted(TABLE["shapes"])), st.text() | st.integers() | st.floats() | st.booleans())
def test_any_value_is_judged_by_any_shape_without_a_crash(shape: str, value: Any) -> None:
    reasons = list(checks_api.violations(TABLE["shapes"][shape], value))
    assert all(reason.startswith("Member must ") for reason in reasons)


@pytest.mark.parametrize("type_", sorted(MAPPING))
def test_exceptions_from_the_rule_are_needed(type_: str) -> None:
    resource = schema.resource_class(type_)
    assert resource is not None
    known = args_class(resource)
    assert known is not None
    for path in MAPPING[type_].exceptions:
        assert path.partition(".")[0].removesuffix("[]") in fields(known), f"{path} is no input any more"


@pytest.mark.parametrize(
    ("input_", "noun", "members", "member"),
    [
        ("name", "Role", ["RoleName", "Path"], "RoleName"),
        ("assumeRolePolicy", "Role", ["AssumeRolePolicyDocument"], "AssumeRolePolicyDocument"),
        ("nodeRoleArn", "", ["nodeRole", "subnets"], "nodeRole"),
        ("subnetIds", "", ["nodeRole", "subnets"], "subnets"),
        ("lifecyclePolicies", "", ["LifecyclePolicies", "FileSystemId"], "LifecyclePolicies"),
        ("transitionToIa", "", ["TransitionToIA"], "TransitionToIA"),
        ("region", "", ["Path"], ""),
        ("id", "", ["name", "version", "id"], "id"),
    ],
)
def test_the_rule_finds_the_member(input_: str, noun: str, members: list[str], member: str) -> None:
    assert generate_api_constraints.member_of(input_, dict.fromkeys(members), noun) == member


def test_every_type_with_constraints_has_inputs_that_pass() -> None:
    missing = set(TABLE["types"]) - set(VALID)
    assert missing == {
        "aws:cloudwatch/eventRule:EventRule",
        "aws:cloudwatch/eventTarget:EventTarget",
        "aws:ec2/placementGroup:PlacementGroup",
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        "aws:efs/mountTarget:MountTarget",
        "aws:iam/instanceProfile:InstanceProfile",
    }
    assert [type_ for type_ in VALID if list(check_inputs(type_, VALID[type_]))] == []
