"""IAM policy documents as plain data: how to build one, write it down and measure it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

# A statement or document as IAM reads it; values are strings, lists and dicts, and may hold Pulumi outputs.
Statement = dict[str, Any]
Document = dict[str, Any]

# IAM counts the characters of a managed policy without white space.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MANAGED_POLICY_LIMIT = 6144


def statement(
    *,
    actions: Sequence[str] = (),
    resources: Sequence[Any] = (),
    principals: Mapping[str, Sequence[Any]] | None = None,
    conditions: Mapping[str, Mapping[str, Any]] | None = None,
    not_actions: Sequence[str] = (),
    not_resources: Sequence[Any] = (),
    not_principals: Mapping[str, Sequence[Any]] | None = None,
    effect: Literal["Allow", "Deny"] = "Allow",
    sid: str | None = None,
) -> Statement:
    """Return one statement of a policy document; what is not given is left out.

    Args:
        actions: Actions, for example ["ec2:DescribeInstances"].
        resources: ARNs or "*"; left out in trust documents.
        principals: Principals by kind, for example {"Service": ["eks.amazonaws.com"]}.
        conditions: Condition operators, each with its keys and values, for example
            {"StringEquals": {"aws:SourceAccount": "111122223333"}}.
        not_actions: All actions but these.
        not_resources: All resources but these.
        not_principals: All principals but these.
        effect: "Allow" or "Deny".
        sid: Identifier that people read; letters and digits only.

    Raises:
        ValueError: If there is no action, or a field is given together with its negation.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
    """
    if bool(actions) == bool(not_actions):
        raise ValueError("actions: a statement needs either actions or not_actions")
    if resources and not_resources:
        raise ValueError("resources: a statement takes resources or not_resources, not both")
    if principals and not_principals:
        raise ValueError("principals: a statement takes principals or not_principals, not both")
    if sid is not None and not (sid.isascii() and sid.isalnum()):
        raise ValueError(f"sid: {sid!r} may hold letters and digits only")
    fields: Statement = {
        "Sid": sid,
        "Effect": effect,
        "Principal": _lists(principals),
        "NotPrincipal": _lists(not_principals),
        "Action": list(actions),
        "NotAction": list(not_actions),
        "Resource": list(resources),
        "NotResource": list(not_resources),
        "Condition": {operator: dict(keys) for operator, keys in (conditions or {}).items()},
    }
    return {name: value for name, value in fields.items() if value}


def document(*statements: Statement) -> Document:
    """Return a policy document of the given statements, in their order.

    Raises:
        ValueError: If there is no statement.
    """
    if not statements:
        raise ValueError("statements: a policy document needs at least one statement")
    return {"Version": "2012-10-17", "Statement": list(statements)}


def to_json(policy: Document) -> str:
    """Return the document as compact JSON with sorted keys, so that equal documents are equal texts."""
    return json.dumps(policy, sort_keys=True, separators=(",", ":"))


def policy_length(text: str) -> int:
    """Return how long IAM says a policy is: its characters without white space."""
    return len("".join(text.split()))


def managed_policy_json(policy: Document, *, what: str) -> str:
    """Return the JSON of a document that becomes a managed policy.

    Args:
        policy: The document.
        what: How an error names the policy.

    Raises:
        ValueError: If it is longer than the 6,144 characters that IAM accepts.
    """
    text = to_json(policy)
    length = policy_length(text)
    if length > MANAGED_POLICY_LIMIT:
        raise ValueError(
            f"{what}: the policy has {length} characters, IAM accepts {MANAGED_POLICY_LIMIT}; "
            "split its statements over two policies"
        )
    return text


def _lists(principals: Mapping[str, Sequence[Any]] | None) -> dict[str, list[Any]]:
    return {kind: list(names) for kind, names in (principals or {}).items()}
