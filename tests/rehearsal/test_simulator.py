"""What the simulator answers is what the SDKs know."""

from __future__ import annotations

import re

import pytest

from rehearsal.errors import RehearsalError
from rehearsal.simulator import providers, schema
from rehearsal.simulator.catalogue import INVOKES, RESOURCES
from rehearsal.simulator.context import Creation, Place, Question, place_of
from rehearsal.wire import UNKNOWN

# Enough for every type: what ids and names are made of.
INPUTS = {
    "clusterName": "demo",
    "addonName": "vpc-cni",
    "principalArn": "arn:aws:iam::111122223333:role/x",
    "policyArn": "arn:aws:iam::aws:policy/x",
    "role": "x",
    "url": "https://oidc.example/id/x",
    "fileSystemId": "fs-0123456789abcdef0",
    "targetKeyId": "0123",
    "name": "demo",
    "autoscalingGroupName": "demo",
    "tag": {"key": "a"},
    "resourceId": "vpc-0123",
    "key": "a",
}
PLACE = Place(region="eu-west-1", account="111122223333", default_tags={"owner": "web"})


def creation(type_: str, **inputs) -> Creation:
    return Creation(urn=f"urn:pulumi:dev::p::{type_}::x", type=type_, name="x", inputs=inputs, place=PLACE)


@pytest.mark.parametrize("type_", sorted(RESOURCES))
def test_every_type_of_the_catalogue_exists_in_an_sdk(type_):
    assert schema.resource_class(type_) is not None, "an answer for a type that does not exist is never given"


@pytest.mark.parametrize("type_", sorted(RESOURCES))
def test_a_known_answer_has_an_id_and_no_hole(type_):
    id_, outputs = providers.create(creation(type_, **INPUTS), known=True)
    assert re.fullmatch(r"[!-~]+", id_), "an id with a space, or none, is not what AWS gives"
    assert "None" not in id_ + str([v for v in outputs.values() if isinstance(v, str)]), (
        "an input was read that is not there"
    )
    assert INPUTS.items() <= outputs.items(), "inputs are echoed"


@pytest.mark.parametrize("type_", sorted(RESOURCES))
def test_outputs_have_names_that_the_sdk_knows(type_):
    computed = RESOURCES[type_].outputs(creation(type_, **INPUTS), "id")
    made = schema.resource_class(type_)
    properties = {name for name in dir(made) if isinstance(getattr(made, name, None), property)}
    wire = {re.sub(r"_(.)", lambda match: match[1].upper(), name) for name in properties}
    assert set(computed) - wire == set(), "the program could never read such an output"


@pytest.mark.parametrize("type_", sorted(RESOURCES))
def test_in_a_first_preview_only_names_and_inputs_are_known(type_):
    id_, outputs = providers.create(creation(type_, **INPUTS), known=False)
    known = {key for key, value in outputs.items() if value is not UNKNOWN}
    assert id_ == "", "a program that needs the id would pass here and fail on the engine"
    assert known <= INPUTS.keys() | RESOURCES[type_].known | {"tagsAll"}


def test_ids_are_the_same_in_every_run_and_differ_by_resource():
    first, again = (providers.create(creation("aws:ec2/vpc:Vpc"), known=True)[0] for _ in range(2))
    other = Creation(urn="urn:other", type="aws:ec2/vpc:Vpc", name="x", inputs={}, place=PLACE)
    assert first == again
    assert first != providers.create(other, known=True)[0]
    assert re.fullmatch(r"vpc-0[0-9a-f]{16}", first)


def test_default_tags_of_the_provider_reach_taggable_resources():
    _, outputs = providers.create(creation("aws:ec2/vpc:Vpc", tags={"Name": "x"}), known=False)
    assert outputs["tagsAll"] == {"owner": "web", "Name": "x"}, "a cost report would miss the resource"
    _, outputs = providers.create(creation("aws:ec2/route:Route"), known=True)
    assert "tagsAll" not in outputs


@pytest.mark.parametrize("token", sorted(INVOKES))
def test_every_question_is_answered_in_every_partition(token):
    for region in ("eu-west-1", "cn-north-1", "us-gov-west-1"):
        place = Place(region=region, account="111122223333")
        answer = INVOKES[token](Question(token=token, args={}, place=place))
        assert len(answer) > 0
        assert not re.search(rf"arn:(?!{place.partition}:)", str(answer)), "an ARN of another partition"


def test_unknown_types_and_questions_are_refused():
    with pytest.raises(RehearsalError, match=r"no SDK knows the type aws:ec2/vpz:Vpz; did you mean aws:ec2/vpc:Vpc\?"):
        providers.check("aws:ec2/vpz:Vpz", "urn:x", {})
    with pytest.raises(RehearsalError, match="no answer for the type aws:s3/bucket:Bucket"):
        providers.create(creation("aws:s3/bucket:Bucket"), known=True)
    with pytest.raises(RehearsalError, match="no answer for the function aws:index/getX:getX"):
        providers.answer(Question(token="aws:index/getX:getX", args={}, place=PLACE))


@pytest.mark.parametrize(
    ("provider", "region", "expected"),
    [
        ({}, "", ("us-east-1", "123456789012", {})),
        ({}, "eu-west-1", ("eu-west-1", "123456789012", {})),
        ({"region": "cn-north-1"}, "eu-west-1", ("cn-north-1", "123456789012", {})),
        (
            {"region": UNKNOWN, "allowedAccountIds": UNKNOWN, "defaultTags": UNKNOWN},
            "",
            ("us-east-1", "123456789012", {}),
        ),
        ({"allowedAccountIds": '["111122223333"]'}, "", ("us-east-1", "111122223333", {})),
        ({"allowedAccountIds": ["111122223333"]}, "", ("us-east-1", "111122223333", {})),
        ({"defaultTags": '{"tags": {"a": "b"}}'}, "", ("us-east-1", "123456789012", {"a": "b"})),
    ],
)
def test_the_provider_says_where_resources_stand(provider, region, expected):
    place = place_of(provider, region)
    assert (place.region, place.account, dict(place.default_tags)) == expected, (
        "ARNs would name another account or region"
    )


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-west-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
    ],
)
def test_partitions_follow_the_region(region, partition, suffix):
    assert (Place(region=region).partition, Place(region=region).dns_suffix) == (partition, suffix)
