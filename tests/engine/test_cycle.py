"""The whole life of a stack in one command, and that it says where a life goes wrong."""

from __future__ import annotations

import re

import pytest

from rehearsal.engine.cycle import Setting
from rehearsal.errors import ProjectError

PROGRAM = """
days = pulumi.Config("small").get_int("days") or 7
aws.cloudwatch.LogGroup("logs", retention_in_days=days, opts=options)
"""


def results(text: str) -> list[tuple[str, str]]:
    """Return step and result of each row of the table."""
    rows = [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in text.splitlines() if line[:1] == "│"]
    return [(row[0], row[1]) for row in rows if row[0]]


def test_a_setting_is_read_from_the_command_line() -> None:
    assert Setting.parse("a:nodes.apps.max=7") == Setting("a:nodes", ("apps", "max"), 7)
    assert Setting.parse('a:name="x=y"') == Setting("a:name", (), "x=y")


@pytest.mark.parametrize(
    ("text", "words"),
    [("nodes=7", "the form is"), ("a:nodes", "the form is"), ("a:nodes.=7", "the form is"), ("a:b=x", "is not JSON")],
)
def test_a_setting_of_another_form_is_refused(text: str, words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        Setting.parse(text)


def test_a_setting_changes_one_value_and_leaves_the_document_as_it_was() -> None:
    document = {"encryptionsalt": "v1", "config": {"a:nodes": {"apps": {"min": 1, "max": 6}}, "b:c": "d"}}
    changed = Setting.parse("a:nodes.apps.max=7").apply(document)
    assert changed == {"encryptionsalt": "v1", "config": {"a:nodes": {"apps": {"min": 1, "max": 7}}, "b:c": "d"}}
    assert document["config"]["a:nodes"] == {"apps": {"min": 1, "max": 6}}
    assert Setting.parse("a:new=true").apply({"config": {}}) == {"config": {"a:new": True}}


def test_a_setting_below_a_plain_value_is_refused() -> None:
    with pytest.raises(ProjectError, match="x of a:n is no mapping"):
        Setting.parse("a:n.x.y=1").apply({"config": {"a:n": {"x": 1}}})


@pytest.mark.parametrize(
    ("text", "holds"),
    [("a:n.x=1", True), ("a:n.x=2", False), ("a:n.y=1", False), ("a:n.x.y=1", False), ("b:c=1", False)],
)
def test_a_setting_knows_whether_it_is_so_already(text: str, holds: bool) -> None:
    assert Setting.parse(text).holds_in({"config": {"a:n": {"x": 1}}}) is holds


def test_a_stack_lives_and_leaves_nothing(small_project) -> None:
    project = small_project(PROGRAM)
    assert project.rehearse("cycle", "--update", "small:days=14") == 0, project.said[-1]
    assert results(project.said[-1]) == [
        ("preview", "ok"),
        ("up", "ok"),
        ("preview: no change", "ok"),
        ("refresh: no drift", "ok"),
        ("preview: no change", "ok"),
        ("update of small:days", "ok"),
        ("preview: no change", "ok"),
        ("destroy", "ok"),
        ("nothing is left", "ok"),
    ]
    assert [event.action for event in project.world().events] == ["create", "update", "delete"]
    assert len(project.world()) == 0


def test_a_cycle_without_a_setting_says_that_it_leaves_the_update_out(small_project) -> None:
    project = small_project(PROGRAM)
    assert project.rehearse("cycle") == 0, project.said[-1]
    assert ("update of one setting", "skipped") in results(project.said[-1])
    assert "no --update KEY=JSON says which setting" in project.said[-1], "a step is left out without a word"


def test_every_setting_is_an_update_of_its_own_unless_it_is_so_already(small_project) -> None:
    project = small_project(PROGRAM)
    code = project.rehearse(
        "cycle", "--update", "small:days=14", "--update", "small:days=14", "--update", "small:days=30"
    )
    assert code == 0, project.said[-1]
    updates = [row for row in results(project.said[-1]) if row[0].startswith("update of")]
    assert updates == [("update of small:days", result) for result in ("ok", "skipped", "ok")]
    assert "is 14 already" in project.said[-1], "a step is left out without a word"


def test_a_protection_is_taken_away_before_the_end(small_project) -> None:
    project = small_project(
        """
        locked = pulumi.Config("small").get_bool("locked")
        options = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(protect=locked is not False))
        aws.cloudwatch.LogGroup("logs", retention_in_days=7 if locked is None else 14, opts=options)
        """
    )
    assert project.rehearse("cycle", "--unlock", "small:locked=false") == 0, project.said[-1]
    assert ("unlock small:locked", "ok") in results(project.said[-1])
    assert len(project.world()) == 0


def test_a_protected_stack_does_not_go(small_project) -> None:
    project = small_project(
        """
        options = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(protect=True))
        aws.cloudwatch.LogGroup("logs", opts=options)
        """
    )
    assert project.rehearse("cycle") == 3, "a cycle takes away what is protected"
    assert ("destroy", "failed") in results(project.said[-1])
    assert len(project.world()) == 1


def test_a_cycle_stops_at_the_first_step_that_fails_and_its_exit_code_tells(small_project) -> None:
    project = small_project(PROGRAM)
    code = project.rehearse("cycle", "--fail", "aws:cloudwatch/logGroup:LogGroup:*:create:1")
    assert code == 3, "a failed life passes for a good one"
    found = results(project.said[-1])
    assert found[:3] == [("preview", "ok"), ("up", "failed"), ("preview: no change", "skipped")]
    assert ("nothing is left", "skipped") in found


def test_a_setting_without_effect_fails_the_cycle(small_project) -> None:
    project = small_project(PROGRAM)
    assert project.rehearse("cycle", "--update", "small:unread=1") == 3, "an update that changed nothing was not one"
    assert ("update of small:unread", "failed") in results(project.said[-1])


def test_a_cycle_begins_with_nothing(small_project) -> None:
    project = small_project(PROGRAM)
    assert project.rehearse("up") == 0, project.said[-1]
    assert project.rehearse("cycle") == 2, "a cycle would destroy what somebody has up"
    assert "run `destroy` first" in project.said[-1]
    assert len(project.world()) == 1
