"""What the controllers' roles may do, kept as golden files so that no permission is gained or lost unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.aws_environment import AwsEnvironment
from components.iam.cluster_autoscaler import cluster_autoscaler_policy
from components.iam.document import MANAGED_POLICY_LIMIT, policy_length, to_json
from components.iam.ebs_csi import ebs_csi_key_policy
from components.iam.efs_csi import efs_csi_policy
from components.iam.load_balancer_controller import load_balancer_controller_policy
from tests.support.golden import assert_golden

REGIONS = {"aws": "eu-west-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
OWNER = "elbv2.k8s.aws/cluster"


def environment(partition: str = "aws") -> AwsEnvironment:
    return AwsEnvironment(region=REGIONS[partition], account="111122223333")


def grants(policy: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for statement in policy["Statement"]:
        for action in statement["Action"]:
            yield action, statement


@pytest.mark.parametrize("partition", sorted(REGIONS))
def test_the_load_balancer_controller_may_do_what_upstream_asks_for_in_each_partition(partition: str) -> None:
    policy = load_balancer_controller_policy(environment(partition))
    assert_golden(f"iam/load-balancer-controller.{partition}.json", policy)


@pytest.mark.parametrize("partition", sorted(REGIONS))
def test_the_load_balancer_controllers_policy_fits_one_managed_policy(partition: str) -> None:
    length = policy_length(to_json(load_balancer_controller_policy(environment(partition))))
    assert length <= MANAGED_POLICY_LIMIT, "IAM would refuse the policy and the controller would have no permissions"


@pytest.mark.parametrize("partition", sorted(REGIONS))
def test_every_arn_of_the_load_balancer_controller_is_of_its_own_partition(partition: str) -> None:
    policy = load_balancer_controller_policy(environment(partition))
    arns = [arn for statement in policy["Statement"] for arn in statement["Resource"] if arn != "*"]
    assert len(arns) == 13
    assert {arn.split(":")[1] for arn in arns} == {partition}, "an ARN of another partition never matches"


@pytest.mark.parametrize(
    "action",
    [
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:SetSecurityGroups",
        "ec2:DeleteSecurityGroup",
    ],
)
def test_the_load_balancer_controller_changes_and_deletes_only_what_bears_its_tag(action: str) -> None:
    statements = [
        statement for name, statement in grants(load_balancer_controller_policy(environment())) if name == action
    ]
    assert [statement["Condition"] for statement in statements] == [{"Null": {f"aws:ResourceTag/{OWNER}": "false"}}], (
        "load balancers of other teams in the account could be deleted"
    )


def test_the_cluster_autoscaler_may_do_what_the_golden_file_says() -> None:
    assert_golden("iam/cluster-autoscaler.json", cluster_autoscaler_policy(environment(), "demo"))


@given(name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", fullmatch=True))
def test_the_cluster_autoscaler_resizes_groups_of_its_own_cluster_only(name: str) -> None:
    policy = cluster_autoscaler_policy(environment(), name)
    writes = [
        statement for action, statement in grants(policy) if not action.split(":")[1].startswith(("Describe", "Get"))
    ]
    assert len(writes) == 2
    for statement in writes:
        assert statement["Resource"] == [
            "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:*:autoScalingGroupName/*"
        ]
        assert statement["Condition"] == {
            "StringEquals": {f"autoscaling:ResourceTag/kubernetes.io/cluster/{name}": "owned"}
        }, "a cluster could terminate the nodes of another one in the account"


def test_the_ebs_driver_may_use_exactly_the_given_keys() -> None:
    assert_golden("iam/ebs-csi-keys.json", ebs_csi_key_policy([KEY]))


def test_the_ebs_driver_makes_grants_for_aws_services_only() -> None:
    (statement,) = [found for action, found in grants(ebs_csi_key_policy([KEY])) if action == "kms:CreateGrant"]
    assert statement["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}, (
        "the driver could pass the key on to any principal"
    )


def test_a_key_policy_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="key_arns: name at least one KMS key"):
        ebs_csi_key_policy([])


def test_the_efs_driver_may_do_what_the_golden_file_says() -> None:
    assert_golden("iam/efs-csi.json", efs_csi_policy(environment()))


def test_the_efs_driver_deletes_only_access_points_that_it_made() -> None:
    (statement,) = [
        found
        for action, found in grants(efs_csi_policy(environment()))
        if action == "elasticfilesystem:DeleteAccessPoint"
    ]
    assert statement["Resource"] == ["arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/*"]
    assert statement["Condition"] == {"StringEquals": {"aws:ResourceTag/efs.csi.aws.com/cluster": "true"}}, (
        "access points for static volumes could be deleted with a claim"
    )
