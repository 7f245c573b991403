from __future__ import annotations

import re

import pytest

from rehearsal.simulator.context import Place
from rehearsal.simulator.kubernetes.errors import KubernetesError
from tests.support.kubernetes_world import (
    ASSOCIATION,
    CONFIG_MAP,
    DEPLOYER,
    ENTRY,
    Rehearsed,
    add_cluster,
    place,
    platform,
)

INPUTS = {"metadata": {"name": "settings", "namespace": "default"}, "data": {"a": "1"}}
CREDENTIALS = "the server has asked for the client to provide credentials"


def create(rehearsed: Rehearsed, where: Place) -> tuple[str, object]:
    return rehearsed.cloud.create(CONFIG_MAP, "urn:pulumi:dev::p::x::one", INPUTS, where, preview=False)


def test_an_object_is_refused_when_its_cluster_does_not_exist():
    rehearsed = platform()
    with pytest.raises(KubernetesError, match=r"cluster is unreachable.*lookup other\.eks\.example: no such host"):
        create(rehearsed, place("other"))


def test_an_object_is_refused_without_a_kubeconfig():
    with pytest.raises(KubernetesError, match="no configuration has been provided"):
        create(platform(), Place())


def test_an_object_is_refused_while_its_cluster_is_being_made():
    rehearsed = platform()
    cluster = rehearsed.world.of_type("aws:eks/cluster:Cluster")[0]
    rehearsed.world.put(
        type(cluster)(**{**vars(cluster), "status": "CREATING", "outputs": {**cluster.outputs, "status": "CREATING"}})
    )
    with pytest.raises(KubernetesError, match="i/o timeout"):
        create(rehearsed, place())


@pytest.mark.parametrize("missing", [ENTRY, ASSOCIATION])
def test_the_deployer_is_kept_out_without_entry_or_policy(missing: str):
    rehearsed = platform()
    for record in rehearsed.world.of_type(missing):
        rehearsed.world.remove(record.type, record.id)
    with pytest.raises(KubernetesError, match=CREDENTIALS):
        create(rehearsed, place())


@pytest.mark.parametrize(
    "changed",
    [
        {"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"},
        {"accessScope": {"type": "namespace", "namespaces": ["default"]}},
    ],
)
def test_a_lesser_policy_lets_nobody_deploy(changed: dict[str, object]):
    rehearsed = platform()
    rehearsed.set(rehearsed.world.of_type(ASSOCIATION)[0], **changed)
    with pytest.raises(KubernetesError, match=CREDENTIALS):
        create(rehearsed, place())


def test_the_creator_of_a_cluster_comes_in_unless_that_is_switched_off():
    rehearsed = Rehearsed()
    cluster = add_cluster(rehearsed)
    for record in rehearsed.world.of_type(ENTRY, ASSOCIATION):
        rehearsed.world.remove(record.type, record.id)
    rehearsed.set(cluster, accessConfig={"bootstrapClusterCreatorAdminPermissions": True})
    assert create(rehearsed, place())[0] == "default/settings"


def test_the_role_of_the_kubeconfig_must_be_the_one_with_access():
    rehearsed = platform()
    with pytest.raises(KubernetesError, match=CREDENTIALS):
        create(rehearsed, place(role="arn:aws:iam::111122223333:role/nobody"))
    assert create(rehearsed, place(role=DEPLOYER))[0] == "default/settings"


def test_deletion_fails_once_the_access_entry_is_gone():
    rehearsed = platform()
    made = rehearsed.make(CONFIG_MAP, "settings", INPUTS)
    rehearsed.world.remove(ENTRY, f"demo:{DEPLOYER}")
    with pytest.raises(KubernetesError, match=re.escape(CREDENTIALS)):
        rehearsed.delete(made)
    assert len(rehearsed.world.of_type(CONFIG_MAP)) == 1, "a refused deletion must not lose the object"


def test_objects_of_the_same_name_live_in_two_clusters():
    rehearsed = platform()
    add_cluster(rehearsed, "second")
    first = rehearsed.make(CONFIG_MAP, "settings", INPUTS)
    second = rehearsed.make(CONFIG_MAP, "settings", {**INPUTS, "data": {"a": "2"}}, cluster="second")
    assert first.id == second.id == "default/settings"
    rehearsed.delete(first)
    left = rehearsed.read(second)
    assert left is not None
    assert left.outputs["data"] == {"a": "2"}, "deleting in one cluster must not touch the other"
    assert rehearsed.read(first) is None


def test_objects_go_with_their_cluster():
    rehearsed = platform()
    add_cluster(rehearsed, "second")
    rehearsed.make(CONFIG_MAP, "settings", INPUTS)
    rehearsed.make(CONFIG_MAP, "settings", INPUTS, cluster="second")
    cluster = rehearsed.world.get("aws:eks/cluster:Cluster", "demo")
    assert cluster is not None
    assert rehearsed.cloud.kubernetes is not None
    rehearsed.cloud.kubernetes.cluster_deleted(cluster)
    assert [record.id for record in rehearsed.world.of_type(CONFIG_MAP)] == ["second/default/settings"]
