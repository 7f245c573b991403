"""Helm releases: what `helm install` refuses, and what a chart brings.

https://helm.sh/docs/helm/helm_install/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.kubernetes.charts import ChartFacts, facts, unknown_values
from rehearsal.simulator.kubernetes.definitions import Definition
from rehearsal.simulator.kubernetes.errors import KubernetesError
from rehearsal.simulator.kubernetes.nodes import Pods, why_pending
from rehearsal.simulator.kubernetes.objects import at
from rehearsal.simulator.world import Record, World


def value_failures(inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (path, reason) of each value that the chart does not read."""
    chart, values = facts(inputs.get("chart"), inputs.get("version")), inputs.get("values")
    if chart is None or not isinstance(values, Mapping):
        return []
    return [
        (
            f"values.{path}",
            f"chart {chart.name} {chart.version} has no value {path!r}" + (f"; did you mean {near!r}?" if near else ""),
        )
        for path, near in unknown_values(chart, values)
    ]


def missing_values(inputs: Mapping[str, Any]) -> None:
    """Refuse a release that does not render.

    Raises:
        KubernetesError: If the chart demands a value that is not there.
    """
    chart = facts(inputs.get("chart"), inputs.get("version"))
    for value, message in chart.needs_values.items() if chart else ():
        if not at(inputs, f"values.{value}"):
            raise KubernetesError(
                "Invalid", f"execution error at ({chart.name if chart else ''}/templates/deployment.yaml): {message}"
            )


def brought(inputs: Mapping[str, Any]) -> tuple[Definition, ...]:
    """Return the definitions that a release installs."""
    chart = facts(inputs.get("chart"), inputs.get("version"))
    return () if chart is None or inputs.get("skipCrds") is True else chart.definitions


def lacking(inputs: Mapping[str, Any], defined: frozenset[tuple[str, str]]) -> None:
    """Refuse a release whose templates use definitions that the cluster lacks.

    Args:
        inputs: Inputs of the release.
        defined: (group, kind) of what the cluster has, with what the release brings.

    Raises:
        KubernetesError: In Helm's words.
    """
    chart = facts(inputs.get("chart"), inputs.get("version"))
    for one in _required(chart):
        if (one.group, one.kind) not in defined:
            raise KubernetesError(
                "NotFound",
                "unable to build kubernetes objects from release manifest: resource mapping not found for name: "
                f'"{inputs.get("name")}" namespace: "" from "": no matches for kind "{one.kind}" in version '
                f'"{one.group}/{one.versions[-1]}"\nensure CRDs are installed first',
            )


def _required(chart: ChartFacts | None) -> tuple[Definition, ...]:
    return chart.required if chart else ()


def never_up(world: World, cluster: Record, inputs: Mapping[str, Any]) -> None:
    """Refuse a release whose pods find no node.

    Raises:
        KubernetesError: In Helm's words; with `atomic` nothing is left of the release.
    """
    values = inputs.get("values")
    values = values if isinstance(values, Mapping) else {}
    if inputs.get("skipAwait") is True or 0 in (values.get("replicaCount"), values.get("replicas")):
        return
    pods = Pods(
        namespace=str(inputs.get("namespace") or "default"),
        node_selector=values.get("nodeSelector") or {},
        tolerations=values.get("tolerations") or (),
    )
    why = why_pending(world, cluster, pods)
    if why:
        name = f"{pods.namespace}/{inputs.get('name')}"
        undone = " and has been uninstalled due to atomic being set" if inputs.get("atomic") is True else ""
        raise KubernetesError(
            "Timeout",
            f'Helm release "{name}" failed to initialize completely{undone}: timed out waiting for the condition: '
            f"pods are Pending: {why}",
        )


def upgraded(record: Record, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs of a release after an upgrade: one revision more."""
    status = dict(record.get("status") or {})
    status.update(revision=int(status.get("revision", 1)) + 1, chart=inputs.get("chart"), version=inputs.get("version"))
    return {**inputs, "name": record.get("name"), "resourceNames": record.get("resourceNames", {}), "status": status}
