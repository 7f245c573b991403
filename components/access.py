"""Who may use the cluster's Kubernetes API: access entries and access policies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws_sdk

from components.aws_environment import AwsEnvironment

AccessPolicy = Literal["ClusterAdmin", "Admin", "AdminView", "Edit", "View", "SecretReader", "AutoNode"]
AccessEntryType = Literal["STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX"]

_POLICIES: Mapping[AccessPolicy, str] = {
    "ClusterAdmin": "AmazonEKSClusterAdminPolicy",
    "Admin": "AmazonEKSAdminPolicy",
    "AdminView": "AmazonEKSAdminViewPolicy",
    "Edit": "AmazonEKSEditPolicy",
    "View": "AmazonEKSViewPolicy",
    "SecretReader": "AmazonEKSSecretReaderPolicy",
    "AutoNode": "AmazonEKSAutoNodePolicy",
}
_TYPES = ("STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX")
# https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
_RESERVED = ("system:", "eks:", "aws:", "amazon:", "iam:")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+")


@dataclass(frozen=True, kw_only=True)
class AccessEntry:
    """What one IAM principal may do in the cluster.

    Args:
        principal: ARN of an IAM role or user. A session (arn:aws:sts::...:assumed-role/...) is none: name its role.
        policy: Access policy: "ClusterAdmin" (everything), "Admin", "AdminView", "Edit", "View", "SecretReader", or
            "AutoNode" for nodes of EKS Auto Mode. None where Kubernetes groups say it.
        namespaces: Namespaces that the policy is kept to; "*" may stand at the end of a name. Empty for the whole
            cluster.
        kubernetes_groups: Kubernetes groups that the principal is a member of, for own RBAC.
        user_name: Kubernetes user name; None for the one that EKS makes of the principal.
        type: "STANDARD" (default) for people and machines that deploy; the others are for nodes that EKS does not
            enter by itself.

    Raises:
        ValueError: If the principal is not a role or user, nothing is granted, a group is reserved, or a type does
            not go with the rest.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html and
    https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
    """

    principal: pulumi.Input[str]
    policy: AccessPolicy | None = None
    namespaces: Sequence[str] = ()
    kubernetes_groups: Sequence[str] = ()
    user_name: str | None = None
    type: AccessEntryType = "STANDARD"

    def __post_init__(self) -> None:
        if isinstance(self.principal, str) and not _PRINCIPAL.fullmatch(self.principal):
            raise ValueError(f"principal: {self.principal!r} is not the ARN of an IAM role or user")
        if self.policy is not None and self.policy not in _POLICIES:
            raise ValueError(f"policy: {self.policy!r} is not one of {', '.join(_POLICIES)}")
        if self.type not in _TYPES:
            raise ValueError(f"type: {self.type!r} is not one of {', '.join(_TYPES)}")
        if self.type != "STANDARD" and (self.kubernetes_groups or self.user_name):
            raise ValueError(f"type: {self.type} takes no Kubernetes groups and no user name, EKS sets them")
        if self.type == "STANDARD" and self.policy is None and not self.kubernetes_groups:
            raise ValueError("policy: the entry grants nothing; give an access policy or Kubernetes groups")
        if self.namespaces and self.policy is None:
            raise ValueError("namespaces: they limit an access policy, and there is none")
        reserved = [group for group in self.kubernetes_groups if group.startswith(_RESERVED)]
        if reserved:
            raise ValueError(f"kubernetes_groups: {', '.join(reserved)} is reserved; use an access policy instead")
        if self.user_name is not None and self.user_name.startswith(_RESERVED):
            raise ValueError(f"user_name: {self.user_name!r} begins with one of {', '.join(_RESERVED)}")

    @property
    def administers_cluster(self) -> bool:
        """Whether the entry allows everything in the whole cluster."""
        return self.policy == "ClusterAdmin" and not self.namespaces


def access_policy_arn(aws: AwsEnvironment, policy: AccessPolicy) -> str:
    """Return the ARN of an EKS access policy in the partition."""
    return f"arn:{aws.partition}:eks::aws:cluster-access-policy/{_POLICIES[policy]}"


def check_entries(entries: Mapping[str, AccessEntry]) -> None:
    """Check what only shows in all entries together.

    Args:
        entries: Entry by name.

    Raises:
        ValueError: If nobody administers the cluster (its creator does not by itself), or a principal is named twice,
            which EKS refuses.
    """
    if not any(entry.administers_cluster for entry in entries.values()):
        raise ValueError(
            "access: no entry has the policy ClusterAdmin for the whole cluster, so nobody could manage it; "
            "add the role that deploys"
        )
    owners: dict[str, str] = {}
    for name, entry in entries.items():
        if not isinstance(entry.principal, str):
            continue
        if entry.principal in owners:
            raise ValueError(
                f"access[{name}]: {entry.principal} has the entry {owners[entry.principal]!r} already; "
                "EKS takes one entry for a principal"
            )
        owners[entry.principal] = name


def grant_access(
    name: str,
    *,
    parent: pulumi.Resource,
    aws: AwsEnvironment,
    cluster_name: pulumi.Output[str],
    entries: Mapping[str, AccessEntry],
) -> dict[str, pulumi.Resource]:
    """Create an `aws.eks.AccessEntry` for each entry and an `aws.eks.AccessPolicyAssociation` for each policy.

    Args:
        name: Beginning of the logical names.
        parent: Component that they belong to.
        aws: Where the cluster is.
        cluster_name: Name of the cluster, as its output.
        entries: Entry by name.

    Returns:
        The associations that let somebody administer the whole cluster, by name of the entry: what talks to the
        Kubernetes API waits for the deployer's.
    """
    administrators: dict[str, pulumi.Resource] = {}
    for key, entry in sorted(entries.items()):
        made = aws_sdk.eks.AccessEntry(
            f"{name}-access-{key}",
            cluster_name=cluster_name,
            principal_arn=entry.principal,
            kubernetes_groups=sorted(entry.kubernetes_groups) or None,
            user_name=entry.user_name,
            type=entry.type,
            opts=pulumi.ResourceOptions(parent=parent),
        )
        if entry.policy is None:
            continue
        association = aws_sdk.eks.AccessPolicyAssociation(
            f"{name}-access-{key}",
            cluster_name=cluster_name,
            # The entry's own output, so that the policy comes after it and goes before it.
            principal_arn=made.principal_arn,
            policy_arn=access_policy_arn(aws, entry.policy),
            access_scope=_scope(entry),
            # EKS knows one association of a principal and a policy: made first, the new one would go with the old.
            opts=pulumi.ResourceOptions(parent=parent, delete_before_replace=True),
        )
        if entry.administers_cluster:
            administrators[key] = association
    return administrators


def _scope(entry: AccessEntry) -> aws_sdk.eks.AccessPolicyAssociationAccessScopeArgs:
    if entry.namespaces:
        return aws_sdk.eks.AccessPolicyAssociationAccessScopeArgs(type="namespace", namespaces=sorted(entry.namespaces))
    return aws_sdk.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster")
