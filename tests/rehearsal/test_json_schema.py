"""The small JSON Schema checker agrees with the real one on what configs of policies use."""

from __future__ import annotations

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.json_schema import problems

numbers = st.integers(-3, 3)
schemas = st.recursive(
    st.fixed_dictionaries({}, optional={"type": st.sampled_from(["string", "integer", "number", "boolean", "null"])})
    | st.fixed_dictionaries(
        {"type": st.just("string")}, optional={"minLength": st.integers(0, 2), "pattern": st.just("^a")}
    )
    | st.fixed_dictionaries({"type": st.just("integer")}, optional={"minimum": numbers, "exclusiveMaximum": numbers})
    | st.fixed_dictionaries({"enum": st.lists(st.sampled_from(["a", "b", 1]), min_size=1, max_size=2)}),
    lambda inner: (
        st.fixed_dictionaries(
            {"type": st.just("array"), "items": inner},
            optional={"minItems": st.integers(0, 2), "maxItems": st.integers(0, 2)},
        )
        | st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2)},
            optional={"required": st.sampled_from([["a"], []]), "additionalProperties": st.just(False) | inner},
        )
    ),
    max_leaves=4,
)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.sampled_from(["", "a", "ab", "b"]) | st.floats(-2, 2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=5,
)


@given(schemas, values)
def test_it_accepts_what_the_real_one_accepts(schema, value):
    if _uses_boolean_enum(schema, value):
        return
    accepted = jsonschema.Draft202012Validator(schema).is_valid(value)
    assert (list(problems(schema, value)) == []) is accepted, "the engine would refuse, or take, another config"


def _uses_boolean_enum(schema, value):
    # Python takes True for 1; no policy has an enumeration of such.
    return "enum" in str(schema) and ("True" in str(value) or "1.0" in str(value))


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"type": "integer"}, "x", "config must be of type integer"),
        ({"type": ["integer", "null"]}, "x", "config must be of type integer or null"),
        ({"enum": ["a", "b"]}, "c", "config must be one of a, b"),
        ({"const": 1}, 2, "config must be 1"),
        ({"minLength": 2}, "a", "config must have at least 2 characters"),
        ({"maxLength": 1}, "ab", "config must have at most 1 characters"),
        ({"pattern": "^a"}, "b", "config must match ^a"),
        ({"minimum": 2}, 1, "config must be at least 2"),
        ({"maximum": 2}, 3, "config must be at most 2"),
        ({"exclusiveMinimum": 2}, 2, "config must be greater than 2"),
        ({"exclusiveMaximum": 2}, 2, "config must be less than 2"),
        ({"multipleOf": 2}, 3, "config must be a multiple of 2"),
        ({"minItems": 1}, [], "config must have at least 1 items"),
        ({"maxItems": 1}, [1, 2], "config must have at most 1 items"),
        ({"uniqueItems": True}, [1, 1], "config must not have an item twice"),
        ({"properties": {"a": {"items": {"type": "string"}}}}, {"a": ["x", 1]}, "a[1] must be of type string"),
        ({"required": ["a"]}, {}, "a is required"),
        ({"additionalProperties": False}, {"a": 1}, "a is not known"),
        ({"additionalProperties": {"type": "string"}}, {"a": 1}, "a must be of type string"),
    ],
)
def test_problems_name_the_place_and_the_rule(schema, value, message):
    assert list(problems(schema, value)) == [message]
