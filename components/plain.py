"""Telling plain values from those that hold a Pulumi output somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi


def holds_output(value: Any) -> bool:
    """Return whether a value is or holds an output, so that it cannot be read before the deployment runs."""
    if isinstance(value, Mapping):
        return any(holds_output(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(holds_output(item) for item in value)
    return isinstance(value, pulumi.Output)
