"""Permissions of the EFS CSI driver."""

from __future__ import annotations

from components.aws_environment import AwsEnvironment
from components.iam.document import Document, document, statement

# The driver marks every access point that it makes with this tag.
_OWNER_TAG = "efs.csi.aws.com/cluster"


def efs_csi_policy(aws: AwsEnvironment) -> Document:
    """Return what the EFS CSI driver may do: make, tag and delete access points of its own.

    Narrower than the AWS managed policy: only in this region and account, and nothing of Amazon S3 Files.

    Args:
        aws: Where the file systems are.

    Source: https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/docs/README.md
    """
    access_points = aws.arn("elasticfilesystem", "access-point/*")
    # EFS checks the making and tagging of an access point against its file system, too.
    either = [aws.arn("elasticfilesystem", "file-system/*"), access_points]
    return document(
        statement(
            actions=[
                "ec2:DescribeAvailabilityZones",
                "elasticfilesystem:DescribeAccessPoints",
                "elasticfilesystem:DescribeFileSystems",
                "elasticfilesystem:DescribeMountTargets",
            ],
            resources=["*"],
        ),
        statement(
            actions=["elasticfilesystem:CreateAccessPoint"],
            resources=either,
            conditions={"StringLike": {f"aws:RequestTag/{_OWNER_TAG}": "true"}},
        ),
        statement(
            actions=["elasticfilesystem:TagResource"],
            resources=either,
            conditions={"StringLike": {f"aws:ResourceTag/{_OWNER_TAG}": "true"}},
        ),
        statement(
            actions=["elasticfilesystem:DeleteAccessPoint"],
            resources=[access_points],
            conditions={"StringEquals": {f"aws:ResourceTag/{_OWNER_TAG}": "true"}},
        ),
    )
