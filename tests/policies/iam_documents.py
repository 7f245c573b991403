"""IAM documents that the cases of the IAM rules are made of."""

from __future__ import annotations

import json
from typing import Any

ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
SUBJECT = "system:serviceaccount:kube-system:aws-node"
PINNED = {"StringEquals": {f"{ISSUER}:sub": SUBJECT, f"{ISSUER}:aud": "sts.amazonaws.com"}}

NO_SUBJECT = (
    "assumeRolePolicy does not pin :sub of the token, so every service account of the cluster may take the role."
)
NO_AUDIENCE = "assumeRolePolicy does not pin :aud of the token, so a token made for another audience may take the role."


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(principal: Any, action: str = "sts:AssumeRole", condition: Any = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Principal": principal}
    return {**statement, "Condition": condition} if condition else statement


def web(condition: Any, provider: Any = PROVIDER) -> dict[str, Any]:
    return allow({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", condition)


def trust(*statements: dict[str, Any]) -> dict[str, str]:
    return {"assumeRolePolicy": json.dumps(document(*statements))}


def shape(*statements: dict[str, Any]) -> dict[str, Any]:
    """The same document as a mapping, the form that can hold unknown values."""
    return {"assumeRolePolicy": document(*statements)}


PODS = allow({"Service": "pods.eks.amazonaws.com"})
ACCOUNT = "arn:aws:iam::111122223333:root"
EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "0815"}}


def any_principal(kind: str, value: str = "*") -> str:
    return f"assumeRolePolicy lets any {kind} principal take the role ({value})."


def everybody(account: str = "111122223333") -> str:
    return f"assumeRolePolicy lets everybody in account {account} take the role, with no condition."


def grant(action: Any = "s3:GetObject", target: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": target, **more}


def policy(*statements: dict[str, Any]) -> dict[str, str]:
    return {"policy": json.dumps(document(*statements))}


def everything(action: str) -> str:
    return f"A statement allows {action} on every resource."
