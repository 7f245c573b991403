"""A policy pack is configured as the engine configures it."""

from __future__ import annotations

import json

import pytest

from rehearsal.errors import ProjectError
from rehearsal.policy_config import (
    PolicyDeclaration,
    PolicySetting,
    read_settings,
    reconcile,
    settings_from,
    unknown_names,
)

DECLARED = [
    PolicyDeclaration(
        name="a", level="mandatory", properties={"days": {"type": "integer", "default": 7, "minimum": 1}}
    ),
    PolicyDeclaration(name="b", level="advisory"),
]
OTHER = "a rule would be enforced here and not on the engine, or the other way round"


def levels(*layers):
    return {name: setting.level for name, setting in reconcile(DECLARED, *layers).items()}


def test_without_config_levels_and_defaults_are_those_of_the_policies():
    settled = reconcile(DECLARED, {}, {})
    assert settled["a"] == PolicySetting(level="mandatory", properties={"days": 7}), OTHER
    assert settled["b"] == PolicySetting(level="advisory"), OTHER


def test_later_layers_win_and_in_a_layer_the_policy_wins_over_all():
    every = {"all": PolicySetting(level="disabled")}
    assert levels(every) == {"a": "disabled", "b": "disabled"}, OTHER
    assert levels({**every, "a": PolicySetting(level="mandatory")}) == {"a": "mandatory", "b": "disabled"}, OTHER
    assert levels({"a": PolicySetting(level="remediate")}, every) == {"a": "disabled", "b": "disabled"}, OTHER


def test_properties_are_merged_over_the_defaults_and_keep_the_level():
    settled = reconcile(
        DECLARED, {"a": PolicySetting(properties={"other": 1})}, {"a": PolicySetting(properties={"days": 9})}
    )
    assert settled["a"] == PolicySetting(level="mandatory", properties={"days": 9, "other": 1}), OTHER


def test_properties_are_checked_against_the_schema():
    with pytest.raises(ProjectError) as refused:
        reconcile(DECLARED, {"a": PolicySetting(properties={"days": 0})})
    assert refused.value.lines == ("policy a: days must be at least 1",)


def test_required_properties_must_be_there():
    declared = [PolicyDeclaration(name="c", level="advisory", required=["team"])]
    with pytest.raises(ProjectError, match="policy c: team is required"):
        reconcile(declared, {})


def test_a_file_holds_levels_and_objects(tmp_path):
    file = tmp_path / "dev.json"
    file.write_text(json.dumps({"all": "advisory", "a": {"enforcementLevel": "mandatory", "days": 1}, "b": {"x": 1}}))
    assert read_settings(file) == {
        "all": PolicySetting(level="advisory"),
        "a": PolicySetting(level="mandatory", properties={"days": 1}),
        "b": PolicySetting(properties={"x": 1}),
    }
    file.write_text("  ")
    assert read_settings(file) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "dev.json:1:2: "),
        ("[]", "expected an object of policy names"),
        ('{"a": "strict"}', "dev.json: a: 'strict' is not an enforcement level"),
        ('{"a": {"enforcementLevel": 3}}', "3 is not an enforcement level"),
        ('{"a": 3}', "a: must be a level"),
    ],
)
def test_a_file_that_is_not_in_order_is_named_with_the_place(tmp_path, text, message):
    file = tmp_path / "dev.json"
    file.write_text(text)
    with pytest.raises(ProjectError, match=message):
        read_settings(file)


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path):
    with pytest.raises(ProjectError, match="there is no such file"):
        read_settings(tmp_path / "none.json")
    (tmp_path / "dev.json").write_bytes(b"\xff\x00")
    with pytest.raises(ProjectError, match="cannot be read"):
        read_settings(tmp_path / "dev.json")


def test_a_pack_may_configure_itself_with_the_levels_of_the_sdk():
    from pulumi_policy import EnforcementLevel

    given = {"a": EnforcementLevel.DISABLED, "b": {"enforcementLevel": EnforcementLevel.MANDATORY, "x": 1}}
    assert settings_from(given) == {
        "a": PolicySetting(level="disabled"),
        "b": PolicySetting(level="mandatory", properties={"x": 1}),
    }


def test_a_misspelt_policy_name_is_noticed():
    layer = {"all": PolicySetting(), "aa": PolicySetting(), "zzzz": PolicySetting(), "b": PolicySetting()}
    assert unknown_names(DECLARED, layer) == [
        "the pack has no policy 'aa'; did you mean 'a'?",
        "the pack has no policy 'zzzz'",
    ], "the engine ignores it without a word, and the rule stays as it was"
