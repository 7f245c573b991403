"""Rules that look at resources together."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_policy import PolicyResource

from policies.eks_policies.cluster import CLUSTER
from policies.eks_policies.cluster_logs import LOG_GROUP, LOG_GROUP_FIRST
from tests.policies.support import CANNOT_RUN, UNKNOWN, judge_stack, resource

GROUP_NAME = "/aws/eks/demo/cluster"
LATE = "The cluster does not wait for log group logs: EKS may make it first, and the update then fails."


def _group(**properties: Any) -> PolicyResource:
    return resource(LOG_GROUP, "logs", {"name": GROUP_NAME, "retentionInDays": 90.0, **properties})


def _cluster(*needs: PolicyResource, parent: PolicyResource | None = None, **properties: Any) -> PolicyResource:
    inputs = {"name": "demo", "enabledClusterLogTypes": ["audit"], **properties}
    return resource(CLUSTER, "control-plane", inputs, parent=parent, depends_on=needs)


class TestLogGroupOfTheControlPlane:
    def test_a_group_that_the_cluster_waits_for_passes(self) -> None:
        group = _group()
        assert judge_stack(LOG_GROUP_FIRST, [_cluster(group), group]) == [], "a right deployment would be blocked"

    def test_a_group_that_a_remote_component_waits_for_passes(self) -> None:
        group = _group()
        platform = resource("eks-platform:index:Cluster", "cluster")
        component = resource("eks:index:Cluster", "cluster", parent=platform, depends_on=[group])
        stack = [platform, group, component, _cluster(parent=component)]
        assert judge_stack(LOG_GROUP_FIRST, stack) == [], "children of a remote component do not carry its dependencies"

    def test_a_group_needed_by_way_of_other_resources_passes(self) -> None:
        group = _group()
        role = resource("aws:iam/role:Role", "role", uses={"assumeRolePolicy": [group]})
        assert judge_stack(LOG_GROUP_FIRST, [group, role, _cluster(role)]) == [], "order is transitive"

    def test_a_cluster_without_logs_needs_no_group(self) -> None:
        assert judge_stack(LOG_GROUP_FIRST, [_cluster(enabledClusterLogTypes=[])]) == [], "nothing would be written"

    def test_a_stack_without_cluster_passes(self) -> None:
        assert judge_stack(LOG_GROUP_FIRST, [_group()]) == [], "the rule is about clusters"

    def test_a_missing_group_is_reported(self) -> None:
        other = resource(LOG_GROUP, "flow-logs", {"name": "/aws/vpc/demo"})
        said = judge_stack(LOG_GROUP_FIRST, [_cluster(other), other])
        message = f"No log group named {GROUP_NAME}: EKS makes one that never expires."
        assert said == [("control-plane", message)], "audit logs would be paid for until the end of time"

    def test_a_group_that_nothing_waits_for_is_reported(self) -> None:
        said = judge_stack(LOG_GROUP_FIRST, [_cluster(), _group()])
        assert said == [("control-plane", LATE)], "the log group would already exist when Pulumi makes it"

    @pytest.mark.parametrize("days", [None, 0.0])
    def test_a_group_that_never_expires_is_reported(self, days: float | None) -> None:
        group = _group(retentionInDays=days)
        said = judge_stack(LOG_GROUP_FIRST, [_cluster(group), group])
        message = "Log group logs never expires: set retentionInDays."
        assert said == [("control-plane", message)], "audit logs would be paid for until the end of time"

    def test_the_shortest_retention_comes_from_the_config(self) -> None:
        group = _group(retentionInDays=14.0)
        stack = [_cluster(group), group]
        message = "Log group logs keeps 14 days of logs, fewer than 30."
        assert judge_stack(LOG_GROUP_FIRST, stack) == [("control-plane", message)], "an incident would have no record"
        assert judge_stack(LOG_GROUP_FIRST, stack, {"minimumRetentionDays": 7.0}) == [], "the config would not count"

    def test_an_unknown_retention_does_not_hide_the_missing_order(self) -> None:
        said = judge_stack(LOG_GROUP_FIRST, [_cluster(), _group(retentionInDays=UNKNOWN)])
        assert said == [("control-plane", LATE), ("", CANNOT_RUN)], "known facts come first"

    def test_an_unknown_name_of_the_only_group_leaves_it_open(self) -> None:
        group = _group(name=UNKNOWN)
        assert judge_stack(LOG_GROUP_FIRST, [_cluster(group), group]) == [("", CANNOT_RUN)], "it may be the right one"

    def test_an_unknown_name_of_another_group_does_not_matter(self) -> None:
        group, other = _group(), resource(LOG_GROUP, "other", {"name": UNKNOWN})
        assert judge_stack(LOG_GROUP_FIRST, [other, _cluster(group), group]) == [], "the right one is known"

    def test_one_unknown_cluster_does_not_hide_another(self) -> None:
        unknown = resource(CLUSTER, "new", {"name": UNKNOWN, "enabledClusterLogTypes": ["audit"]})
        group = _group()
        said = judge_stack(LOG_GROUP_FIRST, [unknown, _cluster(), group])
        assert said == [("control-plane", LATE), ("", CANNOT_RUN)], "the second cluster would not be looked at"
