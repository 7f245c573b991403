"""Cases of the rules about IAM."""

from __future__ import annotations

import json
from typing import Any

from policies.eks_policies.iam import ATTACHMENTS, POLICY, ROLE, ROLE_POLICY
from tests.policies.support import CANNOT_RUN, REMOVED, UNKNOWN, Broken, Case

ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
SUBJECT = "system:serviceaccount:kube-system:aws-node"
PINNED = {"StringEquals": {f"{ISSUER}:sub": SUBJECT, f"{ISSUER}:aud": "sts.amazonaws.com"}}

NO_SUBJECT = (
    "assumeRolePolicy does not pin :sub of the token, so every service account of the cluster may take the role."
)
NO_AUDIENCE = "assumeRolePolicy does not pin :aud of the token, so a token made for another audience may take the role."


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(principal: Any, action: str = "sts:AssumeRole", condition: Any = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Principal": principal}
    return {**statement, "Condition": condition} if condition else statement


def _web(condition: Any, provider: Any = PROVIDER) -> dict[str, Any]:
    return _allow({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", condition)


def _trust(*statements: dict[str, Any]) -> dict[str, str]:
    return {"assumeRolePolicy": json.dumps(_document(*statements))}


def _shape(*statements: dict[str, Any]) -> dict[str, Any]:
    """The same document as a mapping, the form that can hold unknown values."""
    return {"assumeRolePolicy": _document(*statements)}


PODS = _allow({"Service": "pods.eks.amazonaws.com"})
ACCOUNT = "arn:aws:iam::111122223333:root"
EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "0815"}}


def _any(kind: str, value: str = "*") -> str:
    return f"assumeRolePolicy lets any {kind} principal take the role ({value})."


def _everybody(account: str = "111122223333") -> str:
    return f"assumeRolePolicy lets everybody in account {account} take the role, with no condition."


def _grant(action: Any = "s3:GetObject", target: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": target, **more}


def _policy(*statements: dict[str, Any]) -> dict[str, str]:
    return {"policy": json.dumps(_document(*statements))}


def _everything(action: str) -> str:
    return f"A statement allows {action} on every resource."


CASES = (
    *(
        Case(
            rule="iam-no-administrator-access",
            type=type_,
            compliant={"policyArn": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"},
            also_compliant=(
                {"policyArn": "arn:aws:iam::111122223333:policy/AdministratorAccess"},
                {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess-Amplify"},
            ),
            broken=(
                Broken(
                    changes={"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
                    says=["policyArn names AdministratorAccess."],
                ),
                Broken(
                    changes={"policyArn": "arn:aws-us-gov:iam::aws:policy/IAMFullAccess"},
                    says=["policyArn names IAMFullAccess."],
                    outage="the rule would hold in one partition only",
                ),
            ),
            unknown=(
                Broken(
                    changes={"policyArn": UNKNOWN},
                    says=[],
                    outage="every policy of the platform's own would be noise in a first preview",
                ),
            ),
            configured=(
                Broken(
                    changes={"policyArn": "arn:aws:iam::aws:policy/job-function/SystemAdministrator"},
                    config={"forbiddenPolicies": ["SystemAdministrator"]},
                    says=["policyArn names SystemAdministrator."],
                ),
                Broken(
                    changes={"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
                    config={"allowedResources": ["break-glass*"]},
                    name="break-glass-admin",
                    says=[],
                ),
            ),
        )
        for type_ in ATTACHMENTS
    ),
    Case(
        rule="iam-no-administrator-access",
        type=ROLE,
        compliant={**_trust(PODS), "managedPolicyArns": ["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"]},
        also_compliant=({"managedPolicyArns": REMOVED},),
        broken=(
            Broken(
                changes={"managedPolicyArns.0": "arn:aws-cn:iam::aws:policy/AdministratorAccess"},
                says=["managedPolicyArns names AdministratorAccess."],
            ),
        ),
        unknown=(
            Broken(
                changes={"managedPolicyArns": [UNKNOWN, "arn:aws:iam::aws:policy/IAMFullAccess"]},
                says=["managedPolicyArns names IAMFullAccess."],
                outage="one unknown policy would hide the one behind it",
            ),
        ),
    ),
    Case(
        rule="iam-trust-names-principals",
        type=ROLE,
        compliant=_trust(PODS, _web(PINNED)),
        also_compliant=(
            _shape(PODS),
            {"assumeRolePolicy": {"Version": "2012-10-17", "Statement": PODS}},
            _trust(_allow({"AWS": ACCOUNT}, condition=EXTERNAL_ID)),
            _trust(_allow({"AWS": "arn:aws:iam::111122223333:role/ci"})),
            _trust({"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"}),
            _shape({**PODS, "__defaults": []}),
        ),
        broken=(
            Broken(changes=_trust(_allow("*")), says=[_any("AWS")]),
            Broken(changes=_shape(_allow("*")), says=[_any("AWS")]),
            Broken(changes=_trust(_allow({"AWS": "*"})), says=[_any("AWS")]),
            Broken(
                changes=_trust(_allow({"AWS": ["arn:aws:iam::111122223333:role/*", ACCOUNT]})),
                says=[_any("AWS", "arn:aws:iam::111122223333:role/*"), _everybody()],
            ),
            Broken(changes=_trust(_allow({"Service": "*"})), says=[_any("Service")]),
            Broken(changes=_trust(_allow({"AWS": ACCOUNT})), says=[_everybody()]),
            Broken(changes=_trust(_allow({"AWS": "444455556666"})), says=[_everybody("444455556666")]),
            Broken(
                changes=_trust(PODS, _allow("*")),
                says=[_any("AWS")],
                outage="only the first statement would be looked at",
            ),
            Broken(
                changes=_trust({"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": ACCOUNT}}),
                says=["assumeRolePolicy allows everybody but a NotPrincipal."],
            ),
            Broken(
                changes=_trust({"Effect": "Allow", "Action": "sts:AssumeRole"}),
                says=["assumeRolePolicy has a statement without a principal."],
            ),
            Broken(changes={"assumeRolePolicy": "{oops"}, says=["assumeRolePolicy is not JSON at character 1."]),
            Broken(changes={"assumeRolePolicy": "[]"}, says=["assumeRolePolicy is not a JSON object."]),
            Broken(changes={"assumeRolePolicy": REMOVED}, says=["assumeRolePolicy is not set."]),
        ),
        unknown=(
            Broken(changes={"assumeRolePolicy": UNKNOWN}, says=[CANNOT_RUN]),
            Broken(
                changes=_shape(_allow({"AWS": [UNKNOWN, "*"]}), _allow("*")),
                says=[_any("AWS"), _any("AWS"), CANNOT_RUN],
                outage="an unknown role ARN would hide the wildcard behind it",
            ),
        ),
        configured=(
            Broken(changes=_trust(_allow({"AWS": ACCOUNT})), config={"allowedAccounts": ["111122223333"]}, says=[]),
            Broken(
                changes=_trust(_allow({"AWS": ACCOUNT})),
                config={"allowedAccounts": ["444455556666"]},
                says=[_everybody()],
            ),
        ),
    ),
    Case(
        rule="iam-web-identity-pins-subject",
        type=ROLE,
        compliant=_trust(_web(PINNED)),
        also_compliant=(
            _trust(PODS),
            _shape(_web(PINNED)),
            _trust(_allow({"Federated": "arn:aws:iam::111122223333:saml-provider/okta"}, "sts:AssumeRoleWithSAML")),
            _trust(_web({"StringLike": {**PINNED["StringEquals"]}})),
            _trust({**_web(None), "Effect": "Deny"}),
        ),
        broken=(
            Broken(changes=_trust(_web(None)), says=[NO_SUBJECT, NO_AUDIENCE]),
            Broken(changes=_trust(_web({"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}})), says=[NO_SUBJECT]),
            Broken(changes=_trust(_web({"StringEquals": {f"{ISSUER}:sub": SUBJECT}})), says=[NO_AUDIENCE]),
            Broken(
                changes=_trust(
                    _web(
                        {
                            "StringLike": {f"{ISSUER}:sub": "system:serviceaccount:kube-system:*"},
                            "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"},
                        }
                    )
                ),
                says=[
                    f"assumeRolePolicy lets {ISSUER}:sub be system:serviceaccount:kube-system:*: "
                    "no wildcard may stand there."
                ],
                outage="whoever makes a service account in the namespace takes the role",
            ),
            Broken(
                changes=_trust(_web({"StringEqualsIfExists": PINNED["StringEquals"]})),
                says=[
                    f"assumeRolePolicy compares {ISSUER}:sub by StringEqualsIfExists, which does not pin it.",
                    NO_SUBJECT,
                    f"assumeRolePolicy compares {ISSUER}:aud by StringEqualsIfExists, which does not pin it.",
                    NO_AUDIENCE,
                ],
                outage="a condition that holds where the claim is missing pins nothing",
            ),
            Broken(
                changes=_trust(
                    _web({"StringEquals": {f"{ISSUER}:sub": SUBJECT, f"{ISSUER}:aud": ["sts.amazonaws.com", "mine"]}})
                ),
                says=[f"assumeRolePolicy lets {ISSUER}:aud be mine, an audience that is not expected."],
            ),
            Broken(
                changes=_trust(_web(PINNED), _web(None, provider=[PROVIDER])),
                says=[NO_SUBJECT, NO_AUDIENCE],
                outage="only the first statement would be looked at",
            ),
        ),
        unknown=(
            Broken(changes={"assumeRolePolicy": UNKNOWN}, says=[CANNOT_RUN]),
            Broken(
                changes=_shape(_web({"StringEquals": {f"{ISSUER}:sub": UNKNOWN, "other:aud": "mine"}})),
                says=["assumeRolePolicy lets other:aud be mine, an audience that is not expected."],
                outage="a subject that is not known yet would hide the wrong audience",
            ),
            Broken(
                changes=_shape(_web({"StringLike": {f"{ISSUER}:sub": UNKNOWN}})),
                says=[NO_AUDIENCE, CANNOT_RUN],
            ),
        ),
        configured=(
            Broken(
                changes=_trust(
                    _web({"StringLike": {"x:sub": "repo:org/*"}, "StringEquals": {"x:aud": "https://github.com/org"}})
                ),
                config={"allowedSubjectPatterns": ["repo:org/*"], "audiences": ["https://github.com/org"]},
                says=[],
            ),
            Broken(
                changes={},
                config={"audiences": ["other"]},
                says=[f"assumeRolePolicy lets {ISSUER}:aud be sts.amazonaws.com, an audience that is not expected."],
            ),
        ),
    ),
    *(
        Case(
            rule="iam-no-full-access",
            type=type_,
            compliant=_policy(_grant(["ec2:Describe*", "s3:GetObject"])),
            also_compliant=(
                {"policy": _document(_grant())},
                _policy(_grant("*", "arn:aws:s3:::bucket/*")),
                _policy({**_grant("*"), "Effect": "Deny"}),
            ),
            broken=(
                Broken(changes=_policy(_grant("*")), says=[_everything("*")]),
                Broken(changes=_policy(_grant(), _grant(["s3:GetObject", "*:*"], ["*"])), says=[_everything("*:*")]),
                Broken(changes={"policy": _document(_grant("IAM:*"))}, says=[_everything("IAM:*")]),
                Broken(
                    changes=_policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
                    says=["A statement allows all actions but those of a NotAction, on every resource."],
                ),
                Broken(changes={"policy": "nonsense"}, says=["policy is not JSON at character 0."]),
            ),
            unknown=(
                Broken(changes={"policy": UNKNOWN}, says=[CANNOT_RUN]),
                Broken(
                    changes={"policy": _document(_grant("s3:*", [UNKNOWN]), _grant("*"))},
                    says=[_everything("*"), CANNOT_RUN],
                    outage="an unknown ARN would hide the statement behind it",
                ),
            ),
        )
        for type_ in (POLICY, ROLE_POLICY)
    ),
    Case(
        rule="iam-no-full-access",
        type=ROLE,
        compliant={**_trust(PODS), "inlinePolicies": [{"name": "read", **_policy(_grant())}]},
        also_compliant=({"inlinePolicies": REMOVED},),
        broken=(
            Broken(
                changes={"inlinePolicies": [{"name": "all", **_policy(_grant("*"))}]},
                says=[_everything("*")],
            ),
        ),
        unknown=(
            Broken(
                changes={"inlinePolicies": [{"policy": UNKNOWN}, {"name": "all", **_policy(_grant("*"))}]},
                says=[_everything("*"), CANNOT_RUN],
            ),
        ),
    ),
)
