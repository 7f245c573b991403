"""The inputs of an SDK type: names, shapes, and which of them are required, read from the SDK's own annotations.

The annotations are taken as they are: evaluating them all with `typing.get_type_hints` costs more than a whole preview.
"""

from __future__ import annotations

import functools
import inspect
import sys
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pulumi import _types

Kind = Literal["any", "string", "integer", "number", "boolean", "list", "map", "object"]

_PLAIN: Mapping[Any, Kind] = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True)
class Shape:
    """What an input may be.

    Args:
        kind: Kind of value; "any" where the SDK does not say, or allows several.
        inner: Shape of the elements of a list or of the values of a map.
        args_class: SDK class of an object, also where something else than an object is allowed too.
    """

    kind: Kind
    inner: Shape | None = None
    args_class: type | None = None


@dataclass(frozen=True)
class Field:
    """One input.

    Args:
        python_name: Name in the SDK's Python class.
        shape: What it may be.
        required: Whether the SDK wants it.
    """

    python_name: str
    shape: Shape
    required: bool


ANY = Shape("any")


@cache
def args_class(resource: type) -> type | None:
    """Return the class of a resource's arguments, or None if it takes whatever it is given."""
    module = sys.modules[resource.__module__]
    for suffix in ("Args", "InitArgs"):
        found = getattr(module, f"{resource.__name__}{suffix}", None)
        if isinstance(found, type) and _types.is_input_type(found):
            return found
    return None


@cache
def fields(of: type) -> Mapping[str, Field]:
    """Return wire name -> field of an args class."""
    names = _types.input_type_py_to_pulumi_names(of)
    parameters = inspect.signature(of.__init__).parameters
    return {
        wire: Field(python, _shape_of_field(of, python), _is_required(parameters.get(python)))
        for python, wire in names.items()
    }


@cache
def required(of: type) -> tuple[str, ...]:
    """Return the wire names of the fields of an args class that the SDK wants."""
    return tuple(wire for wire, field in fields(of).items() if field.required)


def _is_required(parameter: inspect.Parameter | None) -> bool:
    return parameter is not None and parameter.default is inspect.Parameter.empty


def _shape_of_field(of: type, python_name: str) -> Shape:
    getter: Any = getattr(of, python_name).fget
    return _shape(getter.__annotations__.get("return"), of.__module__)


def _shape(annotation: Any, module: str) -> Shape:
    """Return the shape of an annotation such as `Input[Optional[Sequence[Input["TaintArgs"]]]]`."""
    if annotation in _PLAIN:
        return Shape(_PLAIN[annotation])
    if isinstance(annotation, typing.ForwardRef | str):
        return _named(annotation if isinstance(annotation, str) else annotation.__forward_arg__, module)
    if isinstance(annotation, type) and _types.is_input_type(annotation):
        return Shape("object", args_class=annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _alternatives(arguments, module)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Shape("map", _shape(arguments[1], module))
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return Shape("list", _shape(arguments[0], module))
    return ANY


def _alternatives(arguments: Sequence[Any], module: str) -> Shape:
    """Return the one shape that is left without what every input may be: absent, awaited, or an output."""
    shapes = {_shape(argument, module) for argument in arguments if not _is_wrapper(argument)}
    if len(shapes) == 1:
        return shapes.pop()
    return Shape("any", args_class=next((shape.args_class for shape in shapes if shape.args_class), None))


def _is_wrapper(argument: Any) -> bool:
    if argument is types.NoneType or getattr(typing.get_origin(argument), "__name__", "") in ("Output", "Awaitable"):
        return True
    name = argument.__forward_arg__ if isinstance(argument, typing.ForwardRef) else argument
    return isinstance(name, str) and (name.startswith("Output[") or name.endswith("ArgsDict"))


def _named(name: str, module: str) -> Shape:
    """Return the shape of a class that is named in an annotation, for example "_meta.v1.ObjectMetaArgs"."""
    if name.startswith("pulumi.Input["):
        return ANY
    first, *rest = name.split(".")
    found = functools.reduce(
        lambda value, part: getattr(value, part, None), rest, sys.modules[module].__dict__.get(first)
    )
    if isinstance(found, type) and _types.is_input_type(found):
        return Shape("object", args_class=found)
    return ANY
