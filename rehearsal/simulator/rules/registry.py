"""All rules by type."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.simulator.rules import TypeRules

_NONE = TypeRules()
_RULES: Mapping[str, TypeRules] = {}


def rules_of(type_: str) -> TypeRules:
    """Return the rules of a type; none where nothing is known."""
    return _RULES.get(type_, _NONE)
