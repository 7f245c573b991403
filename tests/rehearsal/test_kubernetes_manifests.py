"""Groups of manifests and custom resources, which no SDK type describes."""

from __future__ import annotations

from dataclasses import replace

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from pulumi.runtime import rpc

from rehearsal.errors import RehearsalError
from rehearsal.graph import Resource
from rehearsal.simulator import schema
from rehearsal.simulator.manifest_component import expand_manifests
from rehearsal.simulator.registrar import Child, child_resource
from rehearsal.wire import UNKNOWN, ResourceReference
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


class Registered:
    """Takes the children of a component, as the engine does."""

    def __init__(self, known: bool) -> None:
        self.known = known
        self.children: list[Child] = []

    def add(self, component: Resource, child: Child) -> Resource:
        self.children.append(child)
        return replace(child_resource(component, child, f"urn::{child.name}", child.inputs), id=child.name)

    def output(self, reference: ResourceReference, key: str) -> object:
        raise AssertionError(f"nobody asks for {key} of {reference}")


@pytest.mark.parametrize(
    ("known", "id_", "members"),
    [
        (True, "0b54f35c-2b1c-4b4e-9e7b-0f8e6a1d2c3b", 1),
        (False, "0b54f35c-2b1c-4b4e-9e7b-0f8e6a1d2c3b", 1),
        (False, rpc.UNKNOWN, 0),
    ],
)
def test_definitions_are_known_by_the_names_of_their_files(known: bool, id_: str, members: int) -> None:
    provider = f"urn:pulumi:dev::p::pulumi:providers:kubernetes::cluster::{id_}"
    files = ["https://example.com/v1/elbv2.k8s.aws_targetgroupbindings.yaml", "https://example.com/other.yaml"]
    group = Resource(urn="urn", type="t", name="group", inputs={"files": files}, providers={"kubernetes": provider})
    registered = Registered(known)
    outputs, _origins = expand_manifests(registered, group)
    names = [(child.name, child.provider) for child in registered.children]
    assert names == [("group:targetgroupbindings.elbv2.k8s.aws", provider)] * members, (
        "a preview that leaves out what an update registers would show it as deleted"
    )
    assert (outputs["resources"] is UNKNOWN) == (members == 0)


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
