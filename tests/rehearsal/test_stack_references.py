"""Outputs of other stacks are taken from the files that are given, and from nowhere else."""

from __future__ import annotations

import pytest

from rehearsal.errors import ProjectError, RehearsalError
from rehearsal.stack_references import read_stack_outputs, stack_reference_state


def test_outputs_are_those_of_the_file_and_what_it_hides_is_secret(tmp_path):
    file = tmp_path / "outputs.json"
    file.write_text('{"vpcId": "vpc-1", "key": "[secret]"}')
    state = stack_reference_state("acme/network/dev", {"acme/network/dev": read_stack_outputs(file)})
    assert state == {
        "name": "acme/network/dev",
        "outputs": {"vpcId": "vpc-1", "key": "[secret]"},
        "secretOutputNames": ["key"],
    }, "a secret of another stack would be printed"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "outputs.json:1:2: "), (b"[]", "expected a JSON object"), (b"\xff\x00", "cannot be read")],
)
def test_a_file_that_is_not_in_order_is_named(tmp_path, content, message):
    file = tmp_path / "outputs.json"
    file.write_bytes(content)
    with pytest.raises(ProjectError, match=message):
        read_stack_outputs(file)


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(ProjectError, match="there is no such file"):
        read_stack_outputs(tmp_path / "none.json")


def test_a_stack_that_was_not_given_is_refused_with_the_way_out():
    with pytest.raises(RehearsalError, match=r"pulumi stack output --json --stack a/b/c > outputs\.json"):
        stack_reference_state("a/b/c", {"other": {}})
