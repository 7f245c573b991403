"""Trust documents: who may assume a role, never anybody more than its one user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.aws_environment import AwsEnvironment
from components.iam.document import Document, document, statement

# The audience of tokens that a service account presents to AWS STS.
WEB_IDENTITY_AUDIENCE = "sts.amazonaws.com"


def service_trust(
    service: str,
    *,
    tag_session: bool = False,
    conditions: Mapping[str, Mapping[str, Any]] | None = None,
) -> Document:
    """Return the trust document of a role that an AWS service assumes.

    Args:
        service: Service principal, for example "eks.amazonaws.com".
        tag_session: Whether the service also passes session tags.
        conditions: Conditions that the request must meet.
    """
    actions = ["sts:AssumeRole", "sts:TagSession"] if tag_session else ["sts:AssumeRole"]
    return document(statement(principals={"Service": [service]}, actions=actions, conditions=conditions))


def pod_identity_trust(
    *,
    cluster_arn: str | None = None,
    namespace: str | None = None,
    service_account: str | None = None,
) -> Document:
    """Return the trust document of a role for EKS Pod Identity.

    EKS sends the cluster, namespace and service account as session tags with its request, so the role can be kept to
    one of them. Without these conditions any association in the account that names the role could use it. Give none
    where the association switches session tags off: there are no tags to compare then.

    Args:
        cluster_arn: ARN of the only cluster that may use the role.
        namespace: The only namespace that may use it.
        service_account: The only service account that may use it.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html and
    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
    """
    wanted = {
        "aws:RequestTag/eks-cluster-arn": cluster_arn,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": service_account,
    }
    tags = {key: value for key, value in wanted.items() if value is not None}
    conditions = {"StringEquals": tags} if tags else None
    return service_trust("pods.eks.amazonaws.com", tag_session=True, conditions=conditions)


def irsa_trust(provider_arn: str, issuer: str, namespace: str, service_account: str) -> Document:
    """Return the trust document of a role for one service account through the cluster's OIDC provider.

    Args:
        provider_arn: ARN of the IAM OIDC provider.
        issuer: Host and path of the issuer, without the scheme.
        namespace: Namespace of the service account.
        service_account: Name of the service account.

    Raises:
        ValueError: If the issuer has a scheme (the conditions would never match), or the namespace or service account
            is empty or holds a wildcard.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
    """
    if "://" in issuer:
        raise ValueError(f"issuer: {issuer!r} must not have a scheme, or no token would ever match")
    for field, value in (("namespace", namespace), ("service_account", service_account)):
        if not value or "*" in value or "?" in value:
            raise ValueError(f"{field}: {value!r} must be one exact name")
    subject = f"system:serviceaccount:{namespace}:{service_account}"
    return document(
        statement(
            principals={"Federated": [provider_arn]},
            actions=["sts:AssumeRoleWithWebIdentity"],
            conditions={"StringEquals": {f"{issuer}:aud": WEB_IDENTITY_AUDIENCE, f"{issuer}:sub": subject}},
        )
    )


def ec2_trust() -> Document:
    """Return the trust document of a node role, which EC2 instances assume.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
    """
    return service_trust("ec2.amazonaws.com")


def eks_cluster_trust(auto_mode: bool = False) -> Document:
    """Return the trust document of a cluster role, which the EKS control plane assumes.

    Args:
        auto_mode: Whether the cluster runs EKS Auto Mode, which tags its sessions.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html and
    https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
    """
    return service_trust("eks.amazonaws.com", tag_session=auto_mode)


def fargate_pod_trust(aws: AwsEnvironment, cluster_name: str) -> Document:
    """Return the trust document of a pod execution role, for the Fargate profiles of one cluster only.

    Args:
        aws: Partition, region and account of the cluster.
        cluster_name: Name of the cluster.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html
    """
    profiles = aws.arn("eks", f"fargateprofile/{cluster_name}/*")
    return service_trust("eks-fargate-pods.amazonaws.com", conditions={"ArnLike": {"aws:SourceArn": profiles}})
