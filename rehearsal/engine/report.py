"""What is said when a stack is up or gone: how long AWS would have taken, and along which path."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rehearsal.engine.session import Session
from rehearsal.graph import PROVIDER_PREFIX, Graph
from rehearsal.render.timeline import clock_text, render_timeline
from rehearsal.simulator.world import Event, World
from rehearsal.state_graph import read_state
from rehearsal.timeline import Action, Timeline, measured_timeline, timeline


def after_up(world: World, session: Session, since: float, stream: TextIO | None = None) -> Timeline | None:
    """Say how long AWS would have taken until the stack is ready, and along which path.

    Args:
        world: The simulated world after the update.
        session: The session of the stack.
        since: Virtual seconds of the world at which the update began.
        stream: Where to say it; None for standard error, so that outputs stay alone on standard output.

    Returns:
        The timeline; None if the update did not make the whole stack, for then there is nothing to compare it with.
    """
    return report(world, read_state(session.state_file), "create", since, stream)


def after_destroy(world: World, before: Graph, since: float, stream: TextIO | None = None) -> Timeline | None:
    """Say how long AWS would have taken until the stack is gone, and along which path.

    Args:
        world: The simulated world after the destruction.
        before: What there was, as `rehearsal.state_graph.read_state` reads it before.
        since: Virtual seconds of the world at which the destruction began.
        stream: Where to say it; None for standard error.

    Returns:
        The timeline; None if not everything was deleted in this run.
    """
    return report(world, before, "delete", since, stream)


def report(world: World, graph: Graph, action: Action, since: float, stream: TextIO | None = None) -> Timeline | None:
    """Write the timeline of one run; one line where it did not make or delete the whole stack."""
    out = stream or sys.stderr
    events = [event for event in world.events if event.start >= since and event.action != "refuse"]
    if not events:
        return None
    if _whole(graph, events, action):
        # On a clock that lets nothing happen side by side the orders tell more than the run.
        found = measured_timeline(graph, events, action) if world.clock.side_by_side else timeline(graph, action)
        render_timeline(found, out, color=out.isatty() and not os.environ.get("NO_COLOR"))
        return found
    seconds = max(event.end for event in events) - min(event.start for event in events)
    print(f"Virtual time taken: {clock_text(seconds)} for {len(events)} operations", file=out)
    return None


def _whole(graph: Graph, events: list[Event], action: Action) -> bool:
    done = {event.urn for event in events if event.action == action}
    managed = {
        resource.urn
        for resource in graph.resources.values()
        if resource.custom and not resource.external and not resource.type.startswith(PROVIDER_PREFIX)
        if action == "create" or not resource.retain_on_delete
    }
    return bool(managed) and managed <= done
