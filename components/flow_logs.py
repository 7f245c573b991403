"""Flow logs of a VPC: which connections were made and refused, in CloudWatch Logs or in S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import pulumi
import pulumi_aws as aws_sdk

from components import tags
from components.aws_environment import AwsEnvironment
from components.iam.document import to_json
from components.iam.flow_logs import flow_logs_policy, flow_logs_trust
from components.log_retention import check_retention
from components.naming import physical_name

FlowLogDestination = Literal["cloudWatch", "s3"]
TrafficType = Literal["ALL", "ACCEPT", "REJECT"]

_LOG_GROUP_NAME_LIMIT = 512


@dataclass(frozen=True, kw_only=True)
class FlowLogSettings:
    """Where the flow logs of a VPC go and what they hold.

    Args:
        destination: "cloudWatch" (default): a log group and a role are made here; "s3": a bucket that exists already.
        retention_days: Days that CloudWatch Logs keeps the events; default 90. Without meaning for "s3".
        kms_key_arn: ARN of the KMS key that encrypts the log group; its policy must let logs.REGION.amazonaws.com use
            it. Default: the key that CloudWatch Logs owns.
            https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        bucket_arn: ARN of the bucket, with a folder if wanted; only for "s3", which needs it.
        traffic_type: "ALL" (default), "ACCEPT" or "REJECT".
        aggregation_seconds: 60 or 600 (default): how long connections are gathered into one record.
        log_format: Fields of a record, for example "${srcaddr} ${dstaddr}". Default: the fields of version 2.
            https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html

    Raises:
        ValueError: If a value is not one of those allowed, or does not go with the destination.
    """

    destination: FlowLogDestination = "cloudWatch"
    retention_days: int = 90
    kms_key_arn: pulumi.Input[str] | None = None
    bucket_arn: pulumi.Input[str] | None = None
    traffic_type: TrafficType = "ALL"
    aggregation_seconds: Literal[60, 600] = 600
    log_format: str | None = None

    def __post_init__(self) -> None:
        if self.destination not in get_args(FlowLogDestination):
            raise ValueError(f'flow_logs.destination: {self.destination!r} is not "cloudWatch" or "s3"')
        if self.traffic_type not in get_args(TrafficType):
            raise ValueError(f'flow_logs.traffic_type: {self.traffic_type!r} is not "ALL", "ACCEPT" or "REJECT"')
        if self.aggregation_seconds not in (60, 600):
            raise ValueError(f"flow_logs.aggregation_seconds: {self.aggregation_seconds} is not 60 or 600")
        check_retention("flow_logs.retention_days", self.retention_days)
        to_bucket = self.destination == "s3"
        if to_bucket != (self.bucket_arn is not None):
            raise ValueError('flow_logs.bucket_arn: the destination "s3" needs it, and no other takes it')
        if to_bucket and self.kms_key_arn is not None:
            raise ValueError("flow_logs.kms_key_arn: a bucket has its own encryption; the key is for a log group")


def make_flow_log(
    name: str,
    settings: FlowLogSettings,
    *,
    parent: pulumi.Resource,
    aws: AwsEnvironment,
    vpc_id: pulumi.Input[str],
    label: str,
) -> aws_sdk.cloudwatch.LogGroup | None:
    """Record the traffic of a VPC.

    Creates an `aws.ec2.FlowLog`; for CloudWatch Logs also the `aws.cloudwatch.LogGroup`, and an `aws.iam.Role` with an
    inline policy that may write into this one group.

    Args:
        name: Logical name of the flow log; the other resources are called after it.
        settings: Destination and content.
        parent: Component that owns the resources.
        aws: Where the VPC is.
        vpc_id: Id of the VPC.
        label: What the log group and the `Name` tags are called after, for example the cluster's name.

    Returns:
        The log group, None where the logs go to a bucket.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
    """
    if settings.destination == "s3":
        aws_sdk.ec2.FlowLog(
            name,
            vpc_id=vpc_id,
            traffic_type=settings.traffic_type,
            log_destination_type="s3",
            log_destination=settings.bucket_arn,
            max_aggregation_interval=settings.aggregation_seconds,
            log_format=settings.log_format,
            tags=tags.named(f"{label}-flow-logs"),
            opts=pulumi.ResourceOptions(parent=parent),
        )
        return None

    # The component's name keeps two VPCs of one cluster name apart.
    group_name = physical_name(f"/aws/vpc/{label}", name, limit=_LOG_GROUP_NAME_LIMIT)
    group = aws_sdk.cloudwatch.LogGroup(
        name,
        name=group_name,
        retention_in_days=settings.retention_days,
        kms_key_id=settings.kms_key_arn,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    role = aws_sdk.iam.Role(
        name,
        description=f"Lets VPC Flow Logs write into {group_name}",
        assume_role_policy=to_json(flow_logs_trust(aws)),
        permissions_boundary=aws.permissions_boundary,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    policy = aws_sdk.iam.RolePolicy(
        name,
        role=role.name,
        policy=to_json(flow_logs_policy(aws, group_name)),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws_sdk.ec2.FlowLog(
        name,
        vpc_id=vpc_id,
        traffic_type=settings.traffic_type,
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        max_aggregation_interval=settings.aggregation_seconds,
        log_format=settings.log_format,
        tags=tags.named(f"{label}-flow-logs"),
        # Without its permissions the flow log comes up in the state "access error".
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[policy]),
    )
    return group
