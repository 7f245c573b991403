"""The clock that stands still while there is work."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.engine.idle import at_work, watcher
from rehearsal.simulator.clock import Clock
from rehearsal.simulator.quiet_clock import QuietClock


def spent(clock: Clock, *durations: float) -> list[float]:
    """Spend all durations at once, and return when each had passed."""
    ends = [0.0] * len(durations)

    def spend(position: int, seconds: float) -> None:
        clock.spend(seconds)
        ends[position] = clock.now()

    threads = [threading.Thread(target=spend, args=item) for item in enumerate(durations)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return ends


def test_operations_that_start_together_end_after_their_own_durations() -> None:
    clock = QuietClock(lambda: False)
    assert spent(clock, 560, 105, 21, 105) == [560, 105, 21, 105], "operations wait for each other in virtual time"
    assert clock.now() == 560


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 600), min_size=1, max_size=6))
def test_virtual_time_is_the_longest_of_what_runs_side_by_side(durations: list[int]) -> None:
    clock = QuietClock(lambda: False)
    assert spent(clock, *durations) == durations
    assert clock.now() == max(durations)


def test_time_goes_on_only_when_nobody_is_at_work() -> None:
    working = threading.Event()
    working.set()
    clock = QuietClock(working.is_set)
    waiting = threading.Thread(target=clock.spend, args=(560,))
    waiting.start()
    time.sleep(0.2)
    assert clock.now() == 0, "the engine's own time counts as time of AWS"
    working.clear()
    waiting.join(5)
    assert clock.now() == 560


def test_work_without_end_does_not_stop_time_for_ever() -> None:
    clock = QuietClock(lambda: True)
    began = time.monotonic()
    clock.spend(1)
    assert clock.now() == 1, "a spinning progress bar makes a run hang"
    assert time.monotonic() - began < 10


def test_where_nobody_can_tell_a_while_without_requests_is_rest() -> None:
    clock = QuietClock(None)
    waiting = threading.Thread(target=clock.spend, args=(10,))
    waiting.start()
    for _request in range(10):
        time.sleep(0.02)
        clock.stir()
    assert clock.now() == 0, "time passes while requests come in"
    waiting.join(5)
    assert clock.now() == 10


def test_a_clock_goes_on_where_it_was_left() -> None:
    clock = QuietClock(lambda: False)
    clock.advance_to(1000)
    clock.spend(5)
    assert clock.now() == 1005, "the events of two runs mix"


@pytest.mark.parametrize(("clock", "expected"), [(QuietClock(), True), (Clock(0), False), (Clock(0.001), True)])
def test_a_clock_says_whether_things_happen_side_by_side(clock: Clock, expected: bool) -> None:
    assert clock.side_by_side is expected


@pytest.mark.skipif(watcher() is None, reason="only Linux tells what its processes do")
def test_a_busy_thread_is_seen_and_a_sleeping_one_is_not() -> None:
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            sum(range(1000))

    busy = threading.Thread(target=work)
    busy.start()
    try:
        assert any(at_work() for _look in range(200)), "time passes while somebody is at work"
    finally:
        done.set()
        busy.join()
    assert not all(at_work() for _look in range(50)), "time never passes"
