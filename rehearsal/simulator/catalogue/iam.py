"""AWS IAM and AWS KMS: roles, policies, OIDC providers, keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Answer, Creation, ResourceModel


def _unique(creation: Creation, prefix: str) -> str:
    return f"{prefix}{creation.hex(17).upper()}"


def _path(creation: Creation) -> str:
    return creation.input("path", "/")


def _role(creation: Creation, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "arn": creation.place.iam_arn(f"role{_path(creation)}{name}"),
        "uniqueId": _unique(creation, "AROA"),
        "createDate": "2026-01-01T00:00:00Z",
        "managedPolicyArns": creation.input("managedPolicyArns", []),
        "maxSessionDuration": creation.input("maxSessionDuration", 3600),
    }


def _policy_arn(creation: Creation) -> str:
    return creation.place.iam_arn(f"policy{_path(creation)}{creation.physical_name()}")


def _policy(creation: Creation, arn: str) -> dict[str, Any]:
    return {
        "name": creation.physical_name(),
        "arn": arn,
        "policyId": _unique(creation, "ANPA"),
        "attachmentCount": 0,
        "path": _path(creation),
    }


def _profile(creation: Creation, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "arn": creation.place.iam_arn(f"instance-profile{_path(creation)}{name}"),
        "uniqueId": _unique(creation, "AIPA"),
    }


def _issuer_path(creation: Creation) -> Any:
    url = creation.input("url")
    return url.removeprefix("https://") if isinstance(url, str) else url


def _key(creation: Creation, id_: str) -> dict[str, Any]:
    return {
        "arn": creation.place.arn("kms", f"key/{id_}"),
        "keyId": id_,
        "keyUsage": creation.input("keyUsage", "ENCRYPT_DECRYPT"),
        "isEnabled": creation.input("isEnabled", True),
    }


def _alias(creation: Creation, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "arn": creation.place.arn("kms", str(name)),
        "targetKeyArn": creation.place.arn("kms", f"key/{str(creation.input('targetKeyId')).rpartition('/')[2]}"),
    }


RESOURCES: Mapping[str, ResourceModel] = {
    "aws:iam/role:Role": ResourceModel(id=lambda c: c.physical_name(), outputs=_role),
    "aws:iam/rolePolicy:RolePolicy": ResourceModel(
        id=lambda c: f"{c.input('role')}:{c.physical_name()}", outputs=lambda c, _id: {"name": c.physical_name()}
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ResourceModel(
        id=lambda c: f"{c.input('role')}/{c.input('policyArn')}"
    ),
    "aws:iam/policy:Policy": ResourceModel(id=_policy_arn, outputs=_policy),
    "aws:iam/instanceProfile:InstanceProfile": ResourceModel(id=lambda c: c.physical_name(), outputs=_profile),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ResourceModel(
        id=lambda c: c.place.iam_arn(f"oidc-provider/{_issuer_path(c)}"),
        outputs=lambda c, id_: {"arn": id_, "url": _issuer_path(c), "thumbprintLists": [c.hex(40)]},
    ),
    "aws:kms/key:Key": ResourceModel(id=lambda c: c.uuid(), outputs=_key),
    "aws:kms/alias:Alias": ResourceModel(id=lambda c: c.physical_name(), outputs=_alias),
}

INVOKES: Mapping[str, Answer] = {}
