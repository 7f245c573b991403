"""Puts a graph's resources into an order that is the same in every run; registration order depends on timing."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from typing import Any

from rehearsal.graph import PROVIDER_PREFIX, STACK_TYPE, Graph, Resource

_DIGITS = re.compile(r"(\d+)")


def natural(text: str) -> tuple[Any, ...]:
    """Return a sort key that puts "zone-2" before "zone-10"."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(text) if part)


def _sibling_key(resource: Resource) -> tuple[Any, ...]:
    if resource.type.startswith(PROVIDER_PREFIX):
        kind = 1
    else:
        kind = 0 if resource.type == STACK_TYPE else 2 if not resource.custom else 3
    return kind, resource.type, natural(resource.name), resource.urn


def tree(graph: Graph) -> Iterator[tuple[str, Resource]]:
    """Yield (guide, resource) for each resource below its parent; the guide is the drawing that leads to it.

    A resource whose parent is not in the graph stands beside the stack.
    """
    children: dict[str, list[Resource]] = {}
    for resource in graph.resources.values():
        children.setdefault(resource.parent if resource.parent in graph.resources else "", []).append(resource)
    for siblings in children.values():
        siblings.sort(key=_sibling_key)

    def below(urn: str, indent: str) -> Iterator[tuple[str, Resource]]:
        siblings = children.get(urn, [])
        for position, resource in enumerate(siblings):
            last = position == len(siblings) - 1
            yield f"{indent}{'└─ ' if last else '├─ '}", resource
            yield from below(resource.urn, f"{indent}{'   ' if last else '│  '}")

    for root in children.get("", []):
        yield "", root
        yield from below(root.urn, "")


def topological(graph: Graph) -> list[Resource]:
    """Return the resources so that each follows what it waits for; among those that may be next, the first by URN."""
    waiting = {
        urn: {edge for edge in resource.edges if edge in graph.resources} for urn, resource in graph.resources.items()
    }
    waited_by: dict[str, list[str]] = {}
    for urn, edges in waiting.items():
        for edge in edges:
            waited_by.setdefault(edge, []).append(urn)
    ready = [urn for urn, edges in waiting.items() if not edges]
    heapq.heapify(ready)
    ordered: list[Resource] = []
    while ready:
        urn = heapq.heappop(ready)
        ordered.append(graph.resources[urn])
        for later in waited_by.get(urn, ()):
            waiting[later].discard(urn)
            if not waiting[later]:
                heapq.heappush(ready, later)
    # A graph that was read from a document may have a cycle; nothing is left out of a report for it.
    done = {resource.urn for resource in ordered}
    return ordered + [graph.resources[urn] for urn in sorted(graph.resources) if urn not in done]


def ordered(graph: Graph) -> Graph:
    """Return the graph with its resources in topological order, so that two runs of a program give equal graphs."""
    return Graph(
        project=graph.project,
        stack=graph.stack,
        resources=topological(graph),
        outputs=graph.outputs,
        invokes=sorted(graph.invokes, key=lambda invoke: (invoke.token, repr(sorted(invoke.args.items())))),
        known=graph.known,
    )
