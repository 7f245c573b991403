"""Creations that fail: the next update goes on where the last one ended, and makes nothing twice.

One stack lets the first creation of every type that dev uses fail, and is updated until all is there. Another fails at
the node groups alone and is updated once more; with REHEARSAL_EXHAUSTIVE=1 there is one such life for each type, some
ten seconds each.
"""

from __future__ import annotations

import functools
import os
from collections import Counter

import pytest

from rehearsal.inprocess import run_project
from rehearsal.project import read_project, read_stack
from rehearsal.simulator.world import World
from tests.engine.conftest import ROOT, ProjectFolder

# No update fails more often than types stand one behind the other; the engine goes on with what does not wait for the
# failed, so that one update meets many failures.
ROUNDS = 24
UNTIL_CONVERGED = """
for round in $(seq "$0"); do
    pulumi up --yes --continue-on-error --suppress-outputs && { echo "converged in round $round"; exit 0; }
done
exit 1
"""
ONCE_MORE = "pulumi up --yes --suppress-outputs && exit 9; pulumi up --yes --suppress-outputs && pulumi destroy --yes"
GROUP = "aws:eks/nodeGroup:NodeGroup"


@functools.cache
def types_of_dev() -> tuple[str, ...]:
    """Return the types of which the dev stack makes something in the cloud."""
    project = read_project(ROOT)
    stack = read_stack(project, "dev")
    run = run_project(
        project.directory,
        main=project.main,
        project=project.name,
        stack=stack.name,
        config=stack.values,
        secret_keys=stack.secret_keys,
    )
    assert run.error is None, f"the stack must run before its failures can be judged: {run.error}"
    made = (resource for resource in run.graph.resources.values() if resource.custom)
    return tuple(sorted({resource.type for resource in made if resource.type.startswith(("aws:", "kubernetes:"))}))


def types_on_their_own() -> tuple[str, ...]:
    """Return the types that fail alone."""
    return types_of_dev() if os.environ.get("REHEARSAL_EXHAUSTIVE") == "1" else (GROUP,)


def fail(*types: str) -> list[str]:
    return [part for type_ in types for part in ("--fail", f"{type_}:*:create:1")]


def on_purpose(world: World) -> Counter[str]:
    return Counter(event.type for event in world.events if event.action == "refuse" and "on purpose" in event.error)


@pytest.fixture(scope="module")
def converged(platform: ProjectFolder) -> ProjectFolder:
    """The dev stack after the first creation of every type has failed once."""
    command = ["sh", "-c", UNTIL_CONVERGED, str(ROUNDS)]
    code = platform.rehearse("run", *fail(*types_of_dev()), "--scale", "0", "--", *command)
    assert code == 0, f"updates do not converge:\n{platform.said[-1][-6000:]}"
    return platform


def test_every_type_fails_once_and_nothing_else_does(converged: ProjectFolder) -> None:
    world = converged.world()
    assert on_purpose(world) == Counter(types_of_dev()), "a type whose creation never failed was not tried"
    refused = [event.error for event in world.events if event.action == "refuse" and "on purpose" not in event.error]
    assert refused == [], "what comes after a failure must not break because of it"
    assert len(types_of_dev()) > 30, "a platform of fewer types is not the platform"


def test_nothing_is_made_twice_after_failures(converged: ProjectFolder) -> None:
    made = Counter(event.urn for event in converged.world().events if event.action == "create")
    assert [urn for urn, count in made.items() if count > 1] == [], "what is made twice is paid twice"
    deleted = [event.urn for event in converged.world().events if event.action == "delete"]
    assert deleted == [], "what was made before the failure must be kept"


def test_after_failures_there_is_nothing_left_to_do_and_all_of_it_can_go(converged: ProjectFolder) -> None:
    script = "pulumi preview --expect-no-changes && pulumi destroy --yes"
    code = converged.rehearse("run", "--scale", "0", "--", "sh", "-c", script)
    assert code == 0, converged.said[-1][-4000:]
    assert list(converged.world()) == [], "what a failure leaves goes on costing money"


@pytest.mark.parametrize("type_", types_on_their_own())
def test_a_second_update_converges_after_one_failed_creation(platform: ProjectFolder, type_: str) -> None:
    before = len(platform.world().events)
    code = platform.rehearse("run", *fail(type_), "--scale", "0", "--", "sh", "-c", ONCE_MORE)
    events = platform.world().events[before:]
    assert code == 0, platform.said[-1][-4000:]
    assert [event.type for event in events if event.action == "refuse"] == [type_], "one creation fails, once"
    made = Counter(event.urn for event in events if event.action == "create")
    assert [urn for urn, count in made.items() if count > 1] == [], "what is made twice is paid twice"
    assert list(platform.world()) == [], "what a failure leaves goes on costing money"
