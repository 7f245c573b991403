"""Schedules: every order is kept, and nothing waits without a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.errors import RehearsalError
from rehearsal.schedule import Task, layers, length, path, schedule, slack


@st.composite
def tasks(draw: st.DrawFn) -> list[Task]:
    """Tasks without a circle: each waits for some of those before it."""
    found: list[Task] = []
    for position in range(draw(st.integers(1, 12))):
        before = draw(st.sets(st.integers(0, max(0, position - 1)), max_size=3)) if position else set()
        seconds = draw(st.integers(0, 50))
        found.append(Task(f"t{position}", float(seconds), frozenset(f"t{other}" for other in before)))
    return found


def longest(all_tasks: list[Task]) -> float:
    ends: dict[str, float] = {}
    for task in all_tasks:
        ends[task.key] = task.seconds + max((ends[other] for other in task.after), default=0.0)
    return max(ends.values())


@given(tasks())
def test_without_a_limit_a_schedule_takes_the_longest_path(all_tasks: list[Task]) -> None:
    slots = schedule(all_tasks)
    assert length(slots) == longest(all_tasks), "the time to ready that is printed is not the one the orders force"


@given(tasks(), st.integers(1, 4))
def test_a_schedule_keeps_every_order(all_tasks: list[Task], parallel: int) -> None:
    for slots in (schedule(all_tasks), schedule(all_tasks, parallel), layers(all_tasks)):
        for task in all_tasks:
            for other in task.after:
                assert slots[other].end <= slots[task.key].start, "a resource starts before what it needs is there"


@given(tasks(), st.integers(1, 4))
def test_few_hands_are_never_faster_and_never_do_more_at_a_time_than_they_are(
    all_tasks: list[Task], parallel: int
) -> None:
    slots = schedule(all_tasks, parallel)
    assert length(slots) >= longest(all_tasks), "a limit makes the run faster than its longest path"
    taking = [slot for slot in slots.values() if slot.end > slot.start]
    for moment in {slot.start for slot in taking}:
        busy = sum(slot.start <= moment < slot.end for slot in taking)
        assert busy <= parallel, "more is done at a time than --parallel allows"


@given(tasks())
def test_one_hand_takes_the_sum_of_all_tasks(all_tasks: list[Task]) -> None:
    assert length(schedule(all_tasks, 1)) == sum(task.seconds for task in all_tasks), "the only hand stood idle"


@given(tasks(), st.integers(1, 4))
def test_the_steps_of_the_path_follow_each_other_without_a_gap(all_tasks: list[Task], parallel: int) -> None:
    for slots in (schedule(all_tasks), schedule(all_tasks, parallel), layers(all_tasks)):
        keys = path(slots)
        ends = [0.0, *(slots[key].end for key in keys)]
        assert [slots[key].start for key in keys] == ends[:-1], "the printed path does not explain the time"
        assert ends[-1] == length(slots), "the printed path does not explain the time"


@given(tasks())
def test_slack_is_what_a_task_may_take_longer(all_tasks: list[Task]) -> None:
    spare, total = slack(all_tasks), longest(all_tasks)
    for position, task in enumerate(all_tasks):
        slower = [*all_tasks]
        slower[position] = Task(task.key, task.seconds + spare[task.key], task.after)
        assert longest(slower) == total, "a resource with slack makes the whole later"
        slower[position] = Task(task.key, task.seconds + spare[task.key] + 1, task.after)
        assert longest(slower) == total + 1, "slack is left that nobody is told of"


def test_layers_delete_what_is_deepest_first_and_wait_for_the_whole_layer() -> None:
    # Deletions of: vpc <- subnet <- nodes, and vpc <- gateway; the one that goes later waits for the other.
    deletions = [
        Task("vpc", 1, frozenset({"subnet", "gateway"})),
        Task("subnet", 1, frozenset({"nodes"})),
        Task("gateway", 60),
        Task("nodes", 300),
    ]
    slots = layers(deletions)
    assert {key: (slot.start, slot.end) for key, slot in slots.items()} == {
        "nodes": (0, 300),
        "subnet": (300, 301),
        "gateway": (300, 360),
        "vpc": (360, 361),
    }, "time to gone is computed for an engine that deletes otherwise than Pulumi's"


def test_the_earlier_of_two_tasks_gets_the_only_hand_first() -> None:
    slots = schedule([Task("a", 2), Task("b", 3), Task("c", 1)], 1)
    assert [slots[key].start for key in "abc"] == [0, 2, 5], "the schedule is not the same in every run"
    assert [slots[key].waited_for for key in "abc"] == ["", "a", "b"], "a wait for a free hand is not explained"


def test_tasks_that_wait_for_each_other_are_refused() -> None:
    circle = [Task("a", 1, frozenset({"b"})), Task("b", 1, frozenset({"a"})), Task("c", 1)]
    with pytest.raises(RehearsalError, match=r"circle.*: a, b$"):
        schedule(circle)


def test_no_hand_at_all_is_refused() -> None:
    with pytest.raises(RehearsalError, match="parallel is 0"):
        schedule([Task("a", 1)], 0)


def test_no_tasks_take_no_time() -> None:
    assert (length(schedule([])), path(schedule([])), length(layers([]))) == (0.0, [], 0.0)
