"""Judging made-up resources with one rule of the pack, without an engine."""

from __future__ import annotations

import copy
import inspect
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin

import pulumi
from pulumi import _types
from pulumi.runtime import rpc
from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    StackValidationArgs,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from policies.eks_policies.pack import RULES
from policies.eks_policies.rule import ResourceRule, StackRule

PACK = Path(__file__).parents[2] / "policies"
UNKNOWN = UNKNOWN_STRING_VALUE
CANNOT_RUN = "(cannot tell: a value is unknown)"
REMOVED = object()

RULE_BY_NAME = {rule.name: rule for rule in RULES}

Change = Mapping[str, Any]


def options(parent: str | None = None) -> PolicyResourceOptions:
    """Resource options with nothing set."""
    return PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [], parent)


def changed(properties: Mapping[str, Any], changes: Change) -> dict[str, Any]:
    """Copy properties and set values by path, for example {"vpcConfig.publicAccessCidrs": REMOVED, "list.0": 1}."""
    result: Any = copy.deepcopy(dict(properties))
    for path, value in changes.items():
        *steps, last = path.split("/" if "/" in path else ".")
        place = result
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        if value is REMOVED:
            place.pop(int(last) if isinstance(place, list) else last)
        else:
            place[int(last) if isinstance(place, list) else last] = value
    return result


def judge(
    rule: ResourceRule, type_: str, properties: Mapping[str, Any], name: str = "thing", config: Change | None = None
) -> list[str]:
    """What a rule says of one resource; the last line is CANNOT_RUN where the SDK would say so."""
    said: list[str] = []
    args = ResourceValidationArgs(
        resource_type=type_,
        props=unknown_checking_proxy(dict(properties)),
        urn=urn(type_, name),
        name=name,
        opts=options(),
        provider=None,
        config=dict(config or {}),
    )
    try:
        rule.validate(args, lambda message, _urn=None: said.append(message))
    except UnknownValueError:
        said.append(CANNOT_RUN)
    return said


def urn(type_: str, name: str) -> str:
    """URN of a made-up resource."""
    return f"urn:pulumi:test::test::{type_}::{name}"


def resource(
    type_: str,
    name: str,
    properties: Mapping[str, Any] | None = None,
    parent: PolicyResource | None = None,
    depends_on: Sequence[PolicyResource] = (),
    uses: Mapping[str, Sequence[PolicyResource]] | None = None,
) -> PolicyResource:
    """A resource of a made-up stack."""
    return PolicyResource(
        type_,
        unknown_checking_proxy(dict(properties or {})),
        urn(type_, name),
        name,
        options(parent.urn if parent else None),
        None,
        parent,
        list(depends_on),
        {key: list(value) for key, value in (uses or {}).items()},
    )


def judge_stack(
    rule: StackRule, resources: Iterable[PolicyResource], config: Change | None = None
) -> list[tuple[str, str]]:
    """What a stack rule says, as (name of the resource, message)."""
    said: list[tuple[str, str]] = []

    def report(message: str, where: str | None = None) -> None:
        said.append(((where or "").rpartition("::")[2], message))

    try:
        rule.validate(StackValidationArgs(list(resources), dict(config or {})), report)
    except UnknownValueError:
        said.append(("", CANNOT_RUN))
    return said


@dataclass(frozen=True, kw_only=True)
class Broken:
    """One thing wrong with a compliant resource, and all that the rule then says.

    `outage` tells what would happen if the rule kept silent.
    """

    changes: Change
    says: Sequence[str]
    outage: str = ""
    config: Change = field(default_factory=dict[str, Any])
    name: str = "thing"


@dataclass(frozen=True, kw_only=True)
class Case:
    """The tests of one resource rule on one resource type."""

    rule: str
    type: str
    compliant: Change
    broken: Sequence[Broken]
    unknown: Sequence[Broken]
    configured: Sequence[Broken] = ()
    also_compliant: Sequence[Change] = ()
    compliant_config: Change = field(default_factory=dict[str, Any])


def sdk_class(token: str) -> type[pulumi.Resource]:
    """The SDK's class of a type token.

    Raises:
        LookupError: If no installed SDK has the type.
    """
    package, module, _ = token.split(":")
    import_module(f"pulumi_{package}")
    found = rpc.get_resource_module(package, module, "")
    classes = found.mod_info["classes"] if found else {}
    if token not in classes:
        raise LookupError(f"{token} is not a resource type of pulumi_{package}")
    with warnings.catch_warnings():
        # Modules of the SDK warn of their own deprecated classes when they are imported.
        warnings.simplefilter("ignore", DeprecationWarning)
        return getattr(import_module(found.mod_info["fqn"]), classes[token])


def unknown_inputs(token: str, properties: Mapping[str, Any]) -> list[str]:
    """Paths in the properties that the SDK's input types do not have."""
    cls = sdk_class(token)
    module = sys.modules[cls.__module__]
    names = (f"{cls.__name__}Args", f"{cls.__name__}InitArgs")
    arguments = next(getattr(module, name) for name in names if inspect.isclass(getattr(module, name, None)))
    return list(_unknown_keys(arguments, properties, ""))


def _unknown_keys(type_: Any, value: Any, path: str) -> Iterable[str]:
    type_ = _types.unwrap_type(type_)
    if isinstance(value, list) and get_origin(type_) is Sequence:
        for index, element in enumerate(value):
            yield from _unknown_keys(get_args(type_)[0], element, f"{path}.{index}")
    if not (inspect.isclass(type_) and _types.is_input_type(type_) and isinstance(value, Mapping)):
        return
    known = _types.input_type_types(type_)
    for key, inner in value.items():
        if key not in known:
            yield f"{path}.{key}".lstrip(".")
        else:
            yield from _unknown_keys(known[key], inner, f"{path}.{key}")
