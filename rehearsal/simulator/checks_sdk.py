"""Inputs that an SDK type does not take: unknown ones, missing ones, and values of the wrong type.

What is refused is what the providers refuse: the AWS provider reads "true" as a boolean and 5 as a string, so that
neither is an error. https://github.com/pulumi/pulumi-terraform-bridge
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.graph import PROVIDER_PREFIX
from rehearsal.simulator import schema
from rehearsal.simulator.sdk_shapes import Shape, args_class, fields, required
from rehearsal.wire import Asset, ResourceReference, Secret, Unknown

Problem = tuple[str, str]

# What Go's strconv.ParseBool reads. https://pkg.go.dev/strconv#ParseBool
_BOOLEANS = frozenset({"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"})
_INTEGER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def problems(type_: str, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield (path, reason) of each input that the SDK's type does not take.

    Unknown values and secrets pass wherever a value is taken. Types such as Kubernetes custom resources take whatever
    their definition in the cluster allows.
    """
    resource = schema.resource_class(type_)
    of = args_class(resource) if resource is not None else None
    if of is not None:
        yield from _Walk(type_).object(of, inputs, "")


@dataclass(frozen=True)
class Text:
    """A text among the inputs.

    Args:
        path: Path of the input.
        key: Name of the input that it is, or is an element of.
        value: The text.
        secret: Whether it is, or lies in, a secret.
    """

    path: str
    key: str
    value: str
    secret: bool

    @property
    def shown(self) -> str:
        """The text as a message may show it."""
        return "[secret]" if self.secret else self.value


def texts(type_: str, inputs: Mapping[str, Any]) -> Iterator[Text]:
    """Yield every known text among the inputs of a type, without those in free maps such as tags and labels."""
    resource = schema.resource_class(type_)
    of = args_class(resource) if resource is not None else None
    if of is not None:
        yield from _texts(Shape("object", args_class=of), inputs, "", "", secret=False)


def _texts(shape: Shape, value: Any, path: str, key: str, *, secret: bool) -> Iterator[Text]:
    if isinstance(value, Secret):
        value, secret = value.value, True
    if isinstance(value, str) and shape.kind in ("string", "any"):
        yield Text(path, key, value, secret)
    elif isinstance(value, Mapping) and shape.args_class is not None:
        known = fields(shape.args_class)
        for name, item in value.items():
            if name in known:
                here = f"{path}.{name}" if path else name
                yield from _texts(known[name].shape, item, here, name, secret=secret)
    elif isinstance(value, list) and shape.inner is not None:
        for position, element in enumerate(value):
            yield from _texts(shape.inner, element, f"{path}[{position}]", key, secret=secret)


class _Walk:
    def __init__(self, type_: str) -> None:
        self._type = type_
        # Settings of a provider travel as text, whatever their type.
        self._typed = not type_.startswith(PROVIDER_PREFIX)
        # The API server reads numbers where the SDK says string (quantities), so it is the one to judge plain values.
        self._plain = not type_.startswith("kubernetes:")

    def object(self, of: type, value: Mapping[str, Any], path: str) -> Iterator[Problem]:
        known = fields(of)
        for key, item in value.items():
            here = f"{path}.{key}" if path else key
            if key in known:
                yield from self._value(known[key].shape, item, here)
                continue
            near = next(iter(difflib.get_close_matches(key, known, 1)), "")
            yield here, f"{self._type} has no input {here!r}" + (f"; did you mean {near!r}?" if near else "")
        for key in required(of):
            if value.get(key) is None:
                here = f"{path}.{key}" if path else key
                yield here, f"missing required input {here!r}"

    def _value(self, shape: Shape, value: Any, path: str) -> Iterator[Problem]:
        value = value.value if isinstance(value, Secret) else value
        if value is None or isinstance(value, Unknown | Asset | ResourceReference):
            return
        if self._typed and not self._fits(shape, value):
            yield path, f"expected {shape.kind} type, got {_described(value)}"
        elif shape.args_class is not None and isinstance(value, Mapping):
            yield from self.object(shape.args_class, value, path)
        elif shape.inner is not None and isinstance(value, list):
            for position, element in enumerate(value):
                yield from self._value(shape.inner, element, f"{path}[{position}]")
        elif shape.inner is not None and isinstance(value, Mapping):
            for name, element in value.items():
                yield from self._value(shape.inner, element, f"{path}.{name}")

    def _fits(self, shape: Shape, value: Any) -> bool:
        if shape.kind == "any":
            return True
        if shape.kind == "list":
            return isinstance(value, list)
        if shape.kind in ("map", "object"):
            return isinstance(value, Mapping)
        return not isinstance(value, Mapping | list) and (not self._plain or _coerced(shape.kind, value))


def _coerced(kind: str, value: Any) -> bool:
    """Return whether the provider can read a plain value as one of another type."""
    text = value if isinstance(value, str) else ""
    if kind == "boolean":
        return isinstance(value, bool) or text in _BOOLEANS
    if kind == "integer":
        return (isinstance(value, int) and not isinstance(value, bool)) or bool(_INTEGER.fullmatch(text))
    if kind == "number":
        return (isinstance(value, int | float) and not isinstance(value, bool)) or bool(_NUMBER.fullmatch(text))
    return True


def _described(value: Any) -> str:
    if isinstance(value, Mapping):
        return "object type"
    if isinstance(value, list):
        return "list type"
    if isinstance(value, bool):
        return "boolean type"
    return "number type" if isinstance(value, int | float) else "string type"
