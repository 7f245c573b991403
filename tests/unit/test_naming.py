from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.naming import physical_name

PART = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=40)
PARTS = st.lists(PART, min_size=1, max_size=6)
LIMITS = st.integers(min_value=10, max_value=128)


def test_a_name_that_fits_stays_readable():
    assert physical_name("prod", "apps", "eu-west-1a", limit=64) == "prod-apps-eu-west-1a", "people read these names"


def test_a_name_of_exactly_the_limit_is_not_cut():
    assert physical_name("a" * 64, limit=64) == "a" * 64


def test_a_long_name_is_cut_and_ends_in_a_hash():
    name = physical_name("platform", "x" * 80, limit=64)
    assert len(name) == 64, "IAM refuses a role name of more than 64 characters"
    assert name.startswith("platform-xxx")
    assert name.rpartition("-")[2] == "4accfe30", "a changed hash would replace every resource with a cut name"


def test_two_long_names_that_differ_only_at_the_end_stay_distinct():
    first, second = (physical_name("p" * 70, suffix, limit=64) for suffix in ("blue", "green"))
    assert first != second, "the second role would fail with EntityAlreadyExists"


def test_parts_are_told_apart_even_when_they_join_to_the_same_text():
    assert physical_name("a" * 40, "b-c", limit=40) != physical_name("a" * 40 + "-b", "c", limit=40)


def test_a_cut_at_a_separator_leaves_no_double_separator():
    assert "--" not in physical_name("abcdefghij", "k" * 60, limit=20)


@pytest.mark.parametrize("parts", [(), ("",), ("a", "")])
def test_an_empty_part_is_refused(parts: tuple[str, ...]):
    with pytest.raises(ValueError, match="parts"):
        physical_name(*parts, limit=64)


def test_a_limit_without_room_for_a_hash_is_refused():
    with pytest.raises(ValueError, match="limit: 9 leaves no room"):
        physical_name("a", limit=9)


@given(PARTS, LIMITS)
def test_no_name_is_longer_than_its_limit(parts: list[str], limit: int):
    assert len(physical_name(*parts, limit=limit)) <= limit


@given(PARTS, LIMITS)
def test_the_same_parts_always_give_the_same_name(parts: list[str], limit: int):
    assert physical_name(*parts, limit=limit) == physical_name(*parts, limit=limit)


@given(PARTS, PARTS, LIMITS)
def test_different_parts_give_different_names(first: list[str], second: list[str], limit: int):
    if first != second:
        assert physical_name(*first, limit=limit) != physical_name(*second, limit=limit)


@given(PARTS, LIMITS)
def test_a_name_neither_begins_nor_ends_with_a_separator(parts: list[str], limit: int):
    name = physical_name(*parts, limit=limit)
    assert name == name.strip("-"), "AWS refuses many names with a separator at an end"
