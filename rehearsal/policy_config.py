"""What a policy pack is configured to: level and properties of each policy, with the engine's rules.

https://www.pulumi.com/docs/insights/policy/policy-packs/configuration/
https://github.com/pulumi/pulumi/blob/master/pkg/resource/analyzer/config.go
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.errors import ProjectError
from rehearsal.json_schema import problems

LEVELS = ("advisory", "mandatory", "remediate", "disabled")
_ALL = "all"


@dataclass(frozen=True, kw_only=True)
class PolicySetting:
    """How one policy is configured.

    Args:
        level: "advisory", "mandatory", "remediate" or "disabled"; "" where nothing is said.
        properties: Values of the policy's config schema.
    """

    level: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class PolicyDeclaration:
    """What a policy declares about its config.

    Args:
        name: Name of the policy.
        level: Level that the policy or its pack gives.
        properties: JSON schema of each property.
        required: Names of the properties that must be given.
    """

    name: str
    level: str
    properties: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    required: Sequence[str] = ()


def read_settings(file: Path) -> dict[str, PolicySetting]:
    """Return the settings of a policy pack's config file.

    Raises:
        ProjectError: If the file cannot be read, or says something that is no level and no object.
    """
    try:
        text = file.read_text(encoding="utf-8")
        document = json.loads(text) if text.strip() else {}
    except FileNotFoundError:
        raise ProjectError(f"{file}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{file} cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise ProjectError(f"{file.name}:{error.lineno}:{error.colno}: {error.msg}") from None
    if not isinstance(document, dict):
        raise ProjectError(f"{file.name}: expected an object of policy names")
    return {name: _setting(value, f"{file.name}: {name}") for name, value in document.items()}


def settings_from(values: Mapping[str, Any]) -> dict[str, PolicySetting]:
    """Return the settings that a pack gives itself, whose levels are members of the SDK's enumeration."""

    def plain(value: Any) -> Any:
        return getattr(value, "value", value)

    return {
        name: _setting(
            {key: plain(item) for key, item in value.items()} if isinstance(value, Mapping) else plain(value), name
        )
        for name, value in values.items()
    }


def _setting(value: Any, place: str) -> PolicySetting:
    if isinstance(value, Mapping):
        properties = {key: item for key, item in value.items() if key != "enforcementLevel"}
        return PolicySetting(level=_level(value.get("enforcementLevel", ""), place), properties=properties)
    if isinstance(value, str):
        return PolicySetting(level=_level(value, place))
    raise ProjectError(f"{place}: must be a level ({', '.join(LEVELS)}) or an object")


def _level(value: Any, place: str) -> str:
    if value == "" or value in LEVELS:
        return str(value)
    raise ProjectError(f"{place}: {value!r} is not an enforcement level ({', '.join(LEVELS)})")


def reconcile(
    declarations: Sequence[PolicyDeclaration], *layers: Mapping[str, PolicySetting]
) -> dict[str, PolicySetting]:
    """Return the setting of each policy: what it declares, overlaid with each layer; in a layer, "all" comes first.

    Raises:
        ProjectError: With a line for each property that is not what the policy's schema says.
    """
    settled = {declaration.name: _declared(declaration) for declaration in declarations}
    for layer in layers:
        everywhere = layer.get(_ALL, PolicySetting()).level
        for name, setting in settled.items():
            own = layer.get(name, PolicySetting())
            settled[name] = PolicySetting(
                level=own.level or everywhere or setting.level, properties={**setting.properties, **own.properties}
            )
    found = [
        f"policy {declaration.name}: {problem}"
        for declaration in declarations
        for problem in _problems(declaration, settled[declaration.name].properties)
    ]
    if found:
        raise ProjectError(*found)
    return settled


def _declared(declaration: PolicyDeclaration) -> PolicySetting:
    defaults = {key: schema["default"] for key, schema in declaration.properties.items() if "default" in schema}
    return PolicySetting(level=declaration.level, properties=defaults)


def _problems(declaration: PolicyDeclaration, properties: Mapping[str, Any]) -> Iterator[str]:
    if declaration.properties or declaration.required:
        schema = {"type": "object", "properties": declaration.properties, "required": declaration.required}
        yield from problems(schema, properties)


def unknown_names(declarations: Sequence[PolicyDeclaration], layer: Mapping[str, PolicySetting]) -> list[str]:
    """Return a warning for each name that is no policy of the pack; the engine ignores such a name without a word."""
    names = [declaration.name for declaration in declarations]
    warnings: list[str] = []
    for name in layer:
        if name != _ALL and name not in names:
            near = difflib.get_close_matches(name, names, 1)
            warnings.append(f"the pack has no policy {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return warnings
