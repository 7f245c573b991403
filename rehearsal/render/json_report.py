"""The report for programs."""

from __future__ import annotations

import json
from typing import TextIO

from rehearsal.document import preview_document
from rehearsal.preview import Preview


def render_json(preview: Preview, stream: TextIO) -> None:
    """Write the document of a preview, which schemas/preview.schema.json describes."""
    json.dump(preview_document(preview), stream, indent=2, ensure_ascii=False)
    stream.write("\n")
