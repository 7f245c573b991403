"""Kubernetes objects and Helm releases. Any object of the SDK is accepted: the API server answers all of them alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Answer, Creation, ResourceModel

_RELEASE = "kubernetes:helm.sh/v3:Release"


def _object_name(creation: Creation) -> str:
    metadata: Any = creation.input("metadata", {})
    given = metadata.get("name") if isinstance(metadata, Mapping) else None
    return given if given is not None else f"{creation.name}-{creation.hex(8)}"


def _object_id(creation: Creation) -> str:
    metadata: Any = creation.input("metadata", {})
    namespace = metadata.get("namespace") if isinstance(metadata, Mapping) else None
    name = _object_name(creation)
    return f"{namespace}/{name}" if namespace else name


def _release_name(creation: Creation) -> Any:
    return creation.input("name") or f"{creation.name}-{creation.hex(8)}"


def _release(creation: Creation, _id: str) -> dict[str, Any]:
    name = _release_name(creation)
    return {
        "name": name,
        "resourceNames": {},
        "status": {
            "name": name,
            "namespace": creation.input("namespace", "default"),
            "revision": 1,
            "status": "deployed",
            "chart": creation.input("chart"),
            "version": creation.input("version"),
        },
    }


OBJECT = ResourceModel(id=_object_id)

RESOURCES: Mapping[str, ResourceModel] = {
    _RELEASE: ResourceModel(id=lambda c: f"{c.input('namespace', 'default')}/{_release_name(c)}", outputs=_release),
}

INVOKES: Mapping[str, Answer] = {}
