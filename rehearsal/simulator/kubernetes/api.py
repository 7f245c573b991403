"""The life of everything that the Kubernetes provider manages: objects and Helm releases of many clusters."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rehearsal.simulator.catalogue import kubernetes as catalogue
from rehearsal.simulator.context import Creation, Place
from rehearsal.simulator.durations import duration
from rehearsal.simulator.kubernetes import load_balancers, nodes, releases
from rehearsal.simulator.kubernetes.access import CLUSTER, cluster_of, let_in
from rehearsal.simulator.kubernetes.backend import KubernetesBackend
from rehearsal.simulator.kubernetes.custom_resources import CustomResources, kind_of
from rehearsal.simulator.kubernetes.errors import KubernetesError, never_ready
from rehearsal.simulator.kubernetes.objects import (
    PREFIX,
    RELEASE,
    ObjectType,
    at,
    awaited,
    full_name,
    manifest_of,
    metadata,
    notes_of,
)
from rehearsal.simulator.kubernetes.replacement import replacing, same_name
from rehearsal.simulator.world import Record, World


class KubernetesApi:
    """What the Kubernetes provider asks of the clusters in a world.

    Records of the world carry the name of their cluster before the id that the provider knows them by, because
    objects of the same name live in many clusters.

    Args:
        world: The simulated cloud.
        backend: What judges and keeps objects.
    """

    def __init__(self, world: World, backend: KubernetesBackend) -> None:
        self.world = world
        self.backend = backend
        self._custom = CustomResources(world, backend)
        # Whether a name is free and taking it are one step; names that share a lock by chance wait a moment longer.
        self._locks = [threading.Lock() for _ in range(64)]

    def awake(self, token: str) -> None:
        """Get what takes long ready in the background, when a change begins in a world with clusters.

        Args:
            token: Type of what is changed; a cluster that is being made will need its API soon.
        """
        clusters = self.world.of_type(CLUSTER)
        if clusters or token == CLUSTER:
            self.backend.awake(clusters)

    def check(self, token: str, urn: str, old: Mapping[str, Any], inputs: Mapping[str, Any], seed: str) -> Checked:
        """Return inputs with a generated name and the default namespace, and (path, reason) of what is wrong."""
        checked = dict(inputs)
        suffix = hashlib.sha256(f"{urn}{seed}".encode()).hexdigest()[:8]
        fallback = f"{urn.rpartition('::')[2]}-{suffix}"
        if token == RELEASE:
            if not checked.get("name"):
                checked["name"] = old.get("name") or fallback
            return checked, releases.value_failures(checked)
        kind = kind_of(token)
        given = dict(checked.get("metadata") or {})
        if not kind.patch and "name" not in given and "generateName" not in given:
            given["name"] = at(old, "metadata.name") or fallback
            given["annotations"] = {**(given.get("annotations") or {}), "pulumi.com/autonamed": "true"}
        if "namespace" not in given and self._custom.namespaced(kind):
            given["namespace"] = "default"
        checked["metadata"] = given
        return checked, []

    def diff(self, token: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
        """Return the top-level inputs that replace the resource, and whether the old one must go first."""
        forced = replacing(token, kind_of(token), old, new)
        keys = tuple(sorted({path.partition(".")[0] for path in forced}))
        # The provider leaves releases alone here: a new one under a new name is made first.
        first = bool(keys) and token != RELEASE and same_name(old, new) and not _autonamed(new)
        return keys, first

    def create(self, creation: Creation) -> tuple[str, dict[str, Any]]:
        """Make an object or a release; return its id and outputs.

        Raises:
            KubernetesError: If the provider, Helm or the API refuses.
        """
        cluster = cluster_of(self.world, creation.place.kubeconfig)
        if creation.type == RELEASE:
            return self._install(cluster, creation)
        kind = kind_of(creation.type)
        manifest = manifest_of(kind, creation.inputs)
        self._custom.demand(cluster, kind)
        if kind.patch:
            live = self._patch(cluster, kind, manifest)
            self.world.clock.spend(duration(creation.type).create)
        else:
            self._refuse_unready(cluster, manifest)
            self.world.clock.spend(duration(creation.type).create)
            with self._lock(cluster, kind.kind, full_name(manifest)):
                live = self._made(cluster, kind, manifest)
                self._keep(cluster, creation, full_name(live), live)
        outputs = self._settle(cluster, manifest, live)
        self._keep(cluster, creation, full_name(live), outputs)
        return full_name(live), outputs

    def find(self, token: str, id_: str, urn: str = "") -> Record | None:
        """Return the record behind an id of the provider; the URN tells clusters apart."""
        found = [record for record in self.world.of_type(token) if _own_id(record) == id_]
        return next((record for record in found if urn in ("", record.urn)), None)

    def read(self, token: str, id_: str, urn: str = "") -> Record | None:
        """Return how a thing is now, or None if it is gone.

        Raises:
            KubernetesError: If its cluster cannot be reached.
        """
        record = self.find(token, id_, urn)
        cluster = self._cluster(record)
        if record is None or cluster is None:
            return None
        let_in(self.world, cluster)
        if token == RELEASE:
            return replace(record, id=id_)
        namespace, _, name = id_.rpartition("/")
        live = self.backend.read(cluster, kind_of(token), namespace, name)
        if live is None:
            return None
        # What a controller wrote stands in the record alone: none runs behind the API.
        status = {"status": record.outputs["status"]} if "status" in record.outputs else {}
        return replace(record, id=id_, outputs={**record.outputs, **live, **status})

    def update(self, record: Record, inputs: Mapping[str, Any], place: Place) -> dict[str, Any]:
        """Change an object or a release in place; return the outputs.

        Raises:
            KubernetesError: If the provider, Helm or the API refuses.
        """
        cluster = cluster_of(self.world, place.kubeconfig)
        self.world.clock.spend(duration(record.type).update)
        if record.type == RELEASE:
            releases.missing_values(inputs)
            releases.lacking(inputs, self._custom.defined(cluster))
            releases.never_up(self.world, cluster, inputs)
            outputs = releases.upgraded(record, inputs)
        else:
            kind = kind_of(record.type)
            manifest = manifest_of(kind, inputs)
            self._custom.demand(cluster, kind)
            self._refuse_unready(cluster, manifest)
            force = str(notes_of(manifest).get("pulumi.com/patchForce", "")).lower() == "true"
            live = self.backend.apply(cluster, kind, manifest, force=force or not kind.patch)
            outputs = self._settle(cluster, manifest, live)
        self.world.update(record, inputs=dict(inputs), outputs=outputs)
        return outputs

    def delete(self, record: Record) -> None:
        """Delete an object or a release.

        Raises:
            KubernetesError: If the cluster cannot be reached, or nobody finishes what the deletion waits for.
        """
        cluster = self._cluster(record)
        if cluster is not None:
            let_in(self.world, cluster)
            self.world.clock.spend(duration(record.type).delete)
            if record.type != RELEASE:
                self._delete_object(cluster, record)
        self.world.remove(record.type, record.id)

    def cluster_deleted(self, cluster: Record) -> None:
        """Let everything in a cluster go with it; what its controllers made in AWS stays."""
        for record in self.world:
            if record.type.startswith(PREFIX) and record.id.startswith(f"{cluster.id}/"):
                self.world.remove(record.type, record.id)
        self.backend.forget(cluster)

    def _install(self, cluster: Record, creation: Creation) -> tuple[str, dict[str, Any]]:
        namespace, name = str(creation.input("namespace") or "default"), str(creation.input("name"))
        releases.missing_values(creation.inputs)
        id_ = f"{namespace}/{name}"
        with self._lock(cluster, RELEASE, id_):
            if self.world.get(RELEASE, f"{cluster.id}/{id_}") is not None:
                raise KubernetesError("AlreadyExists", "cannot re-use a name that is still in use")
        there = self.backend.read(cluster, ObjectType("", "v1", "Namespace"), "", namespace)
        if there is None and creation.input("createNamespace") is not True:
            raise KubernetesError("NotFound", f'create: failed to create: namespaces "{namespace}" not found')
        bringing = releases.brought(creation.inputs)
        defined = self._custom.defined(cluster) | {(one.group, one.kind) for one in bringing}
        releases.lacking(creation.inputs, defined)
        releases.never_up(self.world, cluster, creation.inputs)
        self.world.clock.spend(duration(RELEASE).create)
        self._custom.bring(cluster, bringing)
        outputs = {**catalogue.RESOURCES[RELEASE].outputs(creation, id_), **creation.inputs}
        self._keep(cluster, creation, id_, outputs)
        return id_, outputs

    def _made(self, cluster: Record, kind: ObjectType, manifest: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.backend.create(cluster, kind, manifest)
        except KubernetesError as error:
            words = f"resource {full_name(manifest)} was not successfully created by the Kubernetes API server: {error}"
            raise KubernetesError(error.reason, words) from None

    def _patch(self, cluster: Record, kind: ObjectType, manifest: dict[str, Any]) -> dict[str, Any]:
        namespace, name = metadata(manifest, "namespace"), metadata(manifest, "name")
        if self.backend.read(cluster, kind, namespace, name) is None:
            raise KubernetesError("NotFound", f'cannot patch: {kind.plural} "{name}" not found')
        force = str(notes_of(manifest).get("pulumi.com/patchForce", "")).lower() == "true"
        return self.backend.apply(cluster, kind, manifest, force=force)

    def _delete_object(self, cluster: Record, record: Record) -> None:
        kind = kind_of(record.type)
        if kind.patch:
            return  # Fields are given up; they stay as they are.
        manifest = manifest_of(kind, record.outputs)
        if load_balancers.of_object(self.world, cluster, manifest) if kind.kind in ("Ingress", "Service") else ():
            asked = load_balancers.wanted(self.world, cluster, manifest)
            if asked is None or not asked.controller:
                if awaited(manifest):
                    raise never_ready(
                        full_name(manifest),
                        "the object is being deleted, but its finalizer stays: the controller that made its load "
                        "balancer is gone",
                    )
                return
            load_balancers.remove(self.world, cluster, manifest)
        if kind.kind == "Namespace":
            self._empty(cluster, metadata(manifest, "name"))
        self.backend.delete(cluster, kind, metadata(manifest, "namespace"), metadata(manifest, "name"))

    def _empty(self, cluster: Record, namespace: str) -> None:
        prefix = f"{cluster.id}/{namespace}/"
        for record in self.world:
            if record.type.startswith(PREFIX) and record.id.startswith(prefix):
                if record.type != RELEASE:
                    self._delete_object(cluster, record)
                self.world.remove(record.type, record.id)

    def _settle(self, cluster: Record, manifest: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
        """Return outputs after controllers have done their part."""
        asked = load_balancers.wanted(self.world, cluster, manifest)
        if asked is None:
            return dict(live)
        if load_balancers.why_not_made(self.world, cluster, asked):
            return dict(live)
        return {**live, "status": load_balancers.make(self.world, cluster, manifest, asked)}

    def _refuse_unready(self, cluster: Record, manifest: Mapping[str, Any]) -> None:
        """Refuse what would never be ready. The real object would stay behind, half made; here nothing does."""
        if not awaited(manifest):
            return
        pods = nodes.pods_of(manifest)
        why = nodes.why_pending(self.world, cluster, pods) if pods else ""
        asked = load_balancers.wanted(self.world, cluster, manifest)
        if asked is not None:
            why = why or load_balancers.why_not_made(self.world, cluster, asked)
        if why:
            raise never_ready(full_name(manifest), why)

    def _lock(self, cluster: Record, *name: str) -> threading.Lock:
        return self._locks[hash((cluster.id, *name)) % len(self._locks)]

    def _keep(self, cluster: Record, creation: Creation, id_: str, outputs: Mapping[str, Any]) -> None:
        self.world.put(
            Record(
                type=creation.type,
                id=f"{cluster.id}/{id_}",
                urn=creation.urn,
                inputs=dict(creation.inputs),
                outputs=outputs,
                region=cluster.region,
                account=cluster.account,
                created=self.world.clock.now(),
            )
        )

    def _cluster(self, record: Record | None) -> Record | None:
        return self.world.get(CLUSTER, record.id.partition("/")[0]) if record is not None else None


Checked = tuple[dict[str, Any], list[tuple[str, str]]]


def _own_id(record: Record) -> str:
    return record.id.partition("/")[2]


def _autonamed(inputs: Mapping[str, Any]) -> bool:
    return str(notes_of(inputs).get("pulumi.com/autonamed", "")) == "true"
