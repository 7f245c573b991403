"""Keeps the traceback of the first failure in an event loop: the SDK hands errors on without it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from types import TracebackType
from typing import Any


class FirstTracebacks:
    """Remembers where each error was raised. Install it as the loop's task factory.

    A task gives the traceback of its error once only, and the SDK awaits its tasks several times: what it raises in
    the end says nothing of the program's own lines in an `apply`.
    """

    def __init__(self) -> None:
        self._first: dict[int, tuple[BaseException, TracebackType | None]] = {}

    def __call__(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        **options: Any,
    ) -> asyncio.Task[Any]:
        """Make a task whose error is remembered before anybody awaits it."""
        task = asyncio.Task(coroutine, loop=loop, **options)
        task.add_done_callback(self._remember)
        return task

    def _remember(self, task: asyncio.Task[Any]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._first.setdefault(id(error), (error, error.__traceback__))

    def of(self, error: BaseException) -> TracebackType | None:
        """Return the traceback that an error had first, or None if no task raised it."""
        return self._first.get(id(error), (error, None))[1]
