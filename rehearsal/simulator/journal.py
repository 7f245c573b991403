"""A file of JSON documents, one a line, to which every change is added at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


class Journal:
    """Keeps documents in a file; adding one costs the same however many there are.

    Args:
        file: The file; it need not exist.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def entries(self) -> list[dict[str, Any]]:
        """Return all documents; a last line that a killed run did not finish is cut off."""
        if not self._file.exists():
            return []
        content = self._file.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            self._file.write_bytes(whole)
        return [json.loads(line) for line in whole.splitlines()]

    def add(self, entry: Mapping[str, Any]) -> None:
        """Add a document, in the hands of the system when this returns."""
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(f"{json.dumps(entry)}\n")

    def rewrite(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Replace all documents; a run that is killed meanwhile leaves the former ones."""
        partial = self._file.with_suffix(".partial")
        partial.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries), encoding="utf-8")
        partial.replace(self._file)
