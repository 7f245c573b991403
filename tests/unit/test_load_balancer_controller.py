"""The AWS Load Balancer Controller: values, order, identity, definitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.load_balancer_controller import LoadBalancerController, LoadBalancerControllerArgs
from rehearsal.graph import Graph, Resource
from rehearsal.wire import UNKNOWN
from tests.support.compute import node_group
from tests.support.fixtures import AWS, aws_providers, cluster_ref, network_ref
from tests.support.golden import assert_golden
from tests.support.recording import record

RELEASE = "kubernetes:helm.sh/v3:Release"
DEFINITIONS = "kubernetes:yaml/v2:ConfigGroup"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
NAME = "load-balancer-controller"


def program(**changes: Any) -> Callable[[], None]:
    def run() -> None:
        providers = aws_providers()
        cluster = cluster_ref()
        args = LoadBalancerControllerArgs(
            aws=AWS,
            cluster=cluster,
            vpc_id=network_ref().vpc_id,
            compute=[node_group(cluster, providers[0])],
            **changes,
        )
        component = LoadBalancerController(NAME, args, pulumi.ResourceOptions(providers=providers))
        pulumi.export("ingressClass", component.ingress_class)
        pulumi.export("serviceAccount", component.service_account)
        pulumi.export("namespace", component.namespace)
        pulumi.export("roleArn", component.role_arn)

    return run


def one(graph: Graph, type_: str) -> Resource:
    (found,) = graph.of_type(type_)
    return found


def values_of(**changes: Any) -> dict[str, Any]:
    return one(record(program(**changes)), RELEASE).inputs["values"]


def test_the_release_is_asked_for_with_exactly_these_inputs() -> None:
    inputs = dict(one(record(program()), RELEASE).inputs)
    assert_golden("charts/aws-load-balancer-controller.json", inputs.pop("values"))
    assert inputs == {
        "name": "aws-load-balancer-controller",
        "chart": "aws-load-balancer-controller",
        "version": "3.5.0",
        "repositoryOpts": {"repo": "https://aws.github.io/eks-charts"},
        "namespace": "kube-system",
        "skipCrds": True,
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
    assert component.type == "eks-platform:index:LoadBalancerController"
    assert sorted((child.type, child.name) for child in graph.descendants(component)) == [
        ("aws:eks/podIdentityAssociation:PodIdentityAssociation", f"{NAME}-identity-association"),
        ("aws:iam/policy:Policy", f"{NAME}-identity-policy-controller"),
        ("aws:iam/role:Role", f"{NAME}-identity-role"),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", f"{NAME}-identity-attachment-controller"),
        ("eks-platform:index:WorkloadIdentity", f"{NAME}-identity"),
        (RELEASE, f"{NAME}-release"),
        (DEFINITIONS, f"{NAME}-definitions"),
    ]


def test_the_controller_starts_after_its_permissions_and_nodes_and_loses_them_last() -> None:
    graph = record(program())
    release = one(graph, RELEASE)
    for type_ in (ASSOCIATION, ATTACHMENT, DEFINITIONS, "aws:eks/nodeGroup:NodeGroup"):
        assert graph.depends_on(release, one(graph, type_)), f"the controller's pods would start before {type_}"


def test_its_permissions_are_made_beside_the_nodes() -> None:
    graph = record(program())
    nodes = one(graph, "aws:eks/nodeGroup:NodeGroup")
    for type_ in ("aws:iam/role:Role", ATTACHMENT, ASSOCIATION):
        assert not graph.depends_on(one(graph, type_), nodes), "every `up` would wait for nodes before making a role"


def test_identity_and_chart_name_the_same_service_account() -> None:
    graph = record(program())
    association = one(graph, ASSOCIATION).inputs
    release = one(graph, RELEASE).inputs
    account = release["values"]["serviceAccount"]
    assert account == {"create": True, "name": "aws-load-balancer-controller", "annotations": {}}
    assert (association["namespace"], association["serviceAccount"]) == (release["namespace"], account["name"]), (
        "the controller would get AccessDenied with every load balancer"
    )


def test_on_fargate_it_gets_its_role_by_web_identity() -> None:
    graph = record(program(identity_mode="irsa"))
    assert graph.of_type(ASSOCIATION) == [], "Pod Identity does not reach Fargate"
    role = one(graph, "aws:iam/role:Role")
    assert '"system:serviceaccount:kube-system:aws-load-balancer-controller"' in role.inputs["assumeRolePolicy"]
    account = one(graph, RELEASE).inputs["values"]["serviceAccount"]
    assert account["annotations"] == {"eks.amazonaws.com/role-arn": role.outputs["arn"]}
    assert graph.depends_on(one(graph, RELEASE), one(graph, ATTACHMENT))


def test_the_seven_definitions_are_pinned_to_the_charts_version_and_kept() -> None:
    definitions = one(record(program()), DEFINITIONS)
    files = definitions.inputs["files"]
    assert [file.rsplit("/", 1)[1] for file in files] == [
        "aga.k8s.aws_globalaccelerators.yaml",
        "elbv2.k8s.aws_albtargetcontrolconfigs.yaml",
        "elbv2.k8s.aws_ingressclassparams.yaml",
        "elbv2.k8s.aws_targetgroupbindings.yaml",
        "gateway.k8s.aws_listenerruleconfigurations.yaml",
        "gateway.k8s.aws_loadbalancerconfigurations.yaml",
        "gateway.k8s.aws_targetgroupconfigurations.yaml",
    ]
    tag = "https://raw.githubusercontent.com/kubernetes-sigs/aws-load-balancer-controller/v3.5.0/config/crd/"
    assert all(file.startswith(tag) for file in files), "a definition newer or older than its controller breaks it"


def test_definitions_can_come_from_a_mirror() -> None:
    definitions = one(record(program(definitions_address="https://git.example.com/lbc")), DEFINITIONS)
    assert {file.split("/v3.5.0/")[0] for file in definitions.inputs["files"]} == {"https://git.example.com/lbc"}


def test_definitions_can_be_left_to_helm() -> None:
    graph = record(program(custom_resource_definitions="chart"))
    assert graph.of_type(DEFINITIONS) == []
    assert one(graph, RELEASE).inputs["skipCrds"] is False, "nobody would install the definitions"


def test_the_service_webhook_lets_services_through_when_no_controller_answers() -> None:
    webhook = values_of()["serviceMutatorWebhookConfig"]
    assert webhook["failurePolicy"] == "Ignore", "a controller that is down would stop every new Service"


@pytest.mark.parametrize("mode", ["ignore", "fail"])
def test_services_of_the_system_never_wait_for_the_controller(mode: str) -> None:
    assert values_of(service_webhook=mode)["serviceMutatorWebhookConfig"]["namespaceSelectors"] == [
        {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}
    ], "a cluster whose controller is down could not be repaired"


def test_the_service_webhook_can_refuse_services_or_be_left_out() -> None:
    assert values_of(service_webhook="fail")["serviceMutatorWebhookConfig"]["failurePolicy"] == "Fail"
    values = values_of(service_webhook="off")
    assert values["enableServiceMutatorWebhook"] is False
    assert "serviceMutatorWebhookConfig" not in values


def test_switches_reach_the_chart() -> None:
    values = values_of(
        replicas=1,
        ingress_class="public",
        default_ingress_class=True,
        default_target_type="instance",
        shield=True,
        waf=False,
        node_selector={"role": "system"},
        tolerations=[{"key": "CriticalAddonsOnly", "operator": "Exists"}],
    )
    assert values["replicaCount"] == 1
    assert values["podDisruptionBudget"] == {}, "a budget over one pod would stop every node from being drained"
    assert values["ingressClass"] == "public"
    assert values["ingressClassConfig"] == {"default": True}
    assert values["defaultTargetType"] == "instance"
    assert (values["enableShield"], values["enableWaf"], values["enableWafv2"]) == (True, False, False)
    assert values["nodeSelector"] == {"kubernetes.io/os": "linux", "role": "system"}
    assert values["tolerations"] == [{"key": "CriticalAddonsOnly", "operator": "Exists"}]


def test_further_values_win_but_never_rename_the_service_account() -> None:
    values = values_of(values={"logLevel": "debug", "replicaCount": 3, "serviceAccount": {"name": "other"}})
    assert (values["logLevel"], values["replicaCount"]) == ("debug", 3)
    assert values["serviceAccount"]["name"] == "aws-load-balancer-controller", "its role is bound to that name"


def test_outputs_say_what_neighbours_need() -> None:
    graph = record(program(ingress_class="public"))
    assert graph.outputs == {
        "ingressClass": "public",
        "serviceAccount": "aws-load-balancer-controller",
        "namespace": "kube-system",
        "roleArn": "arn:aws:iam::111122223333:role/demo-eu-west-1-kube-system-aws-load-balancer-controller",
    }


def test_a_first_preview_knows_all_values() -> None:
    graph = record(program(), known=False)
    assert_golden("charts/aws-load-balancer-controller.json", one(graph, RELEASE).inputs["values"])
    assert one(graph, ASSOCIATION).inputs["roleArn"] is UNKNOWN


def test_two_clusters_can_have_one_each() -> None:
    def both() -> None:
        opts = pulumi.ResourceOptions(providers=aws_providers())
        cluster = cluster_ref()
        for name in ("blue", "green"):
            args = LoadBalancerControllerArgs(
                aws=AWS, cluster=replace(cluster, literal_name=name), vpc_id="vpc-1", compute=[]
            )
            LoadBalancerController(name, args, opts)

    graph = record(both)
    assert sorted(release.name for release in graph.of_type(RELEASE)) == ["blue-release", "green-release"]
    roles = {role.inputs["name"] for role in graph.of_type("aws:iam/role:Role")}
    assert len(roles) == 2, "two roles of one name cannot exist in an account"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"replicas": 0}, "replicas: 0 must be at least 1"),
        ({"default_target_type": "pod"}, "default_target_type: 'pod' is not one of ip, instance"),
        ({"service_webhook": "maybe"}, "service_webhook: 'maybe' is not one of ignore, fail, off"),
        (
            {"custom_resource_definitions": "none"},
            "custom_resource_definitions: 'none' is not one of managed, chart",
        ),
        ({"ingress_class": "Public_1"}, "ingress_class: 'Public_1' is not a Kubernetes object name"),
    ],
)
def test_values_that_cannot_work_are_refused_by_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        record(program(**changes))
