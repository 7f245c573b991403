"""Amazon CloudWatch Logs: log groups.

Errors: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html.
What replaces: `ForceNew` in https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.iam_documents import allows
from rehearsal.simulator.rules.kms import key_of
from rehearsal.simulator.world import Record, World

GROUP = "aws:cloudwatch/logGroup:LogGroup"

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION = frozenset(
    {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)
# What the service does with a key: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
_KEY_ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey")


def _name(world: World, creation: Creation) -> None:
    if world.get(GROUP, creation.physical_name()):
        message = "The specified log group already exists"
        raise AwsError("CloudWatch Logs", "CreateLogGroup", "ResourceAlreadyExistsException", message)


def _settings(world: World, creation: Creation) -> None:
    _check(world, "CreateLogGroup", str(creation.physical_name()), creation.inputs, creation.place.region)


def _update(world: World, record: Record, inputs: Mapping[str, Any]) -> None:
    _check(world, "AssociateKmsKey", record.id, inputs, record.region)


def _check(world: World, operation: str, name: str, inputs: Mapping[str, Any], region: str) -> None:
    days = inputs.get("retentionInDays")
    if days and days not in RETENTION:
        message = f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint"
        raise AwsError("CloudWatch Logs", "PutRetentionPolicy", "InvalidParameterException", message)
    key = inputs.get("kmsKeyId")
    if not key:
        return
    found = key_of(world, key)
    account = str(key).split(":")[4] if str(key).count(":") >= 5 else ""
    arn = f"arn:{str(key).split(':')[1] if account else 'aws'}:logs:{region}:{account}:log-group:{name}"
    if found is None or not _may_use(found, region, arn):
        message = f"The specified KMS key does not exist or is not allowed to be used with LogGroup '{arn}'"
        raise AwsError("CloudWatch Logs", operation, "AccessDeniedException", message)


def _may_use(key: Record, region: str, group_arn: str) -> bool:
    """Return whether a key's own policy lets the service encrypt one group with it; IAM cannot grant that."""
    suffixes = ("amazonaws.com", "amazonaws.com.cn", "amazonaws.eu")
    context = {"kms:EncryptionContext:aws:logs:arn": group_arn}
    return any(
        allows(key.inputs.get("policy"), "Service", f"logs.{place}{suffix}", *_KEY_ACTIONS, context=context)
        for place in (f"{region}.", "")
        for suffix in suffixes
    )


RULES: Mapping[str, TypeRules] = {
    GROUP: TypeRules(
        create=(_name, _settings),
        update=(_update,),
        replaces=frozenset({"name", "namePrefix", "logGroupClass"}),
        # As for clusters: groups that services write to are named by the program.
        delete_before_replace=True,
    ),
}
