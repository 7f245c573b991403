"""Refusals in the words of the Kubernetes API, Helm, and the Pulumi provider."""

from __future__ import annotations

from rehearsal.errors import RehearsalError


class KubernetesError(RehearsalError):
    """What the Kubernetes API or the provider answers when it refuses.

    Args:
        reason: Reason of the API's Status, for example "NotFound"; "Unreachable" and "Timeout" for the provider's own.
        message: The wording.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def unreachable(why: str) -> KubernetesError:
    """Return what the Pulumi provider says when it cannot talk to the cluster."""
    return KubernetesError(
        "Unreachable",
        "configured Kubernetes cluster is unreachable: unable to load schema information from the API server: " + why,
    )


def never_ready(name: str, why: str) -> KubernetesError:
    """Return what the Pulumi provider says when an object does not become ready in time."""
    return KubernetesError(
        "Timeout",
        f"the Kubernetes API server reported that {name!r} failed to fully initialize or become live: "
        f"timed out waiting for the condition: {why}",
    )
