"""Whether things happened in the order that the dependencies of the program demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from rehearsal.graph import Graph, Resource
from rehearsal.simulator.world import Event

Choice = Callable[[Resource], bool]


def first_of(events: Iterable[Event], action: str) -> dict[str, Event]:
    """Return for each URN the first event of an action."""
    found: dict[str, Event] = {}
    for event in events:
        if event.action == action and event.urn:
            found.setdefault(event.urn, event)
    return found


def too_early(graph: Graph, made: Mapping[str, Event]) -> list[str]:
    """Return which creations began before something that they depend on was finished."""
    return [
        f"{name(urn)} before {name(above)}"
        for urn, event in made.items()
        for above in graph.ancestors(graph.resources[urn])
        if above in made and made[above].end > event.start
    ]


def too_soon_gone(graph: Graph, gone: Mapping[str, Event]) -> list[str]:
    """Return which deletions began before something that depends on them was gone."""
    return [
        f"{name(above)} before {name(urn)}"
        for urn, event in gone.items()
        for above in graph.ancestors(graph.resources[urn])
        if above in gone and event.end > gone[above].start
    ]


def pairs_in_order(
    graph: Graph, happened: Mapping[str, Event], earlier: Choice, later: Choice
) -> tuple[int, list[str]]:
    """Return how many pairs there are of something earlier and something later, and which came otherwise."""
    known = [graph.resources[urn] for urn in happened]
    firsts = [resource for resource in known if earlier(resource)]
    seconds = [resource for resource in known if later(resource)]
    wrong = [
        f"{second.name} before {first.name}"
        for first in firsts
        for second in seconds
        if happened[first.urn].end > happened[second.urn].start
    ]
    return len(firsts) * len(seconds), wrong


def name(urn: str) -> str:
    """Return the logical name in a URN."""
    return urn.rpartition("::")[2]
