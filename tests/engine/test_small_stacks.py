"""How sessions behave, on programs of a few lines: apart from each other, without traces, and true about secrets."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

LOG_GROUPS = """
for number in range(3):
    aws.cloudwatch.LogGroup(f"logs-{number}", opts=options)
"""
SECRET = "correct-horse-battery-staple"
STRICT_PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy
def validate(args, report):
    if args.resource_type == "aws:cloudwatch/logGroup:LogGroup":
        report("log groups are not wanted here")
PolicyPack("strict", policies=[ResourceValidationPolicy("no-logs", "none", validate, EnforcementLevel.MANDATORY)])
"""


def processes_with(text: str) -> list[str]:
    listed = subprocess.run(["ps", "axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if text in line]


def wait_until_none(text: str, seconds: float = 15) -> list[str]:
    deadline = time.monotonic() + seconds
    while (left := processes_with(text)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def test_a_mandatory_policy_stops_up_before_anything_is_made(small_project):
    project = small_project(LOG_GROUPS, pack=STRICT_PACK)
    assert project.rehearse("up") == 1, f"the exit code must tell a violated policy:\n{project.said[-1]}"
    assert "log groups are not wanted here" in project.said[-1], "the person must see what is violated"
    world = project.world()
    assert list(world) == [], "a policy that stops an update half way leaves half a platform"
    assert world.events == (), "nothing may be asked of the cloud before the policies have agreed"


def test_secrets_are_not_in_the_state_in_plain_text(small_project):
    project = small_project(
        f"""
        secret = pulumi.Output.secret("{SECRET}")
        group = aws.cloudwatch.LogGroup("logs", tags={{"password": secret, "open": "yes"}}, opts=options)
        pulumi.export("tags", group.tags)
        pulumi.export("open", group.tags.apply(lambda tags: tags["open"]))
        """
    )
    assert project.rehearse("up") == 0, project.said[-1]
    assert SECRET not in project.state(), "whoever reads the state would read the secret"
    assert SECRET not in project.said[-1], "whoever reads the log would read the secret"
    assert [record.get("tags.password") for record in project.world()] == [SECRET], "AWS itself gets the value"


def test_two_stacks_come_up_side_by_side(small_project):
    project = small_project(LOG_GROUPS)
    running = [project.start("up", stack=stack) for stack in ("dev", "other")]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], "\n".join(said)
    for stack in ("dev", "other"):
        names = {record.urn.split("::")[0] for record in project.world(stack)}
        assert names == {f"urn:pulumi:{stack}"}, "stacks that meet delete each other's resources"


def test_two_runs_of_one_stack_do_not_meet(small_project):
    project = small_project(LOG_GROUPS)
    first = project.start("run", "--", "sleep", "20")
    lock = project.session() / "lock"
    deadline = time.monotonic() + 20
    while not (lock.exists() and lock.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    code = project.rehearse("up")
    first.terminate()
    first.communicate(timeout=30)
    assert code == 2, "two runs of one stack would write one state"
    assert "in use by another rehearsal" in project.said[-1], "the person must know why nothing happens"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_process(small_project, number):
    project = small_project(LOG_GROUPS)
    process = project.start("up", "--scale", "3")
    assert process.stdout is not None
    for line in process.stdout:
        if "logs-0" in line and "creating" in line:
            break
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode not in (0, None), "an interrupted update must not look like a finished one"
    assert wait_until_none(str(project.folder)) == [], "what goes on in the background holds the stack's lock"


def test_a_run_that_was_killed_does_not_lock_the_stack_for_ever(small_project):
    project = small_project(LOG_GROUPS)
    locks = project.session() / "state" / ".pulumi" / "locks" / "organization" / "small" / "dev"
    assert project.rehearse("up") == 0, project.said[-1]
    locks.mkdir(parents=True, exist_ok=True)
    left = {"pid": 1, "username": "somebody", "hostname": "elsewhere", "timestamp": "2026-01-01T00:00:00Z"}
    (locks / "0b9b9c4e.json").write_text(json.dumps(left))
    assert project.rehearse("destroy") == 0, project.said[-1]


def test_the_exit_code_tells_a_failed_creation_from_bad_configuration(small_project):
    project = small_project(LOG_GROUPS)
    assert project.rehearse("up", "--fail", "aws:cloudwatch/logGroup:LogGroup:logs-1:create:1") == 3, project.said[-1]
    assert "failed on purpose" in project.said[-1], "the person must see which creation failed, and why"
    assert project.rehearse("up") == 0, f"a second update must converge:\n{project.said[-1]}"
    assert len(list(project.world())) == 3, "nothing may be made twice"
    assert project.rehearse("up", stack="nowhere") == 2, "a stack without a config file is bad configuration"


def test_each_provider_works_in_its_own_region_and_account(small_project):
    project = small_project(
        """
        other = aws.Provider("other", region="eu-north-1", allowed_account_ids=["444455556666"],
                             default_tags={"tags": {"team": "north"}})
        aws.cloudwatch.LogGroup("here", opts=options)
        aws.cloudwatch.LogGroup("there", opts=pulumi.ResourceOptions(provider=other))
        """
    )
    assert project.rehearse("up") == 0, project.said[-1]
    places = {record.urn.rpartition("::")[2]: record for record in project.world()}
    assert (places["here"].region, places["here"].account) == ("eu-west-1", "111122223333"), "the wrong account is hit"
    assert (places["there"].region, places["there"].account) == ("eu-north-1", "444455556666"), (
        "the wrong account is hit"
    )
    assert places["there"].get("tagsAll") == {"team": "north"}, "default tags of one provider must not reach another"
    assert places["here"].get("tagsAll") == {}, "default tags of one provider must not reach another"


def test_what_a_program_prints_reaches_the_person(small_project):
    project = small_project('print("hello from the program")\nraise ValueError("broken on purpose")\n')
    assert project.rehearse("up") == 3, project.said[-1]
    assert "hello from the program" in project.said[-1], "whoever debugs a program needs what it prints"
    assert "broken on purpose" in project.said[-1], "whoever debugs a program needs its error"


def test_a_changed_default_tag_updates_what_carries_it(small_project):
    project = small_project(
        """
        tagged = aws.Provider("tagged", region="eu-west-1", default_tags={"tags": {"team": "one"}})
        aws.cloudwatch.LogGroup("logs", opts=pulumi.ResourceOptions(provider=tagged))
        """
    )
    assert project.rehearse("up") == 0, project.said[-1]
    program = project.folder / "__main__.py"
    program.write_text(program.read_text().replace('"one"', '"two"'))
    assert project.rehearse("up") == 0, project.said[-1]
    assert [record.get("tagsAll") for record in project.world()] == [{"team": "two"}], "tags decide who pays"
    assert [event.action for event in project.world().events] == ["create", "update"], "a tag replaces nothing"


def test_a_run_outside_of_a_project_says_what_to_do(small_project, tmp_path: Path):
    project = small_project(LOG_GROUPS)
    project.folder = tmp_path
    assert project.rehearse("up") == 2, project.said[-1]
    assert "there is no Pulumi.yaml" in project.said[-1], "the person must know which folder is meant"
