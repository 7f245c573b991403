"""Every kind of mistake is rejected with its place and its cure, and nothing else is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.examples import reported
from tests.settings.misconfigurations import MISTAKES, Mistake

GOLDEN = Path(__file__).with_name("misconfigurations.txt")


def _expected() -> dict[str, list[str]]:
    blocks = GOLDEN.read_text(encoding="utf-8").strip().split("\n\n")
    return {block.splitlines()[0].removeprefix("# "): block.splitlines()[1:] for block in blocks}


EXPECTED = _expected()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.what.replace(" ", "-"))
def test_a_mistake_is_reported_with_its_place_and_cure(mistake: Mistake) -> None:
    lines = reported(mistake.change, stack=mistake.stack)
    assert lines == EXPECTED[mistake.what], (
        f"{mistake.what} would reach AWS, or the user would not learn how to mend it"
    )


def test_the_table_covers_many_kinds_of_mistakes_once_each() -> None:
    names = [mistake.what for mistake in MISTAKES]
    assert len(names) == len(set(names)), "one mistake hides another of the same name"
    assert sorted(names) == sorted(EXPECTED), "a mistake without an expected line is not checked"
    assert len(names) >= 200


def test_no_line_speaks_the_language_of_the_validation_library() -> None:
    text = "\n".join(line for lines in EXPECTED.values() for line in lines)
    for word in (
        "Input should",
        "pydantic",
        "validation error",
        "Field required",
        "Extra inputs",
        "Traceback",
        "<names>",
    ):
        assert word not in text, f"users would read {word!r}, which says nothing about their file"
