"""What became of an update: the exit code that tells it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FINE, VIOLATED, BAD_CONFIG, FAILED = 0, 1, 2, 3


def exit_code(code: int, events: Path, programs: list[int]) -> int:
    """Return 0 for a command that went well, 1 for a violated policy, 2 for bad configuration, 3 for a failure.

    Args:
        code: Exit code of the Pulumi CLI.
        events: Its log of events; it may be missing.
        programs: Exit codes of the programs that it ran.
    """
    if code == 0:
        return FINE
    if any(_is_violation(event) for event in _events(events)):
        return VIOLATED
    return BAD_CONFIG if BAD_CONFIG in programs else FAILED


def _events(file: Path) -> Iterator[Mapping[str, Any]]:
    if not file.is_file():
        return
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _is_violation(event: Mapping[str, Any]) -> bool:
    return (event.get("policyEvent") or {}).get("enforcementLevel") == "mandatory"
