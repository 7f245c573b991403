"""Runs a program in both modes: with outputs known, as in an update, and unknown, as in a first preview."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Generator
from dataclasses import dataclass

from rehearsal.errors import ProgramExit, RehearsalError
from rehearsal.graph import Graph
from rehearsal.inprocess import Log, Run, run_project
from rehearsal.project import Project, Stack


class ModesDifferError(RehearsalError):
    """The program asks for other resources once outputs are known: a preview on the engine would not show them.

    Args:
        only_known: URNs that exist only where outputs are known.
        only_unknown: URNs that exist only where they are not.
    """

    def __init__(self, only_known: tuple[str, ...], only_unknown: tuple[str, ...]) -> None:
        lines = [
            "the program asks for other resources when outputs are known than in a first preview;",
            "a resource must not be made inside apply, nor depend on the value of an output:",
            *(f"  only with outputs known:   {urn}" for urn in only_known),
            *(f"  only with outputs unknown: {urn}" for urn in only_unknown),
        ]
        super().__init__("\n".join(lines))
        self.only_known = only_known
        self.only_unknown = only_unknown


class ProgramFailedError(RehearsalError):
    """The program failed.

    Args:
        error: What it raised.
        known: Mode in which it failed.
        run: The run as far as it came.
    """

    def __init__(self, error: BaseException, *, known: bool, run: Run) -> None:
        super().__init__(str(error))
        self.error = error
        self.known = known
        self.run = run


@dataclass(frozen=True, kw_only=True)
class Modes:
    """Both runs of a program.

    Args:
        known: What it asks for when outputs are known.
        unknown: What it asks for in a first preview.
        logs: What it wrote to the engine, each message once.
    """

    known: Graph
    unknown: Graph
    logs: tuple[Log, ...]


def run_modes(project: Project, stack: Stack, *, timeout: float) -> Modes:
    """Run the program of a project twice.

    Both runs share the process: the SDKs, which are most of the time, are imported once. What the program prints goes
    to stderr, and once.

    Raises:
        ProgramExit: If the program ended itself.
        ProgramFailedError: If it raised, or an engine would have refused what it asked for.
        ModesDifferError: If the two runs do not ask for the same resources.
    """
    known = _run(project, stack, known=True, timeout=timeout)
    unknown = _run(project, stack, known=False, timeout=timeout)
    first, second = set(known.graph.resources), set(unknown.graph.resources)
    if first != second:
        raise ModesDifferError(tuple(sorted(first - second)), tuple(sorted(second - first)))
    logs = tuple(dict.fromkeys((*known.logs, *unknown.logs)))
    return Modes(known=known.graph, unknown=unknown.graph, logs=logs)


def _run(project: Project, stack: Stack, *, known: bool, timeout: float) -> Run:
    with _passing_on() if known else _holding_back() as printed:
        run = run_project(
            project.directory,
            main=project.main,
            project=project.name,
            stack=stack.name,
            config=stack.values,
            secret_keys=stack.secret_keys,
            stack_outputs=stack.stack_outputs,
            known=known,
            timeout=timeout,
        )
    if run.error is not None:
        if printed is not None:
            sys.stderr.write(printed.getvalue())
        if isinstance(run.error, ProgramExit):
            raise run.error
        raise ProgramFailedError(run.error, known=known, run=run)
    return run


@contextlib.contextmanager
def _passing_on() -> Generator[None]:
    """Send what the program prints to stderr: stdout is for the report."""
    with contextlib.redirect_stdout(sys.stderr):
        yield None


@contextlib.contextmanager
def _holding_back() -> Generator[io.StringIO]:
    """Keep what the second run prints; it is the same as the first printed, and of use only if the second one fails."""
    held = io.StringIO()
    with contextlib.redirect_stdout(held), contextlib.redirect_stderr(held):
        yield held
