"""Permissions of the EBS CSI driver beyond its AWS managed policy."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.iam.document import Document, document, statement


def ebs_csi_key_policy(key_arns: Sequence[pulumi.Input[str]]) -> Document:
    """Return what the EBS CSI driver needs to encrypt volumes with customer managed KMS keys.

    The driver asks EBS to create a volume, and EBS takes the key through a grant that the driver makes for it. Grants
    are allowed only where an AWS service is to hold them, so the driver cannot pass the key on to anybody else.

    Args:
        key_arns: ARNs of the keys.

    Raises:
        ValueError: If there is no key: a statement without a resource is refused by IAM.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html
    """
    if not key_arns:
        raise ValueError("key_arns: name at least one KMS key")
    grants = statement(
        actions=["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
        resources=list(key_arns),
        conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
    )
    use = statement(
        actions=["kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
        resources=list(key_arns),
    )
    return document(grants, use)
