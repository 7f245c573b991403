"""Checks values against the part of JSON Schema that configs of policies use, with no package of its own.

https://json-schema.org/draft/2020-12/json-schema-validation
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def problems(schema: Mapping[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """Yield what is wrong with a value, with the path to it; annotations and unknown keywords say nothing."""
    place = path or "config"
    types = schema.get("type")
    names = [types] if isinstance(types, str) else types
    if names and not any(_is_of(name, value) for name in names):
        yield f"{place} must be of type {' or '.join(names)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} must be one of {', '.join(map(str, schema['enum']))}"
    if "const" in schema and value != schema["const"]:
        yield f"{place} must be {schema['const']}"
    if isinstance(value, str):
        yield from _text_problems(schema, value, place)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _number_problems(schema, value, place)
    elif isinstance(value, Mapping):
        yield from _object_problems(schema, value, path)
    elif isinstance(value, Sequence):
        yield from _list_problems(schema, value, path)


def _is_of(name: str, value: Any) -> bool:
    if name == "integer":
        return not isinstance(value, bool) and (
            isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        )
    if name == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if name == "null":
        return value is None
    expected = {"string": str, "boolean": bool, "object": Mapping, "array": list}.get(name)
    return expected is None or isinstance(value, expected)


def _text_problems(schema: Mapping[str, Any], value: str, place: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"{place} must have at least {schema['minLength']} characters"
    if len(value) > schema.get("maxLength", len(value)):
        yield f"{place} must have at most {schema['maxLength']} characters"
    if "pattern" in schema and re.search(schema["pattern"], value) is None:
        yield f"{place} must match {schema['pattern']}"


def _number_problems(schema: Mapping[str, Any], value: float, place: str) -> Iterator[str]:
    if value < schema.get("minimum", value):
        yield f"{place} must be at least {schema['minimum']}"
    if value > schema.get("maximum", value):
        yield f"{place} must be at most {schema['maximum']}"
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        yield f"{place} must be greater than {schema['exclusiveMinimum']}"
    if "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]:
        yield f"{place} must be less than {schema['exclusiveMaximum']}"
    if "multipleOf" in schema and value % schema["multipleOf"]:
        yield f"{place} must be a multiple of {schema['multipleOf']}"


def _list_problems(schema: Mapping[str, Any], value: Sequence[Any], path: str) -> Iterator[str]:
    place = path or "config"
    if len(value) < schema.get("minItems", 0):
        yield f"{place} must have at least {schema['minItems']} items"
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{place} must have at most {schema['maxItems']} items"
    if schema.get("uniqueItems") and any(item in value[:position] for position, item in enumerate(value)):
        yield f"{place} must not have an item twice"
    if isinstance(schema.get("items"), Mapping):
        for position, item in enumerate(value):
            yield from problems(schema["items"], item, f"{path}[{position}]")


def _object_problems(schema: Mapping[str, Any], value: Mapping[str, Any], path: str) -> Iterator[str]:
    known: Mapping[str, Any] = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}.{name} is required".lstrip(".")
    for name, item in value.items():
        here = f"{path}.{name}".lstrip(".")
        if name in known:
            yield from problems(known[name], item, here)
        elif others is False:
            yield f"{here} is not known"
        elif isinstance(others, Mapping):
            yield from problems(others, item, here)
