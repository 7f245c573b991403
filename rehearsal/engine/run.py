"""Runs commands of the Pulumi CLI in a session with the simulator attached, and ends everything that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from rehearsal.engine.executable import find_or_build_cli
from rehearsal.engine.forks import launcher
from rehearsal.engine.idle import watcher
from rehearsal.engine.kube_servers import kubernetes_api
from rehearsal.engine.language import LanguageRuntime
from rehearsal.engine.servers import language_server, load_sdks, provider_servers
from rehearsal.engine.session import Session, open_session
from rehearsal.errors import RehearsalError
from rehearsal.project import Project, Stack
from rehearsal.simulator.clock import Clock
from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.faults import Faults
from rehearsal.simulator.quiet_clock import QuietClock
from rehearsal.simulator.world import World

TIMEOUT = 1800.0
# After the first interruption the engine finishes what is under way; then it is ended.
_GRACE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A session with the simulator attached.

    Args:
        session: Folder and environment.
        cloud: The simulated cloud.
        environment: Environment of commands.
        runtime: The language runtime; None where the CLI has its own.
    """

    session: Session
    cloud: Cloud
    environment: Mapping[str, str]
    runtime: LanguageRuntime | None

    def pulumi(self, *arguments: str, timeout: float = TIMEOUT) -> int:
        """Run the CLI on the session's stack, with the person's terminal as its own, and return its exit code.

        Raises:
            RehearsalError: If it does not end in time.
        """
        given = ["--stack", self.session.stack.name, "--config-file", str(self.session.config_file)]
        return self.run([str(self.session.cli.path), *arguments, *given], timeout=timeout)

    def run(self, command: Sequence[str], *, timeout: float = TIMEOUT, group: bool = True) -> int:
        """Run a command in the session and return its exit code.

        Args:
            command: Program and arguments.
            timeout: Seconds after which it is ended.
            group: Whether it gets a process group of its own, in which it is interrupted by us and as a whole; not so
                for what talks to the person's terminal.

        Raises:
            RehearsalError: If it cannot be started, or does not end in time.
        """
        sys.stdout.flush()
        try:
            process = subprocess.Popen(
                command,
                cwd=self.session.project.directory,
                env=dict(self.environment),
                process_group=0 if group else None,
            )
        except OSError as error:
            raise RehearsalError(f"{command[0]} cannot be run: {error.strerror}") from None
        return _ended(process, Path(command[0]).name, timeout, group=group)


@contextmanager
def engine(
    project: Project, stack: Stack, *, faults: Faults | None = None, scale: float | None = None
) -> Generator[Engine]:
    """Attach the simulator to the engine for one stack.

    Call it before anything in this process starts a thread.

    Args:
        project: The project.
        stack: The stack.
        faults: What shall fail on purpose.
        scale: Real seconds that a virtual second takes; None to let virtual time pass only while nobody is at work,
            so that it is true whatever the machine has to do.

    Raises:
        CliMissingError: If there is no Pulumi CLI and none can be built.
        SessionInUseError: If another run works on the stack.
    """
    cli = find_or_build_cli()
    with open_session(project, stack, cli) as session, ExitStack() as ends:
        load_sdks()
        programs = launcher() if cli.runner else None
        if programs is not None:
            ends.callback(programs.close)
        world = World(session.world_file, QuietClock(watcher()) if scale is None else Clock(scale))
        apis = ends.enter_context(kubernetes_api(world, session.folder / "kubernetes"))
        cloud = Cloud(world, faults or Faults(), apis)
        providers = ends.enter_context(provider_servers(cloud, stack.values.get("aws:region", "")))
        environment = session.environment(PULUMI_DEBUG_PROVIDERS=providers)
        runtime = None
        if cli.runner is not None and programs is not None:
            runtime = LanguageRuntime(cli.runner, session.environment(), programs, cli.version)
            environment["PULUMI_DEBUG_LANGUAGES"] = ends.enter_context(language_server(runtime))
        yield Engine(session=session, cloud=cloud, environment=environment, runtime=runtime)


def _ended(process: subprocess.Popen[bytes], name: str, timeout: float, *, group: bool) -> int:
    """Wait for a process, hand interruptions on to it, and return its exit code."""
    asked: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        # The terminal interrupts a process of our own group itself.
        if group or number != signal.SIGINT:
            _send(process, signal.SIGINT if group else signal.SIGTERM, group=group)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    deadline = time.monotonic() + timeout
    last = 0.0
    try:
        while True:
            try:
                return process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                now = time.monotonic()
            last = last or (now + _GRACE_SECONDS if asked else 0.0)
            if now > deadline or (last and now > last) or len(asked) > 2:
                break
    finally:
        if process.poll() is None:
            _send(process, signal.SIGKILL, group=group)
            process.wait()
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        return -signal.SIGKILL
    raise RehearsalError(f"{name} did not end within {timeout:g} seconds")


def _send(process: subprocess.Popen[bytes], number: int, *, group: bool) -> None:
    if process.poll() is not None:
        return
    if group:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
