"""The Kubernetes APIs of a rehearsal: a real API server for each simulated cluster where that can be had."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from rehearsal.engine.kube_apiserver import Access, KubeApiServer
from rehearsal.engine.kube_binaries import Binaries, find, missing
from rehearsal.errors import RehearsalError
from rehearsal.simulator.kubernetes.api import KubernetesApi
from rehearsal.simulator.kubernetes.api_backend import ApiServerBackend, client_missing
from rehearsal.simulator.kubernetes.schema_backend import SchemaBackend
from rehearsal.simulator.world import Record, World

CHOICE = "REHEARSAL_KUBERNETES"
_WANTED = {"server": True, "schemas": False}
_SPARE = "spare"
_STARTS = 4


class KubeServers:
    """API servers of clusters, each started when its first object comes at the latest, and found again by its data.

    A start takes some seconds, which would count as hours of virtual time for what waits: `awake` begins it early.

    Args:
        binaries: The programs.
        folder: Where the servers keep their data, one folder for each cluster.
    """

    def __init__(self, binaries: Binaries, folder: Path) -> None:
        self._binaries = binaries
        self._folder = folder
        self._starting: dict[str, Future[KubeApiServer]] = {}
        self._woken = False
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(_STARTS, thread_name_prefix="kube-apiserver")

    def __enter__(self) -> KubeServers:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def awake(self, clusters: Sequence[Record]) -> None:
        """Start the servers of clusters in the background, or the first time a spare one where there is no cluster."""
        with self._lock:
            for cluster in clusters:
                self._begin(_key(cluster))
            if not clusters and not self._woken:
                self._begin(_SPARE)
            self._woken = True

    def access(self, cluster: Record) -> Access:
        """Return how to talk to a cluster's server, which is started if it does not run.

        Raises:
            RehearsalError: If it does not start.
        """
        with self._lock:
            starting = self._begin(_key(cluster))
        return starting.result().access

    def _begin(self, key: str) -> Future[KubeApiServer]:
        """Return the server that starts, or has started, for a cluster; the caller holds the lock."""
        if key in self._starting:
            return self._starting[key]
        link = self._folder / key
        if key != _SPARE and not link.exists() and _SPARE in self._starting:
            # The spare server, which has no objects yet, becomes the cluster's for good.
            self._starting[key] = self._starting.pop(_SPARE)
            link.symlink_to((self._folder / _SPARE).readlink())
            (self._folder / _SPARE).unlink()
            return self._starting[key]
        if not link.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            data = f"data-{secrets.token_hex(4)}"
            (self._folder / data).mkdir()
            link.symlink_to(data)
        self._starting[key] = self._threads.submit(self._started, link.resolve())
        return self._starting[key]

    def _started(self, folder: Path) -> KubeApiServer:
        server = KubeApiServer(self._binaries, folder)
        server.start()
        return server

    def forget(self, cluster: Record) -> None:
        """End a cluster's server and drop its data."""
        key = _key(cluster)
        with self._lock:
            starting = self._starting.pop(key, None)
        _stop(starting)
        self._drop(key)

    def close(self) -> None:
        """End all servers; the data of clusters stays."""
        with self._lock:
            starting, self._starting = list(self._starting.values()), {}
        for one in starting:
            _stop(one)
        self._threads.shutdown()
        self._drop(_SPARE)

    def _drop(self, key: str) -> None:
        link = self._folder / key
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
            link.unlink()


def _stop(starting: Future[KubeApiServer] | None) -> None:
    # What did not start has ended already.
    if starting is not None and starting.exception() is None:
        starting.result().stop()


@contextlib.contextmanager
def kubernetes_api(world: World, folder: Path, *, real: bool | None = None) -> Generator[KubernetesApi]:
    """Give a world's clusters their Kubernetes APIs for the length of a `with` block.

    Args:
        world: The simulated cloud.
        folder: Where API servers keep their data, beside the world's own file.
        real: True for real API servers, False for published schemas. None for what the environment variable
            REHEARSAL_KUBERNETES says ("server" or "schemas"), else for real ones where `kube-apiserver`, `etcd` and
            the Python client are at hand.

    Raises:
        RehearsalError: If real servers are demanded and something for them is missing.
    """
    wanted = _WANTED.get(os.environ.get(CHOICE, "")) if real is None else real
    binaries = None if wanted is False else find()
    lacking = missing() or client_missing()
    if wanted and lacking:
        raise RehearsalError(lacking)
    if binaries is None or lacking:
        yield KubernetesApi(world, SchemaBackend(world))
        return
    with KubeServers(binaries, folder) as servers:
        yield KubernetesApi(world, ApiServerBackend(servers))


def _key(cluster: Record) -> str:
    # A cluster that is made anew under its old name has another endpoint, and none of the old objects.
    return hashlib.sha256(f"{cluster.id} {cluster.get('endpoint')}".encode()).hexdigest()[:16]
