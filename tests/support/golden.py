"""Comparison with files under tests/golden/; `UPDATE_GOLDEN=1` writes them anew, for the diff to be read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent.parent / "golden"


def assert_golden(name: str, value: Any) -> None:
    """Fail unless the value equals the JSON file of that name."""
    file = _FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    assert value == json.loads(file.read_text(encoding="utf-8")), f"tests/golden/{name} says otherwise"
