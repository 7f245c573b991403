"""Reading properties and policy documents that may be absent, unknown or oddly shaped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

from policies.eks_policies import documents, reading
from tests.policies.support import UNKNOWN, changed

WORDS = st.text("abcXYZ:*/-", min_size=1, max_size=8)
VALUES = st.one_of(WORDS, st.lists(WORDS, max_size=3))
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": VALUES},
    optional={
        "Resource": VALUES,
        "Principal": st.one_of(WORDS, st.dictionaries(st.sampled_from(["AWS", "Service", "Federated"]), VALUES)),
        "Condition": st.dictionaries(WORDS, st.dictionaries(WORDS, VALUES, max_size=2), max_size=2),
    },
)
DOCUMENTS = st.fixed_dictionaries({"Version": st.just("2012-10-17"), "Statement": st.lists(STATEMENTS, max_size=3)})


def _plain(document: Any) -> Any:
    parsed = documents.parse(document)
    return [
        (
            documents.allows(statement),
            [(kind, list(values)) for kind, values in documents.principals(statement)],
            [(op, key, list(reading.as_sequence(keys[key]))) for op, key, keys in documents.conditions(statement)],
        )
        for statement in documents.statements(parsed)
    ]


@given(DOCUMENTS)
def test_a_document_reads_the_same_as_text_and_as_mapping(document: dict[str, Any]) -> None:
    proxied = unknown_checking_proxy(document)
    assert _plain(json.dumps(document)) == _plain(proxied), "the form of a document would decide whether a role passes"


@given(STATEMENTS)
def test_a_statement_may_stand_alone(statement: dict[str, Any]) -> None:
    alone, listed = {"Statement": statement}, {"Statement": [statement]}
    assert _plain(alone) == _plain(listed), "AWS takes both, so a rule that reads one would miss the other"


@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), WORDS), st.lists))
def test_what_is_no_document_is_refused_without_its_content(value: Any) -> None:
    with pytest.raises(documents.DocumentError) as caught:
        documents.parse(value)
    message = str(caught.value)
    assert message == "not a JSON object" or message.startswith("not JSON at character "), "content may be secret"


@given(st.lists(st.one_of(st.just(UNKNOWN), st.text(max_size=5))))
def test_each_judges_every_known_value_before_it_gives_up(values: list[str]) -> None:
    proxied = unknown_checking_proxy({"values": values})["values"]
    said: list[str] = []
    known = [value for value in values if value != UNKNOWN]
    if len(known) == len(values):
        said.extend(reading.each(proxied, lambda value: [value]))
    else:
        with pytest.raises(UnknownValueError):
            said.extend(_collect(said, proxied))
    assert said == known, "an unknown would hide what comes after it"


def _collect(said: list[str], values: Any) -> Iterator[str]:
    for message in reading.each(values, lambda value: [value]):
        said.append(message)
        yield from ()


def test_each_names_the_first_unknown() -> None:
    values = unknown_checking_proxy({"cidrs": ["a", UNKNOWN, UNKNOWN]})["cidrs"]
    with pytest.raises(UnknownValueError) as caught:
        list(reading.each(values, lambda value: [value]))
    assert caught.value.props == ["cidrs", "1"], "the message of the SDK would point elsewhere"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("a", "b"), 1),
        (("a", "missing"), None),
        (("missing", "b"), None),
        (("text", "b"), None),
        (("nothing",), None),
    ],
)
def test_reading_a_path_stops_where_there_is_nothing(path: tuple[str, ...], value: object) -> None:
    properties = unknown_checking_proxy({"a": {"b": 1}, "text": "b", "nothing": None})
    assert reading.read(properties, *path) == value, "a missing property would end the run with a traceback"


@pytest.mark.parametrize(("value", "expected"), [("x", True), (0, True), (UNKNOWN, True), ("", False), (None, False)])
def test_an_unknown_value_counts_as_set(value: object, expected: bool) -> None:
    assert reading.is_set(unknown_checking_proxy({"key": value}), "key") is expected, "a new key would count as none"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), ("true", True), ("True", True), (False, False), ("false", False), ("", False), (None, False)],
)
def test_switches_are_read_as_text_and_as_booleans(value: object, expected: bool) -> None:
    assert reading.is_true(value) is expected, "launch templates carry switches as text"


def test_changes_of_a_case_do_not_touch_the_original() -> None:
    original = {"list": [{"a": 1}], "b": {"c": 2}}
    assert changed(original, {"list.0.a": 5, "b.d": 3}) == {"list": [{"a": 5}], "b": {"c": 2, "d": 3}}, "as written"
    assert original == {"list": [{"a": 1}], "b": {"c": 2}}, "one case would change the next"
