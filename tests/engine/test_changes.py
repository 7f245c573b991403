"""What a change of the settings does to a stack that is up: only what it should, in the order that AWS wants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from rehearsal.simulator.world import Event
from tests.engine.conftest import ProjectFolder
from tests.support.changes import SCRIPT, Touched, changed, touched, write_variants
from tests.support.golden import assert_golden

BEGINNING = (
    'eks-platform:cluster.version="1.34"',
    'eks-platform:network.zones=["eu-west-1a","eu-west-1b"]',
    'eks-platform:addons={"kube-proxy":{"version":"v1.34.0-eksbuild.2"},"coredns":{"version":"v1.12.3-eksbuild.1"}}',
)
UPGRADE = (
    'eks-platform:cluster.version="1.35"',
    'eks-platform:addons={"kube-proxy":{"version":"v1.35.0-eksbuild.2"},"coredns":{"version":"v1.13.1-eksbuild.1"}}',
)
APPS = {
    "instanceTypes": ["m7i.large", "m6i.large", "m6a.large", "m5.large"],
    "capacity": "spot",
    "min": 0,
    "max": 6,
    "labels": {"workload": "apps"},
}
CHANGES = {
    "fargate-profile": ('eks-platform:fargateProfiles.jobs={"selectors":[{"namespace":"jobs"}]}',),
    "nat-per-zone": ('eks-platform:network.nat="perZone"',),
    "node-group": ('eks-platform:nodeGroups.extra={"instanceTypes":["m7i.large"],"min":1,"max":2}',),
    "node-group-renamed": (
        f"eks-platform:nodeGroups.workers={json.dumps(APPS)}",
        "eks-platform:nodeGroups.apps=null",
    ),
    "version": UPGRADE,
    "zone": ('eks-platform:network.zones=["eu-west-1a","eu-west-1b","eu-west-1c"]',),
}
# What costs work or data if it is made anew; nothing that a person may change in passing replaces it.
PRECIOUS = (
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/natGateway:NatGateway",
    "aws:eks/cluster:Cluster",
    "aws:efs/fileSystem:FileSystem",
    "aws:kms/key:Key",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
)
CLUSTER = "aws:eks/cluster:Cluster"
ADDON = "aws:eks/addon:Addon"
GROUP = "aws:eks/nodeGroup:NodeGroup"


def set_config(platform: ProjectFolder, settings: tuple[str, ...]) -> None:
    file = platform.folder / "Pulumi.dev.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    for setting in settings:
        document = changed(document, setting)
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="module")
def up(platform: ProjectFolder) -> ProjectFolder:
    """The dev stack, one Kubernetes minor and one zone behind."""
    set_config(platform, BEGINNING)
    code = platform.rehearse("up", "--no-policies", "--scale", "0")
    assert code == 0, f"the platform does not come up:\n{platform.said[-1][-4000:]}"
    return platform


@pytest.fixture(scope="module")
def previews(up: ProjectFolder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Touched]:
    """What each change touches."""
    folder: Path = tmp_path_factory.mktemp("changes")
    write_variants(folder, up.session() / "Pulumi.dev.yaml", CHANGES)
    code = up.rehearse("run", "--", "sh", "-c", SCRIPT, str(folder))
    assert code == 0, f"a change that the settings allow cannot be previewed:\n{up.said[-1][-4000:]}"
    return {name: touched(folder / f"{name}.json") for name in CHANGES}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_touches_what_it_should_and_nothing_else(previews: dict[str, Touched], change: str) -> None:
    assert_golden(f"changes/{change}.json", previews[change])


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_replaces_or_deletes_what_holds_data_or_workloads(previews: dict[str, Touched], change: str) -> None:
    gone = {**previews[change].get("replace", {}), **previews[change].get("delete", {})}
    lost = [name for name in gone if name.split()[0] in PRECIOUS]
    assert lost == [], "an everyday change would take the platform down"


@pytest.mark.parametrize("change", ["fargate-profile", "nat-per-zone", "node-group", "version"])
def test_what_only_adds_replaces_and_deletes_nothing(previews: dict[str, Touched], change: str) -> None:
    assert sorted(previews[change]) in (["create"], ["create", "update"], ["update"]), "pods are evicted for nothing"


def test_a_renamed_node_group_is_another_group_and_the_rest_stays(previews: dict[str, Touched]) -> None:
    found = previews["node-group-renamed"]
    made = {name.replace("nodes-workers", "nodes-apps") for name in found["create"]}
    assert sorted(found) == ["create", "delete"], "a name is nothing that others depend on"
    assert made == set(found["delete"]), "exactly the group moves, with everything that belongs to it"
    assert all(" nodes-apps" in name for name in found["delete"]), "another group loses its nodes"


def test_an_upgrade_goes_over_control_plane_then_add_ons_then_nodes(up: ProjectFolder) -> None:
    living = {record.id for record in up.world() if record.urn}
    before = len(up.world().events)
    set_config(up, UPGRADE)
    assert up.rehearse("up", "--no-policies", "--scale", "0") == 0, up.said[-1][-4000:]
    events = up.world().events[before:]

    assert {event.action for event in events} == {"update"}, "an upgrade makes nothing anew"
    assert {record.id for record in up.world() if record.urn} == living, "an upgrade makes nothing anew"
    cluster = single(events, CLUSTER)
    network = single(events, ADDON, "kube-proxy")
    groups = [event for event in events if event.type == GROUP]
    assert len(groups) == 2, "a group that stays behind blocks the next upgrade"
    others = [event for event in events if event is not cluster]
    assert all(event.start >= cluster.end for event in others), "nodes and add-ons may not be ahead of the API server"
    assert all(event.start >= network.end for event in groups), "new nodes get the new kube-proxy"
    dns = single(events, ADDON, "coredns")
    assert all(dns.start >= group.end for group in groups), "the new version is rolled out on nodes that stay"


def test_a_version_cannot_be_taken_back(up: ProjectFolder) -> None:
    before = len(up.world().events)
    version = up.world().of_type(CLUSTER)[0].get("version")
    set_config(up, BEGINNING[:1])
    code = up.rehearse("up", "--no-policies", "--scale", "0")
    events = up.world().events[before:]
    assert version == "1.35", "the upgrade must be over before it can be taken back"
    assert code == 3, "a rehearsal that says that it can be taken back is worth nothing"
    assert [(event.action, event.type) for event in events] == [("refuse", CLUSTER)], "nodes are behind their cluster"
    assert "InvalidParameterException" in events[0].error, events[0].error
    assert up.world().of_type(CLUSTER)[0].get("version") == "1.35", "what is refused must change nothing"


def single(events: tuple[Event, ...], type_: str, name: str = "") -> Event:
    found = [event for event in events if event.type == type_ and name in event.urn]
    assert len(found) == 1, f"{type_} {name} must be changed exactly once, and was {len(found)} times"
    return found[0]
