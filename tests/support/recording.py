"""Runs a function as a Pulumi program against the simulator and returns the graph of what it asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.graph import Graph
from rehearsal.inprocess import run

# As in the stack files: whatever lacks an explicit provider fails, as it would on the engine.
CONFIG = {"pulumi:disable-default-providers": '["*"]', "aws:region": "eu-west-1"}


def record(
    program: Callable[[], Any],
    *,
    known: bool = True,
    config: Mapping[str, str] | None = None,
    project: str = "eks-platform",
    stack: str = "test",
) -> Graph:
    """Run the program and return its graph; what the program raises is raised here."""
    result = run(program, project=project, stack=stack, config={**CONFIG, **(config or {})}, known=known)
    if result.error is not None:
        raise result.error
    return result.graph
