"""Lets the SDK wait for a program's outputs in one go."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from pulumi.runtime import stack


class _Asyncio(ModuleType):
    """`asyncio` with another `wait`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def wait(tasks: Iterable[asyncio.Task[Any]], return_when: str = asyncio.ALL_COMPLETED) -> Any:
        """Wait for the first failure or for all tasks, where the SDK would look at all again after each one."""
        once = asyncio.FIRST_EXCEPTION if return_when == asyncio.FIRST_COMPLETED else return_when
        return await asyncio.wait(tasks, return_when=once)


@contextmanager
def outputs_awaited_together() -> Generator[None]:
    """Spare the end of a program the time that grows with the square of its outputs.

    The SDK awaits what has completed and then waits for the rest, so nothing changes but how often it looks: a failure
    is still raised at once.
    """
    module: Any = stack
    original = module.asyncio
    module.asyncio = _Asyncio("asyncio")
    try:
        yield
    finally:
        module.asyncio = original
