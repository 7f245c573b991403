"""Virtual time: what takes AWS minutes takes the simulator milliseconds, in proportion."""

from __future__ import annotations

import threading
import time


class Clock:
    """A clock whose seconds pass faster than real ones.

    Args:
        scale: Real seconds that a virtual second takes; 0 for none, then time passes only by `advance_to`.
    """

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._offset = 0.0

    @property
    def side_by_side(self) -> bool:
        """Whether operations overlap in virtual time."""
        return self.scale > 0

    def stir(self) -> None:
        """Note that a request came in; nothing to this clock."""

    def now(self) -> float:
        """Return virtual seconds since the world began."""
        with self._lock:
            return self._now()

    def _now(self) -> float:
        passed = (time.monotonic() - self._began) / self.scale if self.scale else 0.0
        return self._offset + passed

    def spend(self, seconds: float) -> None:
        """Let virtual seconds pass for the caller; other callers' time passes at the same moment."""
        if self.scale:
            time.sleep(seconds * self.scale)
            return
        with self._lock:
            self._offset += seconds

    def advance_to(self, seconds: float) -> None:
        """Go on from a moment that was reached before."""
        with self._lock:
            self._offset += max(0.0, seconds - self._now())
