"""Runs a Pulumi program in this process under the recording monitor: no CLI, no network, no cloud account."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import runpy
import sys
import warnings
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pulumi.runtime import config as runtime_config
from pulumi.runtime import mocks, run_in_stack, settings
from pulumi.runtime.proto import engine_pb2

from rehearsal.awaiting import outputs_awaited_together
from rehearsal.engine_config import engine_config
from rehearsal.errors import ProgramExit, RehearsalError
from rehearsal.graph import Graph
from rehearsal.monitor import RecordingMonitor
from rehearsal.order import ordered
from rehearsal.tracebacks import FirstTracebacks

# Seconds after which a run is given up: a resource that waits for its own dependants would wait for ever.
TIMEOUT = 120

_SEVERITIES = {
    engine_pb2.DEBUG: "debug",
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}


@dataclass(frozen=True)
class Log:
    """A message that the program wrote to the engine.

    Args:
        severity: "debug", "info", "warning" or "error".
        message: The text.
        urn: URN of the resource it is about, or "".
    """

    severity: str
    message: str
    urn: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a program.

    Args:
        graph: What the program asked for; incomplete if it failed.
        logs: What it wrote to the engine, without debug messages.
        error: Why it failed, or None.
        origin: Where the error was raised, if the SDK raised it again elsewhere.
    """

    graph: Graph
    logs: tuple[Log, ...]
    error: BaseException | None
    origin: TracebackType | None = None


class _Engine(mocks.MockEngine):
    def __init__(self) -> None:
        super().__init__(logging.getLogger("rehearsal"))
        self.logs: list[Log] = []

    def Log(self, request: Any) -> None:  # noqa: N802
        severity = _SEVERITIES.get(request.severity, "info")
        if severity != "debug":
            self.logs.append(Log(severity, request.message, request.urn))


def run(
    program: Callable[[], Any],
    *,
    project: str,
    stack: str,
    config: Mapping[str, str] | None = None,
    secret_keys: Collection[str] = (),
    stack_outputs: Mapping[str, Mapping[str, Any]] | None = None,
    known: bool = True,
    organization: str = "organization",
    directory: Path | None = None,
    timeout: float = TIMEOUT,
) -> Run:
    """Run a function as the body of a Pulumi program.

    Args:
        program: The function that declares resources.
        project: Name of the Pulumi project.
        stack: Name of the stack.
        config: Stack config, full key ("aws:region") to value; objects as JSON text.
        secret_keys: Keys of `config` that are secret.
        stack_outputs: Outputs of other stacks, by the name that the program refers to them with.
        known: True to answer with outputs as after an update; False as in a first preview.
        organization: Name of the organization.
        directory: Folder of the project, as the program sees it.
        timeout: Seconds after which the run is given up.

    Returns:
        The run; a failure of the program is in its `error`.
    """
    values = dict(config or {})
    monitor = RecordingMonitor(
        project=project,
        stack=stack,
        known=known,
        config=engine_config(values, stack_outputs),
        root=str(directory.resolve()) if directory else "",
    )
    engine = _Engine()

    tracebacks = FirstTracebacks()

    def body() -> BaseException | None:
        runtime = mocks.MockSettings(
            monitor=monitor,
            monitor_features=set(monitor.GetDeploymentInfo(None).supportedFeatures),
            engine=engine,
            project=project,
            stack=stack,
            dry_run=not known,
            organization=organization,
            root_directory=str(directory or ""),
            parallel=None,
            outputs=set(),
            package_refs={},
            base_providers_by_ref={},
            legacy_apply_enabled=False,
            callbacks=None,
        )
        settings.configure(runtime)
        settings.set_root_resource(None)  # pyright: ignore[reportArgumentType]  -- None starts a new stack
        runtime_config.set_all_config(values, list(secret_keys))
        try:
            asyncio.run(_bounded(program, timeout, tracebacks))
        except SystemExit as exit_:
            return _program_exit(exit_)
        except BaseException as error:  # noqa: BLE001 -- whatever the program raised is the result of the run
            return error
        return None

    with _environment(PULUMI_ERROR_OUTPUT_STRING="true"), outputs_awaited_together(), warnings.catch_warnings():
        # What a failed program leaves undone is no news beside its failure.
        warnings.filterwarnings("ignore", message="coroutine .* was never awaited")
        error = contextvars.Context().run(body)
    if isinstance(error, KeyboardInterrupt):
        raise error
    origin = tracebacks.of(error) if error is not None else None
    return Run(graph=ordered(monitor.graph()), logs=tuple(engine.logs), error=error, origin=origin)


def run_project(directory: Path, *, main: str = "", **options: Any) -> Run:
    """Run the Pulumi program of a project folder; the options are those of `run`.

    Modules that the program imports from its own folder are forgotten afterwards, so that every run starts afresh.
    """
    entry = directory / main
    with imports_from(entry if entry.is_dir() else entry.parent):
        return run(
            lambda: runpy.run_path(str(entry), run_name="__main__") and None,
            directory=directory,
            **options,
        )


def _program_exit(exit_: SystemExit) -> ProgramExit:
    if isinstance(exit_.code, str):
        return ProgramExit(1, exit_.code)
    return ProgramExit(exit_.code or 0)


async def _bounded(program: Callable[[], Any], timeout: float, tracebacks: FirstTracebacks) -> None:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(tracebacks)
    # One failure rejects every value that depends on it; the SDK raises the first, and the rest would be noise.
    loop.set_exception_handler(lambda _loop, _context: None)
    limit = asyncio.timeout(timeout)
    try:
        async with limit:
            await run_in_stack(program)
    except TimeoutError:
        if not limit.expired():
            raise
        raise RehearsalError(
            f"the program did not end within {timeout:g} seconds: a resource waits for something that waits for it"
        ) from None


@contextmanager
def _environment(**values: str) -> Generator[None]:
    before = {key: os.environ.get(key) for key in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value


@contextmanager
def imports_from(folder: Path) -> Generator[None]:
    """Work in a folder that imports come from, and forget its modules afterwards."""
    root = str(folder.resolve())
    before = set(sys.modules)
    sys.path.insert(0, root)
    working = Path.cwd()
    os.chdir(root)
    try:
        yield
    finally:
        os.chdir(working)
        sys.path.remove(root)
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if file.startswith(root + os.sep) and "site-packages" not in file:
                del sys.modules[name]
