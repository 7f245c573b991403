import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.aws_environment import AwsEnvironment
from components.iam.trust import (
    ec2_trust,
    eks_cluster_trust,
    fargate_pod_trust,
    irsa_trust,
    pod_identity_trust,
    service_trust,
)

PROVIDER = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/ABC"


def _only(document: dict) -> dict:
    (statement,) = document["Statement"]
    return statement


def test_the_cluster_role_trusts_eks_and_nobody_else() -> None:
    assert eks_cluster_trust() == {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": ["eks.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}
        ],
    }


def test_the_cluster_role_of_auto_mode_lets_eks_tag_its_sessions() -> None:
    assert _only(eks_cluster_trust(auto_mode=True))["Action"] == ["sts:AssumeRole", "sts:TagSession"], (
        "Auto Mode cannot launch nodes without sts:TagSession"
    )


def test_the_node_role_trusts_ec2_and_nobody_else() -> None:
    assert _only(ec2_trust()) == {
        "Effect": "Allow",
        "Principal": {"Service": ["ec2.amazonaws.com"]},
        "Action": ["sts:AssumeRole"],
    }


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_the_pod_execution_role_is_kept_to_the_profiles_of_its_cluster(region: str, partition: str) -> None:
    aws = AwsEnvironment(region=region, account="111122223333")

    assert _only(fargate_pod_trust(aws, "demo")) == {
        "Effect": "Allow",
        "Principal": {"Service": ["eks-fargate-pods.amazonaws.com"]},
        "Action": ["sts:AssumeRole"],
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:{partition}:eks:{region}:111122223333:fargateprofile/demo/*"}},
    }


def test_pod_identity_is_kept_to_one_service_account_of_one_cluster() -> None:
    made = pod_identity_trust(
        cluster_arn="arn:aws:eks:eu-west-1:111122223333:cluster/demo", namespace="kube-system", service_account="sa"
    )

    assert _only(made) == {
        "Effect": "Allow",
        "Principal": {"Service": ["pods.eks.amazonaws.com"]},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {
                "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo",
                "aws:RequestTag/kubernetes-namespace": "kube-system",
                "aws:RequestTag/kubernetes-service-account": "sa",
            }
        },
    }


def test_pod_identity_without_session_tags_compares_none() -> None:
    assert "Condition" not in _only(pod_identity_trust()), "a condition on tags that are not sent refuses every pod"


def test_irsa_pins_audience_and_subject() -> None:
    assert _only(irsa_trust(PROVIDER, ISSUER, "kube-system", "sa")) == {
        "Effect": "Allow",
        "Principal": {"Federated": [PROVIDER]},
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": "system:serviceaccount:kube-system:sa",
            }
        },
    }


@given(st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True))
def test_irsa_names_exactly_one_service_account(namespace: str, service_account: str) -> None:
    conditions = _only(irsa_trust(PROVIDER, ISSUER, namespace, service_account))["Condition"]

    assert list(conditions) == ["StringEquals"], "StringLike would let other service accounts in"
    assert conditions["StringEquals"][f"{ISSUER}:sub"] == f"system:serviceaccount:{namespace}:{service_account}"


@pytest.mark.parametrize(
    ("issuer", "namespace", "service_account", "message"),
    [
        (f"https://{ISSUER}", "a", "b", "issuer: .* must not have a scheme"),
        (ISSUER, "*", "b", r"namespace: '\*' must be one exact name"),
        (ISSUER, "", "b", "namespace: '' must be one exact name"),
        (ISSUER, "a", "b?", r"service_account: 'b\?' must be one exact name"),
    ],
)
def test_irsa_refuses_what_would_match_nothing_or_too_much(
    issuer: str, namespace: str, service_account: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        irsa_trust(PROVIDER, issuer, namespace, service_account)


def test_a_service_can_be_kept_to_conditions() -> None:
    made = service_trust("scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": "1"}})

    assert _only(made)["Condition"] == {"StringEquals": {"aws:SourceAccount": "1"}}
