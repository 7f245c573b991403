"""Key policies for KMS keys made by the platform."""

from __future__ import annotations

from collections.abc import Sequence

from components.aws_environment import AwsEnvironment
from components.iam.document import Document, document, statement


def cluster_key_policy(aws: AwsEnvironment, log_groups: Sequence[str] = ()) -> Document:
    """Return the policy of the key that encrypts a cluster's secrets and, where wanted, its logs.

    The account decides through IAM who may use and manage the key, as KMS does by default. EKS needs no entry: it
    works with a grant that it makes with the deployer's permissions when the key is given to the cluster
    (kms:CreateGrant and kms:DescribeKey). CloudWatch Logs does need one, kept to the named log groups.

    Args:
        aws: Partition, region and account of the key.
        log_groups: Names of the log groups that are encrypted with the key.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html,
    https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html and
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    statements = [
        statement(
            sid="AccountDecidesThroughIam",
            principals={"AWS": [aws.iam_arn("root")]},
            actions=["kms:*"],
            resources=["*"],
        )
    ]
    if log_groups:
        arns = [aws.arn("logs", f"log-group:{name}") for name in log_groups]
        statements.append(
            statement(
                sid="LogGroups",
                principals={"Service": [f"logs.{aws.region}.{aws.dns_suffix}"]},
                actions=["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
                resources=["*"],
                conditions={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arns}},
            )
        )
    return document(*statements)
