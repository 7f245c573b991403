"""What IAM, KMS, CloudWatch Logs and EFS refuse in creations."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.living_world import CLUSTER, PLACE, allow, document, trust
from tests.support.refusals import Refusal, refused

MALFORMED = "MalformedPolicyDocument"
EXISTS = "EntityAlreadyExists"
MISSING = "NoSuchEntity"
LIMIT = "LimitExceeded"
_OTHER_KEY = PLACE.arn("kms", "key/none")
_GROUP_ARN = PLACE.arn("logs", f"log-group:/aws/eks/{CLUSTER}/cluster")
NOT_FOR_LOGS = f"The specified KMS key does not exist or is not allowed to be used with LogGroup '{_GROUP_ARN}'"
_ROOT = {"AWS": f"arn:aws:iam::{PLACE.account}:root"}
_BIG = document(*(allow(f"s3:{'a' * 90}{n}", Sid=f"s{n}") for n in range(60)))

IAM: Sequence[Refusal] = (
    Refusal(
        name="two roles of a name",
        step="app-role",
        code=EXISTS,
        says="Role with name app-role already exists.",
        again=True,
    ),
    Refusal(
        name="two roles whose names differ in case only",
        step="app-role",
        code=EXISTS,
        says="Role with name APP-role already exists.",
        again=True,
        broken={"app-role": {"name": "APP-role"}},
    ),
    refused("trust policy that is no JSON", "app-role", MALFORMED, "Syntax errors in policy.", assumeRolePolicy="{"),
    refused(
        "trust policy without a principal",
        "app-role",
        MALFORMED,
        "Missing required field Principal",
        assumeRolePolicy=document({"Effect": "Allow", "Action": "sts:AssumeRole"}),
    ),
    refused(
        "trust policy with a resource",
        "app-role",
        MALFORMED,
        "Has prohibited field Resource",
        assumeRolePolicy=document(allow("sts:AssumeRole", Principal=_ROOT)),
    ),
    refused(
        "trust policy that allows something else",
        "app-role",
        MALFORMED,
        "AssumeRole policy may only specify STS AssumeRole actions.",
        assumeRolePolicy=trust("pods.eks.amazonaws.com", "s3:GetObject"),
    ),
    refused(
        "trust policy for something that is no service",
        "app-role",
        MALFORMED,
        'Invalid principal in policy: "SERVICE":"pods.eks"',
        assumeRolePolicy=trust("pods.eks"),
    ),
    refused(
        "trust policy too large",
        "app-role",
        LIMIT,
        "Cannot exceed quota for ACLSizePerRole: 2048",
        assumeRolePolicy=trust("pods.eks.amazonaws.com", StringEquals={"aws:RequestTag/a": ["x" * 2048]}),
    ),
    refused(
        "permissions boundary that AWS does not have",
        "app-role",
        MISSING,
        "Scope ARN: arn:aws:iam::aws:policy/AmazonEKSClusterPolicys does not exist or is not attachable.",
        permissionsBoundary="arn:aws:iam::aws:policy/AmazonEKSClusterPolicys",
    ),
    Refusal(
        name="two policies of a name",
        step="app-policy",
        code=EXISTS,
        says="A policy called app already exists. Duplicate names are not allowed.",
        again=True,
    ),
    refused("policy that is no JSON", "app-policy", MALFORMED, "Syntax errors in policy.", policy="nothing"),
    refused(
        "policy of another version of the language",
        "app-policy",
        MALFORMED,
        "Syntax errors in policy.",
        policy='{"Version": "2012-10-18", "Statement": []}',
    ),
    refused(
        "policy with a principal",
        "app-policy",
        MALFORMED,
        "Policy document should not specify a principal.",
        policy=document(allow("s3:GetObject", Principal=_ROOT)),
    ),
    refused(
        "policy without resources",
        "app-policy",
        MALFORMED,
        "Policy statement must contain resources.",
        policy=document({"Effect": "Allow", "Action": "s3:GetObject"}),
    ),
    refused(
        "policy without actions",
        "app-policy",
        MALFORMED,
        "Policy statement must contain actions.",
        policy=document({"Effect": "Allow", "Resource": "*"}),
    ),
    refused(
        "policy with an action of no service",
        "app-policy",
        MALFORMED,
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        policy=document(allow("GetObject")),
    ),
    refused(
        "policy with a resource that is no ARN",
        "app-policy",
        MALFORMED,
        'Resource bucket must be in ARN format or "*".',
        policy=document(allow("s3:GetObject", Resource="bucket")),
    ),
    refused(
        "policy with one statement id twice",
        "app-policy",
        MALFORMED,
        "Statement IDs (SID) in a single policy must be unique.",
        policy=document(allow("s3:GetObject", Sid="a"), allow("s3:PutObject", Sid="a")),
    ),
    refused(
        "policy with a statement id that is not alphanumeric",
        "app-policy",
        MALFORMED,
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
        "[0-9A-Za-z]*",
        policy=document(allow("s3:GetObject", Sid="a-b")),
    ),
    refused(
        "policy too large",
        "app-policy",
        LIMIT,
        "Cannot exceed quota for PolicySize: 6144",
        policy=_BIG,
    ),
    refused(
        "inline policy of a role that does not exist",
        "app-inline",
        MISSING,
        "The role with name nobody cannot be found.",
        role="nobody",
    ),
    Refusal(
        name="inline policies too large together",
        step="app-inline",
        code=LIMIT,
        says="Maximum policy size of 10240 bytes exceeded for role app-role",
        again=True,
        broken={"app-inline": {"name": "more", "policy": document(allow(*(f"s3:{'a' * 99}{n}" for n in range(100))))}},
    ),
    refused(
        "attachment to a role that does not exist",
        "app-attachment",
        MISSING,
        "The role with name nobody cannot be found.",
        role="nobody",
    ),
    refused(
        "attachment of a policy that does not exist",
        "app-attachment",
        MISSING,
        f"Policy arn:aws:iam::{PLACE.account}:policy/none does not exist or is not attachable.",
        policyArn=f"arn:aws:iam::{PLACE.account}:policy/none",
    ),
    refused(
        "attachment of a misspelt policy of AWS",
        "app-attachment",
        MISSING,
        "Policy arn:aws:iam::aws:policy/AmazonEKSWorkerNodesPolicy does not exist or is not attachable.",
        policyArn="arn:aws:iam::aws:policy/AmazonEKSWorkerNodesPolicy",
    ),
    Refusal(
        name="more policies than a role takes",
        step="app-attachment",
        code=LIMIT,
        says="Cannot exceed quota for PoliciesPerRole: 10",
        broken={"app-role": {"managedPolicyArns": [f"arn:aws:iam::aws:policy/P{n}" for n in range(10)]}},
    ),
    Refusal(
        name="two OIDC providers of a cluster",
        step="oidc",
        code=EXISTS,
        says="Provider with url {oidc.url} already exists.",
        again=True,
    ),
)

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
