"""Reads the engine's registration message into the graph's resource."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from google.protobuf import json_format
from pulumi.runtime.proto import resource_pb2

from rehearsal.graph import Resource
from rehearsal.wire import Secret, concealed, from_struct, secret_texts, without_texts

_TIMEOUTS = ("create", "update", "delete", "read")
# The tool may live in the folder of the program that it runs.
_OWN_FOLDER = f"{Path(__file__).resolve().parent}/"
_INSTALLED = frozenset({"site-packages", "dist-packages", ".venv", "venv"})


def resource_from_request(request: resource_pb2.RegisterResourceRequest, urn: str, root: str = "") -> Resource:
    """Return the resource that a registration asks for, without outputs; `root` is the program's folder."""
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
        provider=provider_urn(request.provider),
        providers={package: provider_urn(reference) for package, reference in request.providers.items()},
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
        source=source_position(request, root),
    )


def with_secrets(resource: Resource, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource's outputs with those secret that echo a secret input, or that the program declares secret."""
    made = dict(concealed(outputs, resource.inputs))
    texts = secret_texts(resource.inputs)
    if texts:
        made = dict(without_texts(made, texts))
    for key in resource.additional_secret_outputs:
        if key in made and not isinstance(made[key], Secret):
            made[key] = Secret(made[key])
    return made


def provider_urn(reference: str) -> str:
    """Return the URN in a provider reference, which is a URN and an id."""
    return reference.rpartition("::")[0]


def _alias(alias: Any) -> Any:
    return alias.urn or json_format.MessageToDict(alias.spec)


def _timeouts(request: resource_pb2.RegisterResourceRequest) -> dict[str, str]:
    given = {key: getattr(request.customTimeouts, key) for key in _TIMEOUTS}
    return {key: value for key, value in given.items() if value}


def source_position(request: Any, root: str = "") -> str:
    """Return "file:line" of the program's call, relative to its folder.

    The SDK names its own file for some types: the innermost frame within the program's folder is taken instead.

    Args:
        request: A registration or a read.
        root: The program's folder; "" to take what the SDK names.

    Returns:
        The place, or "" if there is none in the program's folder.
    """
    if not root:
        return _file_and_line(request.sourcePosition) if request.HasField("sourcePosition") else ""
    for frame in request.stackTrace.frames:
        place = _file_and_line(frame.pc)
        if is_within(place, root):
            return place.removeprefix(root).lstrip("/")
    return ""


def is_within(path: str, root: str) -> bool:
    """Return whether a file belongs to a program's folder, and neither to a package installed in it nor to us."""
    inside = path.startswith(f"{root.rstrip('/')}/") and not path.startswith(_OWN_FOLDER)
    return inside and not _INSTALLED.intersection(Path(path).parts)


def _file_and_line(position: Any) -> str:
    return f"{unquote(urlparse(position.uri).path)}:{position.line}"
