"""What the log router of Fargate pods may do: write to the log groups that the stack owns, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from components.aws_environment import AwsEnvironment
from components.iam.document import Document, document, statement


def fargate_logging_policy(aws: AwsEnvironment, log_group_names: Sequence[str]) -> Document:
    """Return the policy of a pod execution role whose pods log to CloudWatch.

    AWS's example allows five actions on every log group of the account, among them to create groups and to change
    retention. Here the groups and their retention belong to the stack, so the router may only add streams and events
    to those it is told of, and no profile can write into, or fill the bill of, a group of somebody else.

    Args:
        aws: Partition, region and account of the log groups.
        log_group_names: Names of the log groups.

    Raises:
        ValueError: If there is no log group, or a name holds a wildcard.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html and
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    """
    if not log_group_names:
        raise ValueError("log_group_names: the policy needs at least one log group")
    for name in log_group_names:
        if not name or "*" in name or "?" in name:
            raise ValueError(f"log_group_names: {name!r} must be one exact name")
    groups = [aws.arn("logs", f"log-group:{name}") for name in log_group_names]
    return document(
        statement(
            sid="WriteLogs",
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            # The group itself, and with ":*" its streams.
            resources=[arn for group in groups for arn in (group, f"{group}:*")],
        )
    )
