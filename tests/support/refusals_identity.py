"""What IAM refuses in creations."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.living_world import PLACE, allow, document, trust
from tests.support.refusals import Refusal, refused

MALFORMED = "MalformedPolicyDocument"
EXISTS = "EntityAlreadyExists"
MISSING = "NoSuchEntity"
LIMIT = "LimitExceeded"
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
