"""The sub-commands that work on the real engine: up, destroy and run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator
from contextlib import contextmanager

from rehearsal.arguments import packs_of
from rehearsal.engine.outcome import FAILED, FINE, exit_code
from rehearsal.engine.report import after_destroy, after_up
from rehearsal.engine.run import Engine, engine
from rehearsal.policy_report import PolicyPackChoice
from rehearsal.project import read_project, read_stack
from rehearsal.simulator.faults import Fault, Faults
from rehearsal.state_graph import read_state


def up(options: argparse.Namespace) -> int:
    """Bring a stack up, and return the exit code."""
    packs = packs_of(options)
    with engine_of(options) as attached:
        world = attached.cloud.world
        began = world.clock.now()
        code = update(attached, "up", packs, timeout=options.timeout)
        if code == FINE:
            after_up(world, attached.session, began)
        return code


def destroy(options: argparse.Namespace) -> int:
    """Take a stack down, and return the exit code: not 0 either if something is left in the simulated world."""
    with engine_of(options) as attached:
        world = attached.cloud.world
        began = world.clock.now()
        before = read_state(attached.session.state_file)
        code = update(attached, "destroy", [], timeout=options.timeout)
        if code != FINE:
            return code
        after_destroy(world, before, began)
        left = list(world)
        if not left:
            return FINE
        for record in left:
            print(f"error: left in the simulated cloud: {record.type} {record.id}", file=sys.stderr)
        return FAILED


def run(options: argparse.Namespace) -> int:
    """Run any command with the session's environment and the simulator attached, and return its exit code."""
    with engine_of(options) as attached:
        return attached.run(options.arguments, timeout=options.timeout, group=False)


def update(attached: Engine, command: str, packs: list[PolicyPackChoice], *extra: str, timeout: float) -> int:
    """Run `pulumi up`, `destroy` or `refresh` without a question, and return our exit code."""
    events = attached.session.event_log
    events.unlink(missing_ok=True)
    arguments = [command, "--yes", "--event-log", str(events), *extra]
    for pack in packs:
        arguments += ["--policy-pack", str(pack.directory)]
        if pack.config is not None:
            arguments += ["--policy-pack-config", str(pack.config)]
    code = attached.pulumi(*arguments, timeout=timeout)
    return exit_code(code, events, attached.runtime.exit_codes if attached.runtime else [])


@contextmanager
def engine_of(options: argparse.Namespace) -> Generator[Engine]:
    """Attach the simulator to the engine for the stack that the command line names."""
    project = read_project(options.directory)
    stack = read_stack(project, options.stack, options.config)
    faults = Faults([Fault.parse(text) for text in options.fail])
    with engine(project, stack, faults=faults, scale=options.scale) as attached:
        yield attached
