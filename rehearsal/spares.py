"""Orders in a program that cost time although nothing forces them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rehearsal.edges import Edge
from rehearsal.graph import Graph
from rehearsal.schedule import layers, length, schedule
from rehearsal.stack_tasks import Action, tasks_of

# Delays below this are not worth a line: a second more or less is within the error of the figures.
WORTH_A_LINE = 2.0


@dataclass(frozen=True, kw_only=True)
class Spare:
    """Orders between two types that cost time and that nothing forces.

    Args:
        later: Type token of what waits.
        earlier: Type token of what it waits for.
        reason: What makes it wait.
        names: Logical names of those that wait.
        sources: Where in the program they are made, where that is known.
        delay: Seconds that the worst of them starts later for it.
        saving: Seconds that the whole would take less without it.
    """

    later: str
    earlier: str
    reason: str
    names: tuple[str, ...]
    sources: tuple[str, ...]
    delay: float
    saving: float


def spares(graph: Graph, action: Action, every: Sequence[Edge]) -> list[Spare]:
    """Return the orders that nothing forces and without which something would start earlier, the costliest first."""
    groups: dict[tuple[str, str, str], list[Edge]] = {}
    for edge in every:
        if not edge.forced:
            kind = (graph.resources[edge.later].type, graph.resources[edge.earlier].type, edge.reason)
            groups.setdefault(kind, []).append(edge)
    plan = layers if action == "delete" else schedule
    now = plan(tasks_of(graph, every, action))
    found: list[Spare] = []
    for (later, earlier, reason), group in groups.items():
        without = set(group)
        then = plan(tasks_of(graph, [edge for edge in every if edge not in without], action))
        waiting = {edge.later if action == "create" else edge.earlier: edge.later for edge in group}
        late = {urn: now[urn].start - then[urn].start for urn in waiting}
        delay, saving = max(late.values()), length(now) - length(then)
        if max(delay, saving) < WORTH_A_LINE:
            continue
        makers = [graph.resources[waiting[urn]] for urn in late if late[urn] >= WORTH_A_LINE] or [
            graph.resources[edge.later] for edge in group
        ]
        found.append(
            Spare(
                later=later,
                earlier=earlier,
                reason=reason,
                names=tuple(sorted({maker.name for maker in makers})),
                sources=tuple(sorted({maker.source for maker in makers if maker.source})),
                delay=delay,
                saving=saving,
            )
        )
    return sorted(found, key=lambda spare: (-spare.saving, -spare.delay, spare.later, spare.earlier))
