"""The SDK waits for outputs in one go, and still fails at the first failure."""

from __future__ import annotations

import asyncio

import pulumi
import pytest
from pulumi.runtime import stack

from rehearsal.awaiting import outputs_awaited_together
from tests.support.recording import record


def test_the_sdk_gets_its_own_module_back() -> None:
    with outputs_awaited_together():
        assert stack.asyncio is not asyncio, "every preview would spend time with the square of its outputs"
        assert stack.asyncio.sleep is asyncio.sleep
    assert stack.asyncio is asyncio, "programs outside a rehearsal would run with a changed SDK"


def test_a_failure_among_many_outputs_is_raised_and_not_waited_over() -> None:
    def program() -> None:
        never: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        pulumi.Output.from_input(never).apply(str)
        pulumi.Output.from_input("x").apply(lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        record(program)


def test_all_outputs_are_awaited_before_the_program_ends() -> None:
    seen: list[int] = []
    record(lambda: [pulumi.Output.from_input(number).apply(seen.append) for number in range(50)])
    assert sorted(seen) == list(range(50)), "what an apply finds wrong would go unnoticed"
