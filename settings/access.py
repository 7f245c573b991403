"""Who may do what in the cluster (https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from settings.base import Section

AccessPolicy = Literal["ClusterAdmin", "Admin", "AdminView", "Edit", "View", "SecretReader"]


class AccessEntry(Section):
    """One principal's access: an EKS access policy, or Kubernetes groups that RoleBindings refer to."""

    principal: str = Field(description="ARN of an IAM role or user; of a role, not of its session (`assumed-role`).")
    policy: AccessPolicy | None = Field(
        default=None, description="EKS access policy (`View` is AmazonEKSViewPolicy and so on); or `kubernetesGroups`."
    )
    namespaces: tuple[str, ...] = Field(
        default=(),
        description="Namespaces in which the policy holds, `*` as a wildcard; empty for the whole cluster.",
    )
    kubernetes_groups: tuple[str, ...] = Field(
        default=(),
        description="Kubernetes groups that the principal belongs to, instead of a policy; none that begins with "
        "`system:`, `eks:`, `aws:`, `amazon:` or `iam:`.",
    )
