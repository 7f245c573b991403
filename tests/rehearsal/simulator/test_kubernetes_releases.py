from __future__ import annotations

from typing import Any

import pytest

from components import versions
from rehearsal.simulator.kubernetes import charts, definitions
from rehearsal.simulator.kubernetes.errors import KubernetesError
from rehearsal.simulator.kubernetes.objects import DEFINITION
from tests.support.kubernetes_world import (
    BINDING,
    NODE_GROUP,
    RELEASE,
    Rehearsed,
    add_cluster,
    controller,
    platform,
)

BINDING_INPUTS = {
    "apiVersion": "elbv2.k8s.aws/v1beta1",
    "kind": "TargetGroupBinding",
    "metadata": {"name": "shop", "namespace": "default"},
    "spec": {},
}


def test_a_release_records_chart_version_and_values():
    made = platform().make(RELEASE, "lbc", controller())
    assert made.id == "kube-system/aws-load-balancer-controller"
    assert made.outputs["values"] == {"clusterName": "demo"}
    assert made.outputs["status"] == {
        "name": "aws-load-balancer-controller",
        "namespace": "kube-system",
        "revision": 1,
        "status": "deployed",
        "chart": "aws-load-balancer-controller",
        "version": "3.5.0",
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"namespace": "nowhere"}, 'create: failed to create: namespaces "nowhere" not found'),
        ({"values": {}}, "without a valid clusterName"),
        ({"skipCrds": True}, 'no matches for kind "IngressClassParams" in version "elbv2.k8s.aws/v1beta1"'),
    ],
)
def test_helm_refuses_a_release_that_cannot_be_installed(changes: dict[str, Any], words: str):
    rehearsed = platform()
    with pytest.raises(KubernetesError) as refused:
        rehearsed.make(RELEASE, "lbc", controller(**changes))
    assert words in str(refused.value)
    assert rehearsed.world.of_type(RELEASE, DEFINITION) == []


def test_a_release_name_is_used_once_in_a_namespace():
    rehearsed = platform()
    rehearsed.make(RELEASE, "one", controller())
    with pytest.raises(KubernetesError, match="cannot re-use a name that is still in use"):
        rehearsed.make(RELEASE, "two", controller())
    assert rehearsed.make(RELEASE, "three", controller(namespace="default")).id.startswith("default/")


def test_a_release_may_make_its_namespace():
    assert platform().make(RELEASE, "a", controller(namespace="new", createNamespace=True)).id.startswith("new/")


def test_a_release_without_nodes_is_rolled_back():
    rehearsed = Rehearsed()
    add_cluster(rehearsed)
    with pytest.raises(
        KubernetesError, match="uninstalled due to atomic being set: timed out waiting for the condition"
    ):
        rehearsed.make(RELEASE, "lbc", controller())
    assert rehearsed.world.of_type(RELEASE) == []


def test_a_release_waits_for_nodes_that_its_pods_tolerate():
    rehearsed = platform()
    taint = {"key": "CriticalAddonsOnly", "value": "true", "effect": "NO_SCHEDULE"}
    rehearsed.set(rehearsed.world.of_type(NODE_GROUP)[0], taints=[taint])
    with pytest.raises(KubernetesError, match="untolerated taint"):
        rehearsed.make(RELEASE, "lbc", controller())
    tolerations = [{"key": "CriticalAddonsOnly", "operator": "Exists"}]
    values = {"clusterName": "demo", "tolerations": tolerations}
    assert rehearsed.make(RELEASE, "lbc", controller(values=values)).outputs["values"] == values


@pytest.mark.parametrize(
    ("chart", "values", "expected"),
    [
        (
            versions.LOAD_BALANCER_CONTROLLER,
            {"clusterName": "demo", "replicas": 2},
            [
                (
                    "values.replicas",
                    "chart aws-load-balancer-controller 3.5.0 has no value 'replicas'; did you mean 'replicaCount'?",
                )
            ],
        ),
        (
            versions.CLUSTER_AUTOSCALER,
            {"rbac": {"serviceAccount": {"anotations": {}}}},
            [
                (
                    "values.rbac.serviceAccount.anotations",
                    "chart cluster-autoscaler 9.59.0 has no value 'rbac.serviceAccount.anotations'; did you mean "
                    "'annotations'?",
                )
            ],
        ),
        (versions.CLUSTER_AUTOSCALER, {"extraArgs": {"any-flag": True}}, []),
    ],
)
def test_a_value_that_the_chart_does_not_read_is_refused(
    chart: versions.Chart, values: dict[str, Any], expected: list[tuple[str, str]]
):
    inputs = {"name": "a", "chart": chart.name, "version": chart.version, "values": values}
    assert platform().reasons(RELEASE, inputs) == expected, "Helm would ignore the value without a word"


@pytest.mark.parametrize("chart", [versions.LOAD_BALANCER_CONTROLLER, versions.CLUSTER_AUTOSCALER])
def test_the_facts_are_those_of_the_pinned_versions(chart: versions.Chart):
    known = charts.facts(chart.name, chart.version)
    assert known is not None
    assert known.version == chart.version, "the table must be looked through again when a chart's pin moves"
    assert known.values != frozenset()


def test_values_of_another_version_of_a_chart_are_not_judged():
    rehearsed = platform()
    assert rehearsed.reasons(RELEASE, controller(version="9.0.0", values={"clusterName": "demo", "new": 1})) == []


def test_custom_resources_come_after_the_chart_that_defines_them():
    rehearsed = platform()
    with pytest.raises(KubernetesError, match='no matches for kind "TargetGroupBinding"'):
        rehearsed.make(BINDING, "shop", BINDING_INPUTS)
    rehearsed.make(RELEASE, "lbc", controller())
    assert rehearsed.make(BINDING, "shop", BINDING_INPUTS).id == "default/shop"


def test_a_version_that_the_definition_does_not_serve_is_refused():
    rehearsed = platform()
    rehearsed.make(RELEASE, "lbc", controller())
    with pytest.raises(KubernetesError, match=r"elbv2\.k8s\.aws/v9"):
        rehearsed.make(
            "kubernetes:elbv2.k8s.aws/v9:TargetGroupBinding",
            "shop",
            {**BINDING_INPUTS, "apiVersion": "elbv2.k8s.aws/v9"},
        )


def test_definitions_of_a_chart_outlive_the_release():
    rehearsed = platform()
    rehearsed.delete(rehearsed.make(RELEASE, "lbc", controller()))
    assert len(rehearsed.world.of_type(DEFINITION)) == len(definitions.LOAD_BALANCER_CONTROLLER) == 7


def test_a_release_with_definitions_of_its_own_making_skips_those_of_the_chart():
    rehearsed = platform()
    for one in definitions.LOAD_BALANCER_CONTROLLER:
        rehearsed.make(DEFINITION, one.kind, one.inputs())
    rehearsed.make(RELEASE, "lbc", controller(skipCrds=True))
    assert all(record.urn for record in rehearsed.world.of_type(DEFINITION)), "the chart must bring none of its own"


def test_an_upgrade_counts_revisions_and_is_judged_again():
    rehearsed = platform()
    made = rehearsed.make(RELEASE, "lbc", controller())
    outputs = rehearsed.change(made, values={"clusterName": "demo", "replicaCount": 3})
    assert outputs["status"]["revision"] == 2
    rehearsed.world.remove(NODE_GROUP, "demo:nodes")
    with pytest.raises(KubernetesError, match="timed out waiting for the condition"):
        rehearsed.change(made, values={"clusterName": "demo", "replicaCount": 4})
