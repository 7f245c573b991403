"""Every resource rule against what is right, what is wrong in one place, what is unknown, and its config."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from policies.eks_policies.pack import RULES
from policies.eks_policies.rule import ResourceRule
from tests.policies import (
    access_cases,
    chart_cases,
    cluster_cases,
    iam_cases,
    iam_trust_cases,
    network_cases,
    node_cases,
    storage_cases,
)
from tests.policies.support import RULE_BY_NAME, Broken, Case, changed, judge, unknown_inputs

CASES: tuple[Case, ...] = (
    *cluster_cases.CASES,
    *node_cases.CASES,
    *network_cases.CASES,
    *access_cases.CASES,
    *iam_cases.CASES,
    *iam_trust_cases.CASES,
    *storage_cases.CASES,
    *chart_cases.CASES,
)
RESOURCE_RULES = [rule for rule in RULES if isinstance(rule, ResourceRule)]


def _rule(case: Case) -> ResourceRule:
    rule = RULE_BY_NAME[case.rule]
    assert isinstance(rule, ResourceRule), f"{case.rule} is not a rule about one resource"
    return rule


def _examples(part: Callable[[Case], Sequence[Broken]]) -> list[object]:
    return [
        pytest.param(case, example, id=f"{case.rule}-{case.type.rpartition(':')[2]}-{number}")
        for case in CASES
        for number, example in enumerate(part(case))
    ]


def _says(case: Case, example: Broken) -> list[str]:
    properties = changed(case.compliant, example.changes)
    return judge(_rule(case), case.type, properties, example.name, example.config)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.type}")
def test_a_compliant_resource_passes(case: Case) -> None:
    said = judge(_rule(case), case.type, case.compliant, config=case.compliant_config)
    assert said == [], f"{case.rule} would block a deployment that is right"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.type}")
def test_other_ways_to_comply_pass(case: Case) -> None:
    for changes in case.also_compliant:
        said = judge(_rule(case), case.type, changed(case.compliant, changes))
        assert said == [], f"{case.rule} would block a deployment that is right: {changes}"


@pytest.mark.parametrize(("case", "example"), _examples(lambda case: case.broken))
def test_one_wrong_property_is_reported_exactly(case: Case, example: Broken) -> None:
    assert _says(case, example) == [*example.says], example.outage or f"{case.rule} would let {example.changes} pass"


@pytest.mark.parametrize(("case", "example"), _examples(lambda case: case.unknown))
def test_unknown_values_do_not_hide_known_violations(case: Case, example: Broken) -> None:
    assert _says(case, example) == [*example.says], example.outage or f"{case.rule} misjudges a first preview"


@pytest.mark.parametrize(("case", "example"), _examples(lambda case: case.configured))
def test_config_changes_the_verdict(case: Case, example: Broken) -> None:
    assert _says(case, example) == [*example.says], f"the config {example.config} of {case.rule} would have no effect"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.type}")
def test_a_rule_leaves_other_types_alone(case: Case) -> None:
    wrong = changed(case.compliant, case.broken[0].changes)
    assert judge(_rule(case), "aws:sqs/queue:Queue", wrong) == [], f"{case.rule} would judge what it does not know"


@pytest.mark.parametrize("rule", RESOURCE_RULES, ids=lambda rule: rule.name)
def test_every_type_and_setting_of_a_rule_has_cases(rule: ResourceRule) -> None:
    cases = [case for case in CASES if case.rule == rule.name]
    tried = {key for case in cases for example in case.configured for key in example.config}
    assert {case.type for case in cases} == {*rule.definition.types}, "a type that is not tried may never fire"
    assert tried == {*rule.definition.settings}, "a setting that is not tried may have no effect"
    assert all(case.broken and case.unknown for case in cases), "a case proves nothing unless the rule can fail"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.type}")
def test_cases_use_properties_that_the_sdk_has(case: Case) -> None:
    examples = [case.compliant]
    examples += [changed(case.compliant, changes) for changes in case.also_compliant]
    examples += [changed(case.compliant, b.changes) for b in (*case.broken, *case.unknown, *case.configured)]
    for example in examples:
        assert unknown_inputs(case.type, example) == [], f"{case.rule} reads a property that AWS never sends"
