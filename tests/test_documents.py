"""What the documents point at is there, and what they show is what one sees."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from rehearsal.preview import preview
from rehearsal.render.text import render_text

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md"])
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)")
MAKE = re.compile(r"^\s*make ([a-z-]+)|`make ([a-z-]+)", re.MULTILINE)


def anchors(document: Path) -> set[str]:
    """Return the anchors that a Markdown page offers, made as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    broken: list[str] = []
    for name, anchor in LINK.findall(document.read_text(encoding="utf-8")):
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (anchor and target.suffix == ".md" and anchor[1:] not in anchors(target)):
            broken.append(f"{name}{anchor}")
    assert broken == [], "a reader who follows it stands before nothing"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_named_is_one(document):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {first or second for first, second in MAKE.findall(document.read_text(encoding="utf-8"))}
    assert named - targets == set(), "a reader who types it gets an error"


def test_help_lists_every_target_that_has_a_description():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE).group(1).split())
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert phony - described == {"setup-dev"}, "a target that help hides is not found"


def test_the_readme_shows_lines_that_the_preview_shows():
    shown = io.StringIO()
    render_text(preview(ROOT, "dev"), shown, color=False, terminal=False, timing=False)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    example = re.search(r"<!-- preview -->\n```text\n(.+?)```", readme, re.DOTALL).group(1)
    absent = set(example.splitlines()) - set(shown.getvalue().splitlines()) - {"..."}
    assert absent == set(), "a newcomer who compares finds something else"
