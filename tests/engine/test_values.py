"""Secrets stay secret on their way through the cloud, differences are named, and refreshed inputs follow the facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2

from rehearsal.engine.outcome import exit_code
from rehearsal.engine.provider_config import config_change
from rehearsal.engine.values import detailed_diff, holds_secret, outputs_with_secrets, taken_from, with_secrets
from rehearsal.wire import Secret, reveal

LEAVES = st.one_of(st.booleans(), st.integers(), st.text(max_size=5))
MARKED = st.recursive(
    LEAVES | LEAVES.map(Secret),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), MARKED, max_size=4))
def test_marking_hides_what_was_secret_and_changes_no_value(marked):
    again = with_secrets(marked, reveal(marked))
    assert again == marked, "an unmarked secret is written to the state in plain text"


@given(st.dictionaries(st.text(max_size=3), MARKED, max_size=4))
def test_outputs_have_the_same_values_with_and_without_marks(marked):
    outputs = {**reveal(marked), "extra": [reveal(list(marked.values()))]}
    assert reveal(outputs_with_secrets(marked, outputs)) == outputs, "a mark must not change what the program gets"


def test_a_secret_is_hidden_wherever_an_output_repeats_it():
    marked = {"tags": {"password": Secret("hunter2"), "name": "a"}}
    outputs = {"tags": {"password": "hunter2", "name": "a"}, "tagsAll": {"password": "hunter2", "team": "x"}}
    hidden = outputs_with_secrets(marked, outputs)
    assert hidden["tagsAll"] == {"password": Secret("hunter2"), "team": "x"}, "tagsAll would betray what tags hides"


def test_a_list_with_a_secret_and_another_length_is_hidden_as_a_whole():
    assert with_secrets([Secret("a"), "b"], ["a"]) == Secret(["a"]), "nothing tells which element is the secret one"
    assert with_secrets(["a", "b"], ["a"]) == ["a"], "what was never secret must stay readable"
    assert holds_secret({"a": [{"b": Secret("c")}]}), "a secret deep inside is a secret"


def test_inputs_after_a_refresh_are_what_is_there_within_what_was_given():
    given_inputs = {"vpc": {"id": "a"}, "zones": ["x", "y"], "name": "n", "only": 1}
    actual = {"vpc": {"id": "b", "extra": "c"}, "zones": ["x", "z"], "name": "n", "arn": "arn"}
    expected = {"vpc": {"id": "b"}, "zones": ["x", "z"], "name": "n", "only": 1}
    assert taken_from(given_inputs, actual) == expected, "drift would go unseen, or every refresh would show one"


def test_a_difference_is_named_to_the_last_part_of_its_path():
    old = {"a": {"b": 1, "c": 2}, "list": [1, 2], "tags": {"x.io/y": "1"}, "secret": Secret("p")}
    new = {"a": {"b": 3}, "list": [1, 2, 3], "tags": {"x.io/y": "2"}, "secret": Secret("q")}
    found = detailed_diff(old, new, frozenset({"list"}))
    kinds = {path: provider_pb2.PropertyDiff.Kind.Name(diff.kind) for path, diff in found.items()}
    assert kinds == {
        "a.b": "UPDATE",
        "a.c": "DELETE",
        "list[2]": "ADD_REPLACE",
        'tags["x.io/y"]': "UPDATE",
        "secret": "UPDATE",
    }, "whoever reviews a change sees the wrong thing"


def kubeconfig(server: str) -> str:
    return (
        '{"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k"}}],'
        f' "clusters": [{{"name": "k", "cluster": {{"server": "{server}"}}}}]}}'
    )


@pytest.mark.parametrize(
    ("old", "new", "replaces"),
    [
        ({"clusterIdentifier": "a", "kubeconfig": kubeconfig("x")}, {"clusterIdentifier": "a", "kubeconfig": "{}"}, []),
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, ["clusterIdentifier"]),
        ({"kubeconfig": kubeconfig("x")}, {"kubeconfig": kubeconfig("y")}, ["kubeconfig"]),
        ({"kubeconfig": kubeconfig("x")}, {"kubeconfig": kubeconfig("x") + " "}, []),
    ],
)
def test_a_kubernetes_provider_replaces_its_objects_only_for_another_cluster(old, new, replaces):
    assert config_change("kubernetes", old, new)[1] == replaces, "every object in the cluster would be deleted"


def test_an_aws_provider_with_other_tags_replaces_nothing():
    assert config_change("aws", {"defaultTags": "{}"}, {"defaultTags": '{"tags":{}}'}) == (["defaultTags"], []), (
        "a tag would replace the platform"
    )


def test_the_exit_code_tells_what_became_of_an_update(tmp_path: Path):
    log = tmp_path / "events.jsonl"
    assert exit_code(0, log, []) == 0, "a good run must count as one"
    assert exit_code(1, log, [0]) == 3, "a failure must count as one, log or not"
    assert exit_code(1, log, [2]) == 2, "bad configuration must be told from a failure"
    log.write_text('{"policyEvent": {"enforcementLevel": "advisory"}}\n\n')
    assert exit_code(1, log, [0]) == 3, "advice alone stops nothing"
    log.write_text('{"policyEvent": {"enforcementLevel": "mandatory"}}\n')
    assert exit_code(1, log, [0]) == 1, "a violated policy must be told from a failure"
