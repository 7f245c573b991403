"""Drift: what somebody changes in the simulated cloud, and that the engine finds it."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from rehearsal.engine.drift import Change, change, remove
from rehearsal.errors import ProjectError
from rehearsal.simulator.world import Record, World
from tests.engine.conftest import ROOT, SECONDS, ProjectFolder

CLUSTER = "aws:eks/cluster:Cluster"
GROUP = "aws:cloudwatch/logGroup:LogGroup"


def world() -> World:
    made = World()
    network: dict[str, Any] = {"publicAccessCidrs": ["10.0.0.0/8"], "subnetIds": ["subnet-1", "subnet-2"]}
    inputs = {"name": "main", "vpcConfig": network}
    made.put(Record(type=CLUSTER, id="main", urn="a::b::c::cluster", inputs=inputs, outputs={**inputs, "arn": "x"}))
    for name in ("one", "two"):
        made.put(Record(type=GROUP, id=f"/logs/{name}", urn=f"a::b::c::{name}", outputs={"retentionInDays": 7}))
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'aws:eks/cluster:Cluster.vpcConfig.publicAccessCidrs=["0.0.0.0/0"]',
            Change(CLUSTER, "", "vpcConfig.publicAccessCidrs", ["0.0.0.0/0"]),
        ),
        ("aws:cloudwatch/logGroup:LogGroup/one.retentionInDays=1", Change(GROUP, "one", "retentionInDays", 1)),
        (
            "aws:cloudwatch/logGroup:LogGroup//logs/one.retentionInDays=1",
            Change(GROUP, "/logs/one", "retentionInDays", 1),
        ),
        (
            'kubernetes:helm.sh/v3:Release/x.values.a="b=c"',
            Change("kubernetes:helm.sh/v3:Release", "x", "values.a", "b=c"),
        ),
        (f"{CLUSTER}.tags.owner=null", Change(CLUSTER, "", "tags.owner", None)),
    ],
)
def test_a_change_is_read_from_the_command_line(text: str, expected: Change) -> None:
    assert Change.parse(text) == expected, "something else than what was meant drifts"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Cluster.version=1", "the form is TYPE"),
        (f"{CLUSTER}=1", "the form is TYPE"),
        (f"{CLUSTER}.version", "the form is TYPE"),
        (f"{CLUSTER}.version=1.35.x", "is not JSON"),
    ],
)
def test_a_change_of_another_form_is_refused(text: str, words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        Change.parse(text)


def test_a_nested_property_changes_and_nothing_else_does() -> None:
    cloud = world()
    change(cloud, Change.parse(f'{CLUSTER}.vpcConfig.publicAccessCidrs=["0.0.0.0/0"]'))
    record = cloud.of_type(CLUSTER)[0]
    network = {"publicAccessCidrs": ["0.0.0.0/0"], "subnetIds": ["subnet-1", "subnet-2"]}
    assert record.outputs == {"name": "main", "vpcConfig": network, "arn": "x"}
    assert record.inputs == {"name": "main", "vpcConfig": network}, "rules of the cloud would see the old value"


def test_an_element_of_a_list_changes_and_a_property_can_be_taken_away() -> None:
    cloud = world()
    change(cloud, Change.parse(f'{CLUSTER}/cluster.vpcConfig.subnetIds[1]="subnet-3"'))
    change(cloud, Change.parse(f"{CLUSTER}/main.vpcConfig.publicAccessCidrs=null"))
    assert cloud.of_type(CLUSTER)[0].get("vpcConfig") == {"subnetIds": ["subnet-1", "subnet-3"]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("aws:eks/addon:Addon.addonVersion=1", f"has no aws:eks/addon:Addon; it has {GROUP}, {CLUSTER}"),
        (f"{GROUP}.retentionInDays=1", "there are 2 of .*: name one as .*/NAME; there are one, two"),
        (f"{GROUP}/three.retentionInDays=1", "no .* is named 'three'; there are one, two"),
        (f"{CLUSTER}.vpcConfg.publicAccessCidrs=1", "has no vpcConfg.publicAccessCidrs; it has arn, name, vpcConfig"),
        (f"{CLUSTER}.verson=1", "has no verson"),
        (f"{CLUSTER}.vpcConfig.subnetIds[2]=1", r"has no vpcConfig.subnetIds\[2\]"),
    ],
)
def test_what_does_not_exist_cannot_drift(text: str, words: str) -> None:
    cloud = world()
    before = {record.id: record for record in cloud}
    with pytest.raises(ProjectError, match=words):
        change(cloud, Change.parse(text))
    assert {record.id: record for record in cloud} == before


def test_a_resource_can_be_deleted_by_hand() -> None:
    cloud = world()
    assert remove(cloud, f"{GROUP}/two").id == "/logs/two"
    assert sorted(record.id for record in cloud) == ["/logs/one", "main"]


def test_a_removal_of_another_form_is_refused() -> None:
    with pytest.raises(ProjectError, match="the form is TYPE"):
        remove(world(), "LogGroup")


def drift(project: ProjectFolder, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [part for part in project.command("drift", "--scale", *arguments) if part != "--scale"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)


def test_the_engine_finds_what_has_drifted_and_puts_it_right(small_project) -> None:
    project = small_project('aws.cloudwatch.LogGroup("logs", retention_in_days=7, opts=options)')
    assert project.rehearse("up") == 0, project.said[-1]
    done = drift(project, "--set", f"{GROUP}/logs.retentionInDays=1")
    assert done.returncode == 0, done.stderr
    assert project.world().of_type(GROUP)[0].get("retentionInDays") == 1
    assert project.rehearse("run", "--", "pulumi", "preview", "--expect-no-changes") == 0, "without a refresh: unseen"
    assert project.rehearse("run", "--", "pulumi", "preview", "--refresh", "--expect-no-changes") != 0, (
        "a change by hand in the account goes unseen"
    )
    assert project.rehearse("run", "--", "pulumi", "up", "--yes", "--refresh") == 0, project.said[-1]
    assert project.world().of_type(GROUP)[0].get("retentionInDays") == 7, "what drifted is not put right"


def test_the_engine_makes_anew_what_was_deleted_by_hand(small_project) -> None:
    project = small_project('aws.cloudwatch.LogGroup("logs", retention_in_days=7, opts=options)')
    assert project.rehearse("up") == 0, project.said[-1]
    assert drift(project, "--remove", GROUP).returncode == 0
    assert len(project.world()) == 0
    assert project.rehearse("run", "--", "pulumi", "up", "--yes", "--refresh") == 0, project.said[-1]
    assert len(project.world().of_type(GROUP)) == 1, "what was deleted by hand stays missing"


def test_drift_without_a_change_says_how(small_project) -> None:
    done = drift(small_project(""))
    assert (done.returncode, "--set TYPE[/NAME].path=JSON" in done.stderr) == (2, True)
