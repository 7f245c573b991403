"""IAM policy documents: what IAM refuses in them, and what they allow.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.simulator.aws_error import AwsError

_VERSIONS = ("2012-10-17", "2008-10-17")
_SID = re.compile(r"[0-9A-Za-z]*")
# AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity, SetContext, SetSourceIdentity, TagSession.
_TRUST_ACTION = re.compile(r"sts:(\*|Assume.*|Set.*|Tag.*)", re.IGNORECASE)
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazonaws\.eu|amazon\.com|aws\.internal)")


def parsed(document: Any) -> Mapping[str, Any]:
    """Return a policy document, given as JSON text or as an object; empty if it is neither."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            return {}
    return document if isinstance(document, Mapping) else {}


def statements(document: Any) -> list[Mapping[str, Any]]:
    """Return the statements of a policy document; a single one may stand without a list."""
    found = parsed(document).get("Statement", [])
    return [item for item in as_list(found) if isinstance(item, Mapping)]


def as_list(value: Any) -> list[Any]:
    """Return a value that may stand alone or in a list as a list."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return [] if value is None else [value]
    return list(value)


def size(document: Any) -> int:
    """Return how many characters IAM counts: all but white space."""
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    return len(re.sub(r"\s", "", text))


def allows(document: Any, kind: str, principal: str, *actions: str, context: Mapping[str, str] | None = None) -> bool:
    """Return whether a resource policy or a trust policy allows a principal all of some actions.

    Args:
        document: The document.
        kind: Kind of principal: "Service", "AWS" or "Federated".
        principal: The principal.
        actions: Actions, all of which must be allowed, by one statement or by several.
        context: Condition keys whose values are known; conditions on others are taken to hold.
    """
    return all(
        any(_allows(statement, kind, principal, action, context or {}) for statement in statements(document))
        for action in actions
    )


def _allows(statement: Mapping[str, Any], kind: str, principal: str, action: str, context: Mapping[str, str]) -> bool:
    if statement.get("Effect") != "Allow" or not _names_principal(statement.get("Principal"), kind, principal):
        return False
    if not any(_matches(action, pattern) for pattern in as_list(statement.get("Action"))):
        return False
    return all(
        any(fnmatch.fnmatchcase(context[key], str(pattern)) for pattern in as_list(patterns))
        for operator, keys in (statement.get("Condition") or {}).items()
        if "Not" not in operator and isinstance(keys, Mapping)
        for key, patterns in keys.items()
        if key in context
    )


def _matches(action: str, pattern: Any) -> bool:
    return fnmatch.fnmatchcase(action.lower(), str(pattern).lower())


def _names_principal(given: Any, kind: str, principal: str) -> bool:
    if given == "*":
        return True
    named = as_list(given.get(kind)) if isinstance(given, Mapping) else []
    return principal in named or "*" in named


def check_identity_policy(operation: str, document: Any) -> None:
    """Refuse a document that IAM would not take as a policy of an identity.

    Raises:
        AwsError: MalformedPolicyDocument.
    """
    for statement in _checked(operation, document):
        if "Principal" in statement or "NotPrincipal" in statement:
            raise malformed(operation, "Policy document should not specify a principal.")
        if not {"Resource", "NotResource"} & set(statement):
            raise malformed(operation, "Policy statement must contain resources.")
        for resource in as_list(statement.get("Resource")):
            if resource != "*" and not str(resource).startswith("arn:"):
                raise malformed(operation, f'Resource {resource} must be in ARN format or "*".')


def check_trust_policy(operation: str, document: Any) -> None:
    """Refuse a document that IAM would not take as the trust policy of a role.

    Raises:
        AwsError: MalformedPolicyDocument.
    """
    for statement in _checked(operation, document):
        if {"Resource", "NotResource"} & set(statement):
            raise malformed(operation, "Has prohibited field Resource")
        if not {"Principal", "NotPrincipal"} & set(statement):
            raise malformed(operation, "Missing required field Principal")
        for action in as_list(statement.get("Action")):
            if not _TRUST_ACTION.fullmatch(str(action)):
                raise malformed(operation, "AssumeRole policy may only specify STS AssumeRole actions.")
        principal = statement.get("Principal")
        for service in as_list(principal.get("Service")) if isinstance(principal, Mapping) else []:
            if not _SERVICE.fullmatch(str(service)):
                raise malformed(operation, f'Invalid principal in policy: "SERVICE":"{service}"')


def _checked(operation: str, document: Any) -> list[Mapping[str, Any]]:
    """Return the statements of a document that is in order as such."""
    found = statements(document)
    if not found or parsed(document).get("Version", _VERSIONS[0]) not in _VERSIONS:
        raise malformed(operation, "Syntax errors in policy.")
    for statement in found:
        _check_statement(operation, statement)
    names = [statement["Sid"] for statement in found if statement.get("Sid")]
    if len(set(names)) < len(names):
        raise malformed(operation, "Statement IDs (SID) in a single policy must be unique.")
    return found


def _check_statement(operation: str, statement: Mapping[str, Any]) -> None:
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise malformed(operation, "Syntax errors in policy.")
    if not _SID.fullmatch(str(statement.get("Sid", ""))):
        raise malformed(
            operation,
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
            "[0-9A-Za-z]*",
        )
    if not {"Action", "NotAction"} & set(statement):
        raise malformed(operation, "Policy statement must contain actions.")
    for action in [*as_list(statement.get("Action")), *as_list(statement.get("NotAction"))]:
        if action != "*" and ":" not in str(action):
            raise malformed(operation, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")


def malformed(operation: str, message: str) -> AwsError:
    """Return IAM's refusal of a document."""
    return AwsError("IAM", operation, "MalformedPolicyDocument", message)
