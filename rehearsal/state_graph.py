"""Reads the graph from the engine's state: of a session, or what `pulumi stack export` writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.errors import RehearsalError
from rehearsal.graph import Graph, Resource
from rehearsal.registration import provider_urn


def read_state(file: Path) -> Graph:
    """Return the graph of a state file: the file backend's own, or an export.

    Raises:
        RehearsalError: If the file is not such a document.
    """
    try:
        document: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RehearsalError(f"{file}: no state can be read: {error}") from None
    if not isinstance(document, Mapping):
        raise RehearsalError(f"{file}: not a state of the engine")
    return state_graph(document)


def state_graph(document: Mapping[str, Any]) -> Graph:
    """Return the graph of a state document.

    Secret values are what the document says: their ciphertext, unless it was exported with its secrets shown. What is
    marked for deletion is left out. Whether a component is a plugin's cannot be read from a state.

    Raises:
        RehearsalError: If it has no resources' list.
    """
    inner: Any = (document.get("checkpoint") or {}).get("latest") or document.get("deployment")
    if not isinstance(inner, Mapping):
        raise RehearsalError("not a state of the engine: it has neither checkpoint.latest nor deployment")
    entries = [entry for entry in inner.get("resources") or [] if not entry.get("delete")]
    resources = [_resource(entry) for entry in entries]
    root = next((resource for resource in resources if resource.type == "pulumi:pulumi:Stack"), None)
    _urn, _pulumi, rest = (resources[0].urn if resources else "urn:pulumi:").split(":", 2)
    stack, _, tail = rest.partition("::")
    return Graph(
        project=tail.partition("::")[0],
        stack=stack,
        resources=resources,
        outputs=root.outputs if root else {},
    )


def _resource(entry: Mapping[str, Any]) -> Resource:
    urn = str(entry["urn"])
    by_property: Mapping[str, Any] = entry.get("propertyDependencies") or {}
    return Resource(
        urn=urn,
        type=str(entry["type"]),
        name=urn.rpartition("::")[2],
        parent=entry.get("parent", ""),
        custom=bool(entry.get("custom")),
        external=bool(entry.get("external")),
        id=entry.get("id", ""),
        inputs=entry.get("inputs") or {},
        outputs=entry.get("outputs") or {},
        dependencies=frozenset(entry.get("dependencies") or ()),
        property_dependencies={key: frozenset(urns or ()) for key, urns in by_property.items()},
        provider=provider_urn(entry.get("provider", "")),
        protect=bool(entry.get("protect")),
        retain_on_delete=bool(entry.get("retainOnDelete")),
        deleted_with=entry.get("deletedWith", ""),
    )
