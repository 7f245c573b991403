"""Objects kept and judged by a real Kubernetes API server, reached through the official Python client.

No controller runs behind that server, so what a controller would finish is finished here: namespaces and protected
volumes that are deleted are let go.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from rehearsal.errors import RehearsalError
from rehearsal.simulator.kubernetes.definitions import Definition
from rehearsal.simulator.kubernetes.errors import KubernetesError
from rehearsal.simulator.kubernetes.objects import Manifest, ObjectType, metadata
from rehearsal.simulator.world import Record

_MANAGER = "pulumi-kubernetes"
_SECONDS = 20.0
_DEFINITION = ObjectType("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
# Every cluster has it, since 1.30 not as default. https://docs.aws.amazon.com/eks/latest/userguide/storage-classes.html
_GP2 = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "gp2"},
    "provisioner": "kubernetes.io/aws-ebs",
    "parameters": {"type": "gp2", "fsType": "ext4"},
    "volumeBindingMode": "WaitForFirstConsumer",
}


class Access(Protocol):
    """How to talk to one API server."""

    @property
    def url(self) -> str:
        """Address of the server."""
        ...

    @property
    def certificate_authority(self) -> Path:
        """File with the certificate to trust."""
        ...

    @property
    def token(self) -> str:
        """Bearer token of an administrator."""
        ...


class Servers(Protocol):
    """One API server for each cluster."""

    def awake(self, clusters: Sequence[Record]) -> None:
        """Start servers in the background: those of the clusters, or one for a cluster that is going to be made."""
        ...

    def access(self, cluster: Record) -> Access:
        """Return how to talk to a cluster's server, which is started if it does not run."""
        ...

    def forget(self, cluster: Record) -> None:
        """End a cluster's server and drop its data."""
        ...


@dataclass
class _Connection:
    client: Any
    lock: threading.Lock = field(default_factory=threading.Lock)


class ApiServerBackend:
    """Keeps objects in real API servers.

    Args:
        servers: The servers.
    """

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._connections: dict[str, _Connection] = {}
        self._lock = threading.Lock()

    def awake(self, clusters: Sequence[Record]) -> None:
        """Start servers in the background."""
        self._servers.awake(clusters)

    def create(self, cluster: Record, kind: ObjectType, manifest: Manifest) -> dict[str, Any]:
        """Make an object by server-side apply, and refuse one that exists, as the provider does."""
        namespace, name = metadata(manifest, "namespace"), metadata(manifest, "name")
        if self.read(cluster, kind, namespace, name) is not None:
            raise KubernetesError("AlreadyExists", f'{kind.plural} "{name}" already exists')
        live = self._apply(cluster, kind, manifest, manager=_MANAGER, force=False)
        if kind == _DEFINITION:
            self._established(cluster, name)
        return live

    def read(self, cluster: Record, kind: ObjectType, namespace: str, name: str) -> dict[str, Any] | None:
        """Return an object as the server has it."""
        try:
            with _refusals():
                resource = self._resource(cluster, kind)
                return _plain(resource.get(name=name, namespace=namespace or None))
        except KubernetesError as error:
            if error.reason == "NotFound":
                return None
            raise

    def apply(self, cluster: Record, kind: ObjectType, manifest: Manifest, *, force: bool) -> dict[str, Any]:
        """Change an object by server-side apply."""
        namespace, name = metadata(manifest, "namespace"), metadata(manifest, "name")
        if self.read(cluster, kind, namespace, name) is None:
            raise KubernetesError("NotFound", f'{kind.plural} "{name}" not found')
        # A patch has fields of its own, apart from those of whoever made the object.
        manager = f"{_MANAGER}-patch" if kind.patch else _MANAGER
        return self._apply(cluster, kind, manifest, manager=manager, force=force)

    def delete(self, cluster: Record, kind: ObjectType, namespace: str, name: str) -> None:
        """Delete an object, and let go what only a controller would."""
        live = self.read(cluster, kind, namespace, name)
        if live is None:
            return
        with _refusals():
            resource = self._resource(cluster, kind)
            resource.delete(name=name, namespace=namespace or None, body={"propagationPolicy": "Background"})
        left = self.read(cluster, kind, namespace, name)
        if left is None or "deletionTimestamp" not in left["metadata"]:
            return
        with _refusals(), contextlib.suppress(_gone()):
            if kind.kind == "Namespace":
                client = self._connection(cluster).client
                client.request("put", f"/api/v1/namespaces/{name}/finalize", body={**left, "spec": {"finalizers": []}})
            elif left["metadata"].get("finalizers"):
                names = {"name": name, "finalizers": None}
                free = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": names}
                resource.patch(
                    body=free, name=name, namespace=namespace or None, content_type="application/merge-patch+json"
                )

    def define(self, cluster: Record, definitions: Sequence[Definition]) -> None:
        """Make definitions that the server does not have."""
        for one in definitions:
            if self.read(cluster, _DEFINITION, "", one.name) is None:
                self._apply(cluster, _DEFINITION, one.manifest(), manager="helm", force=False)
                self._established(cluster, one.name)

    def forget(self, cluster: Record) -> None:
        """End the cluster's server and drop its data."""
        with self._lock:
            self._connections.pop(str(cluster.get("endpoint")), None)
        self._servers.forget(cluster)

    def _apply(
        self, cluster: Record, kind: ObjectType, manifest: Manifest, *, manager: str, force: bool
    ) -> dict[str, Any]:
        with _refusals():
            live = self._resource(cluster, kind).server_side_apply(
                body=json.loads(json.dumps(manifest)),
                name=metadata(manifest, "name"),
                namespace=metadata(manifest, "namespace") or None,
                field_manager=manager,
                force_conflicts=force,
                field_validation="Strict",
            )
        return _plain(live)

    def _established(self, cluster: Record, name: str) -> None:
        """Wait until a definition's kind is served."""
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            live = self.read(cluster, _DEFINITION, "", name) or {}
            conditions = (live.get("status") or {}).get("conditions") or ()
            if any(one.get("type") == "Established" and one.get("status") == "True" for one in conditions):
                return
            time.sleep(0.05)
        raise KubernetesError("Timeout", f"{name}: timed out waiting for the condition Established")

    def _resource(self, cluster: Record, kind: ObjectType) -> Any:
        connection = self._connection(cluster)
        missing = importlib.import_module("kubernetes.dynamic.exceptions").ResourceNotFoundError
        # A definition is established some moments before discovery lists its kind.
        deadline = time.monotonic() + (_SECONDS if kind.custom else 0)
        while True:
            try:
                with connection.lock:
                    return connection.client.resources.get(api_version=kind.api_version, kind=kind.kind)
            except missing:
                if time.monotonic() >= deadline:
                    raise KubernetesError(
                        "NotFound", f'no matches for kind "{kind.kind}" in version "{kind.api_version}"'
                    ) from None
                time.sleep(0.1)

    def _connection(self, cluster: Record) -> _Connection:
        key = str(cluster.get("endpoint"))
        with self._lock:
            if key not in self._connections:
                self._connections[key] = _Connection(_connect(self._servers.access(cluster)))
                with _refusals():
                    classes = self._connections[key].client.resources.get(
                        api_version="storage.k8s.io/v1", kind="StorageClass"
                    )
                    classes.server_side_apply(body=_GP2, name="gp2", field_manager="eks", force_conflicts=True)
            return self._connections[key]


def client_missing() -> str:
    """Return in one line how to get the Python client; "" if it is here."""
    try:
        importlib.import_module("kubernetes.dynamic")
    except ImportError:
        return "the package kubernetes is not here: install the development requirements"
    return ""


def _connect(access: Access) -> Any:
    client = importlib.import_module("kubernetes.client")
    dynamic = importlib.import_module("kubernetes.dynamic")
    configuration = client.Configuration(host=access.url)
    configuration.ssl_ca_cert = str(access.certificate_authority)
    configuration.api_key = {"authorization": f"Bearer {access.token}"}
    cache = access.certificate_authority.parent / "discovery.json"
    cache.unlink(missing_ok=True)
    return dynamic.DynamicClient(client.ApiClient(configuration), cache_file=str(cache))


def _gone() -> type[Exception]:
    return importlib.import_module("kubernetes.dynamic.exceptions").NotFoundError


@contextlib.contextmanager
def _refusals() -> Generator[None]:
    """Hand on what the API answers, in its own words."""
    exceptions = importlib.import_module("kubernetes.dynamic.exceptions")
    transport = importlib.import_module("urllib3.exceptions")
    try:
        yield
    except exceptions.DynamicApiError as error:
        raise _refusal(error) from None
    except transport.HTTPError as error:
        raise RehearsalError(f"the Kubernetes API server does not answer: {error}") from error


def _refusal(error: Any) -> KubernetesError:
    try:
        status = json.loads(error.body)
    except (TypeError, ValueError):
        status = {}
    status = status if isinstance(status, Mapping) else {}
    return KubernetesError(str(status.get("reason") or error.reason), str(status.get("message") or error))


def _plain(live: Any) -> dict[str, Any]:
    """Return an object without the notes on who manages which field, which are longer than the object."""
    document = live.to_dict()
    document["metadata"].pop("managedFields", None)
    return document
