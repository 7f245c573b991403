"""Policy documents that IAM refuses as malformed.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

PolicyKind = Literal["identity", "resource", "trust"]

_VERSIONS = ("2012-10-17", "2008-10-17")
_DOCUMENT = frozenset({"Version", "Id", "Statement"})
_STATEMENT = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[\w*?]+")
_SID = re.compile(r"[0-9A-Za-z]*")
# What a role can be assumed with: AssumeRole and its kin, SetSourceIdentity, SetContext, TagSession.
_TRUST_ACTION = re.compile(r"sts:(\*|Assume.*|Set.*|Tag.*)", re.IGNORECASE)
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazonaws\.eu|amazon\.com|aws\.internal)")
_PRINCIPALS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})
_SYNTAX = "Syntax errors in policy."


def problem(document: Any, kind: PolicyKind) -> str:
    """Return why a policy document is refused, in IAM's words, or "" if it is well formed.

    Args:
        document: The document, parsed.
        kind: "identity" for what a role may do, "resource" for who may use a resource, "trust" for who may be a role.
    """
    found = next(_problems(document, kind), "")
    return f"MalformedPolicyDocument: {found}" if found else ""


def _problems(document: Any, kind: PolicyKind) -> Iterator[str]:
    if not isinstance(document, Mapping) or set(document) - _DOCUMENT or "Statement" not in document:
        yield _SYNTAX
        return
    if document.get("Version", "2008-10-17") not in _VERSIONS:
        yield _SYNTAX
    elif kind == "identity" and document.get("Version") != "2012-10-17":
        yield "Policy document must be version 2012-10-17 or greater."
    statements = _listed(document["Statement"])
    if not statements:
        yield _SYNTAX
    for statement in statements:
        yield from _statement(statement, kind)
    sids = [str(statement["Sid"]) for statement in statements if statement.get("Sid")]
    if len(set(sids)) < len(sids):
        yield "Statement IDs (SID) in a single policy must be unique."


def _statement(statement: Any, kind: PolicyKind) -> Iterator[str]:
    if not isinstance(statement, Mapping) or set(statement) - _STATEMENT:
        yield _SYNTAX
        return
    if statement.get("Effect") not in ("Allow", "Deny") or not isinstance(statement.get("Condition", {}), Mapping):
        yield _SYNTAX
    if any({name, f"Not{name}"} <= set(statement) for name in ("Action", "Resource", "Principal")):
        yield _SYNTAX
    yield from _principal(statement, kind)
    yield from _actions(statement)
    if kind == "trust":
        yield from _trust(statement)
    if kind == "identity":
        yield from _resources(statement)
    if kind != "resource" and not _SID.fullmatch(str(statement.get("Sid", ""))):
        yield (
            "Statement IDs (SID) must be alpha-numeric. "
            "Check that your input satisfies the regular expression [0-9A-Za-z]*"
        )


def _principal(statement: Mapping[str, Any], kind: PolicyKind) -> Iterator[str]:
    named = {"Principal", "NotPrincipal"} & set(statement)
    if kind == "identity" and named:
        yield "Policy document should not specify a principal."
    elif kind != "identity" and not named:
        yield "Missing required field Principal"
    for name in named:
        principal = statement[name]
        if principal != "*" and not (isinstance(principal, Mapping) and set(principal) <= _PRINCIPALS):
            yield "Invalid principal in policy"
        for service in _listed(principal.get("Service", [])) if isinstance(principal, Mapping) else []:
            if not _SERVICE.fullmatch(str(service)):
                yield f'Invalid principal in policy: "SERVICE":"{service}"'


def _actions(statement: Mapping[str, Any]) -> Iterator[str]:
    actions = _listed(statement.get("Action", statement.get("NotAction", [])))
    if not actions:
        yield "Policy statement must contain actions."
    for action in actions:
        if not isinstance(action, str):
            yield _SYNTAX
        elif not _ACTION.fullmatch(action):
            yield "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."


def _trust(statement: Mapping[str, Any]) -> Iterator[str]:
    if {"Resource", "NotResource"} & set(statement):
        yield "Has prohibited field Resource"
    for action in _listed(statement.get("Action", [])):
        if not _TRUST_ACTION.fullmatch(str(action)):
            yield "AssumeRole policy may only specify STS AssumeRole actions."


def _resources(statement: Mapping[str, Any]) -> Iterator[str]:
    resources = _listed(statement.get("Resource", statement.get("NotResource", [])))
    if not resources:
        yield "Policy statement must contain resources."
    for resource in resources:
        if not isinstance(resource, str):
            yield _SYNTAX
        elif resource != "*" and not resource.startswith("arn:"):
            yield f'Resource {resource} must be in ARN format or "*".'


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
