"""What the SDKs know of a type: is there such a type, and which inputs does it take, nested ones included.

The generated SDKs carry their schema as Python annotations; they are the source, not a list of ours.
"""

from __future__ import annotations

import difflib
import importlib
import re
import sys
import time
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pulumi
from pulumi import _types
from pulumi.runtime import rpc

from rehearsal.errors import RehearsalError
from rehearsal.graph import PROVIDER_PREFIX
from rehearsal.wire import Secret

# https://kubernetes.io/docs/reference/using-api/#api-groups
_CUSTOM_GROUP = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+/v\d+((alpha|beta)\d+)?")
_LOADING_SECONDS = 30
_SDKS = {"aws": "pulumi_aws", "eks": "pulumi_eks", "kubernetes": "pulumi_kubernetes"}


@cache
def resource_class(type_: str) -> type | None:
    """Return the SDK class of a type token, or None if the SDK has no such type."""
    if type_.startswith(PROVIDER_PREFIX):
        sdk = _SDKS.get(type_.removeprefix(PROVIDER_PREFIX))
        return getattr(importlib.import_module(sdk), "Provider", None) if sdk else None
    package, _, rest = type_.partition(":")
    module, _, class_name = rest.partition(":")
    if package == "eks" and module == "index":
        return getattr(importlib.import_module(_SDKS["eks"]), class_name, None)
    if package in _SDKS:
        importlib.import_module(_SDKS[package])
    for registered in rpc._RESOURCE_MODULES.get(f"{package}:{module}", ()):
        info = getattr(registered, "mod_info", {})
        if type_ in info.get("classes", {}):
            return _loaded(info["fqn"], info["classes"][type_])
    return pulumi.CustomResource if package == "kubernetes" and _is_custom(module) else None


def _loaded(module: str, class_name: str) -> type:
    """Return a class that the SDK has.

    The SDKs load their modules at the first use of an attribute, and before Python 3.12 another thread sees such a
    module half loaded; the program's own thread may be the one that loads it.
    """
    deadline = time.monotonic() + _LOADING_SECONDS
    while (found := getattr(importlib.import_module(module), class_name, None)) is None:
        if time.monotonic() > deadline:
            raise RehearsalError(f"{module} lists the class {class_name} but does not have it")
        time.sleep(0.01)
    return found


def _is_custom(group_version: str) -> bool:
    """Return whether an API group is one that custom resource definitions add: named like a domain, not the SDK's."""
    if not _CUSTOM_GROUP.fullmatch(group_version):
        return False
    group = f"kubernetes:{group_version.partition('/')[0]}/"
    return not any(known.startswith(group) for known in rpc._RESOURCE_MODULES)


@cache
def nearest_type(type_: str) -> str:
    """Return the known type token that is most like an unknown one, or ""."""
    package = type_.partition(":")[0]
    known = [
        token
        for key, modules in rpc._RESOURCE_MODULES.items()
        if key.startswith(f"{package}:")
        for module in modules
        for token in getattr(module, "mod_info", {}).get("classes", {})
    ]
    return next(iter(difflib.get_close_matches(type_, known, 1)), "")


@cache
def _args_class(resource: type) -> type | None:
    module = sys.modules[resource.__module__]
    for suffix in ("Args", "InitArgs"):
        found = getattr(module, f"{resource.__name__}{suffix}", None)
        if isinstance(found, type) and _types.is_input_type(found):
            return found
    return None


@cache
def _fields(args_class: type) -> Mapping[str, str]:
    """Return wire name -> Python name of an args class."""
    return {wire: python for python, wire in _types.input_type_py_to_pulumi_names(args_class).items()}


@cache
def _field(args_class: type, python_name: str) -> tuple[type | None, str]:
    """Return (args class, shape) of one field; asked for containers only, as annotations are slow to evaluate."""
    getter: Any = getattr(args_class, python_name).fget
    hints = typing.get_type_hints(
        getter, sys.modules[args_class.__module__].__dict__, {"Output": pulumi.Output, "T": type(None)}
    )
    return _nested(hints.get("return"))


@cache
def _nested(annotation: Any) -> tuple[type | None, str]:
    """Return (args class, shape) of an annotation: shape is "object", "list", "map" or "" for a plain value."""
    if isinstance(annotation, type) and _types.is_input_type(annotation):
        return annotation, "object"
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return next((found for found in map(_nested, arguments) if found[0] is not None), (None, ""))
    if origin in (pulumi.Output,) or getattr(origin, "__name__", "") in ("Output", "Awaitable"):
        return _nested(arguments[0]) if arguments else (None, "")
    if isinstance(origin, type) and issubclass(origin, Mapping):
        inner, shape = _nested(arguments[1])
        return (inner, "map") if inner is not None and shape == "object" else (None, "")
    if isinstance(origin, type) and issubclass(origin, Sequence):
        inner, shape = _nested(arguments[0])
        return (inner, "list") if inner is not None and shape == "object" else (None, "")
    return None, ""


def unknown_keys(type_: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (path, nearest known key or "") of each input key that the SDK does not know for the type."""
    resource = resource_class(type_)
    args_class = _args_class(resource) if resource is not None else None
    if args_class is None:
        return  # Types such as kubernetes custom resources take whatever their definition in the cluster allows.
    yield from _unknown_keys(args_class, inputs, "")


def _unknown_keys(args_class: type, value: Any, path: str) -> Iterator[tuple[str, str]]:
    value = value.value if isinstance(value, Secret) else value
    if not isinstance(value, Mapping):
        return
    fields = _fields(args_class)
    for key, item in value.items():
        here = f"{path}.{key}" if path else key
        if key not in fields:
            yield here, next(iter(difflib.get_close_matches(key, fields, 1)), "")
            continue
        item = item.value if isinstance(item, Secret) else item
        inner, shape = _field(args_class, fields[key]) if isinstance(item, Mapping | list) else (None, "")
        if inner is None:
            continue
        if shape == "object":
            yield from _unknown_keys(inner, item, here)
        elif shape == "list" and isinstance(item, list):
            for position, element in enumerate(item):
                yield from _unknown_keys(inner, element, f"{here}[{position}]")
        elif shape == "map" and isinstance(item, Mapping):
            for name, element in item.items():
                yield from _unknown_keys(inner, element, f"{here}.{name}")
