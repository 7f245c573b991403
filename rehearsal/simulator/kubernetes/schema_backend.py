"""Objects checked against the published schemas of Kubernetes, where there is no API server.

It cannot tell what only the API's own code knows: limits on values that no schema states, immutable fields beyond a
short list, defaults, admission such as Pod Security, and what a custom resource's definition allows.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

from rehearsal.errors import RehearsalError
from rehearsal.simulator.kubernetes.definitions import Definition
from rehearsal.simulator.kubernetes.errors import KubernetesError
from rehearsal.simulator.kubernetes.objects import (
    PREFIX,
    Manifest,
    ObjectType,
    at,
    full_name,
    metadata,
)
from rehearsal.simulator.world import Record, World

_PACKAGE = "kubernetes_validate"
_SCHEMAS = "kubernetes-json-schema"
_NAMESPACES = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
# What EKS makes in every cluster besides. https://docs.aws.amazon.com/eks/latest/userguide/storage-classes.html
_BUILT_IN = frozenset({("StorageClass", "gp2"), *(("Namespace", name) for name in _NAMESPACES)})
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
# Kinds whose names may hold other signs (RBAC takes path segments).
_FREE_NAMES = frozenset({"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})
_IMMUTABLE = {
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
    ("apps", "DaemonSet"): ("spec.selector",),
    ("apps", "Deployment"): ("spec.selector",),
}


class SchemaBackend:
    """Keeps objects in the world's records, and checks them against schemas.

    Args:
        world: The simulated cloud.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def awake(self, clusters: Sequence[Record]) -> None:
        """Do nothing: schemas are read when the first object comes."""

    def create(self, cluster: Record, kind: ObjectType, manifest: Manifest) -> dict[str, Any]:
        """Check an object; the caller keeps it."""
        namespace, name = metadata(manifest, "namespace"), metadata(manifest, "name")
        if namespace and not self._exists(cluster, ObjectType("", "v1", "Namespace"), "", namespace):
            raise KubernetesError("NotFound", f'namespaces "{namespace}" not found')
        _check(cluster, kind, manifest)
        if self._exists(cluster, kind, namespace, name):
            raise KubernetesError("AlreadyExists", f'{kind.plural} "{name}" already exists')
        return dict(manifest)

    def read(self, cluster: Record, kind: ObjectType, namespace: str, name: str) -> dict[str, Any] | None:
        """Return an object from the records."""
        found = self._record(cluster, kind, namespace, name)
        if found is not None:
            return dict(found.outputs)
        if self._exists(cluster, kind, namespace, name):
            return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name}}
        return None

    def apply(self, cluster: Record, kind: ObjectType, manifest: Manifest, *, force: bool) -> dict[str, Any]:  # noqa: ARG002
        """Check a changed object."""
        namespace, name = metadata(manifest, "namespace"), metadata(manifest, "name")
        old = self.read(cluster, kind, namespace, name)
        if old is None:
            raise KubernetesError("NotFound", f'{kind.plural} "{name}" not found')
        if not kind.patch:
            _check(cluster, kind, manifest)
            for path in _IMMUTABLE.get((kind.group, kind.kind), ()):
                if at(old, path) != at(manifest, path):
                    raise KubernetesError(
                        "Invalid", f'{_subject(kind)} "{name}" is invalid: {path}: Invalid value: field is immutable'
                    )
        return {**old, **manifest}

    def delete(self, cluster: Record, kind: ObjectType, namespace: str, name: str) -> None:
        """Do nothing: the caller takes the record away."""

    def define(self, cluster: Record, definitions: Sequence[Definition]) -> None:
        """Do nothing: which definitions there are follows from the records."""

    def forget(self, cluster: Record) -> None:
        """Do nothing: the caller takes the records away."""

    def _record(self, cluster: Record, kind: ObjectType, namespace: str, name: str) -> Record | None:
        group = kind.group or "core"
        wanted = f"{cluster.id}/{namespace}/{name}" if namespace else f"{cluster.id}/{name}"
        for record in self._world:
            prefix, _, own = record.type.rpartition(":")
            if record.id == wanted and own == kind.kind and prefix.startswith(f"{PREFIX}{group}/"):
                return record
        return None

    def _exists(self, cluster: Record, kind: ObjectType, namespace: str, name: str) -> bool:
        built_in = not namespace and (kind.kind, name) in _BUILT_IN
        return built_in or self._record(cluster, kind, namespace, name) is not None


def _subject(kind: ObjectType) -> str:
    return f"{kind.kind}.{kind.group}" if kind.group else kind.kind


def _check(cluster: Record, kind: ObjectType, manifest: Manifest) -> None:
    name = metadata(manifest, "name")
    if kind.kind not in _FREE_NAMES and not (_NAME.fullmatch(name) and len(name) <= 253):
        raise KubernetesError(
            "Invalid",
            f'{_subject(kind)} "{name}" is invalid: metadata.name: Invalid value: "{name}": a lowercase RFC 1123 '
            "subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
            "alphanumeric character",
        )
    if kind.custom:
        return
    problems = "; ".join(_problems(manifest, str(cluster.get("version", "1.35"))))
    if problems:
        raise KubernetesError("Invalid", f'{_subject(kind)} "{full_name(manifest)}" is invalid: {problems}')


def _problems(manifest: Manifest, version: str) -> Iterator[str]:
    validator = _validator(_folder(version), str(manifest["apiVersion"]), str(manifest["kind"]))
    if validator is None:
        yield f'no matches for kind "{manifest["kind"]}" in version "{manifest["apiVersion"]}" of Kubernetes {version}'
        return
    for error in validator.iter_errors(json.loads(json.dumps(manifest))):
        path = ".".join(str(part) for part in error.absolute_path)
        yield f"{path}: {error.message}" if path else error.message


@cache
def _folder(version: str) -> str:
    """Return the folder with the newest schemas that are not newer than a Kubernetes version."""
    if importlib.util.find_spec(_PACKAGE) is None:
        raise RehearsalError(
            "Kubernetes objects are checked by an API server or against schemas, and neither is here: `make kube`, or "
            "install the development requirements (kubernetes-validate)"
        )
    wanted = _numbers(version)
    folders = [
        entry.name for entry in (resources.files(_PACKAGE) / _SCHEMAS).iterdir() if entry.name.endswith("-local-strict")
    ]
    fitting = [folder for folder in folders if _numbers(folder.removeprefix("v"))[:2] <= wanted[:2]]
    return max(fitting or folders, key=lambda folder: _numbers(folder.removeprefix("v")))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("-")[0]))


@cache
def _validator(folder: str, api_version: str, kind: str) -> Any:
    """Return a validator of one kind, or None if this version of Kubernetes has no such kind."""
    jsonschema = importlib.import_module("jsonschema")
    # The files are named after the group's first label: "storage.k8s.io/v1" is in "<kind>-storage-v1.json".
    group, _, version = api_version.rpartition("/")
    suffix = f"{group.partition('.')[0]}-{version}" if group else version
    file = resources.files(_PACKAGE) / _SCHEMAS / folder / f"{kind.lower()}-{suffix}.json"
    if not file.is_file():
        return None
    return jsonschema.Draft202012Validator(json.loads(file.read_text("utf-8")), registry=_registry(folder))


@cache
def _registry(folder: str) -> Any:
    referencing = importlib.import_module("referencing")
    text = (resources.files(_PACKAGE) / _SCHEMAS / folder / "_definitions.json").read_text("utf-8")
    return referencing.Resource.from_contents(json.loads(text)) @ referencing.Registry()
