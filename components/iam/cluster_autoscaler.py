"""Permissions of the Kubernetes Cluster Autoscaler on AWS."""

from __future__ import annotations

from components.aws_environment import AwsEnvironment
from components.iam.document import Document, document, statement


def cluster_autoscaler_policy(aws: AwsEnvironment, cluster_name: str) -> Document:
    """Return what the Cluster Autoscaler may do: read all groups, resize only those of its own cluster.

    Resizing is limited twice: to Auto Scaling groups of this region and account, and to those tagged
    `kubernetes.io/cluster/<cluster name>: owned`, a tag that EKS puts on the groups of managed node groups. So two
    clusters in one account cannot scale each other's nodes.

    Args:
        aws: Where the cluster is.
        cluster_name: Name of the cluster, as it stands in the groups' tags.

    Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
    """
    discover = [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "autoscaling:DescribeScalingActivities",
    ]
    # What a node of an empty group would look like: its template, image and instance type, its labels and taints.
    foresee = [
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:GetInstanceTypesFromInstanceRequirements",
        "eks:DescribeNodegroup",
    ]
    resize = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    own_groups = {"StringEquals": {f"autoscaling:ResourceTag/kubernetes.io/cluster/{cluster_name}": "owned"}}
    return document(
        statement(actions=[*discover, *foresee], resources=["*"]),
        statement(
            actions=resize,
            resources=[aws.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")],
            conditions=own_groups,
        ),
    )
