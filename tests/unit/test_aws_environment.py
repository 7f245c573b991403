"""Where the platform is deployed."""

from __future__ import annotations

import pytest

from components.aws_environment import AwsEnvironment, partition_of
from settings import aws_catalogue


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", ("aws", "amazonaws.com")),
        ("cn-north-1", ("aws-cn", "amazonaws.com.cn")),
        ("us-gov-west-1", ("aws-us-gov", "amazonaws.com")),
        ("eusc-de-east-1", ("aws-eusc", "amazonaws.eu")),
        ("us-iso-east-1", ("aws-iso", "c2s.ic.gov")),
        ("us-isob-east-1", ("aws-iso-b", "sc2s.sgov.gov")),
    ],
)
def test_partition_follows_from_the_region(region: str, partition: tuple[str, str]) -> None:
    assert partition_of(region) == partition, "every ARN of the stack would be one of another partition"


def test_every_region_that_settings_allow_has_the_partition_that_botocore_knows() -> None:
    wrong = {
        region: (partition_of(region)[0], known)
        for region in aws_catalogue.regions()
        if (known := aws_catalogue.partition_of(region)) != partition_of(region)[0]
    }
    assert wrong == {}, "ARNs in that region would be refused"


def test_arns_name_partition_region_and_account() -> None:
    aws = AwsEnvironment(region="cn-north-1", account="111122223333")
    assert aws.arn("eks", "cluster/demo") == "arn:aws-cn:eks:cn-north-1:111122223333:cluster/demo"
    assert aws.iam_arn("role/demo") == "arn:aws-cn:iam::111122223333:role/demo"
    assert aws.managed_policy_arn("service-role/X") == "arn:aws-cn:iam::aws:policy/service-role/X"


@pytest.mark.parametrize("account", ["11112222333", "1111222233334", "11112222333x", ""])
def test_account_must_have_twelve_digits(account: str) -> None:
    with pytest.raises(ValueError, match=r"account: .* is not an AWS account id of 12 digits"):
        AwsEnvironment(region="eu-west-1", account=account)
