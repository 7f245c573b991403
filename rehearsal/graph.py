"""The one model of what a Pulumi program asks for: resources, the edges between them, and the stack's outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"


def make_urn(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """Return the URN that the engine gives a resource; `parent` is the parent's URN, or "" for none.

    https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
    """
    parent_type = qualified_type(parent) if parent else ""
    chain = f"{parent_type}${type_}" if parent_type not in ("", STACK_TYPE) else type_
    return f"urn:pulumi:{stack}::{project}::{chain}::{name}"


def qualified_type(urn: str) -> str:
    """Return the chain of types in a URN, for example "a:index:Outer$b:index:Inner"."""
    return urn.split("::", 3)[2]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource as the program registered it.

    Args:
        urn: Unique resource name.
        type: Type token, for example "aws:ec2/vpc:Vpc".
        name: Logical name.
        parent: URN of the parent; "" for the stack itself.
        custom: True for a resource that a provider manages, False for a component.
        remote: True for a component whose children are registered by a plugin.
        external: True for a resource that the program only reads.
        id: Physical id; "" while it is not known, and for components.
        inputs: Inputs by wire name (camelCase), with `rehearsal.wire` values for unknown and secret ones.
        outputs: Outputs by wire name: inputs, and what the provider computes.
        dependencies: URNs that must exist first.
        property_dependencies: For each input, the URNs that its value comes from.
        provider: URN of the provider that manages it; "" for a component.
        providers: For a component, package name to URN of the provider that its children inherit.
        protect: True if the engine refuses to delete it.
        ignore_changes: Property paths whose changes are ignored.
        replace_on_changes: Property paths whose changes replace it.
        aliases: Former URNs, or specifications of them.
        additional_secret_outputs: Outputs that are secret beside those the provider marks.
        delete_before_replace: True or False if the program says so, else None.
        retain_on_delete: True if it is left behind in the cloud when it leaves the program.
        deleted_with: URN whose deletion makes the deletion of this one needless; "" for none.
        custom_timeouts: Durations such as {"create": "40m"}.
        import_id: Physical id that the program imports; "" for none.
        version: Version of the provider package that the program was written against.
        source: File and line in the program that made it, "" when not known.
    """

    urn: str
    type: str
    name: str
    parent: str = ""
    custom: bool = True
    remote: bool = False
    external: bool = False
    id: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    dependencies: frozenset[str] = frozenset()
    property_dependencies: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    provider: str = ""
    providers: Mapping[str, str] = field(default_factory=dict[str, str])
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    aliases: tuple[Any, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    retain_on_delete: bool = False
    deleted_with: str = ""
    custom_timeouts: Mapping[str, str] = field(default_factory=dict[str, str])
    import_id: str = ""
    version: str = ""
    source: str = ""

    @property
    def package(self) -> str:
        """Package of the type, for example "aws"; for a provider, the package that it serves."""
        if self.type.startswith(PROVIDER_PREFIX):
            return self.type.removeprefix(PROVIDER_PREFIX)
        return self.type.split(":", 1)[0]

    @cached_property
    def edges(self) -> frozenset[str]:
        """URNs that this resource waits for when it is made, and outlives it when it is deleted."""
        found = set(self.dependencies)
        for urns in self.property_dependencies.values():
            found |= urns
        found |= {urn for urn in (self.parent, self.provider, self.deleted_with) if urn}
        found.discard(self.urn)
        return frozenset(found)


@dataclass(frozen=True, kw_only=True)
class Invoke:
    """A question that the program asked a provider.

    Args:
        token: Function token, for example "aws:index/getAvailabilityZones:getAvailabilityZones".
        args: Arguments by wire name.
        result: The answer by wire name.
    """

    token: str
    args: Mapping[str, Any]
    result: Mapping[str, Any]


class Graph:
    """Everything that one run of a program asked for.

    Args:
        project: Name of the Pulumi project.
        stack: Name of the stack.
        resources: Resources, the stack itself included; each after what it waits for, where a run recorded them.
        outputs: Stack outputs.
        invokes: Questions that the program asked.
        known: True if outputs were known, as in an update; False as in a first preview.
    """

    def __init__(
        self,
        *,
        project: str,
        stack: str,
        resources: Iterable[Resource],
        outputs: Mapping[str, Any],
        invokes: Iterable[Invoke] = (),
        known: bool = True,
    ) -> None:
        self.project = project
        self.stack = stack
        self.resources: dict[str, Resource] = {resource.urn: resource for resource in resources}
        self.outputs = dict(outputs)
        self.invokes = tuple(invokes)
        self.known = known

    def of_type(self, type_: str) -> list[Resource]:
        """Return the resources of a type token, in the order of the graph."""
        return [resource for resource in self.resources.values() if resource.type == type_]

    def named(self, name: str, type_: str | None = None) -> Resource:
        """Return the one resource with a logical name (and type token, where several share the name).

        Raises:
            LookupError: If there is none, or more than one; the message lists what there is.
        """
        found = [r for r in self.resources.values() if r.name == name and type_ in (None, r.type)]
        if len(found) == 1:
            return found[0]
        if found:
            raise LookupError(f"{len(found)} resources are named {name!r}: {', '.join(r.type for r in found)}")
        names = sorted({r.name for r in self.resources.values() if type_ in (None, r.type)})
        raise LookupError(f"no resource is named {name!r}; there are {', '.join(names)}")

    def children(self, resource: Resource) -> list[Resource]:
        """Return the resources whose parent is the given one."""
        return [self.resources[urn] for urn in self._children.get(resource.urn, ())]

    def descendants(self, resource: Resource) -> list[Resource]:
        """Return the resources below the given one, at any depth."""
        found: list[Resource] = []
        for child in self.children(resource):
            found += [child, *self.descendants(child)]
        return found

    def depends_on(self, later: Resource, earlier: Resource) -> bool:
        """Return whether `later` is created after `earlier` and deleted before it.

        Followed are dependencies, property dependencies, providers and parents, at any distance, as the engine does.
        """
        return earlier.urn in self.ancestors(later)

    def ancestors(self, resource: Resource) -> frozenset[str]:
        """Return the URNs of everything that must exist before the resource."""
        seen: set[str] = set()
        waiting = list(resource.edges)
        while waiting:
            urn = waiting.pop()
            if urn in seen or urn not in self.resources:
                continue
            seen.add(urn)
            waiting.extend(self.resources[urn].edges)
        return frozenset(seen)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for resource in self.resources.values():
            found.setdefault(resource.parent, []).append(resource.urn)
        return found
