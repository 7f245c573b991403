"""An engine that is killed in the middle of an update: the documented repair brings the stack to where it should be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from typing import Any

import pytest

from rehearsal.engine.repair import repair
from rehearsal.simulator.world import World
from tests.engine.conftest import ProjectFolder

# So many creations are behind the engine when it is killed: some of the network and of the identities.
AFTER = 40
# What is under way then takes real time, so that creations are caught in the middle.
SLOWLY = "0.01"
CLUSTER = "aws:eks/cluster:Cluster"


def pending(urn: str, kind: str = "creating") -> dict[str, Any]:
    return {"type": kind, "resource": {"urn": urn, "custom": True, "type": "t", "inputs": {"a": 1}, "outputs": {}}}


def test_a_creation_that_happened_becomes_a_resource_with_its_id() -> None:
    document = {"deployment": {"resources": [{"urn": "stack"}], "pending_operations": [pending("u")]}}
    repaired = repair(document, lambda _urn: "id-1")
    assert repaired.taken_in == ("u",), "the next update would make it twice, and fail"
    assert document["deployment"] == {
        "resources": [
            {"urn": "stack"},
            {"urn": "u", "custom": True, "type": "t", "inputs": {"a": 1}, "outputs": {"a": 1}, "id": "id-1"},
        ]
    }, "an engine refuses to work with operations pending"


@pytest.mark.parametrize(
    ("operation", "living"),
    [(pending("u"), ""), (pending("u", "updating"), "id-1"), (pending("u", "deleting"), "id-1")],
)
def test_what_never_happened_or_has_its_resource_still_is_dropped(operation: dict[str, Any], living: str) -> None:
    document = {"deployment": {"resources": [], "pending_operations": [operation]}}
    repaired = repair(document, lambda _urn: living)
    assert (repaired.taken_in, repaired.dropped) == ((), ("u",)), "the next update does it again"
    assert document == {"deployment": {"resources": []}}, "what was never made must not be in the state"


def test_what_stands_in_the_state_already_is_not_taken_in_twice() -> None:
    document = {"deployment": {"resources": [{"urn": "u", "id": "id-1"}], "pending_operations": [pending("u")]}}
    assert repair(document, lambda _urn: "id-1").taken_in == (), "an engine refuses a state with doubles"
    assert document["deployment"]["resources"] == [{"urn": "u", "id": "id-1"}], "an engine refuses a state with doubles"


def wait_for_creations(project: ProjectFolder, number: int, process: subprocess.Popen[str]) -> None:
    """Wait until the cloud has made a number of things."""
    file = project.session() / "world.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists() and file.read_text(encoding="utf-8").count('"action": "create"') >= number:
            return
        time.sleep(0.02)
    pytest.fail("the engine never got so far that it could be killed")


def kill_engine(process: subprocess.Popen[str]) -> None:
    """Kill the Pulumi CLI that a rehearsal has started, and only that."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,comm=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    )
    engines = [int(line.split()[0]) for line in listed.stdout.splitlines() if line.split()[1] == "pulumi"]
    assert len(engines) == 1, f"exactly one engine runs in an update:\n{listed.stdout}"
    os.kill(engines[0], signal.SIGKILL)


@pytest.fixture(scope="module")
def crashed(platform: ProjectFolder) -> ProjectFolder:
    """The dev stack, whose engine was killed in the middle of its first update."""
    process = platform.start("up", "--no-policies", "--scale", SLOWLY)
    wait_for_creations(platform, AFTER, process)
    kill_engine(process)
    said = process.communicate(timeout=120)[0]
    assert process.returncode not in (0, None), f"a killed update must not look like a finished one:\n{said}"
    return platform


def living(world: World) -> Counter[str]:
    return Counter(record.urn for record in world if record.urn)


def test_a_killed_engine_leaves_things_that_it_does_not_know(crashed: ProjectFolder) -> None:
    latest = json.loads(crashed.state())["checkpoint"]["latest"]
    pending = {operation["resource"]["urn"] for operation in latest.get("pending_operations", [])}
    known = {entry["urn"] for entry in latest["resources"]}
    assert pending, "nothing was under way: the crash proves nothing"
    assert set(living(crashed.world())) - known, "the cloud has nothing that the engine does not know: no crash"
    assert set(living(crashed.world())) <= known | pending, "nobody could find what was made and is not even pending"


def test_the_repair_converges_and_makes_nothing_twice(crashed: ProjectFolder) -> None:
    assert crashed.rehearse("repair", "--no-policies", "--scale", "0") == 0, crashed.said[-1][-4000:]
    world = crashed.world()
    made = Counter(event.urn for event in world.events if event.action == "create")
    assert [urn for urn, count in made.items() if count > 1] == [], "what is made twice is paid twice"
    assert [urn for urn, count in living(world).items() if count > 1] == [], "what is made twice is paid twice"
    assert len(world.of_type(CLUSTER)) == 1, "the platform is complete only with its cluster"
    latest = json.loads(crashed.state())["checkpoint"]["latest"]
    known = {entry["urn"] for entry in latest["resources"] if entry.get("custom")}
    assert set(living(world)) <= known, "what the engine does not know is never deleted"
    assert not latest.get("pending_operations"), "an engine refuses to work with operations pending"


def test_after_the_repair_nothing_is_left_to_do(crashed: ProjectFolder) -> None:
    script = "pulumi preview --expect-no-changes && pulumi destroy --yes"
    assert crashed.rehearse("run", "--scale", "0", "--", "sh", "-c", script) == 0, crashed.said[-1][-4000:]
    assert list(crashed.world()) == [], "what was taken in must be deleted like everything else"
