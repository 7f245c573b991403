"""What is wrong with a resource's inputs before anything is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.simulator import schema


def check_inputs(type_: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (path, reason) of everything that the provider's check or the API's own validation refuses.

    Args:
        type_: Type token.
        inputs: Inputs by wire name, possibly with unknown values.
    """
    if schema.resource_class(type_) is None:
        near = schema.nearest_type(type_)
        yield "", f"no SDK knows the type {type_}" + (f"; did you mean {near}?" if near else "")
        return
    for path, near in schema.unknown_keys(type_, inputs):
        yield path, f"{type_} has no input {path!r}" + (f"; did you mean {near!r}?" if near else "")
