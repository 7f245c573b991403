"""What judges and keeps the objects of clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from rehearsal.simulator.kubernetes.definitions import Definition
from rehearsal.simulator.kubernetes.objects import Manifest, ObjectType
from rehearsal.simulator.world import Record


class KubernetesBackend(Protocol):
    """A Kubernetes API: a real one, or the published schemas."""

    def awake(self, clusters: Sequence[Record]) -> None:
        """Get ready in the background; called often.

        Args:
            clusters: The clusters that there are.
        """
        ...

    def create(self, cluster: Record, kind: ObjectType, manifest: Manifest) -> dict[str, Any]:
        """Make an object and return it with what the API adds.

        Raises:
            KubernetesError: If the API refuses it.
        """
        ...

    def read(self, cluster: Record, kind: ObjectType, namespace: str, name: str) -> dict[str, Any] | None:
        """Return an object, or None."""
        ...

    def apply(self, cluster: Record, kind: ObjectType, manifest: Manifest, *, force: bool) -> dict[str, Any]:
        """Change an object that exists and return it.

        Args:
            cluster: Cluster that it lives in.
            kind: Kind of object.
            manifest: What it shall be, as far as the program says.
            force: Whether fields that somebody else manages are taken over.

        Raises:
            KubernetesError: If the API refuses the change, or there is no such object.
        """
        ...

    def delete(self, cluster: Record, kind: ObjectType, namespace: str, name: str) -> None:
        """Delete an object; one that is gone already is no error.

        Raises:
            KubernetesError: If the API refuses.
        """
        ...

    def define(self, cluster: Record, definitions: Sequence[Definition]) -> None:
        """Make custom resource definitions that are not there yet."""
        ...

    def forget(self, cluster: Record) -> None:
        """Drop everything of a cluster that has been deleted."""
        ...
