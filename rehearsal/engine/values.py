"""Values between the engine and the simulated cloud: what is secret stays secret, what differs is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi.runtime.proto import provider_pb2

from rehearsal.wire import UNKNOWN, Secret, reveal

_KINDS = {
    "add": (provider_pb2.PropertyDiff.ADD, provider_pb2.PropertyDiff.ADD_REPLACE),
    "delete": (provider_pb2.PropertyDiff.DELETE, provider_pb2.PropertyDiff.DELETE_REPLACE),
    "update": (provider_pb2.PropertyDiff.UPDATE, provider_pb2.PropertyDiff.UPDATE_REPLACE),
}


def with_secrets(marked: Any, values: Any) -> Any:
    """Return values in the clear with everything marked secret that is secret at the same place in `marked`.

    A list that has secret parts and another length becomes secret as a whole: nothing tells which element is which.
    """
    if isinstance(marked, Secret):
        return Secret(values)
    if isinstance(marked, Mapping) and isinstance(values, Mapping):
        return {key: with_secrets(marked.get(key), value) for key, value in values.items()}
    if isinstance(marked, list) and isinstance(values, list):
        if len(marked) == len(values):
            return [with_secrets(mark, value) for mark, value in zip(marked, values, strict=True)]
        return Secret(values) if holds_secret(marked) else values
    return values


def outputs_with_secrets(marked: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs in which everything is secret that comes from a secret input, wherever it shows up again.

    Args:
        marked: Inputs, with secrets marked.
        outputs: Outputs in the clear, for example with `tagsAll`, which repeats `tags`.
    """
    texts = frozenset(_secret_texts(marked, secret=False))
    return {key: _hidden(value, texts) for key, value in with_secrets(marked, outputs).items()}


def _secret_texts(value: Any, *, secret: bool) -> Iterator[str]:
    if isinstance(value, Secret):
        yield from _secret_texts(value.value, secret=True)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secret_texts(item, secret=secret)
    elif isinstance(value, list):
        for item in value:
            yield from _secret_texts(item, secret=secret)
    elif secret and isinstance(value, str) and value:
        yield value


def _hidden(value: Any, texts: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _hidden(item, texts) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, texts) for item in value]
    return Secret(value) if isinstance(value, str) and value in texts else value


def holds_secret(value: Any) -> bool:
    """Return whether any part of a value is secret."""
    if isinstance(value, Mapping):
        return any(holds_secret(item) for item in value.values())
    if isinstance(value, list):
        return any(holds_secret(item) for item in value)
    return isinstance(value, Secret)


def taken_from(given: Any, actual: Any) -> Any:
    """Return inputs as they would have to be to give what is there: the reverse of a creation.

    Args:
        given: Inputs that the resource was made with; only what they name is looked at.
        actual: Outputs as they are now.
    """
    if isinstance(given, Mapping) and isinstance(actual, Mapping):
        return {key: taken_from(value, actual[key]) if key in actual else value for key, value in given.items()}
    if isinstance(given, list) and isinstance(actual, list) and len(given) == len(actual):
        return [taken_from(mine, real) for mine, real in zip(given, actual, strict=True)]
    return actual


def detailed_diff(
    old: Mapping[str, Any], new: Mapping[str, Any], replaces: frozenset[str]
) -> dict[str, provider_pb2.PropertyDiff]:
    """Return what differs between checked inputs, path by path, as `pulumi preview --diff` shows it.

    Args:
        old: Inputs of what exists.
        new: Inputs of what shall be.
        replaces: Top-level inputs whose difference replaces the resource.
    """
    found: dict[str, provider_pb2.PropertyDiff] = {}
    for path, kind in _differences(reveal(old), reveal(new), ""):
        top = path.split(".")[0].split("[")[0]
        found[path] = provider_pb2.PropertyDiff(kind=_KINDS[kind][top in replaces], inputDiff=True)
    return found


def _differences(old: Any, new: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            here = f"{path}.{key}" if path else key
            # A name with a dot in it would read as a path.
            here = f'{path}["{key}"]' if "." in key else here
            if key not in old:
                yield here, "add"
            elif key not in new:
                yield here, "delete"
            else:
                yield from _differences(old[key], new[key], here)
    elif isinstance(old, list) and isinstance(new, list):
        for position in range(max(len(old), len(new))):
            here = f"{path}[{position}]"
            if position >= len(old):
                yield here, "add"
            elif position >= len(new):
                yield here, "delete"
            else:
                yield from _differences(old[position], new[position], here)
    elif old != new or new is UNKNOWN:
        yield path, "update"
