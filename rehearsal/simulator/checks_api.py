"""Inputs that the AWS APIs refuse before they look at anything else: values outside what their service models allow.

The constraints are those of botocore's models, cut down to the inputs of the types in use by
scripts/generate_api_constraints.py, so that neither botocore nor its models are loaded here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rehearsal.wire import Asset, ResourceReference, Secret, Unknown

Problem = tuple[str, str]

_TABLE = Path(__file__).parent / "data" / "api_constraints.json"
_STEP = re.compile(r"\[\]|\{key\}|\{\}|[^.\[{]+")

# Error code of a request that its service's front end refuses, where it is not ValidationException.
_CODES = {"autoscaling": "ValidationError", "iam": "ValidationError", "logs": "InvalidParameterException"}

# The models are written for Java's regular expressions: what Python writes otherwise.
# https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/regex/Pattern.html
_FROM_JAVA = (
    (r"\p{L}", r"\w"),
    (r"\p{N}", r"\d"),
    (r"\p{Z}", r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"),
    (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010ffff"),
)


@dataclass(frozen=True)
class Constraint:
    """What the API demands of one input.

    Args:
        steps: Way to the values: keys, "[]" for each element, "{}" for each value and "{key}" for each key of a map.
        shape: Name of the shape in the service's model.
        member: The API's own path of it.
        demands: "type" and some of "enum", "pattern", "min", "max".
    """

    steps: tuple[str, ...]
    shape: str
    member: str
    demands: Mapping[str, Any]


@dataclass(frozen=True)
class _Found:
    path: str
    indexes: tuple[int, ...]
    value: Any
    text: str


@cache
def _table() -> Mapping[str, Any]:
    return json.loads(_TABLE.read_text(encoding="utf-8"))


@cache
def constraints(type_: str) -> tuple[str, tuple[Constraint, ...]]:
    """Return (service, what its API demands) of a type; nothing if the table does not have the type."""
    table = _table()
    entry = table["types"].get(type_, {"service": "", "inputs": {}})
    return entry["service"], tuple(
        Constraint(tuple(_STEP.findall(path)), shape, member, table["shapes"][shape])
        for path, (shape, member) in entry["inputs"].items()
    )


def problems(type_: str, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield (path, reason) of each input that the service's API refuses; unknown values pass."""
    service, demanded = constraints(type_)
    for constraint in demanded:
        if constraint.steps[0] not in inputs:
            continue
        for found in _values(inputs, constraint.steps, "", (), hidden=False):
            violated = next(violations(constraint.demands, found.value), "")
            if violated:
                yield found.path, _refusal(service, constraint, found, violated)


def _values(
    value: Any, steps: tuple[str, ...], path: str, indexes: tuple[int, ...], *, hidden: bool
) -> Iterator[_Found]:
    """Yield each value at the end of the steps; the text of one that is or lies in a secret does not show it."""
    if isinstance(value, Secret):
        value, hidden = value.value, True
    if value is None or isinstance(value, Unknown | Asset | ResourceReference):
        return
    if not steps:
        # An empty text or collection is what the provider leaves out of the request.
        if value not in ("", [], {}):
            yield _Found(path, indexes, value, "[secret]" if hidden else _text(value))
        return
    step, rest = steps[0], steps[1:]
    if step == "[]" and isinstance(value, list):
        for position, element in enumerate(value):
            yield from _values(element, rest, f"{path}[{position}]", (*indexes, position + 1), hidden=hidden)
    elif step in ("{}", "{key}") and isinstance(value, Mapping):
        for key, element in value.items():
            yield from _entry(key, element, step, path, indexes, hidden=hidden)
    elif isinstance(value, Mapping) and step in value:
        here = f"{path}.{step}" if path else step
        yield from _values(value[step], rest, here, indexes, hidden=hidden)


def _entry(key: str, element: Any, step: str, path: str, indexes: tuple[int, ...], *, hidden: bool) -> Iterator[_Found]:
    hidden = hidden or isinstance(element, Secret)
    element = element.value if isinstance(element, Secret) else element
    if step == "{}" and isinstance(element, Unknown | Asset | ResourceReference):
        return
    text = "[secret]" if hidden else f"{{{key}={_text(element)}}}"
    yield _Found(f"{path}.{key}", indexes, key if step == "{key}" else element, text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}={_text(item)}' for key, item in value.items())}}}"
    return str(value)


def violations(demands: Mapping[str, Any], value: Any) -> Iterator[str]:
    """Yield what a value does not satisfy, in AWS's words."""
    if demands["type"] == "number":
        yield from _number(demands, value)
        return
    measured = value if isinstance(value, list | Mapping) else _text(value)
    least, most = demands.get("min"), demands.get("max")
    if "enum" in demands and measured not in demands["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(demands['enum'])}]"
    if least is not None and len(measured) < least:
        yield f"Member must have length greater than or equal to {least}"
    if most is not None and len(measured) > most:
        yield f"Member must have length less than or equal to {most}"
    if "pattern" in demands and not _pattern(demands["pattern"]).fullmatch(_text(value)):
        yield f"Member must satisfy regular expression pattern: {demands['pattern']}"


def _number(demands: Mapping[str, Any], value: Any) -> Iterator[str]:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return
    if "enum" in demands and number not in demands["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(map(str, demands['enum']))}]"
    if number < demands.get("min", number):
        yield f"Member must have value greater than or equal to {demands['min']:g}"
    if number > demands.get("max", number):
        yield f"Member must have value less than or equal to {demands['max']}"


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    # Without Unicode classes, Java's \w and \d are ASCII.
    flags = re.RegexFlag(0) if r"\p{" in pattern else re.ASCII
    for java, python in _FROM_JAVA:
        pattern = pattern.replace(java, python)
    return re.compile(pattern, flags)


def _refusal(service: str, constraint: Constraint, found: _Found, violated: str) -> str:
    """Return the message of the service."""
    member = constraint.member
    if constraint.shape == "ec2.InstanceType":
        code = "InvalidInstanceType" if service == "ec2" else "InvalidParameterException"
        return f"{code}: The following supplied instance types do not exist: [{found.text}]"
    if service == "ec2":
        name = re.sub(r"\[\d*\]$", "", member).rpartition(".")[2]
        return f"InvalidParameterValue: Value ({found.text}) for parameter {name} is invalid. {violated}"
    text = found.text
    if constraint.steps[-1] == "[]":
        member, text, violated = member.removesuffix("[]"), f"[{text}]", f"Member must satisfy constraint: [{violated}]"
    elif constraint.steps[-1] == "{key}":
        violated = f"Map keys must satisfy constraint: [{violated}]"
    elif constraint.steps[-1] == "{}":
        violated = f"Map value must satisfy constraint: [{violated}]"
    return (
        f"{_CODES.get(service, 'ValidationException')}: 1 validation error detected: "
        f"Value '{text}' at '{_numbered(member, found.indexes)}' failed to satisfy constraint: {violated}"
    )


def _numbered(member: str, indexes: tuple[int, ...]) -> str:
    """Return the member's path with positions: "taints[].effect" is "taints.1.member.effect" for the first."""
    for index in indexes:
        member = member.replace("[]", f".{index}.member", 1)
    return re.sub(r"\[(\d+)\]", r".\1.member", member)
