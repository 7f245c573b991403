"""Where a remote component registers its children: the monitor in process, or the real engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from rehearsal.graph import Resource
from rehearsal.wire import ResourceReference

Expansion = tuple[Mapping[str, Any], Mapping[str, list[str]]]


@dataclass(frozen=True, kw_only=True)
class Child:
    """A child that a remote component asks for.

    Args:
        type: Type token.
        name: Logical name.
        inputs: Inputs by wire name.
        dependencies: URNs that must exist first.
        provider: The component's provider for it, as the component has it; "" for the package's default.
        ignore_changes: Property paths whose changes are ignored.
        version: Version of the provider package that the plugin was written against.
    """

    type: str
    name: str
    inputs: Mapping[str, Any]
    dependencies: frozenset[str] = frozenset()
    provider: str = ""
    ignore_changes: tuple[str, ...] = ()
    version: str = ""


class Registrar(Protocol):
    """Takes the children of remote components."""

    @property
    def known(self) -> bool:
        """Whether outputs are known, as in an update."""
        ...

    def add(self, component: Resource, child: Child) -> Resource:
        """Register a child, after the transforms that apply to it, and return it with its URN, id and outputs."""
        ...

    def output(self, reference: ResourceReference, key: str) -> Any:
        """Return an output of a resource that was passed as a value."""
        ...


def child_resource(component: Resource, child: Child, urn: str, inputs: Mapping[str, Any]) -> Resource:
    """Return the resource that a child becomes.

    Args:
        component: Its component.
        child: What was asked for.
        urn: URN that it gets.
        inputs: Inputs after all transforms.
    """
    return Resource(
        urn=urn,
        type=child.type,
        name=child.name,
        parent=component.urn,
        inputs=inputs,
        dependencies=child.dependencies,
        provider=child.provider,
        protect=component.protect,
        ignore_changes=child.ignore_changes,
        version=child.version,
        source=component.source,
    )
