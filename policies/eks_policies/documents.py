"""Reading IAM policy documents, which arrive as JSON text or as a mapping."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .reading import as_sequence, each, read


class DocumentError(ValueError):
    """A document that is neither a JSON object nor a mapping."""


def parse(document: Any) -> Mapping[str, Any]:
    """Return a policy document as a mapping.

    Args:
        document: JSON text, or the mapping itself.

    Raises:
        DocumentError: If it is neither. The message never holds the document.
    """
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except json.JSONDecodeError as error:
            raise DocumentError(f"not JSON at character {error.pos}") from error
    if not isinstance(document, Mapping):
        raise DocumentError("not a JSON object")
    return document


def statements(document: Mapping[str, Any]) -> Sequence[Any]:
    """Return the statements of a document, also one that stands alone; none is read yet."""
    return as_sequence(read(document, "Statement"))


def allows(statement: Any) -> bool:
    """Tell whether a statement grants something."""
    return read(statement, "Effect") == "Allow"


def principals(statement: Any) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield each kind of principal that a statement names, with its values; "*" alone counts as AWS.

    Kinds are "AWS", "Service", "Federated" and "CanonicalUser".
    """
    principal = read(statement, "Principal")
    if isinstance(principal, Mapping):
        for kind in principal:
            if not kind.startswith("__"):
                yield kind, as_sequence(read(principal, kind))
    elif principal is not None:
        yield "AWS", as_sequence(principal)


def conditions(statement: Any) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield operator, key and the mapping from key to values for every condition of a statement.

    The values are not read, so that a caller which only asks for the key does not stumble over an unknown.
    """
    condition = read(statement, "Condition")
    if not isinstance(condition, Mapping):
        return
    for operator in condition:
        keys = read(condition, operator)
        if isinstance(keys, Mapping):
            for key in keys:
                yield operator, key, keys


def judge_statements(path: str, document: Any, judge: Callable[[Any], Iterator[str]]) -> Iterator[str]:
    """Yield what is wrong with each Allow statement of a policy document, and with the document itself.

    Args:
        path: Where the document stands, for messages.
        document: JSON text or mapping.
        judge: Yields a message for every violation of one statement.

    Raises:
        UnknownValueError: If something was unknown, after everything known has been judged.
    """
    try:
        found = statements(parse(document))
    except DocumentError as error:
        yield f"{path} is {error}."
        return
    yield from each(found, lambda statement: judge(statement) if allows(statement) else ())
