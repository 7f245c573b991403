"""Every pinned version of the platform: Kubernetes minors on EKS, Helm charts and controller images.

Nothing changes on `pulumi up` unless a value here or in a stack's config changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

SupportPhase = Literal["planned", "standard", "extended", "ended"]


@dataclass(frozen=True, kw_only=True)
class KubernetesMinor:
    """A Kubernetes minor version on EKS.

    Args:
        minor: Version, for example "1.35".
        on_eks_since: Day on which EKS began to offer it.
        end_of_standard_support: Last day of standard support; extended support costs extra from then on.
        end_of_extended_support: Last day of extended support; EKS upgrades the cluster by itself afterwards.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
    """

    minor: str
    on_eks_since: date
    end_of_standard_support: date
    end_of_extended_support: date

    def support_on(self, day: date) -> SupportPhase:
        """Return the kind of support that EKS gives the version on a day."""
        if day < self.on_eks_since:
            return "planned"
        if day <= self.end_of_standard_support:
            return "standard"
        if day <= self.end_of_extended_support:
            return "extended"
        return "ended"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A Helm chart at one version.

    Args:
        name: Name of the chart.
        repository: URL of the chart repository.
        version: Exact version of the chart.
    """

    name: str
    repository: str
    version: str


_MINORS = (
    KubernetesMinor(
        minor="1.36",
        on_eks_since=date(2026, 6, 2),
        end_of_standard_support=date(2027, 8, 2),
        end_of_extended_support=date(2028, 8, 2),
    ),
    KubernetesMinor(
        minor="1.35",
        on_eks_since=date(2026, 1, 27),
        end_of_standard_support=date(2027, 3, 27),
        end_of_extended_support=date(2028, 3, 27),
    ),
    KubernetesMinor(
        minor="1.34",
        on_eks_since=date(2025, 10, 2),
        end_of_standard_support=date(2026, 12, 2),
        end_of_extended_support=date(2027, 12, 2),
    ),
    KubernetesMinor(
        minor="1.33",
        on_eks_since=date(2025, 5, 29),
        end_of_standard_support=date(2026, 7, 29),
        end_of_extended_support=date(2027, 7, 29),
    ),
    KubernetesMinor(
        minor="1.32",
        on_eks_since=date(2025, 1, 23),
        end_of_standard_support=date(2026, 3, 23),
        end_of_extended_support=date(2027, 3, 23),
    ),
    KubernetesMinor(
        minor="1.31",
        on_eks_since=date(2024, 9, 26),
        end_of_standard_support=date(2025, 11, 26),
        end_of_extended_support=date(2026, 11, 26),
    ),
)

KUBERNETES_MINORS: Mapping[str, KubernetesMinor] = MappingProxyType({entry.minor: entry for entry in _MINORS})
"""What is known of each Kubernetes minor, newest first."""

LOAD_BALANCER_CONTROLLER = Chart(
    name="aws-load-balancer-controller",
    repository="https://aws.github.io/eks-charts",
    version="3.5.0",
)
CLUSTER_AUTOSCALER = Chart(
    name="cluster-autoscaler",
    repository="https://kubernetes.github.io/autoscaler",
    version="9.59.0",
)

# Cluster Autoscaler simulates the scheduler of its own minor, so its image follows the cluster, not the chart.
# https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/README.md#releases
_CLUSTER_AUTOSCALER_TAGS: Mapping[str, str] = MappingProxyType(
    {
        "1.36": "v1.36.1",
        "1.35": "v1.35.2",
        "1.34": "v1.34.5",
        "1.33": "v1.33.6",
        "1.32": "v1.32.7",
        "1.31": "v1.31.5",
    }
)


def kubernetes_minor(minor: str) -> KubernetesMinor:
    """Return what is known of a Kubernetes minor.

    Args:
        minor: Version, for example "1.35".

    Raises:
        ValueError: If the minor is not listed here.
    """
    found = KUBERNETES_MINORS.get(minor)
    if found is None:
        raise ValueError(f"version: Kubernetes {minor!r} is not known; known are {_known(KUBERNETES_MINORS)}")
    return found


def cluster_autoscaler_tag(minor: str) -> str:
    """Return the tag of the Cluster Autoscaler image for a cluster of the given minor.

    Args:
        minor: Kubernetes version of the cluster, for example "1.35".

    Raises:
        ValueError: If no image is pinned for the minor.
    """
    tag = _CLUSTER_AUTOSCALER_TAGS.get(minor)
    if tag is None:
        raise ValueError(
            f"version: no Cluster Autoscaler image is pinned for Kubernetes {minor!r}; "
            f"pinned are {_known(_CLUSTER_AUTOSCALER_TAGS)}"
        )
    return tag


def _known(table: Mapping[str, object]) -> str:
    return ", ".join(sorted(table, key=lambda minor: tuple(int(part) for part in minor.split("."))))
