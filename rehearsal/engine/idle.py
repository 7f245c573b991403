"""Whether anything that this process has started is at work at this moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

_PROC = Path("/proc")
# Running or ready to run, and waiting for a disk. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
_AT_WORK = frozenset("RD")


def watcher() -> Callable[[], bool] | None:
    """Return a function that tells whether somebody is at work, or None where the system does not tell (not Linux)."""
    return at_work if (_PROC / "self" / "task" / str(threading.get_native_id()) / "children").is_file() else None


def at_work() -> bool:
    """Return whether a thread of this process or of one below it runs or could run; the caller's does not count."""
    own = str(threading.get_native_id())
    return any(_state(task) in _AT_WORK for task in _tasks(_PROC / "self") if task.name != own)


def _tasks(process: Path) -> Iterator[Path]:
    """Yield the threads of a process and of all processes below it."""
    try:
        tasks = list((process / "task").iterdir())
    except OSError:
        # It has ended meanwhile.
        return
    for task in tasks:
        yield task
        for child in _read(task / "children").split():
            yield from _tasks(_PROC / child)


def _state(task: Path) -> str:
    # The name in brackets may hold anything, brackets too.
    return _read(task / "stat").rpartition(") ")[2][:1]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
