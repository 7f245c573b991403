"""How long AWS takes, in seconds, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Duration:
    """Seconds that the operations on one type take.

    Args:
        create: Seconds of a creation.
        update: Seconds of a change in place.
        delete: Seconds of a deletion.
        source: Where the figures come from.
    """

    create: float
    update: float
    delete: float
    source: str


_USUAL = Duration(1, 1, 1, "API calls that answer at once")

DURATIONS: Mapping[str, Duration] = {
    "aws:eks/cluster:Cluster": Duration(
        540, 600, 180, "https://docs.aws.amazon.com/eks/latest/userguide/create-cluster.html (several minutes)"
    ),
}


def duration(type_: str) -> Duration:
    """Return how long AWS takes for a type; one second where nothing is known."""
    return DURATIONS.get(type_, _USUAL)
