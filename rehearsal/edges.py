"""Why one resource waits for another: because AWS forces it, or because the program says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rehearsal.graph import Graph, Resource
from rehearsal.needed_orders import need
from rehearsal.wire import ResourceReference, Secret

# Shorter values than this are looked for as a whole, not within texts.
_SHORT = 12


@dataclass(frozen=True)
class Edge:
    """One resource waits for another.

    Args:
        later: URN of the one that waits.
        earlier: URN of the one it waits for.
        forced: Whether AWS forces it.
        reason: Why it is forced, or what makes it wait although nothing forces it.
    """

    later: str
    earlier: str
    forced: bool
    reason: str


def edges(graph: Graph) -> list[Edge]:
    """Return every edge of a graph whose outputs are known, each said to be forced or not.

    Forced is an edge if a value that the earlier resource computed stands in an input of the later one, if the order is
    among `rehearsal.needed_orders`, or if the earlier one is the provider or the parent. Everything else is the
    program's own: `depends_on`, or a value that resolves later than it is known. What waits for a remote component
    waits for all that its plugin registers, as the engine does.

    The rest of the way counts as well: an edge of a component is an edge of all its children, through their parent.
    """
    computed = _computed(graph)
    found: list[Edge] = []
    for resource in graph.resources.values():
        for urn in sorted(resource.edges):
            earlier = graph.resources.get(urn)
            if earlier is None:
                continue
            edge = _edge(resource, earlier, computed.get(urn, frozenset()))
            found.append(edge)
            if earlier.remote and urn != resource.parent:
                found += _below(graph, resource, earlier, computed)
    return found


def _below(graph: Graph, later: Resource, component: Resource, computed: Mapping[str, frozenset[str]]) -> list[Edge]:
    found = [
        _edge(later, child, computed.get(child.urn, frozenset()))
        for child in graph.descendants(component)
        if child.urn not in later.edges and child.urn != later.urn and not graph.depends_on(child, later)
    ]
    whole = f"waits for all of {component.name}"
    return [edge if edge.forced else replace(edge, reason=whole) for edge in found]


def _edge(later: Resource, earlier: Resource, computed: frozenset[str]) -> Edge:
    def made(forced: bool, reason: str) -> Edge:
        return Edge(later.urn, earlier.urn, forced, reason)

    if earlier.urn == later.parent:
        return made(True, "parent")
    if earlier.urn == later.provider:
        return made(True, "provider")
    carriers = sorted(key for key, urns in later.property_dependencies.items() if earlier.urn in urns)
    # What a plugin or a state file registers may name its dependencies without the inputs that they come from.
    for key in carriers or sorted(later.inputs):
        if _refers(later.inputs.get(key), earlier, computed):
            return made(True, f"{key} refers to it")
    row = need(later, earlier)
    if row is not None:
        return made(True, row.because)
    if carriers:
        return made(False, f"comes along with {', '.join(carriers)}")
    return made(False, "depends_on")


def _computed(graph: Graph) -> dict[str, frozenset[str]]:
    """Return for each custom resource the values that it alone computes: ids, ARNs, endpoints."""
    own: dict[str, set[str]] = {}
    makers: dict[str, int] = {}
    for resource in graph.resources.values():
        if not resource.custom:
            continue
        values = set(_texts(resource.outputs)) - set(_texts(resource.inputs))
        own[resource.urn] = values
        for value in values:
            makers[value] = makers.get(value, 0) + 1
    found: dict[str, frozenset[str]] = {}
    for urn, values in own.items():
        id_ = graph.resources[urn].id
        alone = {value for value in values if makers[value] == 1 and value}
        found[urn] = frozenset(alone | ({id_} if id_ else set()))
    return found


def _refers(value: Any, earlier: Resource, computed: frozenset[str]) -> bool:
    if any(reference == earlier.urn for reference in _references(value)):
        return True
    texts = set(_texts(value))
    if texts & computed:
        return True
    long = [text for text in computed if len(text) >= _SHORT]
    # A part counts at the end only: an issuer without its scheme is one, a cluster's name in a node group's ARN is not.
    return any(part in text or (len(text) >= _SHORT and part.endswith(text)) for text in texts for part in long)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Secret):
        yield from _texts(value.value)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, ResourceReference):
        yield value.urn
    elif isinstance(value, Secret):
        yield from _references(value.value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _references(item)
