"""The page about the pack tells what the pack does."""

from __future__ import annotations

from scripts.generate_policy_docs import PAGE, page


def test_the_policy_page_is_what_the_generator_writes() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), "docs/policies.md is stale: run python scripts/generate_policy_docs.py"
