"""The Kubernetes APIs of a rehearsal: a real API server for each simulated cluster where that can be had."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import threading
from collections.abc import Generator
from pathlib import Path

from rehearsal.engine.kube_apiserver import Access, KubeApiServer
from rehearsal.engine.kube_binaries import Binaries, find
from rehearsal.simulator.kubernetes.api import KubernetesApi
from rehearsal.simulator.kubernetes.api_backend import ApiServerBackend, client_missing
from rehearsal.simulator.kubernetes.schema_backend import SchemaBackend
from rehearsal.simulator.world import Record, World


class KubeServers:
    """API servers of clusters, each started when its first object comes, and found again by its data.

    Args:
        binaries: The programs.
        folder: Where the servers keep their data, one folder for each cluster.
    """

    def __init__(self, binaries: Binaries, folder: Path) -> None:
        self._binaries = binaries
        self._folder = folder
        self._servers: dict[str, KubeApiServer] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> KubeServers:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def access(self, cluster: Record) -> Access:
        """Return how to talk to a cluster's server, which is started if it does not run.

        Raises:
            RehearsalError: If it does not start.
        """
        key = _key(cluster)
        with self._lock:
            if key not in self._servers:
                server = KubeApiServer(self._binaries, self._folder / key)
                server.start()
                self._servers[key] = server
            return self._servers[key].access

    def forget(self, cluster: Record) -> None:
        """End a cluster's server and drop its data."""
        key = _key(cluster)
        with self._lock:
            server = self._servers.pop(key, None)
        if server is not None:
            server.stop()
        shutil.rmtree(self._folder / key, ignore_errors=True)

    def close(self) -> None:
        """End all servers; their data stays."""
        with self._lock:
            servers, self._servers = list(self._servers.values()), {}
        for server in servers:
            server.stop()


@contextlib.contextmanager
def kubernetes_api(world: World, folder: Path, *, real: bool | None = None) -> Generator[KubernetesApi]:
    """Give a world's clusters their Kubernetes APIs for the length of a `with` block.

    Args:
        world: The simulated cloud.
        folder: Where API servers keep their data, beside the world's own file.
        real: True for real API servers, False for published schemas, None for real ones where `kube-apiserver`, `etcd`
            and the Python client are at hand.
    """
    binaries = None if real is False else find()
    if binaries is None or (real is None and client_missing()):
        yield KubernetesApi(world, SchemaBackend(world))
        return
    with KubeServers(binaries, folder) as servers:
        yield KubernetesApi(world, ApiServerBackend(servers))


def _key(cluster: Record) -> str:
    # A cluster that is made anew under its old name has another endpoint, and none of the old objects.
    return hashlib.sha256(f"{cluster.id} {cluster.get('endpoint')}".encode()).hexdigest()[:16]
