"""Rules that look at resources together."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_policy import PolicyResource

from policies.eks_policies.access import OWN_ROLE, POD_IDENTITY
from policies.eks_policies.cluster import CLUSTER
from policies.eks_policies.cluster_logs import LOG_GROUP, LOG_GROUP_FIRST
from policies.eks_policies.network import (
    DEFAULT_GROUP,
    DEFAULT_GROUP_EMPTY,
    FARGATE_PROFILE,
    FLOW_LOG,
    FLOW_LOGS,
    INTERNET_GATEWAY,
    NAT_GATEWAY,
    PRIVATE_COMPUTE,
    ROUTE,
    ROUTE_TABLE,
    ROUTE_TABLE_ASSOCIATION,
    SUBNET,
    VPC,
    ZONAL_GATEWAYS,
)
from policies.eks_policies.nodes import NODE_GROUP
from policies.eks_policies.pack import RULES
from policies.eks_policies.rule import StackRule
from tests.policies.support import CANNOT_RUN, UNKNOWN, judge_stack, resource, unknown_inputs

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


class TestFlowLogs:
    NONE = "No flow log records the traffic of the VPC."

    def test_a_vpc_with_a_flow_log_passes(self) -> None:
        vpc = resource(VPC, "network", {"id": UNKNOWN})
        log = resource(FLOW_LOG, "log", {"vpcId": UNKNOWN, "trafficType": "ALL"}, uses={"vpcId": [vpc]})
        assert judge_stack(FLOW_LOGS, [vpc, log]) == [], "a right deployment would be blocked in its first preview"

    def test_a_flow_log_is_found_by_the_id_of_the_vpc(self) -> None:
        vpc = resource(VPC, "network", {"id": "vpc-1"})
        log = resource(FLOW_LOG, "log", {"vpcId": "vpc-1"})
        assert judge_stack(FLOW_LOGS, [vpc, log]) == [], "ids may be written down; no type means all traffic"

    def test_a_vpc_without_a_flow_log_is_reported(self) -> None:
        vpc, other = resource(VPC, "network", {"id": UNKNOWN}), resource(VPC, "other", {"id": "vpc-2"})
        log = resource(FLOW_LOG, "log", {"vpcId": "vpc-2", "trafficType": "REJECT"})
        assert judge_stack(FLOW_LOGS, [vpc, other, log]) == [("network", self.NONE)], "the log belongs to another VPC"

    def test_the_traffic_recorded_comes_from_the_config(self) -> None:
        vpc = resource(VPC, "network", {"id": "vpc-1"})
        log = resource(FLOW_LOG, "log", {"vpcId": "vpc-1", "trafficType": "ACCEPT"})
        message = "Flow logs record ACCEPT only, none of ALL, REJECT."
        assert judge_stack(FLOW_LOGS, [vpc, log]) == [("network", message)], "attempts that failed would leave no trace"
        assert judge_stack(FLOW_LOGS, [vpc, log], {"trafficTypes": ["ACCEPT"]}) == [], "the config would not count"

    def test_an_unknown_type_of_traffic_does_not_hide_another_vpc(self) -> None:
        vpc, bare = resource(VPC, "network", {"id": "vpc-1"}), resource(VPC, "bare", {"id": "vpc-2"})
        log = resource(FLOW_LOG, "log", {"vpcId": "vpc-1", "trafficType": UNKNOWN})
        said = judge_stack(FLOW_LOGS, [vpc, log, bare])
        assert said == [("bare", self.NONE), ("", CANNOT_RUN)], "the second VPC would not be looked at"


class TestDefaultSecurityGroup:
    def test_an_adopted_and_empty_group_passes(self) -> None:
        vpc = resource(VPC, "network", {"id": UNKNOWN})
        group = resource(DEFAULT_GROUP, "default", {"ingress": [], "egress": []}, uses={"vpcId": [vpc]})
        assert judge_stack(DEFAULT_GROUP_EMPTY, [vpc, group]) == [], "a right deployment would be blocked"

    def test_a_group_left_alone_is_reported(self) -> None:
        said = judge_stack(DEFAULT_GROUP_EMPTY, [resource(VPC, "network", {"id": "vpc-1"})])
        message = "The default security group of the VPC is left as AWS made it, with its rules."
        assert said == [("network", message)], "whatever names no group of its own could talk to everything"

    @pytest.mark.parametrize("direction", ["ingress", "egress"])
    def test_a_rule_in_the_group_is_reported(self, direction: str) -> None:
        vpc = resource(VPC, "network", {"id": "vpc-1"})
        group = resource(DEFAULT_GROUP, "default", {"vpcId": "vpc-1", direction: [{"protocol": "-1", "self": True}]})
        message = f"The default security group default has {direction} rules."
        assert judge_stack(DEFAULT_GROUP_EMPTY, [vpc, group]) == [("network", message)], "the group must be empty"

    def test_unknown_rules_leave_it_open(self) -> None:
        vpc = resource(VPC, "network", {"id": "vpc-1"})
        group = resource(DEFAULT_GROUP, "default", {"vpcId": "vpc-1", "ingress": UNKNOWN})
        assert judge_stack(DEFAULT_GROUP_EMPTY, [vpc, group]) == [("", CANNOT_RUN)], "there may be rules or none"


class TestComputeInPrivateSubnets:
    """A VPC with one public and one private subnet, as a first preview sees it and as an update sees it."""

    @staticmethod
    def _network(known: bool) -> dict[str, PolicyResource]:
        def made(type_: str, name: str, **uses: PolicyResource) -> PolicyResource:
            inputs = {key: target.name if known else UNKNOWN for key, target in uses.items()}
            sources = {} if known else {key: [target] for key, target in uses.items()}
            return resource(type_, name, {"id": name if known else UNKNOWN, **inputs}, uses=sources)

        gateway = made(INTERNET_GATEWAY, "gateway")
        found = {"gateway": gateway, "nat": made("aws:ec2/natGateway:NatGateway", "nat")}
        for tier, way_out in (("public", {"gatewayId": gateway}), ("private", {"natGatewayId": found["nat"]})):
            found[tier] = made(SUBNET, tier)
            table = found[f"{tier}-table"] = made(ROUTE_TABLE, f"{tier}-table")
            found[f"{tier}-route"] = made(ROUTE, f"{tier}-route", routeTableId=table, **way_out)
            link = made(ROUTE_TABLE_ASSOCIATION, f"{tier}-link", subnetId=found[tier], routeTableId=table)
            found[f"{tier}-link"] = link
        return found

    @staticmethod
    def _compute(type_: str, subnets: list[PolicyResource], known: bool) -> PolicyResource:
        if known:
            return resource(type_, "compute", {"subnetIds": [subnet.name for subnet in subnets]})
        return resource(type_, "compute", {"subnetIds": UNKNOWN}, uses={"subnetIds": subnets})

    @pytest.mark.parametrize("known", [True, False])
    @pytest.mark.parametrize("type_", [NODE_GROUP, FARGATE_PROFILE])
    def test_compute_in_a_private_subnet_passes(self, type_: str, known: bool) -> None:
        network = self._network(known)
        compute = self._compute(type_, [network["private"]], known)
        assert judge_stack(PRIVATE_COMPUTE, [*network.values(), compute]) == [], "a right deployment would be blocked"

    @pytest.mark.parametrize("known", [True, False])
    @pytest.mark.parametrize("type_", [NODE_GROUP, FARGATE_PROFILE])
    def test_compute_in_a_public_subnet_is_reported(self, type_: str, known: bool) -> None:
        network = self._network(known)
        compute = self._compute(type_, [network["private"], network["public"]], known)
        message = "Subnet public is public: its route table leads to an internet gateway."
        said = judge_stack(PRIVATE_COMPUTE, [*network.values(), compute])
        assert said == [("compute", message)], "nodes could be reached from the internet"

    def test_subnets_that_nobody_here_made_are_not_judged(self) -> None:
        network = self._network(known=False)
        compute = resource(NODE_GROUP, "compute", {"subnetIds": ["subnet-0a", UNKNOWN]})
        said = judge_stack(PRIVATE_COMPUTE, [*network.values(), compute])
        assert said == [], "an existing VPC is not part of the stack"


class TestNatGateways:
    """A VPC over two zones, with NAT gateways in the public subnets of the zones named."""

    @staticmethod
    def _stack(*zones: str, mode: object = None, zone_b: str = "eu-west-1b") -> list[PolicyResource]:
        vpc = resource(VPC, "network", {"id": UNKNOWN})
        subnets = {
            zone: resource(SUBNET, zone, {"availabilityZone": zone, "vpcId": UNKNOWN}, uses={"vpcId": [vpc]})
            for zone in ("eu-west-1a", zone_b)
        }
        gateways = [
            resource(NAT_GATEWAY, f"nat-{zone}", {"availabilityMode": mode}, uses={"subnetId": [subnets[zone]]})
            for zone in zones
        ]
        return [vpc, *subnets.values(), *gateways]

    @pytest.mark.parametrize("mode", [None, "zonal", UNKNOWN])
    def test_one_gateway_for_all_zones_is_reported(self, mode: object) -> None:
        said = judge_stack(ZONAL_GATEWAYS, self._stack("eu-west-1a", mode=mode))
        message = "Zones without a NAT gateway: eu-west-1b."
        assert said == [("network", message)], "the loss of zone a would cut zone b off"

    def test_a_gateway_in_each_zone_passes(self) -> None:
        assert judge_stack(ZONAL_GATEWAYS, self._stack("eu-west-1a", "eu-west-1b")) == [], "nothing is shared"

    def test_a_regional_gateway_passes(self) -> None:
        assert judge_stack(ZONAL_GATEWAYS, self._stack("eu-west-1a", mode="regional")) == [], "AWS spreads it"

    def test_a_vpc_without_gateways_passes(self) -> None:
        assert judge_stack(ZONAL_GATEWAYS, self._stack()) == [], "a private VPC has no way out to lose"

    def test_an_unknown_zone_leaves_it_open(self) -> None:
        said = judge_stack(ZONAL_GATEWAYS, self._stack("eu-west-1a", zone_b=UNKNOWN))
        assert said == [("", CANNOT_RUN)], "it may be the zone of the gateway"


class TestOneRoleForEachWorkload:
    ROLE = "arn:aws:iam::111122223333:role/shared"

    @staticmethod
    def _association(account: str, arn: str, *sources: PolicyResource, namespace: str = "apps") -> PolicyResource:
        inputs = {"namespace": namespace, "serviceAccount": account, "roleArn": arn}
        return resource(POD_IDENTITY, f"{namespace}-{account}", inputs, uses={"roleArn": sources})

    def test_roles_of_their_own_pass(self) -> None:
        stack = [self._association("a", self.ROLE), self._association("b", f"{self.ROLE}-b")]
        assert judge_stack(OWN_ROLE, stack) == [], "a right deployment would be blocked"

    def test_a_role_shared_by_its_arn_is_reported_on_both(self) -> None:
        stack = [self._association("a", self.ROLE), self._association("a", self.ROLE, namespace="other")]
        assert judge_stack(OWN_ROLE, stack) == [
            ("apps-a", "other-a gives the same role to another service account."),
            ("other-a", "apps-a gives the same role to another service account."),
        ], "each would have the permissions of the other"

    def test_a_role_shared_before_its_arn_is_known_is_reported(self) -> None:
        role, attachment = resource("aws:iam/role:Role", "role"), resource("aws:iam/policy:Policy", "attached")
        stack = [self._association("a", UNKNOWN, role, attachment), self._association("b", UNKNOWN, role)]
        said = [name for name, _ in judge_stack(OWN_ROLE, stack)]
        assert said == ["apps-a", "apps-b"], "a first preview would not show it"

    def test_a_policy_may_be_shared_by_roles(self) -> None:
        policy = resource("aws:iam/policy:Policy", "policy")
        stack = [self._association("a", UNKNOWN, policy), self._association("b", UNKNOWN, policy)]
        assert judge_stack(OWN_ROLE, stack) == [], "roles are judged, not what is attached to them"

    def test_one_service_account_in_two_clusters_may_keep_its_role(self) -> None:
        stack = [
            self._association("a", self.ROLE),
            resource(POD_IDENTITY, "second", {"namespace": "apps", "serviceAccount": "a", "roleArn": self.ROLE}),
        ]
        assert judge_stack(OWN_ROLE, stack) == [], "it is one workload"

    def test_an_unknown_service_account_with_a_shared_role_leaves_it_open(self) -> None:
        stack = [self._association("a", self.ROLE), self._association(UNKNOWN, self.ROLE)]
        assert judge_stack(OWN_ROLE, stack) == [("", CANNOT_RUN)], "it may be the same service account"


def test_every_stack_rule_is_tried_here() -> None:
    tried = {LOG_GROUP_FIRST, FLOW_LOGS, DEFAULT_GROUP_EMPTY, PRIVATE_COMPUTE, ZONAL_GATEWAYS, OWN_ROLE}
    assert {rule for rule in RULES if isinstance(rule, StackRule)} == tried, "a rule without a test may never fire"


@pytest.mark.parametrize(
    ("type_", "keys"),
    [
        (CLUSTER, ("name", "enabledClusterLogTypes")),
        (LOG_GROUP, ("name", "retentionInDays")),
        (FLOW_LOG, ("vpcId", "trafficType")),
        (DEFAULT_GROUP, ("vpcId", "ingress", "egress")),
        (ROUTE, ("gatewayId", "routeTableId")),
        (ROUTE_TABLE_ASSOCIATION, ("routeTableId", "subnetId")),
        (NODE_GROUP, ("subnetIds",)),
        (NAT_GATEWAY, ("availabilityMode", "subnetId")),
        (SUBNET, ("availabilityZone", "vpcId")),
        (POD_IDENTITY, ("namespace", "serviceAccount", "roleArn")),
        (FARGATE_PROFILE, ("subnetIds",)),
    ],
)
def test_stack_rules_read_properties_that_the_sdk_has(type_: str, keys: tuple[str, ...]) -> None:
    assert unknown_inputs(type_, dict.fromkeys(keys)) == [], "a rule reads a property that AWS never sends"
