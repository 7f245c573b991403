"""Which custom resources a cluster takes: those whose definitions it has."""

from __future__ import annotations

from collections.abc import Iterator

from rehearsal.errors import RehearsalError
from rehearsal.simulator import schema
from rehearsal.simulator.kubernetes import definitions
from rehearsal.simulator.kubernetes.backend import KubernetesBackend
from rehearsal.simulator.kubernetes.errors import KubernetesError
from rehearsal.simulator.kubernetes.objects import DEFINITION, RELEASE, ObjectType, object_type
from rehearsal.simulator.world import Record, World

_ADDON = "aws:eks/addon:Addon"
# Named in place of the object type of a release, which is none.
_NO_OBJECT = ObjectType("helm.sh", "v3", "Release")


class CustomResources:
    """The definitions of the clusters in a world.

    Args:
        world: The simulated cloud.
        backend: What judges and keeps objects.
    """

    def __init__(self, world: World, backend: KubernetesBackend) -> None:
        self.world = world
        self.backend = backend

    def demand(self, cluster: Record, kind: ObjectType) -> None:
        """Refuse a custom resource whose definition the cluster lacks.

        Raises:
            KubernetesError: In the words of the provider.
        """
        if not kind.custom:
            return
        known = [one for one in self._definitions(cluster) if one[0] == kind.group and one[2] == kind.kind]
        if not any(version == kind.version for _group, version, _kind_name, _namespaced in known):
            raise KubernetesError(
                "NotFound",
                f"resource {kind.plural} was not successfully created by the Kubernetes API server: no matches for "
                f'kind "{kind.kind}" in version "{kind.api_version}"',
            )
        built_in = (one for one in self._tables(cluster) if (one.group, one.kind) == (kind.group, kind.kind))
        self.backend.define(cluster, list(built_in))

    def defined(self, cluster: Record) -> frozenset[tuple[str, str]]:
        """Return (group, kind) of every definition in a cluster."""
        return frozenset((group, kind) for group, _version, kind, _namespaced in self._definitions(cluster))

    def namespaced(self, kind: ObjectType) -> bool:
        """Return whether objects of a kind are in a namespace."""
        if not kind.custom:
            return not kind.cluster_wide
        declared = [one for record in self.world.of_type(DEFINITION) for one in definitions.declared(record.outputs)]
        for group, _version, name, namespaced in declared:
            if (group, name) == (kind.group, kind.kind):
                return namespaced
        known = next((one for one in definitions.KNOWN if (one.group, one.kind) == (kind.group, kind.kind)), None)
        return known is None or known.namespaced

    def bring(self, cluster: Record, brought: tuple[definitions.Definition, ...]) -> None:
        """Install a chart's definitions; Helm leaves those that exist, and never deletes one."""
        missing = [one for one in brought if self.world.get(DEFINITION, f"{cluster.id}/{one.name}") is None]
        self.backend.define(cluster, missing)
        for one in missing:
            manifest = one.manifest()
            self.world.put(
                Record(
                    type=DEFINITION,
                    id=f"{cluster.id}/{one.name}",
                    inputs=manifest,
                    outputs=manifest,
                    region=cluster.region,
                    account=cluster.account,
                    created=self.world.clock.now(),
                )
            )

    def _tables(self, cluster: Record) -> Iterator[definitions.Definition]:
        yield from definitions.from_start(cluster.outputs)
        for addon in self.world.where(_ADDON, clusterName=cluster.get("name")):
            yield from definitions.ADDONS.get(str(addon.get("addonName")), ())

    def _definitions(self, cluster: Record) -> Iterator[tuple[str, str, str, bool]]:
        for one in self._tables(cluster):
            yield from ((one.group, version, one.kind, one.namespaced) for version in one.versions)
        for record in self.world.of_type(DEFINITION):
            if record.id.startswith(f"{cluster.id}/"):
                yield from definitions.declared(record.outputs)


def kind_of(token: str) -> ObjectType:
    """Return the kind of object behind a type token; a release stands for itself.

    Raises:
        RehearsalError: If there is no such type.
    """
    if token == RELEASE:
        return _NO_OBJECT
    found = schema.resource_class(token)
    if found is None:
        raise RehearsalError(f"no SDK knows the type {token}")
    return object_type(token, custom=found.__name__ == "CustomResource")
