"""What a run records has the same order every time."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from tests.support.recording import record


def test_two_runs_of_a_program_give_their_resources_in_one_order() -> None:
    def program() -> None:
        provider = aws.Provider("aws", region="eu-west-1")
        options = pulumi.ResourceOptions(provider=provider)
        for name in ("c", "a", "b"):
            key = aws.kms.Key(name, opts=options)
            aws.kms.Alias(f"{name}-alias", target_key_id=key.key_id, opts=options)

    names = [r.name for r in record(program).resources.values()]
    assert names == [r.name for r in record(program).resources.values()], "reports and tests would change by chance"
    assert [name for name in names if len(name) == 1] == ["a", "b", "c"]
    assert all(names.index(name) < names.index(f"{name}-alias") for name in "abc")
