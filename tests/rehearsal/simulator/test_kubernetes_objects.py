from __future__ import annotations

from typing import Any

import pytest

from rehearsal.simulator.kubernetes.errors import KubernetesError
from rehearsal.simulator.kubernetes.objects import object_type
from tests.support.kubernetes_world import (
    ADDON,
    CONFIG_MAP,
    DEPLOYMENT,
    FARGATE,
    NAMESPACE,
    NODE_GROUP,
    RELEASE,
    SNAPSHOT_CLASS,
    STORAGE_CLASS,
    Rehearsed,
    add_cluster,
    deployment,
    place,
    platform,
)

GP3 = {"metadata": {"name": "gp3"}, "provisioner": "ebs.csi.aws.com", "parameters": {"type": "gp3"}}
SNAPSHOTS = {
    "apiVersion": "snapshot.storage.k8s.io/v1",
    "kind": "VolumeSnapshotClass",
    "metadata": {"name": "ebs"},
    "driver": "ebs.csi.aws.com",
    "deletionPolicy": "Delete",
}


@pytest.mark.parametrize(
    ("type_", "inputs", "words"),
    [
        (CONFIG_MAP, {"metadata": {"name": "a", "namespace": "nowhere"}}, 'namespaces "nowhere" not found'),
        (CONFIG_MAP, {"metadata": {"name": "Not_A_Name"}}, "lowercase RFC 1123 subdomain"),
        (CONFIG_MAP, {"metadata": {"name": "a"}, "data": {"a": 1}}, "data.a: 1 is not of type"),
        (STORAGE_CLASS, {"metadata": {"name": "gp2"}, "provisioner": "x"}, '"gp2" already exists'),
        (STORAGE_CLASS, {"metadata": {"name": "a"}}, "'provisioner' is a required property"),
        (NAMESPACE, {"metadata": {"name": "kube-system"}}, 'namespaces "kube-system" already exists'),
        (
            SNAPSHOT_CLASS,
            SNAPSHOTS,
            'no matches for kind "VolumeSnapshotClass" in version "snapshot.storage.k8s.io/v1"',
        ),
        ("kubernetes:storage.k8s.io/v1:StorageClassPatch", {"metadata": {"name": "io9"}}, '"io9" not found'),
    ],
)
def test_what_the_api_refuses_is_refused(type_: str, inputs: dict[str, Any], words: str):
    rehearsed = platform()
    urn = f"urn:pulumi:dev::p::{type_}::one"
    before = len(rehearsed.world)
    checked, _failures = rehearsed.cloud.kubernetes.check(type_, urn, {}, inputs, "")  # type: ignore[union-attr]  # it has one
    with pytest.raises(KubernetesError) as refused:
        rehearsed.cloud.create(type_, urn, checked, place(), preview=False)
    assert words in str(refused.value)
    assert len(rehearsed.world) == before, "nothing may be left of what was refused"


def test_an_object_is_made_once():
    rehearsed = platform()
    rehearsed.make(STORAGE_CLASS, "one", GP3)
    with pytest.raises(KubernetesError, match=r'storageclasses\.storage\.k8s\.io "gp3" already exists'):
        rehearsed.make(STORAGE_CLASS, "two", GP3)


def test_a_custom_resource_waits_for_the_addon_that_brings_its_definition():
    rehearsed = platform()
    rehearsed.put(ADDON, "demo:snapshot-controller", clusterName="demo", addonName="snapshot-controller")
    assert rehearsed.make(SNAPSHOT_CLASS, "ebs", SNAPSHOTS).id == "ebs"


def test_a_definition_of_another_cluster_does_not_count():
    rehearsed = platform()
    add_cluster(rehearsed, "second")
    rehearsed.put(ADDON, "second:snapshot-controller", clusterName="second", addonName="snapshot-controller")
    with pytest.raises(KubernetesError, match="no matches for kind"):
        rehearsed.make(SNAPSHOT_CLASS, "ebs", SNAPSHOTS)


def test_a_name_is_generated_once_and_kept():
    rehearsed = platform()
    made = rehearsed.make(CONFIG_MAP, "settings", {"data": {"a": "1"}})
    assert made.id.startswith("default/demo-settings-")
    again, _failures = rehearsed.cloud.check(CONFIG_MAP, made.urn, made.inputs, {"data": {"a": "1"}})
    assert again == made.inputs, "an update must not rename what has a generated name"


def test_an_object_without_a_namespace_lives_in_default_and_a_cluster_wide_one_in_none():
    rehearsed = platform()
    assert rehearsed.make(CONFIG_MAP, "a", {"metadata": {"name": "a"}}).id == "default/a"
    assert rehearsed.make(STORAGE_CLASS, "gp3", GP3).id == "gp3"
    rehearsed.put(ADDON, "demo:snapshot-controller", clusterName="demo", addonName="snapshot-controller")
    assert rehearsed.make(SNAPSHOT_CLASS, "ebs", SNAPSHOTS).id == "ebs"


@pytest.mark.parametrize(
    ("type_", "old", "new", "replaces", "first"),
    [
        (STORAGE_CLASS, GP3, {**GP3, "parameters": {"type": "io2"}}, ("parameters",), True),
        (STORAGE_CLASS, GP3, {**GP3, "metadata": {"name": "fast"}}, ("metadata",), False),
        (STORAGE_CLASS, GP3, {**GP3, "allowVolumeExpansion": True}, (), False),
        (CONFIG_MAP, {"metadata": {"name": "a"}}, {"metadata": {"name": "a"}, "data": {"a": "1"}}, ("data",), True),
        (
            CONFIG_MAP,
            {"metadata": {"name": "a-1", "annotations": {"pulumi.com/autonamed": "true"}}},
            {"metadata": {"name": "a-1", "annotations": {"pulumi.com/autonamed": "true"}}, "data": {"a": "1"}},
            ("data",),
            False,
        ),
        (DEPLOYMENT, deployment(1), deployment(2), (), False),
        (RELEASE, {"name": "a", "namespace": "b"}, {"name": "c", "namespace": "b"}, ("name",), False),
        (RELEASE, {"name": "a", "version": "1"}, {"name": "a", "version": "2"}, (), False),
    ],
)
def test_the_right_changes_replace(
    type_: str, old: dict[str, Any], new: dict[str, Any], replaces: tuple[str, ...], first: bool
):
    change = platform().cloud.diff(type_, old, new)
    assert (change.replaces, change.delete_before_replace) == (replaces, first)


def test_an_immutable_field_cannot_be_changed_in_place():
    rehearsed = platform()
    made = rehearsed.make(STORAGE_CLASS, "gp3", {**GP3, "reclaimPolicy": "Delete"})
    with pytest.raises(KubernetesError, match="reclaimPolicy: Invalid value: field is immutable"):
        rehearsed.change(made, reclaimPolicy="Retain")


def test_a_change_in_place_is_seen_by_a_read():
    rehearsed = platform()
    made = rehearsed.make(STORAGE_CLASS, "gp3", GP3)
    rehearsed.change(made, allowVolumeExpansion=True)
    read = rehearsed.read(made)
    assert read is not None
    assert (read.id, read.outputs["allowVolumeExpansion"]) == ("gp3", True)


def test_a_patch_leaves_the_object_behind():
    rehearsed = platform()
    inputs = {"metadata": {"name": "gp2", "annotations": {"storageclass.kubernetes.io/is-default-class": "false"}}}
    patch = rehearsed.make("kubernetes:storage.k8s.io/v1:StorageClassPatch", "gp2", inputs)
    rehearsed.delete(patch)
    with pytest.raises(KubernetesError, match='"gp2" already exists'):
        rehearsed.make(STORAGE_CLASS, "gp2", {"metadata": {"name": "gp2"}, "provisioner": "x"})


def test_a_namespace_takes_its_objects_with_it():
    rehearsed = platform()
    namespace = rehearsed.make(NAMESPACE, "team", {"metadata": {"name": "team"}})
    rehearsed.make(CONFIG_MAP, "settings", {"metadata": {"name": "a", "namespace": "team"}})
    rehearsed.delete(namespace)
    assert rehearsed.world.of_type(CONFIG_MAP, NAMESPACE) == []


def test_pods_without_nodes_time_out():
    rehearsed = Rehearsed()
    add_cluster(rehearsed)
    with pytest.raises(KubernetesError, match="timed out waiting for the condition: no nodes available"):
        rehearsed.make(DEPLOYMENT, "shop", deployment())
    assert rehearsed.make(DEPLOYMENT, "shop", deployment(0)).id == "default/shop"


@pytest.mark.parametrize(
    ("nodes", "pod", "why"),
    [
        ({"scalingConfig": {"desiredSize": 0}}, {}, "without ready nodes"),
        ({"taints": [{"key": "gpu", "value": "yes", "effect": "NO_SCHEDULE"}]}, {}, "untolerated taint {gpu: yes}"),
        ({"labels": {"pool": "a"}}, {"nodeSelector": {"pool": "b"}}, "didn't match Pod's node affinity/selector"),
    ],
)
def test_pods_stay_pending_where_no_node_takes_them(nodes: dict[str, Any], pod: dict[str, Any], why: str):
    rehearsed = platform()
    rehearsed.set(rehearsed.world.of_type(NODE_GROUP)[0], **nodes)
    with pytest.raises(KubernetesError, match=why):
        rehearsed.make(DEPLOYMENT, "shop", deployment(**pod))


def test_pods_run_where_they_tolerate_the_taint():
    rehearsed = platform()
    taint = {"key": "gpu", "value": "yes", "effect": "NO_SCHEDULE"}
    rehearsed.set(rehearsed.world.of_type(NODE_GROUP)[0], taints=[taint])
    tolerations = [{"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}]
    assert rehearsed.make(DEPLOYMENT, "shop", deployment(tolerations=tolerations)).id == "default/shop"


@pytest.mark.parametrize(
    ("selector", "runs"),
    [
        ({"namespace": "default"}, True),
        ({"namespace": "def*"}, True),
        ({"namespace": "other"}, False),
        ({"namespace": "default", "labels": {"app": "shop"}}, True),
        ({"namespace": "default", "labels": {"app": "else"}}, False),
    ],
)
def test_a_fargate_profile_runs_what_its_selectors_match(selector: dict[str, Any], runs: bool):
    rehearsed = Rehearsed()
    add_cluster(rehearsed)
    rehearsed.put(FARGATE, "demo:f", clusterName="demo", selectors=[selector])
    if runs:
        assert rehearsed.make(DEPLOYMENT, "shop", deployment()).id == "default/shop"
    else:
        with pytest.raises(KubernetesError, match="no nodes available"):
            rehearsed.make(DEPLOYMENT, "shop", deployment())


@pytest.mark.parametrize(
    ("token", "plural"),
    [
        ("kubernetes:networking.k8s.io/v1:Ingress", "ingresses.networking.k8s.io"),
        ("kubernetes:networking.k8s.io/v1:NetworkPolicy", "networkpolicies.networking.k8s.io"),
        ("kubernetes:core/v1:ConfigMapPatch", "configmaps"),
        ("kubernetes:apps/v1:Deployment", "deployments.apps"),
    ],
)
def test_errors_name_the_resource_as_the_api_does(token: str, plural: str):
    assert object_type(token, custom=False).plural == plural
