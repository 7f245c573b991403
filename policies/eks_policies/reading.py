"""Reading resource properties that may be absent, or unknown until the update.

`pulumi_policy` hands properties over as read-only mappings and sequences that raise `UnknownValueError` when an unknown
value is read, also by `in` and `get`. The SDK then reports the whole rule as advisory "can't run", whatever its level:
so a rule must have said what the known values tell before it reads an unknown one. `each` takes care of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pulumi_policy.proxy import UnknownValueError

T = TypeVar("T")


def read(properties: Any, *path: str) -> Any:
    """Return the value at a path of keys, None where a step is absent or null.

    Args:
        properties: Properties of a resource, or a mapping inside them.
        path: Keys from the outside in, with the names of the wire, for example "vpcConfig", "endpointPublicAccess".

    Raises:
        UnknownValueError: If a value on the path is unknown.
    """
    value = properties
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def is_set(properties: Any, *path: str) -> bool:
    """Tell whether there is a value at a path: an unknown one counts as a value, null and "" do not.

    Use it where any value will do, such as the ARN of a key that is made by the same update.

    Args:
        properties: Properties of a resource, or a mapping inside them.
        path: Keys from the outside in.
    """
    try:
        return read(properties, *path) not in (None, "")
    except UnknownValueError:
        return True


def is_true(value: Any) -> bool:
    """Read a switch that some APIs carry as the text "true", for example in launch templates."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def as_sequence(value: Any) -> Sequence[Any]:
    """Return a sequence as it is, a single value as a sequence of one, and null as an empty one.

    The elements are not read, so an unknown one raises only when it is.
    """
    if value is None:
        return ()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    return (value,)


def each(values: Sequence[T], judge: Callable[[T], Iterable[str]]) -> Iterator[str]:
    """Yield what `judge` says of every value, and raise for an unknown only after all have been judged.

    Args:
        values: What to judge; an element that is itself unknown counts as unknown.
        judge: Yields a message for each violation of one value.

    Raises:
        UnknownValueError: The first one met, after the last value.
    """
    unknown: UnknownValueError | None = None
    for index in range(len(values)):
        try:
            yield from judge(values[index])
        except UnknownValueError as error:
            unknown = unknown or error
    if unknown:
        raise unknown
