"""Programs with one broken thing each are refused in AWS's words, and the same program without it is taken.

Every second of them runs in process, all with REHEARSAL_EXHAUSTIVE=1, and a few on the real engine. The rules behind
all of them are proved without a program in tests/rehearsal/simulator/test_rules_creation.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rehearsal.errors import RehearsalError
from rehearsal.graph import Graph, Resource
from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.context import Place, place_of
from rehearsal.simulator.world import World
from rehearsal.wire import reveal
from tests.engine.conftest import ROOT, ProjectFolder
from tests.support.living_steps import STEPS
from tests.support.living_world import LivingWorld
from tests.support.recording import record
from tests.support.wrong_program import REFUSALS, program

LEAST = 60
SAMPLE = (
    "version-that-EKS-does-not-have",
    "role-of-the-cluster-without-its-policy",
    "subnets-of-the-cluster-in-one-zone",
    "nodes-newer-than-their-control-plane",
    "policy-without-actions",
    "alias-without-its-prefix",
)
# What the provider's check refuses already, before AWS is asked, and so in the provider's words or by AWS's published
# constraints.
MALFORMED = "contains an invalid JSON policy"
EARLY = {
    "service-range-too-small": 'expected "serviceIpv4Cidr" to contain a network Value with between 12 and 24',
    "label-of-the-nodes-too-long": "ValidationException: 1 validation error detected: Value",
    "more-instance-types-than-a-node-group-takes": "The following supplied instance types do not exist: [m0.large]",
    "selector-without-a-namespace": "missing required input 'selectors[0].namespace'",
    "session-policy-together-with-session-tags": "MalformedPolicyDocument: Syntax errors in policy.",
    "trust-policy-that-is-no-JSON": MALFORMED,
    "trust-policy-without-a-principal": "MalformedPolicyDocument: Missing required field Principal",
    "trust-policy-with-a-resource": "MalformedPolicyDocument: Has prohibited field Resource",
    "trust-policy-that-allows-something-else": "AssumeRole policy may only specify STS AssumeRole actions.",
    "trust-policy-for-something-that-is-no-service": 'Invalid principal in policy: "SERVICE":"pods.eks"',
    "policy-that-is-no-JSON": MALFORMED,
    "policy-of-another-version-of-the-language": "MalformedPolicyDocument: Syntax errors in policy.",
    "policy-with-a-principal": "MalformedPolicyDocument: Policy document should not specify a principal.",
    "policy-without-resources": "MalformedPolicyDocument: Policy statement must contain resources.",
    "policy-without-actions": "MalformedPolicyDocument: Policy statement must contain actions.",
    "policy-with-an-action-of-no-service": "MalformedPolicyDocument: Actions/Conditions must be prefaced by a vendor",
    "policy-with-a-resource-that-is-no-ARN": 'Resource bucket must be in ARN format or "*".',
    "policy-with-one-statement-id-twice": "Statement IDs (SID) in a single policy must be unique.",
    "policy-with-a-statement-id-that-is-not-alphanumeric": "Statement IDs (SID) must be alpha-numeric.",
    "key-policy-that-is-no-JSON": MALFORMED,
    "alias-without-its-prefix": "must begin with 'alias/' and be comprised of only [0-9A-Za-z_/-]",
    "log-group-kept-for-days-that-there-are-not": "Value '100' at 'retentionInDays' failed to satisfy constraint",
    "key-of-a-file-system-does-not-exist": "at 'kmsKeyId' failed to satisfy constraint",
    "policy-of-a-file-system-that-is-none": MALFORMED,
}
# All of them, every second where the engine is asked for, every fourth in the fast suite.
EVERY = (
    1
    if os.environ.get("REHEARSAL_EXHAUSTIVE") == "1"
    else 2
    if os.environ.get("REHEARSAL_REQUIRE_ENGINE") == "1"
    else 4
)
CHOSEN = tuple(sorted(REFUSALS))[::EVERY]
SCRIPT = """
folder=$0
for broken in "$@"; do
    pulumi config set wrong-programs:broken "$broken"
    pulumi up --yes --skip-preview > "$folder/up-$broken.txt" 2>&1
    echo $? > "$folder/code-$broken.txt"
    pulumi destroy --yes --skip-preview > "$folder/destroy-$broken.txt" 2>&1 || exit 1
done
"""


def declared(broken: str) -> list[Resource]:
    graph: Graph = record(lambda: program(broken), project="wrong-programs")
    return [resource for resource in graph.resources.values() if resource.type.startswith("aws:")]


def live(cloud: Cloud, resources: list[Resource]) -> LivingWorld:
    """Check and create everything in the order of the program."""
    world = LivingWorld(until=next(iter(STEPS)))
    world.cloud = cloud
    place: Place = place_of({"region": "eu-west-1", "allowedAccountIds": ["111122223333"]}, "eu-west-1")
    for resource in resources:
        checked, failures = cloud.check(resource.type, resource.urn, {}, reveal(resource.inputs))
        if failures:
            raise RehearsalError("; ".join(f"{failure.property}: {failure.reason}" for failure in failures))
        id_, outputs = cloud.create(resource.type, resource.urn, checked, place, preview=False)
        world.made[resource.name] = {**outputs, "id": id_}
    return world


def test_the_program_without_a_broken_thing_is_taken() -> None:
    cloud = Cloud(World())
    world = live(cloud, declared(""))
    assert [event for event in cloud.world.events if event.action == "refuse"] == [], "what is right must be taken"
    assert set(world.made) == set(STEPS), "a program that declares less proves less"


@pytest.mark.parametrize("broken", [name for name in CHOSEN if name in EARLY])
def test_a_program_with_one_malformed_input_is_refused_before_aws_is_asked(broken: str) -> None:
    with pytest.raises(RehearsalError) as refusal:
        declared(broken)
    assert EARLY[broken] in str(refusal.value), "people must see what is malformed"


@pytest.mark.parametrize("broken", [name for name in CHOSEN if name not in EARLY])
def test_a_program_with_one_broken_thing_is_refused_in_the_words_of_aws(broken: str) -> None:
    resources = declared(broken)
    cloud = Cloud(World())
    world = live(cloud, resources[:-1])
    with pytest.raises(RehearsalError) as refusal:
        live(cloud, resources[-1:])
    wanted = REFUSALS[broken]
    error = str(refusal.value)
    assert wanted.code in error, "people look for the error code of AWS"
    assert wanted.words(world) in error, "people look for the words of AWS"


def test_the_table_of_wrong_programs_does_not_shrink() -> None:
    assert len(REFUSALS) // 2 >= LEAST, "a rule that nothing tests is soon none"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, cli: object) -> dict[str, tuple[int, str]]:  # noqa: ARG001
    """Exit code and report of an update for some wrong programs, and for the right one."""
    folder: Path = tmp_path_factory.mktemp("wrong")
    for part in ("tests", "rehearsal"):
        (folder / part).symlink_to(ROOT / part)
    (folder / "__main__.py").symlink_to(ROOT / "tests" / "engine" / "wrong_programs" / "__main__.py")
    (folder / "Pulumi.yaml").write_text("name: wrong-programs\nruntime: python\n")
    (folder / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-west-1\n")
    project = ProjectFolder(folder, "wrong-programs")
    cases = (*SAMPLE, "")
    code = project.rehearse("run", "--scale", "0", "--", "sh", "-c", SCRIPT, str(folder), *cases)
    assert code == 0, f"what is left of a wrong program cannot be destroyed:\n{project.said[-1][-3000:]}"
    assert list(project.world()) == [], "what is left of a wrong program goes on costing money"
    return {
        case: (int((folder / f"code-{case}.txt").read_text()), (folder / f"up-{case}.txt").read_text())
        for case in cases
    }


@pytest.mark.parametrize("broken", SAMPLE)
def test_the_engine_shows_a_refusal_in_the_words_of_aws(said: dict[str, tuple[int, str]], broken: str) -> None:
    code, text = said[broken]
    wanted = (EARLY[broken],) if broken in EARLY else (REFUSALS[broken].code, REFUSALS[broken].says)
    assert code != 0, "a refused update must not look like a finished one"
    assert [words for words in wanted if words not in text] == [], f"people look for AWS's words:\n{text[-2000:]}"


def test_the_engine_takes_the_program_without_a_broken_thing(said: dict[str, tuple[int, str]]) -> None:
    code, text = said[""]
    assert code == 0, f"what is right must be taken:\n{text[-2000:]}"
    assert f"+ {len(STEPS) + 2} created" in text, f"a program that declares less proves less:\n{text[-600:]}"
