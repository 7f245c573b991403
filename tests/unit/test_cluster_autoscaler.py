"""The Cluster Autoscaler: image, flags, values, identity and order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.cluster_autoscaler import ClusterAutoscaler, ClusterAutoscalerArgs
from components.versions import KUBERNETES_MINORS
from rehearsal.graph import Graph, Resource
from tests.support.compute import node_group
from tests.support.fixtures import AWS, aws_providers, cluster_ref
from tests.support.golden import assert_golden
from tests.support.recording import record

RELEASE = "kubernetes:helm.sh/v3:Release"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
NAME = "cluster-autoscaler"


def program(version: str = "1.35", **changes: Any) -> Callable[[], None]:
    def run() -> None:
        providers = aws_providers()
        cluster = cluster_ref(version)
        args = ClusterAutoscalerArgs(aws=AWS, cluster=cluster, compute=[node_group(cluster, providers[0])], **changes)
        component = ClusterAutoscaler(NAME, args, pulumi.ResourceOptions(providers=providers))
        pulumi.export("imageTag", component.image_tag)
        pulumi.export("serviceAccount", component.service_account)
        pulumi.export("namespace", component.namespace)
        pulumi.export("roleArn", component.role_arn)

    return run


def one(graph: Graph, type_: str) -> Resource:
    (found,) = graph.of_type(type_)
    return found


def values_of(version: str = "1.35", **changes: Any) -> dict[str, Any]:
    return one(record(program(version, **changes)), RELEASE).inputs["values"]


def test_the_release_is_asked_for_with_exactly_these_inputs() -> None:
    inputs = dict(one(record(program()), RELEASE).inputs)
    assert_golden("charts/cluster-autoscaler.json", inputs.pop("values"))
    assert inputs == {
        "name": "cluster-autoscaler",
        "chart": "cluster-autoscaler",
        "version": "9.59.0",
        "repositoryOpts": {"repo": "https://kubernetes.github.io/autoscaler"},
        "namespace": "kube-system",
        "skipCrds": False,
        "atomic": True,
        "cleanupOnFail": True,
        "skipAwait": False,
        "timeout": 600,
        "maxHistory": 5,
        "compat": "true",
    }


def test_it_makes_exactly_these_children() -> None:
    graph = record(program())
    component = graph.named(NAME)
    assert component.type == "eks-platform:index:ClusterAutoscaler"
    assert sorted((child.type, child.name) for child in graph.descendants(component)) == [
        ("aws:eks/podIdentityAssociation:PodIdentityAssociation", f"{NAME}-identity-association"),
        ("aws:iam/policy:Policy", f"{NAME}-identity-policy-autoscaler"),
        ("aws:iam/role:Role", f"{NAME}-identity-role"),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", f"{NAME}-identity-attachment-autoscaler"),
        ("eks-platform:index:WorkloadIdentity", f"{NAME}-identity"),
        (RELEASE, f"{NAME}-release"),
    ]


@pytest.mark.parametrize("minor", sorted(KUBERNETES_MINORS))
def test_the_image_is_of_the_clusters_own_minor(minor: str) -> None:
    tag = values_of(minor)["image"]["tag"]
    assert tag.startswith(f"v{minor}."), "the autoscaler would foresee another scheduler than the one that runs"


def test_the_autoscaler_starts_after_its_permissions_and_nodes_and_loses_them_last() -> None:
    graph = record(program())
    release = one(graph, RELEASE)
    for type_ in (ASSOCIATION, ATTACHMENT, "aws:eks/nodeGroup:NodeGroup"):
        assert graph.depends_on(release, one(graph, type_)), f"the autoscaler's pods would start before {type_}"
    nodes = one(graph, "aws:eks/nodeGroup:NodeGroup")
    assert not graph.depends_on(one(graph, ASSOCIATION), nodes), "`up` would wait for nodes without need"


def test_identity_and_chart_name_the_same_service_account() -> None:
    graph = record(program())
    association = one(graph, ASSOCIATION).inputs
    release = one(graph, RELEASE).inputs
    account = release["values"]["rbac"]["serviceAccount"]
    assert account == {"create": True, "name": "cluster-autoscaler", "annotations": {}}
    assert (association["namespace"], association["serviceAccount"]) == (release["namespace"], account["name"]), (
        "the autoscaler would get AccessDenied and never add a node"
    )


def test_on_fargate_it_gets_its_role_by_web_identity() -> None:
    graph = record(program(identity_mode="irsa"))
    assert graph.of_type(ASSOCIATION) == []
    role = one(graph, "aws:iam/role:Role")
    account = one(graph, RELEASE).inputs["values"]["rbac"]["serviceAccount"]
    assert account["annotations"] == {"eks.amazonaws.com/role-arn": role.outputs["arn"]}


def test_system_pods_do_not_keep_idle_nodes_unless_wanted() -> None:
    assert values_of()["extraArgs"]["skip-nodes-with-system-pods"] is False, "idle nodes would be paid for ever"
    assert values_of(skip_nodes_with_system_pods=True)["extraArgs"]["skip-nodes-with-system-pods"] is True


def test_settings_become_flags() -> None:
    flags = values_of(
        expander="least-nodes",
        balance_similar_node_groups=False,
        scale_down=False,
        scale_down_unneeded_time="1h30m",
        scale_down_delay_after_add="90s",
        scale_down_utilization_threshold=0.7,
        skip_nodes_with_local_storage=False,
        private=True,
        extra_args={"max-node-provision-time": "20m", "scale-down-enabled": True},
    )["extraArgs"]
    assert flags == {
        "expander": "least-nodes",
        "balance-similar-node-groups": False,
        "skip-nodes-with-system-pods": False,
        "skip-nodes-with-local-storage": False,
        "scale-down-enabled": True,
        "scale-down-unneeded-time": "1h30m",
        "scale-down-delay-after-add": "90s",
        "scale-down-utilization-threshold": 0.7,
        "aws-use-static-instance-list": True,
        "max-node-provision-time": "20m",
    }


def test_priorities_reach_the_chart_by_rank() -> None:
    values = values_of(expander="priority", priorities={10: [".*"], 50: ["spot-.*", "cheap-.*"]})
    assert values["expanderPriorities"] == {"10": [".*"], "50": ["spot-.*", "cheap-.*"]}
    assert "expanderPriorities" not in values_of()


def test_it_runs_without_privileges() -> None:
    values = values_of()
    assert values["securityContext"]["runAsNonRoot"] is True
    assert values["containerSecurityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_further_values_win_but_never_rename_the_service_account() -> None:
    values = values_of(values={"replicaCount": 1, "rbac": {"serviceAccount": {"name": "other"}, "create": True}})
    assert values["replicaCount"] == 1
    assert values["rbac"]["create"] is True
    assert values["rbac"]["serviceAccount"]["name"] == "cluster-autoscaler", "its role is bound to that name"


def test_outputs_say_what_neighbours_need() -> None:
    assert record(program()).outputs == {
        "imageTag": "v1.35.2",
        "serviceAccount": "cluster-autoscaler",
        "namespace": "kube-system",
        "roleArn": "arn:aws:iam::111122223333:role/demo-eu-west-1-kube-system-cluster-autoscaler",
    }


def test_two_clusters_can_have_one_each() -> None:
    def both() -> None:
        opts = pulumi.ResourceOptions(providers=aws_providers())
        cluster = cluster_ref()
        for name in ("blue", "green"):
            args = ClusterAutoscalerArgs(aws=AWS, cluster=replace(cluster, literal_name=name), compute=[])
            ClusterAutoscaler(name, args, opts)

    releases = record(both).of_type(RELEASE)
    assert {release.inputs["values"]["autoDiscovery"]["clusterName"] for release in releases} == {"blue", "green"}, (
        "one autoscaler would resize the other cluster's groups"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"replicas": 0}, "replicas: 0 must be at least 1"),
        ({"expander": "price"}, "expander: 'price' is not one of least-waste, least-nodes"),
        ({"expander": "priority"}, "priorities: are needed by the expander"),
        ({"priorities": {1: [".*"]}}, "priorities: are needed by the expander"),
        ({"scale_down_unneeded_time": "10 minutes"}, "scale_down_unneeded_time: '10 minutes' is no duration"),
        ({"scale_down_delay_after_add": "10"}, "scale_down_delay_after_add: '10' is no duration"),
        ({"scale_down_utilization_threshold": 1.5}, "scale_down_utilization_threshold: 1.5 must be above 0"),
        ({"version": "1.20"}, "version: no Cluster Autoscaler image is pinned for Kubernetes '1.20'"),
    ],
)
def test_values_that_cannot_work_are_refused_by_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        record(program(**changes))
