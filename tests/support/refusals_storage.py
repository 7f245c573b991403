"""What KMS, CloudWatch Logs and EFS refuse in creations."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.living_world import CLUSTER, PLACE, allow, document
from tests.support.refusals import Refusal, refused

_OTHER_KEY = PLACE.arn("kms", "key/none")
_GROUP_ARN = PLACE.arn("logs", f"log-group:/aws/eks/{CLUSTER}/cluster")
NOT_FOR_LOGS = f"The specified KMS key does not exist or is not allowed to be used with LogGroup '{_GROUP_ARN}'"
_ROOT = {"AWS": f"arn:aws:iam::{PLACE.account}:root"}

KEYS_AND_LOGS: Sequence[Refusal] = (
    refused(
        "key policy that is no JSON",
        "key",
        "MalformedPolicyDocumentException",
        "The policy document is not well formed.",
        policy="{",
    ),
    refused(
        "key policy that locks the account out",
        "key",
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
        policy=document(allow("kms:Decrypt", Principal=_ROOT)),
    ),
    refused(
        "alias without its prefix",
        "alias",
        "ValidationException",
        'Alias must start with the prefix "alias/". Please see documentation.',
        name="eks",
    ),
    refused(
        "alias in the namespace of AWS",
        "alias",
        "NotAuthorizedException",
        "The alias name prefix alias/aws/ is reserved for AWS managed keys.",
        name="alias/aws/eks",
    ),
    refused(
        "alias of a key that does not exist",
        "alias",
        "NotFoundException",
        f"Key '{_OTHER_KEY}' does not exist",
        targetKeyId="none",
    ),
    Refusal(
        name="two aliases of a name",
        step="alias",
        code="AlreadyExistsException",
        says=f"An alias with the name {PLACE.arn('kms', f'alias/eks/{CLUSTER}')} already exists",
        again=True,
    ),
    Refusal(
        name="two log groups of a name",
        step="logs",
        code="ResourceAlreadyExistsException",
        says="The specified log group already exists",
        again=True,
    ),
    Refusal(
        name="log group that the cluster made first",
        step="logs",
        code="ResourceAlreadyExistsException",
        says="The specified log group already exists",
        first=("cluster",),
    ),
    refused(
        "log group kept for days that there are not",
        "logs",
        "InvalidParameterException",
        "1 validation error detected: Value '100' at 'retentionInDays' failed to satisfy constraint",
        retentionInDays=100,
    ),
    refused(
        "key of a log group does not exist",
        "logs",
        "AccessDeniedException",
        NOT_FOR_LOGS,
        kmsKeyId=_OTHER_KEY,
    ),
    Refusal(
        name="key of a log group that the service may not use",
        step="logs",
        code="AccessDeniedException",
        says=NOT_FOR_LOGS,
        broken={"key": {"policy": document(allow("kms:*", Principal=_ROOT))}},
    ),
    Refusal(
        name="key of a log group that the service may use for another",
        step="logs",
        code="AccessDeniedException",
        says=NOT_FOR_LOGS.replace(f"/aws/eks/{CLUSTER}/cluster", "/aws/eks/other"),
        broken={"logs": {"name": "/aws/eks/other"}},
    ),
)

STORAGE: Sequence[Refusal] = (
    Refusal(
        name="two file systems of a token",
        step="file-system",
        code="FileSystemAlreadyExists",
        says="File system '{file-system}' already exists with creation token 'demo'",
        again=True,
    ),
    refused(
        "key of a file system does not exist",
        "file-system",
        "KmsKeyNotFoundException",
        f"KMS key '{_OTHER_KEY}' does not exist.",
        kmsKeyId=_OTHER_KEY,
    ),
    refused(
        "key for a file system that is not encrypted",
        "file-system",
        "ValidationException",
        "A KMS key ID can only be specified for an encrypted file system.",
        encrypted=False,
    ),
    refused(
        "mount target of a file system that does not exist",
        "mount-a",
        "FileSystemNotFound",
        "File system 'fs-0123' does not exist.",
        fileSystemId="fs-0123",
    ),
    refused(
        "mount target in a subnet that does not exist",
        "mount-a",
        "SubnetNotFound",
        "The subnet ID 'subnet-0123' does not exist",
        subnetId="subnet-0123",
    ),
    refused(
        "security group of a mount target does not exist",
        "mount-a",
        "SecurityGroupNotFound",
        "The security group ID 'sg-0123' does not exist",
        securityGroups=["sg-0123"],
    ),
    refused(
        "more security groups than a mount target takes",
        "mount-a",
        "SecurityGroupLimitExceeded",
        "The maximum number of security groups per interface is 5",
        securityGroups=["sg-0123"] * 6,
    ),
    Refusal(
        name="two mount targets in a zone",
        step="mount-a",
        code="MountTargetConflict",
        says="mount target already exists in this AZ",
        again=True,
        broken={"mount-a": {"subnetId": lambda made: made["public-a"]["id"]}},
    ),
    refused(
        "access point of a file system that does not exist",
        "access-point",
        "FileSystemNotFound",
        "File system 'fs-0123' does not exist.",
        fileSystemId="fs-0123",
    ),
    refused(
        "backups of a file system that does not exist",
        "backup",
        "FileSystemNotFound",
        "File system 'fs-0123' does not exist.",
        fileSystemId="fs-0123",
    ),
    refused(
        "policy of a file system that is none",
        "file-policy",
        "InvalidPolicyException",
        "File system policy is not valid: it is malformed or has an error.",
        policy="{",
    ),
)
