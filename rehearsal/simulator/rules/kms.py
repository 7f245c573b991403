"""AWS KMS: keys and aliases.

Errors: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html, API_CreateAlias.html.
What replaces: `ForceNew` in https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/kms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.iam_documents import as_list, statements
from rehearsal.simulator.world import Record, World

KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"

_ALIAS_NAME = re.compile(r"alias/[a-zA-Z0-9/_-]+")


def key_of(world: World, reference: Any) -> Record | None:
    """Return the key with an id, an ARN, an alias name or an alias ARN, or None."""
    text = str(reference)
    name = text.rpartition(":")[2]
    if name.startswith("alias/"):
        alias = world.get(ALIAS, name)
        return world.get(KEY, str(alias.inputs.get("targetKeyId")).rpartition("/")[2]) if alias else None
    return world.get(KEY, text.rpartition("/")[2])


def _key_policy(_world: World, creation: Creation) -> None:
    _check_policy("CreateKey", creation.inputs, creation.place.account)


def _key_update(_world: World, record: Record, inputs: Mapping[str, Any]) -> None:
    _check_policy("PutKeyPolicy", inputs, record.account)


def _check_policy(operation: str, inputs: Mapping[str, Any], account: str) -> None:
    document = inputs.get("policy")
    if not document:
        return  # AWS's default policy lets the account decide through IAM.
    found = statements(document)
    if not found or any(not {"Principal", "NotPrincipal"} & set(statement) for statement in found):
        raise _malformed(operation, "The policy document is not well formed.")
    if not inputs.get("bypassPolicyLockoutSafetyCheck") and not any(_administers(item, account) for item in found):
        raise _malformed(operation, "The new key policy will not allow you to update the key policy in the future.")


def _administers(statement: Mapping[str, Any], account: str) -> bool:
    """Return whether a statement lets someone of the account change the key's policy."""
    principal = statement.get("Principal")
    named = as_list(principal.get("AWS")) if isinstance(principal, Mapping) else as_list(principal)
    own = any(one == "*" or str(one) == account or f":iam::{account}:" in str(one) for one in named)
    actions = {str(action).lower() for action in as_list(statement.get("Action"))}
    return statement.get("Effect") == "Allow" and own and bool(actions & {"*", "kms:*", "kms:put*", "kms:putkeypolicy"})


def _malformed(operation: str, message: str) -> AwsError:
    return AwsError("KMS", operation, "MalformedPolicyDocumentException", message)


def _key_window(_world: World, record: Record) -> None:
    days = record.inputs.get("deletionWindowInDays", 30)
    if not 7 <= days <= 30:
        message = f"PendingWindowInDays must be between 7 and 30 (was {days})"
        raise AwsError("KMS", "ScheduleKeyDeletion", "ValidationException", message)


def _alias(world: World, creation: Creation) -> None:
    name = str(creation.physical_name())
    if not _ALIAS_NAME.fullmatch(name):
        message = 'Alias must start with the prefix "alias/". Please see documentation.'
        raise AwsError("KMS", "CreateAlias", "ValidationException", message)
    if name.startswith("alias/aws/"):
        message = "The alias name prefix alias/aws/ is reserved for AWS managed keys."
        raise AwsError("KMS", "CreateAlias", "NotAuthorizedException", message)
    _target("CreateAlias", world, creation.input("targetKeyId"), creation.place.arn("kms", "key/{}"))
    if world.get(ALIAS, name):
        arn = creation.place.arn("kms", name)
        message = f"An alias with the name {arn} already exists"
        raise AwsError("KMS", "CreateAlias", "AlreadyExistsException", message)


def _alias_update(world: World, _record: Record, inputs: Mapping[str, Any]) -> None:
    _target("UpdateAlias", world, inputs.get("targetKeyId"), "{}")


def _target(operation: str, world: World, key: Any, arn: str) -> None:
    if key_of(world, key) is None:
        named = key if str(key).startswith("arn:") else arn.format(key)
        raise AwsError("KMS", operation, "NotFoundException", f"Key '{named}' does not exist")


RULES: Mapping[str, TypeRules] = {
    KEY: TypeRules(
        create=(_key_policy,),
        update=(_key_update,),
        delete=(_key_window,),
        replaces=frozenset({"customerMasterKeySpec", "customKeyStoreId", "keyUsage", "multiRegion", "xksKeyId"}),
    ),
    ALIAS: TypeRules(create=(_alias,), update=(_alias_update,), replaces=frozenset({"name", "namePrefix"})),
}
