"""Rules about IAM: who may take a role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pulumi_policy import Severity

from . import documents
from .iam import ROLE
from .reading import as_sequence, each, read
from .rule import Check, Control, Definition, ResourceRule, Subject, text_list

FARGATE_PODS = "eks-fargate-pods.amazonaws.com"

_IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_USER_GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide"

StatementJudge = Callable[[Any, Subject], Iterator[str]]


def _trust_statements(judge: StatementJudge) -> Check:
    """Return a check that reads the trust document of a role and judges each Allow statement of it."""

    def check(role: Subject) -> Iterator[str]:
        trust = read(role.properties, "assumeRolePolicy")
        if trust is None:
            yield "assumeRolePolicy is not set."
            return
        yield from documents.judge_statements("assumeRolePolicy", trust, lambda statement: judge(statement, role))

    return check


_ACCOUNT = re.compile(r"(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?")


def _names_principals(statement: Any, role: Subject) -> Iterator[str]:
    if read(statement, "NotPrincipal") is not None:
        yield "assumeRolePolicy allows everybody but a NotPrincipal."
        return
    named = list(documents.principals(statement))
    if not named:
        yield "assumeRolePolicy has a statement without a principal."
    accounts = list(role.options["allowedAccounts"])

    def judge(kind: str) -> Callable[[Any], Iterator[str]]:
        def one(value: Any) -> Iterator[str]:
            if "*" in str(value):
                yield f"assumeRolePolicy lets any {kind} principal take the role ({value})."
                return
            account = _ACCOUNT.fullmatch(str(value))
            if kind != "AWS" or account is None or account[1] in accounts:
                return
            if not any(True for _ in documents.conditions(statement)):
                yield f"assumeRolePolicy lets everybody in account {account[1]} take the role, with no condition."

        return one

    def kind_is_narrow(entry: tuple[str, Sequence[Any]]) -> Iterator[str]:
        kind, values = entry
        yield from each(values, judge(kind))

    yield from each(named, kind_is_narrow)


NAMED_PRINCIPALS = ResourceRule(
    Definition(
        name="iam-trust-names-principals",
        title="Trust names its principals",
        description="The trust policy of a role must name who may take it: no wildcard, no NotPrincipal, and no whole "
        "account without a condition.",
        fix="Name the role, service or identity provider in Principal; add a Condition where a whole account is meant.",
        types=(ROLE,),
        control=Control(
            checkov=("CKV_AWS_60", "CKV_AWS_61"),
            guide=f"{_IAM_GUIDE}/reference_policies_elements_principal.html",
        ),
        severity=Severity.CRITICAL,
        settings={"allowedAccounts": text_list("Account ids of which everybody may take roles without a condition.")},
    ),
    _trust_statements(_names_principals),
)

# Operators that compare a whole value and fail where the key is missing. "IfExists" and "ForAllValues:" pass then.
_EXACT = frozenset({"StringEquals", "ForAnyValue:StringEquals"})
_PATTERN = frozenset({"StringLike", "ForAnyValue:StringLike"})


def _federated_providers(statement: Any) -> Iterator[Any]:
    for kind, values in documents.principals(statement):
        if kind == "Federated":
            # Logins through SAML have no :sub and :aud of this kind.
            yield from (value for value in values if ":saml-provider/" not in str(value))


def _pins(statement: Any, claim: str, allowed: Callable[[str], bool]) -> Iterator[str]:
    """Yield what is wrong with the condition on a claim of the token, nothing if it is pinned."""
    pinned = False
    for operator, key, keys in documents.conditions(statement):
        if not key.endswith(f":{claim}"):
            continue
        if operator not in _EXACT | _PATTERN:
            yield f"assumeRolePolicy compares {key} by {operator}, which does not pin it."
            continue
        pinned = True
        if claim == "sub" and operator in _EXACT:
            # Whatever the subject is, it is one: it need not be known yet.
            continue
        for value in map(str, as_sequence(read(keys, key))):
            if operator in _PATTERN and ("*" in value or "?" in value) and not allowed(value):
                yield f"assumeRolePolicy lets {key} be {value}: no wildcard may stand there."
            elif claim == "aud" and not allowed(value):
                yield f"assumeRolePolicy lets {key} be {value}, an audience that is not expected."
    if not pinned:
        yield f"assumeRolePolicy does not pin :{claim} of the token, so {_OPEN_TO[claim]} may take the role."


_OPEN_TO = {"sub": "every service account of the cluster", "aud": "a token made for another audience"}


def _pins_subject_and_audience(statement: Any, role: Subject) -> Iterator[str]:
    if not any(True for _ in _federated_providers(statement)):
        return
    subjects = list(role.options["allowedSubjectPatterns"])
    audiences = list(role.options["audiences"])
    allowed = {"sub": lambda value: value in subjects, "aud": lambda value: value in audiences}
    yield from each(("sub", "aud"), lambda claim: _pins(statement, claim, allowed[claim]))


PINNED_WEB_IDENTITY = ResourceRule(
    Definition(
        name="iam-web-identity-pins-subject",
        title="Web identity pins subject and audience",
        description="A role that an OIDC token may take must pin the :sub and :aud claims of it without wildcards; "
        "otherwise every service account of the cluster can take the role.",
        fix="Add StringEquals on ISSUER:sub (system:serviceaccount:NAMESPACE:NAME) and ISSUER:aud "
        "(sts.amazonaws.com) to the statement.",
        types=(ROLE,),
        control=Control(cis=("5.2.1",), guide=f"{_USER_GUIDE}/associate-service-account-role.html"),
        severity=Severity.CRITICAL,
        settings={
            "audiences": text_list("Audiences that a token may be made for.", "sts.amazonaws.com"),
            "allowedSubjectPatterns": text_list(
                "Patterns with wildcards that :sub may be compared with all the same, character by character as in "
                "the trust policy."
            ),
        },
    ),
    _trust_statements(_pins_subject_and_audience),
)


def _fargate_names_its_source(statement: Any, _: Subject) -> Iterator[str]:
    services = [one for kind, values in documents.principals(statement) if kind == "Service" for one in values]
    if FARGATE_PODS in services and not any(
        key.lower() == "aws:sourcearn" for _operator, key, _keys in documents.conditions(statement)
    ):
        yield "assumeRolePolicy lets Fargate use the role for the profiles of any cluster: aws:SourceArn is missing."


FARGATE_SOURCE = ResourceRule(
    Definition(
        name="iam-fargate-trust-names-source",
        title="Fargate roles for own profiles only",
        description="A pod execution role must be bound to the Fargate profiles of one cluster, so that AWS cannot be "
        "made to use it for another.",
        fix="Add ArnLike on aws:SourceArn (arn:aws:eks:REGION:ACCOUNT:fargateprofile/CLUSTER/*) to the trust policy.",
        types=(ROLE,),
        control=Control(guide=f"{_USER_GUIDE}/pod-execution-role.html"),
        severity=Severity.MEDIUM,
    ),
    _trust_statements(_fargate_names_its_source),
)

RULES = (NAMED_PRINCIPALS, PINNED_WEB_IDENTITY, FARGATE_SOURCE)
