from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from components.flow_logs import FlowLogSettings
from components.vpc import VpcArgs
from tests.support.fixtures import AWS
from tests.support.vpc import FLOW_LOG, VPC, recorded


def test_flow_logs_go_to_a_log_group_with_retention():
    graph = recorded(flow_logs=FlowLogSettings(retention_days=30, kms_key_arn="arn:aws:kms:eu-west-1:1:key/k"))
    assert graph.named("network-flow-logs", "aws:cloudwatch/logGroup:LogGroup").inputs == {
        "name": "/aws/vpc/demo-network-flow-logs",
        "retentionInDays": 30,
        "kmsKeyId": "arn:aws:kms:eu-west-1:1:key/k",
    }
    log = graph.named("network-flow-logs", FLOW_LOG)
    assert log.inputs == {
        "vpcId": graph.named("network", VPC).id,
        "trafficType": "ALL",
        "logDestinationType": "cloud-watch-logs",
        "logDestination": graph.named("network-flow-logs", "aws:cloudwatch/logGroup:LogGroup").outputs["arn"],
        "iamRoleArn": graph.named("network-flow-logs", "aws:iam/role:Role").outputs["arn"],
        "maxAggregationInterval": 600,
        "tags": {"Name": "demo-flow-logs"},
    }
    policy = graph.named("network-flow-logs", "aws:iam/rolePolicy:RolePolicy")
    assert graph.depends_on(log, policy), "a flow log without permissions stays in access error and records nothing"


def test_flow_logs_may_be_written_for_this_account_only():
    graph = recorded(flow_logs=FlowLogSettings())
    role = graph.named("network-flow-logs", "aws:iam/role:Role")
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["vpc-flow-logs.amazonaws.com"]},
            "Action": ["sts:AssumeRole"],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "111122223333"},
                "ArnLike": {"aws:SourceArn": "arn:aws:ec2:eu-west-1:111122223333:vpc-flow-log/*"},
            },
        }
    ]


def test_flow_logs_may_write_into_their_own_log_group_only():
    graph = recorded(flow_logs=FlowLogSettings(), known=False)
    policy = graph.named("network-flow-logs", "aws:iam/rolePolicy:RolePolicy")
    group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vpc/demo-network-flow-logs"
    assert json.loads(policy.inputs["policy"])["Statement"] == [
        {
            "Sid": "Write",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            "Resource": [group, f"{group}:*"],
        },
        {
            "Sid": "FindGroup",
            "Effect": "Allow",
            "Action": ["logs:DescribeLogGroups"],
            "Resource": ["arn:aws:logs:eu-west-1:111122223333:log-group:*"],
        },
    ], "with logs:CreateLogGroup a deleted flow log leaves a group behind"


def test_the_role_of_flow_logs_is_bounded():
    bounded = replace(AWS, permissions_boundary="arn:aws:iam::111122223333:policy/b")
    role = recorded(aws=bounded, flow_logs=FlowLogSettings()).named("network-flow-logs", "aws:iam/role:Role")
    assert role.inputs["permissionsBoundary"] == "arn:aws:iam::111122223333:policy/b"


def test_flow_logs_in_a_bucket_need_no_role():
    settings = FlowLogSettings(
        destination="s3", bucket_arn="arn:aws:s3:::logs", traffic_type="REJECT", aggregation_seconds=60
    )
    graph = recorded(flow_logs=settings)
    assert graph.of_type("aws:iam/role:Role") == []
    assert graph.named("network-flow-logs", FLOW_LOG).inputs == {
        "vpcId": graph.named("network", VPC).id,
        "trafficType": "REJECT",
        "logDestinationType": "s3",
        "logDestination": "arn:aws:s3:::logs",
        "maxAggregationInterval": 60,
        "tags": {"Name": "demo-flow-logs"},
    }


def test_a_vpc_may_do_without_flow_logs():
    graph = recorded(flow_logs=None)
    assert graph.of_type(FLOW_LOG) == []


def test_flow_logs_are_on_by_default():
    assert VpcArgs(aws=AWS, cluster_name="demo", cidr_block="10.20.0.0/16").flow_logs == FlowLogSettings()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"destination": "kinesis"}, "flow_logs.destination: 'kinesis' is not"),
        ({"traffic_type": "all"}, "flow_logs.traffic_type: 'all' is not"),
        ({"aggregation_seconds": 300}, "flow_logs.aggregation_seconds: 300 is not 60 or 600"),
        ({"retention_days": 100}, "flow_logs.retention_days: .* for 100 days; take 120"),
        ({"retention_days": 9999}, "flow_logs.retention_days: .* for 9999 days; take 3653"),
        ({"destination": "s3"}, "flow_logs.bucket_arn: the destination"),
        ({"bucket_arn": "arn:aws:s3:::logs"}, "flow_logs.bucket_arn: the destination"),
        (
            {"destination": "s3", "bucket_arn": "arn:aws:s3:::logs", "kms_key_arn": "arn:aws:kms:::key/k"},
            "flow_logs.kms_key_arn: a bucket has its own encryption",
        ),
    ],
)
def test_flow_logs_that_aws_would_refuse_are_refused_first(fields: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        FlowLogSettings(**fields)
