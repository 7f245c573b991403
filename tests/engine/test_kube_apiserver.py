"""What only a real Kubernetes API server can judge, and that its processes come and go as they should."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.engine import kube_binaries
from rehearsal.engine.kube_apiserver import KubeApiServer
from rehearsal.engine.kube_servers import KubeServers, kubernetes_api
from rehearsal.errors import RehearsalError
from rehearsal.simulator.kubernetes.api import KubernetesApi
from rehearsal.simulator.kubernetes.api_backend import ApiServerBackend, client_missing
from rehearsal.simulator.kubernetes.errors import KubernetesError
from rehearsal.simulator.kubernetes.schema_backend import SchemaBackend
from rehearsal.simulator.world import World
from tests.support.kubernetes_world import (
    ADDON,
    BINDING,
    CONFIG_MAP,
    INGRESS,
    NAMESPACE,
    RELEASE,
    SNAPSHOT_CLASS,
    STORAGE_CLASS,
    Rehearsed,
    controller,
    ingress,
    platform,
)

GP3 = {"metadata": {"name": "gp3"}, "provisioner": "ebs.csi.aws.com", "parameters": {"type": "gp3"}}
SNAPSHOTS = {
    "apiVersion": "snapshot.storage.k8s.io/v1",
    "kind": "VolumeSnapshotClass",
    "metadata": {"name": "ebs"},
    "driver": "ebs.csi.aws.com",
}


@pytest.fixture(scope="module")
def binaries() -> kube_binaries.Binaries:
    """Both programs; without them, tests are skipped, or fail where REHEARSAL_REQUIRE_ENGINE=1."""
    lacking = kube_binaries.missing() or client_missing()
    if lacking and os.environ.get("REHEARSAL_REQUIRE_ENGINE") == "1":
        pytest.fail(lacking)
    if lacking:
        pytest.skip(lacking)
    found = kube_binaries.find()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def servers(binaries: kube_binaries.Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeServers]:
    with KubeServers(binaries, tmp_path_factory.mktemp("kubernetes")) as servers:
        yield servers


@pytest.fixture(scope="module")
def rehearsed(servers: KubeServers) -> Rehearsed:
    world = World()
    return platform(KubernetesApi(world, ApiServerBackend(servers)), world)


pytestmark = pytest.mark.kube


@pytest.mark.parametrize(
    ("type_", "inputs", "words"),
    [
        (CONFIG_MAP, {"metadata": {"name": "a", "namespace": "nowhere"}}, 'namespaces "nowhere" not found'),
        (CONFIG_MAP, {"metadata": {"name": "Not_A_Name"}}, "lowercase RFC 1123 subdomain"),
        (STORAGE_CLASS, {"metadata": {"name": "a"}, "provisioner": ""}, "provisioner: Required value"),
        (STORAGE_CLASS, {**GP3, "metadata": {"name": "gp2"}}, '"gp2" already exists'),
        (STORAGE_CLASS, {**GP3, "reclaimPolicy": "Never"}, 'Unsupported value: "Never"'),
    ],
)
def test_the_api_refuses_in_its_own_words(rehearsed: Rehearsed, type_: str, inputs: dict[str, Any], words: str) -> None:
    with pytest.raises(KubernetesError) as refused:
        rehearsed.make(type_, "wrong", inputs)
    assert words in str(refused.value)


def test_an_object_lives_as_it_would_in_a_cluster(rehearsed: Rehearsed) -> None:
    made = rehearsed.make(STORAGE_CLASS, "gp3", GP3)
    assert made.outputs["volumeBindingMode"] == "Immediate", "the API fills defaults in"
    assert rehearsed.change(made, allowVolumeExpansion=True)["allowVolumeExpansion"] is True
    with pytest.raises(KubernetesError, match="updates to parameters are forbidden"):
        rehearsed.change(made, parameters={"type": "io2"})
    rehearsed.delete(made)
    assert rehearsed.read(made) is None


def test_pod_security_is_judged(rehearsed: Rehearsed) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = rehearsed.make(NAMESPACE, "team", {"metadata": {"name": "team", "labels": labels}})
    container = {"name": "shop", "image": "shop:1", "securityContext": {"privileged": True}}
    pod = {"metadata": {"name": "shop", "namespace": "team"}, "spec": {"containers": [container]}}
    with pytest.raises(KubernetesError, match="violates PodSecurity"):
        rehearsed.make("kubernetes:core/v1:Pod", "shop", pod)
    rehearsed.delete(namespace)
    assert rehearsed.read(namespace) is None, "a namespace must not hang in its finalizer, as nothing runs here"


def test_a_protected_claim_is_let_go(rehearsed: Rehearsed) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = rehearsed.make("kubernetes:core/v1:PersistentVolumeClaim", "a", {"metadata": {"name": "a"}, "spec": spec})
    assert claim.outputs["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    rehearsed.delete(claim)
    assert rehearsed.read(claim) is None


def test_custom_resources_of_addons_and_charts_are_taken(rehearsed: Rehearsed) -> None:
    with pytest.raises(KubernetesError, match='no matches for kind "VolumeSnapshotClass"'):
        rehearsed.make(SNAPSHOT_CLASS, "ebs", SNAPSHOTS)
    rehearsed.put(ADDON, "demo:snapshot-controller", clusterName="demo", addonName="snapshot-controller")
    assert rehearsed.make(SNAPSHOT_CLASS, "ebs", SNAPSHOTS).id == "ebs"
    rehearsed.make(RELEASE, "lbc", controller())
    binding = {"apiVersion": "elbv2.k8s.aws/v1beta1", "kind": "TargetGroupBinding", "metadata": {"name": "a"}}
    assert rehearsed.make(BINDING, "a", {**binding, "spec": {"targetGroupARN": "arn"}}).id == "default/a"
    made = rehearsed.make(INGRESS, "shop", ingress())
    read = rehearsed.read(made)
    assert read is not None
    assert read.outputs["status"] == made.outputs["status"], "a refresh must not lose the address"
    rehearsed.delete(made)


def test_a_patch_takes_over_what_somebody_else_made(rehearsed: Rehearsed) -> None:
    mark = {"storageclass.kubernetes.io/is-default-class": "false", "pulumi.com/patchForce": "true"}
    patch = {"metadata": {"name": "gp2", "annotations": mark}}
    made = rehearsed.make("kubernetes:storage.k8s.io/v1:StorageClassPatch", "gp2", patch)
    assert made.outputs["provisioner"] == "kubernetes.io/aws-ebs"
    assert made.outputs["metadata"]["annotations"] == mark


@pytest.mark.usefixtures("binaries")
def test_objects_survive_a_restart_and_processes_do_not(tmp_path: Path) -> None:
    world = World()
    with kubernetes_api(world, tmp_path, real=True) as api:
        made = platform(api, world).make(STORAGE_CLASS, "gp3", GP3)
        (folder,) = [one for one in tmp_path.iterdir() if one.is_dir() and not one.is_symlink()]
        pids = [int(pid) for pid in (folder / "pids").read_text().split()]
        assert len(pids) == 2
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    with kubernetes_api(world, tmp_path, real=True) as api:
        again = Rehearsed(api, world)
        read = again.read(made)
        assert read is not None
        assert read.outputs["metadata"]["uid"] == made.outputs["metadata"]["uid"]
        cluster = world.get("aws:eks/cluster:Cluster", "demo")
        assert cluster is not None
        api.cluster_deleted(cluster)
        assert list(tmp_path.iterdir()) == [], "a cluster that is made anew must not find old objects"


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(
    binaries: kube_binaries.Binaries, tmp_path: Path
) -> None:
    false = tmp_path / "kube-apiserver"
    false.write_text("#!/bin/sh\necho no such flag\nexit 3\n")
    false.chmod(0o755)
    server = KubeApiServer(kube_binaries.Binaries(false, binaries.etcd), tmp_path / "data")
    with pytest.raises(RehearsalError, match=r"kube-apiserver ended with code 3(.|\n)*no such flag"):
        server.start()
    assert server.pids == ()


def test_a_world_without_programs_gets_the_schemas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REHEARSAL_KUBERNETES", "schemas")
    with kubernetes_api(World(), tmp_path) as api:
        assert isinstance(api.backend, SchemaBackend)
    monkeypatch.setenv("REHEARSAL_KUBERNETES", "server")
    monkeypatch.setenv("PATH", str(tmp_path))  # where nothing is
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    with pytest.raises(RehearsalError, match="kube-apiserver is not here"), kubernetes_api(World(), tmp_path):
        raise AssertionError("servers that are demanded must not be replaced without a word")
