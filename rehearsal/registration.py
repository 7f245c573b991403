"""Reads the engine's registration message into the graph's resource."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlparse

from google.protobuf import json_format
from pulumi.runtime.proto import resource_pb2

from rehearsal.graph import Resource
from rehearsal.wire import from_struct

_TIMEOUTS = ("create", "update", "delete", "read")


def resource_from_request(request: resource_pb2.RegisterResourceRequest, urn: str) -> Resource:
    """Return the resource that a registration asks for, without outputs."""
    return Resource(
        urn=urn,
        type=request.type,
        name=request.name,
        parent=request.parent,
        custom=request.custom,
        remote=request.remote,
        inputs=from_struct(request.object),
        dependencies=frozenset(request.dependencies),
        property_dependencies={key: frozenset(value.urns) for key, value in request.propertyDependencies.items()},
        provider=request.provider.rpartition("::")[0],
        providers={package: reference.rpartition("::")[0] for package, reference in request.providers.items()},
        protect=request.protect,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        aliases=tuple(_alias(alias) for alias in request.aliases),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        retain_on_delete=request.retainOnDelete,
        deleted_with=request.deletedWith,
        custom_timeouts=_timeouts(request),
        import_id=request.importId,
        version=request.version,
        source=source_position(request),
    )


def _alias(alias: Any) -> Any:
    return alias.urn or json_format.MessageToDict(alias.spec)


def _timeouts(request: resource_pb2.RegisterResourceRequest) -> dict[str, str]:
    given = {key: getattr(request.customTimeouts, key) for key in _TIMEOUTS}
    return {key: value for key, value in given.items() if value}


def source_position(request: Any) -> str:
    """Return "file:line" of the program's call, or "" if the SDK did not say."""
    if not request.HasField("sourcePosition"):
        return ""
    path = unquote(urlparse(request.sourcePosition.uri).path).lstrip("/")
    return f"{path}:{request.sourcePosition.line}"
