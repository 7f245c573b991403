"""The stacks of the repository, previewed once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rehearsal.preview import Preview, preview

ROOT = Path(__file__).parents[2]
STACKS = tuple(sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")))


@cache
def previewed(stack: str) -> Preview:
    """Return the preview of a stack, policies included."""
    return preview(ROOT, stack)
