"""AWS IAM: roles, policies, attachments, instance profiles, OIDC providers.

Errors and quotas: https://docs.aws.amazon.com/IAM/latest/APIReference/ and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
What replaces: `ForceNew` in https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/iam.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.iam_documents import check_identity_policy, check_trust_policy, size
from rehearsal.simulator.rules.iam_lookup import ATTACHMENT, POLICY, ROLE, ROLE_POLICY, attached, inline, misspelt
from rehearsal.simulator.world import Record, World

PROFILE = "aws:iam/instanceProfile:InstanceProfile"
OIDC = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_POLICY_SIZE = 6144
_INLINE_SIZE = 10240
_TRUST_SIZE = 2048
_POLICIES_PER_ROLE = 10

_AWS_OWNED = re.compile(r"arn:[a-z-]+:iam::aws:policy/.+")


def _exists(operation: str, message: str) -> AwsError:
    return AwsError("IAM", operation, "EntityAlreadyExists", message, status=409)


def _missing(operation: str, message: str) -> AwsError:
    return AwsError("IAM", operation, "NoSuchEntity", message, status=404)


def _conflict(operation: str, message: str) -> AwsError:
    return AwsError("IAM", operation, "DeleteConflict", message, status=409)


def _limit(operation: str, message: str) -> AwsError:
    return AwsError("IAM", operation, "LimitExceeded", message, status=409)


def _name_is_free(world: World, type_: str, name: str, error: AwsError) -> None:
    """Refuse a name that exists, whatever its case, or that is being made."""
    taken = any(str(record.get("name")).lower() == name.lower() for record in world.of_type(type_))
    if taken or world.hold(f"{type_} {name.lower()}", name, 1):
        raise error


def _role_document(_world: World, creation: Creation) -> None:
    _check_trust("CreateRole", creation.inputs)


def _check_trust(operation: str, inputs: Mapping[str, Any]) -> None:
    document = inputs.get("assumeRolePolicy")
    check_trust_policy(operation, document)
    if size(document) > _TRUST_SIZE:
        raise _limit(operation, f"Cannot exceed quota for ACLSizePerRole: {_TRUST_SIZE}")


def _role_boundary(_world: World, creation: Creation) -> None:
    arn = creation.input("permissionsBoundary")
    if arn and (not str(arn).startswith("arn:") or misspelt(str(arn))):
        raise _missing("CreateRole", f"Scope ARN: {arn} does not exist or is not attachable.")


def _role_name(world: World, creation: Creation) -> None:
    name = str(creation.physical_name())
    _name_is_free(world, ROLE, name, _exists("CreateRole", f"Role with name {name} already exists."))


def _role_update(_world: World, _record: Record, inputs: Mapping[str, Any]) -> None:
    _check_trust("UpdateAssumeRolePolicy", inputs)


def _role_is_bare(world: World, record: Record) -> None:
    if record.inputs.get("forceDetachPolicies"):
        return
    given = set(record.inputs.get("managedPolicyArns") or [])
    if attached(world, record) - given:
        raise _conflict("DeleteRole", "Cannot delete entity, must detach all policies first.")
    if inline(world, record):
        raise _conflict("DeleteRole", "Cannot delete entity, must delete policies first.")


def _role_detach(world: World, record: Record) -> None:
    for item in world.of_type(ATTACHMENT, ROLE_POLICY):
        if item.inputs.get("role") in (record.id, record.get("name")):
            world.remove(item.type, item.id)


def _find_role(world: World, operation: str, name: Any) -> Record:
    found = world.get(ROLE, name)
    if found is None:
        raise _missing(operation, f"The role with name {name} cannot be found.")
    return found


def _policy_document(_world: World, creation: Creation) -> None:
    _check_policy("CreatePolicy", creation.inputs)


def _check_policy(operation: str, inputs: Mapping[str, Any]) -> None:
    document = inputs.get("policy")
    check_identity_policy(operation, document)
    if size(document) > _POLICY_SIZE:
        raise _limit(operation, f"Cannot exceed quota for PolicySize: {_POLICY_SIZE}")


def _policy_name(world: World, creation: Creation) -> None:
    name = str(creation.physical_name())
    message = f"A policy called {name} already exists. Duplicate names are not allowed."
    _name_is_free(world, POLICY, name, _exists("CreatePolicy", message))


def _policy_update(_world: World, _record: Record, inputs: Mapping[str, Any]) -> None:
    _check_policy("CreatePolicyVersion", inputs)


def _policy_is_unused(world: World, record: Record) -> None:
    users = [item for item in world.of_type(ATTACHMENT) if item.inputs.get("policyArn") == record.get("arn")]
    users += [item for item in world.of_type(ROLE) if record.get("arn") in (item.inputs.get("managedPolicyArns") or [])]
    if users:
        raise _conflict("DeletePolicy", "Cannot delete a policy attached to entities.")


def _inline_policy(world: World, creation: Creation) -> None:
    role = _find_role(world, "PutRolePolicy", creation.input("role"))
    check_identity_policy("PutRolePolicy", creation.input("policy"))
    _inline_sizes(world, role, creation.input("policy"), but="")


def _inline_update(world: World, record: Record, inputs: Mapping[str, Any]) -> None:
    role = _find_role(world, "PutRolePolicy", inputs.get("role"))
    check_identity_policy("PutRolePolicy", inputs.get("policy"))
    _inline_sizes(world, role, inputs.get("policy"), but=record.id)


def _inline_sizes(world: World, role: Record, document: Any, *, but: str) -> None:
    others = sum(size(item.inputs.get("policy")) for item in inline(world, role) if item.id != but)
    if others + size(document) > _INLINE_SIZE:
        message = f"Maximum policy size of {_INLINE_SIZE} bytes exceeded for role {role.id}"
        raise _limit("PutRolePolicy", message)


def _attachment(world: World, creation: Creation) -> None:
    arn = str(creation.input("policyArn"))
    role = _find_role(world, "AttachRolePolicy", creation.input("role"))
    owned = bool(_AWS_OWNED.fullmatch(arn))
    if misspelt(arn) or not (owned or world.get(POLICY, arn)):
        raise _missing("AttachRolePolicy", f"Policy {arn} does not exist or is not attachable.")
    if len(attached(world, role) | {arn}) > _POLICIES_PER_ROLE:
        raise _limit("AttachRolePolicy", f"Cannot exceed quota for PoliciesPerRole: {_POLICIES_PER_ROLE}")


def _profile(world: World, creation: Creation) -> None:
    name = str(creation.physical_name())
    if creation.input("role"):
        _find_role(world, "AddRoleToInstanceProfile", creation.input("role"))
    _name_is_free(world, PROFILE, name, _exists("CreateInstanceProfile", f"Instance Profile {name} already exists."))


def _oidc_provider(world: World, creation: Creation) -> None:
    url = str(creation.input("url"))
    if not url.startswith("https://"):
        raise AwsError("IAM", "CreateOpenIDConnectProvider", "ValidationError", "Invalid Open ID Connect Provider URL")
    path = url.removeprefix("https://")
    if any(record.get("url") in (url, path) for record in world.of_type(OIDC)):
        raise _exists("CreateOpenIDConnectProvider", f"Provider with url {url} already exists.")


RULES: Mapping[str, TypeRules] = {
    ROLE: TypeRules(
        create=(_role_document, _role_boundary, _role_name),
        update=(_role_update,),
        delete=(_role_is_bare,),
        replaces=frozenset({"name", "namePrefix", "path"}),
        unsettle=(_role_detach,),
    ),
    POLICY: TypeRules(
        create=(_policy_document, _policy_name),
        update=(_policy_update,),
        delete=(_policy_is_unused,),
        replaces=frozenset({"name", "namePrefix", "path", "description"}),
    ),
    ROLE_POLICY: TypeRules(
        create=(_inline_policy,),
        update=(_inline_update,),
        replaces=frozenset({"name", "namePrefix", "role"}),
    ),
    ATTACHMENT: TypeRules(
        create=(_attachment,),
        replaces=frozenset({"policyArn", "role"}),
    ),
    PROFILE: TypeRules(
        create=(_profile,),
        replaces=frozenset({"name", "namePrefix", "path"}),
    ),
    OIDC: TypeRules(
        create=(_oidc_provider,),
        replaces=frozenset({"url"}),
    ),
}
