"""Rules about IAM: what roles may do and who may take them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from pulumi_policy import Severity
from pulumi_policy.proxy import UnknownValueError

from . import documents
from .reading import as_sequence, each, read
from .rule import Check, Control, Definition, ResourceRule, Subject, text_list

ROLE = "aws:iam/role:Role"
ROLE_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
POLICY = "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENTS = (
    ROLE_ATTACHMENT,
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
)

_IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_USER_GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide"

_AWS_MANAGED_POLICY = re.compile(r"arn:[a-z-]+:iam::aws:policy/(?:.*/)?([^/]+)")


def _attached_policies_are_narrow(resource: Subject) -> Iterator[str]:
    if any(fnmatchcase(resource.name, pattern) for pattern in resource.options["allowedResources"]):
        return
    forbidden = list(resource.options["forbiddenPolicies"])
    path = "managedPolicyArns" if resource.type == ROLE else "policyArn"

    def narrow(arn: Any) -> Iterator[str]:
        match = _AWS_MANAGED_POLICY.fullmatch(str(arn))
        if match and match[1] in forbidden:
            yield f"{path} names {match[1]}."

    try:
        yield from each(as_sequence(read(resource.properties, path)), narrow)
    except UnknownValueError:
        # The ARNs of AWS managed policies are known before anything exists. An unknown one is that of a policy made in
        # the same update, which iam-no-full-access judges.
        return


NO_ADMINISTRATOR = ResourceRule(
    Definition(
        name="iam-no-administrator-access",
        title="No administrators",
        description="No role, user or group of the platform may hold AdministratorAccess, IAMFullAccess or another AWS "
        "managed policy that lets it become one.",
        fix="Attach a policy that names the actions and resources needed.",
        types=(ROLE, *ATTACHMENTS),
        control=Control(checkov=("CKV_AWS_274", "CKV2_AWS_56"), guide=f"{_IAM_GUIDE}/best-practices.html"),
        severity=Severity.CRITICAL,
        settings={
            "forbiddenPolicies": text_list(
                "Names of AWS managed policies that nothing may hold.", "AdministratorAccess", "IAMFullAccess"
            ),
            "allowedResources": text_list(
                "Logical names of roles and attachments to leave alone; * and ? may be used."
            ),
        },
    ),
    _attached_policies_are_narrow,
)

StatementJudge = Callable[[Any, Subject], Iterator[str]]


def _document_statements(path: str, document: Any, judge: Callable[[Any], Iterator[str]]) -> Iterator[str]:
    """Judge each Allow statement of a policy document."""
    try:
        statements = documents.statements(documents.parse(document))
    except documents.DocumentError as error:
        yield f"{path} is {error}."
        return
    yield from each(statements, lambda statement: judge(statement) if documents.allows(statement) else ())


def _grants_no_everything(statement: Any) -> Iterator[str]:
    if "*" not in list(as_sequence(read(statement, "Resource"))):
        return
    if read(statement, "NotAction") is not None:
        yield "A statement allows all actions but those of a NotAction, on every resource."
    for action in as_sequence(read(statement, "Action")):
        if action in ("*", "*:*") or str(action).lower() == "iam:*":
            yield f"A statement allows {action} on every resource."


def _documents_are_narrow(resource: Subject) -> Iterator[str]:
    if resource.type == ROLE:
        inline = as_sequence(read(resource.properties, "inlinePolicies"))
        yield from each(
            inline,
            lambda one: _document_statements("inlinePolicies.policy", read(one, "policy"), _grants_no_everything),
        )
        return
    yield from _document_statements("policy", read(resource.properties, "policy"), _grants_no_everything)


NO_FULL_ACCESS = ResourceRule(
    Definition(
        name="iam-no-full-access",
        title="No policy that allows everything",
        description="No policy may allow every action, or every action of IAM, on every resource.",
        fix="Name the actions that are needed, and the resources where AWS lets them be named.",
        types=(POLICY, ROLE_POLICY, ROLE),
        control=Control(
            security_hub=("IAM.1",),
            checkov=("CKV_AWS_62", "CKV_AWS_63", "CKV2_AWS_40"),
            guide=f"{_IAM_GUIDE}/best-practices.html",
        ),
        severity=Severity.CRITICAL,
    ),
    _documents_are_narrow,
)


def _trust_statements(judge: StatementJudge) -> Check:
    """Return a check that reads the trust document of a role and judges each Allow statement of it."""

    def check(role: Subject) -> Iterator[str]:
        trust = read(role.properties, "assumeRolePolicy")
        if trust is None:
            yield "assumeRolePolicy is not set."
            return
        yield from _document_statements("assumeRolePolicy", trust, lambda statement: judge(statement, role))

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

RULES = (NO_ADMINISTRATOR, NO_FULL_ACCESS, NAMED_PRINCIPALS, PINNED_WEB_IDENTITY)
