"""What the tests of the rehearsal share: projects made in a folder, and the foreign program."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from rehearsal.preview import preview

FOREIGN = Path(__file__).parent / "foreign"


@pytest.fixture
def project(tmp_path):
    """Return a function that writes a project with a program, and returns its folder."""

    def write(program: str = "", **files: str) -> Path:
        names = {
            "Pulumi.yaml": "name: shop\nruntime: python\n",
            "Pulumi.dev.yaml": "config:\n  aws:region: eu-north-1\n",
        }
        names["__main__.py"] = program
        names |= files
        for name, text in names.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture(scope="session")
def foreign():
    """Return the preview of the foreign program; made once, as all tests only read it."""
    outputs = {"acme/network/dev": FOREIGN / "network-outputs.json"}
    return preview(FOREIGN, "dev", stack_outputs=outputs)
