"""The role of nodes: what a kubelet needs, and nothing for pods."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws_sdk

from components.aws_environment import AwsEnvironment
from components.iam.document import to_json
from components.iam.trust import ec2_trust

# No CNI policy: the VPC CNI has a role of its own, so that no other pod of the node can change interfaces.
# https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
SSM_POLICY = "AmazonSSMManagedInstanceCore"


def check_extra_policies(policies: Mapping[str, str]) -> None:
    """Raise ValueError if a policy has the key of one that nodes get anyway."""
    for key in policies:
        if key in (*NODE_POLICIES, SSM_POLICY):
            raise ValueError(f"extra_policies: {key!r} is a policy that nodes get without being named, or with ssm")


def node_role(
    resource_name: str,
    *,
    aws: AwsEnvironment,
    description: str,
    ssm: bool,
    extra_policies: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> tuple[aws_sdk.iam.Role, list[aws_sdk.iam.RolePolicyAttachment]]:
    """Create a node role and return it with its policy attachments, which must exist before a node boots.

    Args:
        resource_name: Logical name of the role; attachments add "-" and the key of their policy.
        aws: Partition, account and permissions boundary.
        description: What people read in the console.
        ssm: Whether Session Manager can open a shell on the nodes.
        extra_policies: More managed policies: ARN by key.
        opts: Resource options of the role and the attachments.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
    """
    role = aws_sdk.iam.Role(
        resource_name,
        description=description,
        assume_role_policy=to_json(ec2_trust()),
        permissions_boundary=aws.permissions_boundary,
        opts=opts,
    )
    managed = (*NODE_POLICIES, SSM_POLICY) if ssm else NODE_POLICIES
    policies = {policy: aws.managed_policy_arn(policy) for policy in managed} | dict(extra_policies)
    attachments = [
        aws_sdk.iam.RolePolicyAttachment(f"{resource_name}-{key}", role=role.name, policy_arn=arn, opts=opts)
        for key, arn in policies.items()
    ]
    return role, attachments
