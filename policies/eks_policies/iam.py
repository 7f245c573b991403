"""Rules about IAM: what roles and policies allow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from pulumi_policy import Severity
from pulumi_policy.proxy import UnknownValueError

from . import documents
from .reading import as_sequence, each, read
from .rule import Control, Definition, ResourceRule, Subject, text_list

ROLE = "aws:iam/role:Role"
ROLE_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
POLICY = "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
USER = "aws:iam/user:User"
ACCESS_KEY = "aws:iam/accessKey:AccessKey"
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


def _grants_no_everything(statement: Any) -> Iterator[str]:
    if "*" not in list(as_sequence(read(statement, "Resource"))):
        return
    if read(statement, "NotAction") is not None:
        yield "A statement allows all actions but those of a NotAction, on every resource."
    for action in as_sequence(read(statement, "Action")):
        if action in ("*", "*:*") or str(action).lower() == "iam:*":
            yield f"A statement allows {action} on every resource."


def _judge_documents(resource: Subject, judge: Callable[[Any], Iterator[str]]) -> Iterator[str]:
    """Judge each Allow statement of every policy document that a resource holds."""
    if resource.type == ROLE:
        inline = as_sequence(read(resource.properties, "inlinePolicies"))
        yield from each(
            inline, lambda one: documents.judge_statements("inlinePolicies.policy", read(one, "policy"), judge)
        )
        return
    yield from documents.judge_statements("policy", read(resource.properties, "policy"), judge)


def _documents_are_narrow(resource: Subject) -> Iterator[str]:
    yield from _judge_documents(resource, _grants_no_everything)


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


def _decrypts_with_named_keys(statement: Any) -> Iterator[str]:
    if "*" not in list(as_sequence(read(statement, "Resource"))) or any(True for _ in documents.conditions(statement)):
        return
    for action in as_sequence(read(statement, "Action")):
        if any(fnmatchcase(decrypting, str(action).lower()) for decrypting in _DECRYPTING):
            yield f"A statement allows {action} with every key."


_DECRYPTING = ("kms:decrypt", "kms:reencryptfrom")


def _keys_are_named(resource: Subject) -> Iterator[str]:
    yield from _judge_documents(resource, _decrypts_with_named_keys)


NAMED_KEYS = ResourceRule(
    Definition(
        name="iam-decrypts-with-named-keys",
        title="Decryption with named keys only",
        description="A policy that allows decryption must name the KMS keys, or say by a condition what they are for.",
        fix="List key ARNs in Resource, or add a condition such as kms:ViaService or kms:ResourceAliases.",
        types=(POLICY, ROLE_POLICY, ROLE),
        control=Control(
            security_hub=("KMS.1", "KMS.2"),
            guide="https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html",
        ),
        severity=Severity.HIGH,
    ),
    _keys_are_named,
)


def _is_no_user(resource: Subject) -> Iterator[str]:
    if not any(fnmatchcase(resource.name, pattern) for pattern in resource.options["allowedResources"]):
        yield "Users and access keys are long-lived credentials."


NO_USERS = ResourceRule(
    Definition(
        name="iam-no-users",
        title="No IAM users",
        description="The platform must make no IAM users and no access keys: people and pipelines take roles.",
        fix="Use IAM Identity Center for people, OIDC federation for pipelines and Pod Identity for workloads.",
        types=(USER, ACCESS_KEY),
        control=Control(security_hub=("IAM.2",), checkov=("CKV_AWS_273",), guide=f"{_IAM_GUIDE}/best-practices.html"),
        severity=Severity.HIGH,
        settings={"allowedResources": text_list("Logical names to leave alone; * and ? may be used.")},
    ),
    _is_no_user,
)

RULES = (NO_ADMINISTRATOR, NO_FULL_ACCESS, NAMED_KEYS, NO_USERS)
