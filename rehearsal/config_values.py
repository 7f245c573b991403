"""What one config value is worth to a program: its text, whether it is secret, and what in it is encrypted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Stands where an encrypted value would; it is no key to anything, and says so when it shows up somewhere.
PLACEHOLDER = "[encrypted]"


@dataclass(frozen=True, kw_only=True)
class ConfigValue:
    """A config value.

    Args:
        text: What the program gets.
        structured: True if the text is the JSON of a list or an object.
        secret: True if any part is encrypted.
        encrypted: Paths of the encrypted parts, "" for the whole value, else for example ".users[0].password".
    """

    text: str
    structured: bool = False
    secret: bool = False
    encrypted: tuple[str, ...] = ()


def config_value(value: Any) -> ConfigValue:
    """Return the config value of what a YAML file holds.

    https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/config/value.go
    """
    if isinstance(value, str):
        return ConfigValue(text=str(value))
    encrypted = tuple(_encrypted_paths(value, ""))
    if _is_encrypted(value):
        return ConfigValue(text=PLACEHOLDER, secret=True, encrypted=encrypted)
    if isinstance(value, list | Mapping):
        text = json.dumps(_readable(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        return ConfigValue(text=text, structured=True, secret=bool(encrypted), encrypted=encrypted)
    # A default in Pulumi.yaml is printed by Go's "%v".
    return ConfigValue(text=str(value).lower() if isinstance(value, bool) else str(_readable(value)))


def _is_encrypted(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"secure"} and isinstance(value["secure"], str)


def _encrypted_paths(value: Any, path: str) -> Iterator[str]:
    if _is_encrypted(value):
        yield path
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _encrypted_paths(item, f"{path}.{key}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _encrypted_paths(item, f"{path}[{position}]")


def _readable(value: Any) -> Any:
    if _is_encrypted(value):
        return PLACEHOLDER
    if isinstance(value, Mapping):
        return {str(key): _readable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    # Go writes a whole float without a fraction.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def declared_type_problem(declaration: Mapping[str, Any], value: ConfigValue) -> str:
    """Return why a value is not what the project declares, in the CLI's words, or "".

    https://github.com/pulumi/pulumi/blob/master/sdk/go/common/workspace/config.go
    """
    if declaration.get("secret") and not value.secret:
        return "must be encrypted as it's secret"
    if value.encrypted == ("",):
        return ""
    content = json.loads(value.text) if value.structured else value.text
    if _has_type(declaration.get("type"), declaration.get("items"), content):
        return ""
    return f"must be of type '{_type_name(declaration.get('type'), declaration.get('items'))}'"


def _has_type(type_: Any, items: Any, content: Any) -> bool:
    if type_ == "string":
        return isinstance(content, str)
    if type_ == "integer":
        return _is_integer(content)
    if type_ == "boolean":
        return isinstance(content, bool) or content in ("true", "false")
    if type_ == "object":
        return isinstance(content, Mapping)
    if type_ == "array":
        inner = items if isinstance(items, Mapping) else {}
        return isinstance(content, list) and all(
            _has_type(inner.get("type"), inner.get("items"), item) for item in content
        )
    return True


def _is_integer(content: Any) -> bool:
    if isinstance(content, str):
        return content.removeprefix("-").removeprefix("+").isdecimal()
    return isinstance(content, int) and not isinstance(content, bool)


def _type_name(type_: Any, items: Any) -> str:
    if type_ == "array" and isinstance(items, Mapping):
        return f"array<{_type_name(items.get('type'), items.get('items'))}>"
    return str(type_)
