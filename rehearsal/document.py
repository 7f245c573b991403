"""The JSON document of a preview, and the way back from it to a graph. schemas/preview.schema.json describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.errors import RehearsalError
from rehearsal.graph import Graph, Invoke, Resource
from rehearsal.order import topological
from rehearsal.policy_report import Finding, PackReport
from rehearsal.preview import Preview
from rehearsal.render.words import counts, totals
from rehearsal.wire import UNKNOWN, Secret, plain

# Changes when a reader of the former version could misread the document.
SCHEMA = "rehearsal.preview/1"

_SECRET_TEXT = repr(Secret(None))
_UNKNOWN_TEXT = repr(UNKNOWN)

# Document key -> attribute of a resource, by the kind of value.
_PLAIN = {
    "urn": "urn",
    "type": "type",
    "name": "name",
    "parent": "parent",
    "custom": "custom",
    "remote": "remote",
    "external": "external",
    "id": "id",
    "provider": "provider",
    "protect": "protect",
    "deleteBeforeReplace": "delete_before_replace",
    "retainOnDelete": "retain_on_delete",
    "deletedWith": "deleted_with",
    "importId": "import_id",
    "version": "version",
    "source": "source",
}
_LISTS = {
    "ignoreChanges": "ignore_changes",
    "replaceOnChanges": "replace_on_changes",
    "aliases": "aliases",
    "additionalSecretOutputs": "additional_secret_outputs",
}
_MAPS = {"providers": "providers", "customTimeouts": "custom_timeouts"}
_VALUES = ("inputs", "outputs")


def preview_document(preview: Preview) -> dict[str, Any]:
    """Return the document of a preview; it is the same in every run of the same program."""
    graph = preview.graph
    levels = [finding.level for pack in preview.packs for finding in pack.findings]
    return {
        **graph_document(graph),
        "policies": [_pack(pack) for pack in preview.packs],
        "messages": [{"severity": log.severity, "message": log.message, "urn": log.urn} for log in preview.logs],
        "config": {"unreadable": [*preview.unreadable], "warnings": [*preview.warnings]},
        "summary": {
            **totals(graph),
            "byType": {type_: number for number, type_ in counts(graph)},
            "mandatory": levels.count("mandatory"),
            "advisory": levels.count("advisory"),
            "remediate": levels.count("remediate"),
            "violated": preview.violated,
        },
    }


def graph_document(graph: Graph) -> dict[str, Any]:
    """Return the part of the document that holds a graph."""
    return {
        "schema": SCHEMA,
        "project": graph.project,
        "stack": graph.stack,
        "known": graph.known,
        "resources": [_resource(resource) for resource in topological(graph)],
        "outputs": _sorted(plain(graph.outputs)),
        "invokes": sorted((_invoke(invoke) for invoke in graph.invokes), key=_canonical),
    }


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        **{key: plain(getattr(resource, attribute)) for key, attribute in _PLAIN.items()},
        **{key: _sorted(plain(getattr(resource, key))) for key in _VALUES},
        "dependencies": sorted(resource.dependencies),
        "propertyDependencies": {key: sorted(urns) for key, urns in sorted(resource.property_dependencies.items())},
        **{key: plain(getattr(resource, attribute)) for key, attribute in _LISTS.items()},
        **{key: _sorted(getattr(resource, attribute)) for key, attribute in _MAPS.items()},
    }


def _invoke(invoke: Invoke) -> dict[str, Any]:
    return {"token": invoke.token, "args": _sorted(plain(invoke.args)), "result": _sorted(plain(invoke.result))}


def _pack(pack: PackReport) -> dict[str, Any]:
    return {
        "name": pack.name,
        "version": pack.version,
        "levels": dict(pack.levels),
        "findings": [_finding(finding) for finding in pack.findings],
        "notApplicable": {name: [*reasons] for name, reasons in pack.not_applicable.items()},
        "warnings": [*pack.warnings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    keys = ("policy", "level", "urn", "message", "description", "severity", "unknown")
    return {key: getattr(finding, key) for key in keys}


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def read_graph(document: Mapping[str, Any]) -> Graph:
    """Return the graph of a document.

    A secret comes back as a secret without its value, a resource that was passed as a value as {"resource": URN}.

    Raises:
        RehearsalError: If the document is of another version, or no such document.
    """
    if document.get("schema") != SCHEMA:
        raise RehearsalError(f"expected a document of schema {SCHEMA}, and found {document.get('schema')!r}")
    return Graph(
        project=document["project"],
        stack=document["stack"],
        known=document["known"],
        resources=[_read_resource(fields) for fields in document["resources"]],
        outputs=_read_value(document["outputs"]),
        invokes=[
            Invoke(token=fields["token"], args=_read_value(fields["args"]), result=_read_value(fields["result"]))
            for fields in document["invokes"]
        ],
    )


def _read_resource(fields: Mapping[str, Any]) -> Resource:
    values: dict[str, Any] = {attribute: fields[key] for key, attribute in _PLAIN.items()}
    values |= {key: _read_value(fields[key]) for key in _VALUES}
    values |= {attribute: tuple(fields[key]) for key, attribute in _LISTS.items()}
    values |= {attribute: fields[key] for key, attribute in _MAPS.items()}
    edges: Mapping[str, Sequence[str]] = fields["propertyDependencies"]
    return Resource(
        **values,
        dependencies=frozenset(fields["dependencies"]),
        property_dependencies={key: frozenset(urns) for key, urns in edges.items()},
    )


def _read_value(value: Any) -> Any:
    if value == _UNKNOWN_TEXT:
        return UNKNOWN
    if value == _SECRET_TEXT:
        return Secret(_SECRET_TEXT)
    if isinstance(value, Mapping):
        return {key: _read_value(item) for key, item in value.items()}
    return [_read_value(item) for item in value] if isinstance(value, list) else value
