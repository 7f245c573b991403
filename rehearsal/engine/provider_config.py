"""What a change of a provider's own configuration means for everything that it manages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from rehearsal.wire import UNKNOWN


def config_change(package: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the keys of a provider's configuration that differ, and those that replace all its resources.

    Args:
        package: "aws", "eks" or "kubernetes".
        old: Configuration in the clear as it is.
        new: Configuration in the clear as it shall be.
    """
    differing = sorted(key for key in {*old, *new} if key != "version" and old.get(key) != new.get(key))
    if package == "kubernetes":
        return differing, _kubernetes_replaces(old, new, differing)
    return differing, []


def _kubernetes_replaces(old: Mapping[str, Any], new: Mapping[str, Any], differing: list[str]) -> list[str]:
    """Return what tells that the objects live in another cluster now.

    The cluster identifier decides where both sides have one; without it the active cluster of the kubeconfig does.
    https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/#clusteridentifier_python
    """
    identifiers = old.get("clusterIdentifier"), new.get("clusterIdentifier")
    if all(identifiers):
        return ["clusterIdentifier"] if identifiers[0] != identifiers[1] else []
    if "kubeconfig" not in differing and "context" not in differing:
        return []
    same = _active_cluster(old) == _active_cluster(new)
    return [] if same else [key for key in differing if key in ("kubeconfig", "context")]


def _active_cluster(config: Mapping[str, Any]) -> Any:
    text = config.get("kubeconfig")
    if text is UNKNOWN or not isinstance(text, str):
        return text
    document = yaml.safe_load(text) or {}
    context = config.get("context") or document.get("current-context")
    named = next((entry for entry in document.get("contexts") or () if entry.get("name") == context), {})
    wanted = (named.get("context") or {}).get("cluster")
    return next((entry for entry in document.get("clusters") or () if entry.get("name") == wanted), None)
