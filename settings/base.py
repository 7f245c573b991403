"""What every section of the stack configuration has in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


def camel_case(name: str) -> str:
    """Return the YAML spelling of a Python attribute, for example "retention_days" -> "retentionDays"."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def unit(name: str) -> dict[str, Any]:
    """Return what a field carries to say in which unit its number is; docs/configuration.md shows it."""
    return {"unit": name}


def derived(text: str) -> dict[str, Any]:
    """Return what a field carries to say how its default is found when it is not a constant."""
    return {"derivedDefault": text}


class OffSwitch:
    """Marks a part that the YAML value `false` leaves out, as `null` does."""


OFF_SWITCH = OffSwitch()


class Section(BaseModel):
    """A section of the configuration: unchangeable, with no unknown keys, camelCase in YAML and snake_case in Python.

    Values are taken as they are written: the text "3" is not a number, the number 1 is not `true`. The validator of a
    section is built only when it is used by itself; the root's covers them all, which keeps the start short.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=camel_case,
        populate_by_name=True,
        defer_build=True,
    )

    @classmethod
    def extra_section(cls) -> type[Section] | None:
        """Return the model of keys that have no attribute of their own; None where there may be no such keys."""
        return None


def yaml_keys(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the YAML spelling of each attribute of a model, as {YAML key: attribute}."""
    return {(field.alias or camel_case(name)): name for name, field in model.model_fields.items()}
