"""Reads YAML the way the Pulumi CLI does (yaml.v3 of Go): YAML 1.2 words, no dates, no key twice."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from rehearsal.errors import ProjectError

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# PyYAML follows YAML 1.1, where `on`, `no` and `1:30` are not texts: a config would not mean what it does on the CLI.
# https://github.com/go-yaml/yaml/blob/v3/resolve.go
_PLAIN_SCALARS: tuple[tuple[str, str, str], ...] = (
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", "~nN\0"),
    ("tag:yaml.org,2002:int", r"^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*)$", "-+0123456789"),
    (
        "tag:yaml.org,2002:float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        "-+.0123456789",
    ),
    ("tag:yaml.org,2002:merge", r"^<<$", "<"),
)


class _Loader(_BASE):
    """A safe loader with the scalars of yaml.v3."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 -- PyYAML's own protocol

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that is written twice: PyYAML would drop the first value without a word."""
        seen: set[str] = set()
        for key, _value in node.value:
            if key.tag != "tag:yaml.org,2002:merge" and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is written twice", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in _PLAIN_SCALARS:
    for _character in _first:
        _Loader.yaml_implicit_resolvers.setdefault("" if _character == "\0" else _character, []).append(
            (_tag, re.compile(_pattern))
        )


def read_yaml(path: Path, *, texts_below: str = "") -> dict[str, Any]:
    """Return the mapping that a YAML file holds; an empty file is an empty mapping.

    Args:
        path: The file.
        texts_below: Key of the document whose scalar members come back as the text that is written, as the CLI takes
            config values.

    Raises:
        ProjectError: If the file cannot be read, is not YAML, or is not a mapping; the message names file and line.
    """
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectError(f"{path.name}: there is no such file in {path.parent}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path.name} cannot be read: {error}") from None
    try:
        node = loader.get_single_node()
        document = {} if node is None else loader.construct_object(node, deep=True)
        if document is None:
            document = {}
        if not isinstance(document, dict):
            raise ProjectError(f"{path.name}: expected a mapping of keys to values")
        section = document.get(texts_below)
        if isinstance(section, dict):
            document[texts_below] = {**section, **_texts(node, texts_below)}
    except yaml.YAMLError as error:
        raise ProjectError(f"{path.name}{_place(error)}") from None
    finally:
        loader.dispose()
    return document


def _texts(node: Any, section: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in node.value:
        if key.value != section or not isinstance(value, yaml.MappingNode):
            continue
        for name, item in value.value:
            if isinstance(item, yaml.ScalarNode):
                found[name.value] = "" if item.tag == "tag:yaml.org,2002:null" else item.value
    return found


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).replace("\n", " ")
    return f":{mark.line + 1}:{mark.column + 1}: {problem}" if mark else f": {problem}"
