"""Groups of manifests and custom resources, which no SDK type describes."""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from rehearsal.errors import RehearsalError
from rehearsal.simulator import schema
from rehearsal.wire import UNKNOWN
from tests.support.recording import record


def manifests() -> None:
    provider = kubernetes.Provider("cluster", kubeconfig="{}")
    group = kubernetes.yaml.v2.ConfigGroup(
        "group", files=["https://example.com/crds.yaml"], opts=pulumi.ResourceOptions(provider=provider)
    )
    pulumi.export("members", group.resources)


def test_a_group_of_manifests_is_shown_without_its_members() -> None:
    graph = record(manifests)
    group = graph.named("group")
    assert group.remote is True
    assert group.inputs == {"files": ["https://example.com/crds.yaml"]}
    assert graph.children(group) == [], "a manifest at an address cannot be read without a network"
    assert graph.outputs == {"members": []}


def test_a_first_preview_does_not_know_the_members_of_a_group() -> None:
    assert record(manifests, known=False).outputs == {"members": UNKNOWN}


@pytest.mark.parametrize("type_", ["kubernetes:karpenter.sh/v1:NodePool", "kubernetes:example.com/v1beta1:Demo"])
def test_a_custom_resource_is_taken_with_whatever_its_definition_allows(type_: str) -> None:
    class Demo(pulumi.CustomResource):
        pass

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        inputs = {"metadata": {"name": "demo"}, "anything": {"goes": 1}}
        Demo(type_, "demo", inputs, pulumi.ResourceOptions(provider=provider))

    demo = record(program).named("demo")
    assert (demo.type, demo.id, demo.inputs["anything"]) == (type_, "demo", {"goes": 1})


@pytest.mark.parametrize(
    "type_",
    [
        "kubernetes:storage.k8s.io/v9:StorageClass",
        "kubernetes:storage.k8s.io/v1:StorageClas",
        "kubernetes:core/v1:Pood",
        "kubernetes:karpenter.sh:NodePool",
    ],
)
def test_a_misspelt_kubernetes_type_is_no_custom_resource(type_: str) -> None:
    assert schema.resource_class(type_) is None, "the API server would refuse what the preview shows"


def test_an_unknown_component_is_refused() -> None:
    class Unknown(pulumi.ComponentResource):
        pass

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        Unknown("kubernetes:yaml/v3:ConfigGroup", "demo", {}, pulumi.ResourceOptions(provider=provider), remote=True)

    with pytest.raises(RehearsalError, match="kubernetes:yaml/v3:ConfigGroup"):
        record(program)
