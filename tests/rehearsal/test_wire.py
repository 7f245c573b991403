"""Values keep their meaning on the way between program and engine, and reports never show a secret."""

from __future__ import annotations

import copy
import pickle

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.wire import (
    UNKNOWN,
    Asset,
    ResourceReference,
    Secret,
    concealed,
    contains_secret,
    contains_unknown,
    from_struct,
    plain,
    reveal,
    secret_texts,
    to_struct,
    without_texts,
)

LOST = "a rule or a report would judge another value than the program gave"
texts = st.text(max_size=8)
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
special_values = (
    st.just(UNKNOWN)
    | st.builds(Secret, plain_values)
    | st.builds(ResourceReference, texts, texts | st.just(UNKNOWN), texts)
    | st.builds(Asset, st.fixed_dictionaries({"text": texts}), archive=st.booleans())
)
values = st.recursive(
    plain_values | special_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3) | st.builds(Secret, inner),
    max_leaves=8,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_what_travels_to_the_engine_comes_back_the_same(properties):
    assert from_struct(to_struct(properties)) == properties, LOST


def test_whole_numbers_come_back_as_int():
    assert [type(value) for value in from_struct(to_struct({"a": 2, "b": 2.5})).values()] == [int, float], LOST


def test_what_cannot_travel_is_refused():
    with pytest.raises(TypeError, match="a value of type object cannot travel"):
        to_struct({"a": object()})


def test_a_value_of_an_unknown_kind_is_refused():
    from pulumi.runtime import rpc

    struct = struct_pb2.Struct()
    struct.update({"a": {rpc._special_sig_key: "future"}})
    with pytest.raises(ValueError, match="unknown kind of value"):
        from_struct(struct)


def test_unknown_is_one_value_however_it_is_copied():
    for made in (copy.copy(UNKNOWN), copy.deepcopy([UNKNOWN])[0], pickle.loads(pickle.dumps(UNKNOWN))):
        assert made is UNKNOWN, "a comparison by identity would fail after a copy"


@given(values)
def test_a_report_shows_no_secret_and_no_object_of_ours(value):
    def leaves(item):
        if isinstance(item, dict):
            for inner in item.values():
                yield from leaves(inner)
        elif isinstance(item, list):
            for inner in item:
                yield from leaves(inner)
        else:
            yield item

    assert {type(leaf) for leaf in leaves(plain(value))} <= {str, int, float, bool, type(None)}


def test_a_report_names_what_it_hides():
    value = {
        "password": Secret("hunter2"),
        "later": UNKNOWN,
        "role": ResourceReference("urn:x", "id", "1"),
        "file": Asset({"text": "x"}, archive=False),
        "zip": Asset({"path": "y"}, archive=True),
        "list": (1, Secret(2)),
    }
    assert plain(value) == {
        "password": "[secret]",
        "later": "[unknown]",
        "role": {"resource": "urn:x"},
        "file": {"asset": {"text": "x"}},
        "zip": {"archive": {"path": "y"}},
        "list": [1, "[secret]"],
    }
    assert "hunter2" not in repr(value), "a traceback or a log would show it"


@given(values)
def test_revealed_values_hold_no_secret_and_conceal_again(value):
    revealed = reveal(value)
    assert not contains_secret(revealed)
    assert reveal(concealed(revealed, value)) == revealed
    assert contains_secret(concealed(revealed, value)) or not contains_secret(value), "a provider's echo would leak it"


def test_secrets_stay_secret_inside_lists_and_maps():
    given_value = {"users": [{"name": "web", "password": Secret("x")}], "other": 1}
    echoed = {"users": [{"name": "web", "password": "x", "id": 3}], "other": 1, "arn": "a"}
    assert concealed(echoed, given_value)["users"] == [{"name": "web", "password": Secret("x"), "id": 3}]
    assert concealed(Secret("x"), Secret("x")) == Secret("x"), "a secret would be wrapped twice"


def test_a_secret_is_found_inside_other_texts():
    texts = secret_texts({"a": [Secret({"user": ["hunter2"], "short": "abc", "port": 5})], "open": "visible"})
    assert texts == {"hunter2"}
    value = {"arn": "arn:hunter2", "all": [{"x": "hunter2"}, "visible", 3]}
    assert plain(without_texts(value, texts)) == {"arn": "[secret]", "all": [{"x": "[secret]"}, "visible", 3]}


def test_unknown_parts_are_found_wherever_they_are():
    assert contains_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert not contains_unknown({"a": [Secret("b")]})
    assert contains_secret((1, [Secret(1)]))
