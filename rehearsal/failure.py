"""What a person needs to know of a program that failed: the error, and where in the program it comes from."""

from __future__ import annotations

import traceback
from pathlib import Path

from rehearsal.errors import RehearsalError


def failure_text(error: RehearsalError, directory: Path) -> str:
    """Return the text of a failure."""
    cause = getattr(error, "error", error)
    lines = [f"error: {cause}"]
    root = str(directory.resolve())
    lines += [
        f"  {frame.filename.removeprefix(root)[1:]}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(cause.__traceback__)
        if frame.filename.startswith(root) and "site-packages" not in frame.filename
    ]
    return "\n".join(lines)
