"""Inputs that the SDK's types do not take."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.simulator.checks import check_inputs, check_type
from rehearsal.wire import UNKNOWN, Asset, ResourceReference, Secret
from tests.support.valid_inputs import ROLE_ARN, VALID, broken

CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
RELEASE = "kubernetes:helm.sh/v3:Release"


@pytest.mark.parametrize("type_", sorted(VALID))
def test_inputs_that_are_all_right_pass(type_: str) -> None:
    assert list(check_inputs(type_, VALID[type_])) == [], "a simulator that refuses what AWS takes is of no use"


@pytest.mark.parametrize(
    ("type_", "path", "value", "expected"),
    [
        (
            CLUSTER,
            "zonalShift",
            True,
            [("zonalShift", f"{CLUSTER} has no input 'zonalShift'; did you mean 'zonalShiftConfig'?")],
        ),
        (
            CLUSTER,
            "vpcConfig.endpointPrivate",
            True,
            [
                (
                    "vpcConfig.endpointPrivate",
                    f"{CLUSTER} has no input 'vpcConfig.endpointPrivate'; did you mean 'endpointPrivateAccess'?",
                )
            ],
        ),
        (
            NODE_GROUP,
            "taints.0.efect",
            "x",
            [("taints[0].efect", f"{NODE_GROUP} has no input 'taints[0].efect'; did you mean 'effect'?")],
        ),
        (NODE_GROUP, "zzzz", 1, [("zzzz", f"{NODE_GROUP} has no input 'zzzz'")]),
        (CLUSTER, "roleArn", None, [("roleArn", "missing required input 'roleArn'")]),
        (
            NODE_GROUP,
            "scalingConfig.maxSize",
            None,
            [("scalingConfig.maxSize", "missing required input 'scalingConfig.maxSize'")],
        ),
        (NODE_GROUP, "taints.0.key", None, [("taints[0].key", "missing required input 'taints[0].key'")]),
        (
            "aws:iam/role:Role",
            "assumeRolePolicy",
            None,
            [("assumeRolePolicy", "missing required input 'assumeRolePolicy'")],
        ),
        (RELEASE, "chart", None, [("chart", "missing required input 'chart'")]),
        (CLUSTER, "name", {"a": 1}, [("name", "expected string type, got object type")]),
        (CLUSTER, "name", ["a"], [("name", "expected string type, got list type")]),
        (CLUSTER, "vpcConfig", "vpc-1", [("vpcConfig", "expected object type, got string type")]),
        (CLUSTER, "enabledClusterLogTypes", "api", [("enabledClusterLogTypes", "expected list type, got string type")]),
        (CLUSTER, "deletionProtection", "yes", [("deletionProtection", "expected boolean type, got string type")]),
        (CLUSTER, "deletionProtection", 1, [("deletionProtection", "expected boolean type, got number type")]),
        (
            NODE_GROUP,
            "scalingConfig.minSize",
            "one",
            [("scalingConfig.minSize", "expected integer type, got string type")],
        ),
        (
            NODE_GROUP,
            "scalingConfig.minSize",
            1.5,
            [("scalingConfig.minSize", "expected integer type, got number type")],
        ),
        (
            NODE_GROUP,
            "scalingConfig.minSize",
            True,
            [("scalingConfig.minSize", "expected integer type, got boolean type")],
        ),
        (NODE_GROUP, "labels", ["a"], [("labels", "expected map type, got list type")]),
        (NODE_GROUP, "labels", {"a": {}}, [("labels.a", "expected string type, got object type")]),
        (
            "aws:efs/fileSystem:FileSystem",
            "provisionedThroughputInMibps",
            "x",
            [("provisionedThroughputInMibps", "expected number type, got string type")],
        ),
        (RELEASE, "values", [], [("values", "expected map type, got list type")]),
        (
            "kubernetes:core/v1:Namespace",
            "metadata.labels",
            "a",
            [("metadata.labels", "expected map type, got string type")],
        ),
    ],
)
def test_what_a_type_does_not_take_is_refused(
    type_: str, path: str, value: Any, expected: list[tuple[str, str]]
) -> None:
    assert list(check_inputs(type_, broken(type_, path, value))) == expected


@pytest.mark.parametrize(
    ("type_", "path", "value"),
    [
        (CLUSTER, "deletionProtection", "true"),
        (CLUSTER, "deletionProtection", "0"),
        (CLUSTER, "version", 1.35),
        (NODE_GROUP, "scalingConfig.minSize", "1"),
        ("aws:efs/fileSystem:FileSystem", "provisionedThroughputInMibps", "1.5e1"),
        ("kubernetes:core/v1:Namespace", "metadata.generation", "1"),
    ],
)
def test_what_the_provider_reads_as_the_right_type_passes(type_: str, path: str, value: Any) -> None:
    assert list(check_inputs(type_, broken(type_, path, value))) == [], "the provider takes it, so must a preview"


@pytest.mark.parametrize(
    "value", [UNKNOWN, Secret(UNKNOWN), Asset({"text": "a"}, archive=False), ResourceReference("urn", "id", "")]
)
def test_what_is_not_known_yet_passes_everywhere(value: Any) -> None:
    inputs = {**dict.fromkeys(VALID[NODE_GROUP], value), "nodeGroupNamePrefix": "a-"}
    assert list(check_inputs(NODE_GROUP, inputs)) == [], "a first preview knows no role and no subnet"


def test_a_secret_is_judged_by_its_value() -> None:
    found = list(check_inputs(CLUSTER, broken(CLUSTER, "name", Secret({"a": 1}))))
    assert found == [("name", "expected string type, got object type")]


def test_no_value_is_as_good_as_none_given() -> None:
    inputs = {**VALID[CLUSTER], "roleArn": UNKNOWN} | {"roleArn": None}
    assert list(check_inputs(CLUSTER, inputs)) == [("roleArn", "missing required input 'roleArn'")]
    assert list(check_inputs(CLUSTER, {**VALID[CLUSTER], "version": None})) == []


def test_settings_of_a_provider_are_text_whatever_their_type() -> None:
    inputs = {"region": "eu-west-1", "allowedAccountIds": '["123456789012"]', "skipMetadataApiCheck": "false"}
    assert list(check_inputs("pulumi:providers:aws", inputs)) == []
    assert list(check_inputs("pulumi:providers:aws", {"regio": "x"})) == [
        ("regio", "pulumi:providers:aws has no input 'regio'; did you mean 'region'?")
    ]


def test_a_custom_resource_takes_whatever_its_definition_allows() -> None:
    assert list(check_inputs("kubernetes:karpenter.sh/v1:NodePool", {"anything": {"goes": [1]}})) == []


def test_a_type_that_no_sdk_knows_is_refused_with_the_nearest_one() -> None:
    expected = [("", "no SDK knows the type aws:eks/clutser:Cluster; did you mean aws:eks/cluster:Cluster?")]
    assert list(check_type("aws:eks/clutser:Cluster")) == expected
    assert list(check_inputs("aws:eks/clutser:Cluster", {"roleArn": ROLE_ARN})) == expected


@given(st.text(min_size=1), st.one_of(st.none(), st.integers(), st.text(), st.lists(st.integers()), st.booleans()))
def test_whatever_a_program_gives_is_judged_without_a_crash(key: str, value: Any) -> None:
    found = list(check_inputs(CLUSTER, {**VALID[CLUSTER], key: value}))
    assert [path for path, _reason in found if not path.startswith(key)] == [], "only what is wrong may be named"
