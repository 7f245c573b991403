"""What VPC Flow Logs needs to write into one log group."""

from __future__ import annotations

from components.aws_environment import AwsEnvironment
from components.iam.document import Document, document, statement
from components.iam.trust import service_trust


def flow_logs_trust(aws: AwsEnvironment) -> Document:
    """Return the trust document of the role that VPC Flow Logs assumes, for flow logs of this account and region only.

    Without the conditions another account's flow log could be made to write with this role.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    return service_trust(
        "vpc-flow-logs.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": aws.account},
            "ArnLike": {"aws:SourceArn": aws.arn("ec2", "vpc-flow-log/*")},
        },
    )


def flow_logs_policy(aws: AwsEnvironment, log_group: str) -> Document:
    """Return the permissions to write into one log group that exists already.

    Creating log groups is left out on purpose: a flow log that is being deleted would make its group again, without
    retention and owned by nobody.

    Args:
        aws: Partition, region and account of the log group.
        log_group: Name of the log group.
    """
    group = aws.arn("logs", f"log-group:{log_group}")
    return document(
        statement(
            sid="Write",
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[group, f"{group}:*"],
        ),
        statement(
            sid="FindGroup",
            actions=["logs:DescribeLogGroups"],
            resources=[aws.arn("logs", "log-group:*")],
        ),
    )
