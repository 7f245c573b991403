"""What the engine itself reads from a stack's config, before the program does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class EngineConfig:
    """What the engine knows of the stack.

    Args:
        region: Value of aws:region, for default providers; "" if not set.
        disabled_default_providers: Packages (or "*") that must not get a default provider.
        stack_outputs: Outputs of other stacks by the name that the program refers to them with.
    """

    region: str = ""
    disabled_default_providers: frozenset[str] = frozenset()
    stack_outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    def default_provider_disabled(self, package: str) -> bool:
        """Return whether resources of the package need an explicit provider.

        https://www.pulumi.com/docs/iac/concepts/resources/providers/#disabling-default-providers
        """
        return bool({"*", package} & self.disabled_default_providers)


def engine_config(
    values: Mapping[str, str], stack_outputs: Mapping[str, Mapping[str, Any]] | None = None
) -> EngineConfig:
    """Return what the engine reads from config values."""
    disabled = values.get("pulumi:disable-default-providers", "").strip("[] ").split(",")
    return EngineConfig(
        region=values.get("aws:region", ""),
        disabled_default_providers=frozenset(filter(None, (part.strip(" \"'") for part in disabled))),
        stack_outputs=stack_outputs or {},
    )
