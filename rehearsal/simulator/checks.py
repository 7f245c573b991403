"""What is wrong with a resource's inputs before anything is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.simulator import checks_api, checks_documents, checks_provider, checks_sdk, schema


def check_type(type_: str) -> Iterator[tuple[str, str]]:
    """Yield ("", reason) if no SDK knows a type."""
    if schema.resource_class(type_) is None:
        near = schema.nearest_type(type_)
        yield "", f"no SDK knows the type {type_}" + (f"; did you mean {near}?" if near else "")


def check_inputs(type_: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (path, reason) of everything that the provider's check or the API's own validation refuses.

    Inputs of the wrong type are not judged any further.

    Args:
        type_: Type token.
        inputs: Inputs by wire name, possibly with unknown values and secrets.
    """
    unknown = list(check_type(type_))
    if unknown:
        yield from unknown
        return
    untyped = list(checks_sdk.problems(type_, inputs))
    if untyped:
        yield from untyped
        return
    if type_.startswith("aws:"):
        yield from _first_of_each_path(type_, inputs)


def _first_of_each_path(type_: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield one problem for each path: what is malformed is not also too long."""
    named: set[str] = set()
    for judge in (checks_documents.problems, checks_provider.problems, checks_api.problems):
        for path, reason in judge(type_, inputs):
            if path not in named:
                named.add(path)
                yield path, reason
