import pytest

from components.aws_environment import AwsEnvironment
from components.iam.kms import cluster_key_policy

ROOT = {
    "Sid": "AccountDecidesThroughIam",
    "Effect": "Allow",
    "Principal": {"AWS": ["arn:aws:iam::111122223333:root"]},
    "Action": ["kms:*"],
    "Resource": ["*"],
}


def test_a_key_for_secrets_is_in_the_hands_of_the_account_only() -> None:
    aws = AwsEnvironment(region="eu-west-1", account="111122223333")

    assert cluster_key_policy(aws) == {"Version": "2012-10-17", "Statement": [ROOT]}, (
        "a key policy without the account locks everybody out of the key for ever"
    )


def test_cloudwatch_logs_may_use_the_key_for_the_named_log_groups_only() -> None:
    aws = AwsEnvironment(region="eu-west-1", account="111122223333")

    account, logs = cluster_key_policy(aws, ["/aws/eks/demo/cluster"])["Statement"]

    assert account == ROOT
    assert logs == {
        "Sid": "LogGroups",
        "Effect": "Allow",
        "Principal": {"Service": ["logs.eu-west-1.amazonaws.com"]},
        "Action": ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "Resource": ["*"],
        "Condition": {
            "ArnEquals": {
                "kms:EncryptionContext:aws:logs:arn": [
                    "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/demo/cluster"
                ]
            }
        },
    }, "without it CloudWatch refuses to make the log group, with more it could decrypt others"


@pytest.mark.parametrize(
    ("region", "service", "root"),
    [
        ("cn-north-1", "logs.cn-north-1.amazonaws.com.cn", "arn:aws-cn:iam::111122223333:root"),
        ("us-gov-west-1", "logs.us-gov-west-1.amazonaws.com", "arn:aws-us-gov:iam::111122223333:root"),
    ],
)
def test_the_key_policy_speaks_the_language_of_the_partition(region: str, service: str, root: str) -> None:
    aws = AwsEnvironment(region=region, account="111122223333")

    account, logs = cluster_key_policy(aws, ["/aws/eks/demo/cluster"])["Statement"]

    assert account["Principal"] == {"AWS": [root]}
    assert logs["Principal"] == {"Service": [service]}
