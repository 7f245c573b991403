import pytest

from components.aws_environment import AwsEnvironment
from components.iam.vpc_cni import ipv6_policy


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_the_cni_may_give_ipv6_addresses_and_tag_interfaces(region: str, partition: str) -> None:
    policy = ipv6_policy(AwsEnvironment(region=region, account="111122223333"))

    assert policy == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Addresses",
                "Effect": "Allow",
                "Action": [
                    "ec2:AssignIpv6Addresses",
                    "ec2:DescribeInstanceTypes",
                    "ec2:DescribeInstances",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeTags",
                    "ec2:ModifyNetworkInterfaceAttribute",
                ],
                "Resource": ["*"],
            },
            {
                "Sid": "TagInterfaces",
                "Effect": "Allow",
                "Action": ["ec2:CreateTags"],
                "Resource": [f"arn:{partition}:ec2:{region}:111122223333:network-interface/*"],
            },
        ],
    }, "a CNI without one of these leaves pods without an address"
