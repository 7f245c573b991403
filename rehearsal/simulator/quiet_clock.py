"""Virtual time that passes only while nobody has anything else to do, so that the engine's own time counts nothing."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable

from rehearsal.simulator.clock import Clock

# Real seconds without a request before which nobody is taken to have nothing to do.
_LEAST_QUIET = 0.015
# Looks in a row that must find nobody at work, and real seconds between two.
_LOOKS = 2
_BETWEEN_LOOKS = 0.006
# Real seconds without a request after which time goes on whatever somebody may be at work on.
_MOST_QUIET = 2.0
# Where nobody can look: a little before a small step, more before a large one, since a step taken too early makes what
# comes late start that much later.
_BLIND_QUIET = 0.04
_BLIND_QUIET_PER_SECOND = 0.01
_MOST_BLIND_QUIET = 0.3


class QuietClock(Clock):
    """A clock that stands still while there is work, and then goes on to the moment when the next operation ends.

    The engine needs about 20 ms for each operation, and a machine with much to do more. A clock that runs in proportion
    to real time counts those as seconds of AWS; this one does not: operations that start together end in the order of
    their durations, and what waits for the first of them starts at the very moment at which it ended.

    Args:
        at_work: Tells whether somebody who may ask for something is at work; None where nobody can tell, then a while
            without requests is taken for rest.
    """

    def __init__(self, at_work: Callable[[], bool] | None = None) -> None:
        super().__init__(scale=0)
        self._at_work = at_work
        self._changed = threading.Condition(self._lock)
        self._ends: list[float] = []
        self._led = False
        self._stirred = time.monotonic()
        self._quiet_looks = 0

    @property
    def side_by_side(self) -> bool:
        """Whether operations overlap in virtual time."""
        return True

    def stir(self) -> None:
        """Note that a request came in: whoever sent it may have more."""
        self._stirred = time.monotonic()
        self._quiet_looks = 0

    def spend(self, seconds: float) -> None:
        """Wait until virtual seconds have passed for the caller; other callers' time passes at the same moment."""
        with self._changed:
            end = self._offset + seconds
            heapq.heappush(self._ends, end)
            self.stir()
            while self._offset < end:
                if self._led:
                    self._changed.wait(1.0)
                else:
                    self._lead(end)
            self._ends.remove(end)
            heapq.heapify(self._ends)
            self.stir()

    def _lead(self, end: float) -> None:
        """Let time go on for all who wait, until it has come to the leader's own end."""
        self._led = True
        try:
            while self._offset < end:
                if self._is_quiet():
                    self._offset = max(self._offset, self._ends[0])
                    self.stir()
                    self._changed.notify_all()
                else:
                    self._changed.wait(_BETWEEN_LOOKS)
        finally:
            self._led = False
            self._changed.notify_all()

    def _is_quiet(self) -> bool:
        quiet = time.monotonic() - self._stirred
        if self._at_work is None:
            step = self._ends[0] - self._offset
            return quiet >= min(_MOST_BLIND_QUIET, _BLIND_QUIET + _BLIND_QUIET_PER_SECOND * step)
        if quiet >= _MOST_QUIET:
            return True
        if quiet < _LEAST_QUIET:
            return False
        self._quiet_looks = 0 if self._at_work() else self._quiet_looks + 1
        return self._quiet_looks >= _LOOKS
