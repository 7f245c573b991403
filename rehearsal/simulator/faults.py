"""Failures on purpose: what shall go wrong, where, and how often."""

from __future__ import annotations

import fnmatch
import threading
from dataclasses import dataclass, field

from rehearsal.errors import RehearsalError


@dataclass(frozen=True)
class Fault:
    """One thing that shall go wrong.

    Args:
        type: Pattern of type tokens, for example "aws:eks/nodeGroup:NodeGroup" or "aws:*".
        name: Pattern of logical names.
        action: "create", "update" or "delete".
        times: How many calls fail.
    """

    type: str
    name: str
    action: str
    times: int

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Return the fault of a command line such as "aws:eks/nodeGroup:NodeGroup:*:create:1".

        Raises:
            RehearsalError: If the text has another form.
        """
        parts = text.rsplit(":", 3)
        if len(parts) != 4 or parts[2] not in ("create", "update", "delete") or not parts[3].isdigit():
            raise RehearsalError(f"--fail {text!r}: the form is TYPE:NAME:create|update|delete:TIMES")
        return cls(type=parts[0], name=parts[1], action=parts[2], times=int(parts[3]))


@dataclass
class Faults:
    """The faults of one run.

    Args:
        planned: What shall go wrong.
    """

    planned: list[Fault] = field(default_factory=list[Fault])
    _struck: dict[Fault, int] = field(default_factory=dict[Fault, int])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self, action: str, type_: str, urn: str) -> None:
        """Fail a call that is planned to fail.

        Raises:
            RehearsalError: Where a fault says so.
        """
        name = urn.rpartition("::")[2]
        for fault in self.planned:
            if action != fault.action or not fnmatch.fnmatchcase(type_, fault.type):
                continue
            if not fnmatch.fnmatchcase(name, fault.name):
                continue
            with self._lock:
                struck = self._struck.get(fault, 0)
                if struck >= fault.times:
                    continue
                self._struck[fault] = struck + 1
            raise RehearsalError(f"{urn}: {action} failed on purpose ({struck + 1} of {fault.times})")
