"""A stack's resources as tasks to schedule, one way for coming up and the other for going."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from rehearsal.edges import Edge
from rehearsal.graph import Graph, Resource
from rehearsal.schedule import Task
from rehearsal.simulator.durations import duration

Action = Literal["create", "delete"]


def tasks_of(graph: Graph, every: Iterable[Edge], action: Action) -> list[Task]:
    """Return a task for each resource of a graph, which waits as the given edges say."""
    after: dict[str, set[str]] = {}
    for edge in every:
        key, other = pair(edge, action)
        after.setdefault(key, set()).add(other)
    return [
        Task(urn, seconds(resource, action), frozenset(after.get(urn, ()))) for urn, resource in graph.resources.items()
    ]


def pair(edge: Edge, action: Action) -> tuple[str, str]:
    """Return which URN waits, and for which: the later for the earlier, or the other way round in a deletion."""
    return (edge.later, edge.earlier) if action == "create" else (edge.earlier, edge.later)


def seconds(resource: Resource, action: Action) -> float:
    """Return how long AWS takes for a resource; 0 for what the engine only registers or reads."""
    if not resource.custom or resource.external:
        return 0.0
    if action == "delete" and resource.retain_on_delete:
        return 0.0
    known = duration(resource.type, resource.inputs)
    return known.create if action == "create" else known.delete
