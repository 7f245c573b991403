"""Permissions of the Amazon VPC CNI."""

from __future__ import annotations

from components.aws_environment import AwsEnvironment
from components.iam.document import Document, document, statement

IPV4_MANAGED_POLICY = "AmazonEKS_CNI_Policy"
"""AWS managed policy for clusters with IPv4 pods; there is none for IPv6."""


def ipv6_policy(aws: AwsEnvironment) -> Document:
    """Return what the VPC CNI needs to give pods IPv6 addresses.

    Network interfaces may be tagged in this account and region only.

    Args:
        aws: Partition, region and account of the nodes.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html
    """
    return document(
        statement(
            sid="Addresses",
            actions=[
                "ec2:AssignIpv6Addresses",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeInstances",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeTags",
                "ec2:ModifyNetworkInterfaceAttribute",
            ],
            resources=["*"],
        ),
        statement(
            sid="TagInterfaces",
            actions=["ec2:CreateTags"],
            resources=[aws.arn("ec2", "network-interface/*")],
        ),
    )
