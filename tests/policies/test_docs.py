"""The page about the pack tells what the pack does."""

from __future__ import annotations

from components.versions import KUBERNETES_MINORS
from policies.eks_policies.cluster import VERSIONS_IN_STANDARD_SUPPORT
from scripts.generate_policy_docs import PAGE, page


def test_the_policy_page_is_what_the_generator_writes() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), "docs/policies.md is stale: run python scripts/generate_policy_docs.py"


def test_the_page_tells_when_support_of_each_version_ends() -> None:
    ends = {minor: str(KUBERNETES_MINORS[minor].end_of_standard_support) for minor in VERSIONS_IN_STANDARD_SUPPORT}
    text = " ".join(page().split())
    told = {minor: end for minor, end in ends.items() if f"{minor} on {end}" in text}
    assert told == ends, "an upgrade would be planned for the wrong day"
