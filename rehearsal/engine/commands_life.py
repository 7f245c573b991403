"""The sub-commands `cycle`, `drift` and `repair`."""

from __future__ import annotations

import argparse
import os
import sys

from rehearsal.arguments import packs_of
from rehearsal.engine.commands import engine_of, update
from rehearsal.engine.cycle import Cycle, Setting
from rehearsal.engine.drift import Change, change, remove
from rehearsal.engine.executable import find_or_build_cli
from rehearsal.engine.outcome import FAILED, FINE
from rehearsal.engine.repair import repair_state
from rehearsal.engine.session import open_session
from rehearsal.errors import ProjectError
from rehearsal.project import read_project, read_stack
from rehearsal.simulator.world import World


def cycle(options: argparse.Namespace) -> int:
    """Live a stack's whole life, print the table of its steps, and return 0 if all went well."""
    settings = [Setting.parse(text) for text in options.update]
    unlocks = [Setting.parse(text) for text in options.unlock]
    with engine_of(options) as attached:
        life = Cycle(attached, packs_of(options), settings, options.timeout, unlocks)
        fine = life.run()
        life.render(sys.stdout, color=sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    return FINE if fine else FAILED


def drift(options: argparse.Namespace) -> int:
    """Change or delete things in a stack's simulated cloud, as somebody does by hand, and return the exit code."""
    changes = [Change.parse(text) for text in options.set]
    if not changes and not options.remove:
        raise ProjectError("drift: say what has changed with --set TYPE[/NAME].path=JSON, or --remove TYPE[/NAME]")
    project = read_project(options.directory)
    stack = read_stack(project, options.stack, options.config)
    with open_session(project, stack, find_or_build_cli()) as session:
        world = World(session.world_file)
        for wanted in changes:
            record = change(world, wanted)
            print(f"{record.type} {record.id}: {wanted.path} is now {wanted.value!r}")
        for text in options.remove:
            record = remove(world, text)
            print(f"{record.type} {record.id}: deleted")
    print("the engine does not know: `pulumi refresh` or `pulumi preview --refresh` finds it")
    return FINE


def repair(options: argparse.Namespace) -> int:
    """Bring a stack whose engine was killed to where its program wants it, and return the exit code."""
    packs = packs_of(options)
    with engine_of(options) as attached:
        repaired = repair_state(attached)
        for urn in repaired.taken_in:
            print(f"taken in: {urn} had been made")
        for urn in repaired.dropped:
            print(f"dropped: {urn} had not been made, or is asked for again")
        return update(attached, "up", packs, "--refresh", timeout=options.timeout)
