"""Where the platform is deployed: partition, region, account, and what every resource there carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Region prefixes of the partitions that are not the commercial one, with the DNS suffix of their endpoints.
# https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
_PARTITIONS = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
    "eusc-": ("aws-eusc", "amazonaws.eu"),
    "us-iso-": ("aws-iso", "c2s.ic.gov"),
    "us-isob-": ("aws-iso-b", "sc2s.sgov.gov"),
    "eu-isoe-": ("aws-iso-e", "cloud.adc-e.uk"),
    "us-isof-": ("aws-iso-f", "csp.hci.ic.gov"),
}


def partition_of(region: str) -> tuple[str, str]:
    """Return (partition, DNS suffix) of an AWS region, for example ("aws", "amazonaws.com")."""
    for prefix, partition in _PARTITIONS.items():
        if region.startswith(prefix):
            return partition
    return ("aws", "amazonaws.com")


@dataclass(frozen=True, kw_only=True)
class AwsEnvironment:
    """The account and region that a component deploys to.

    Every value is plain and known before anything exists, so that ARNs and IAM documents made from it can be read in
    a first preview.

    Args:
        region: AWS region, for example "eu-west-1".
        account: 12-digit AWS account id.
        tags: Tags that every taggable resource carries. The AWS provider's default tags bring them to most resources;
            components add them to what default tags do not reach (launch template tag specifications, Auto Scaling
            groups).
        permissions_boundary: ARN of the IAM policy that bounds every role made here; None for no boundary.
            https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html

    Raises:
        ValueError: If the account is not made of 12 digits.
    """

    region: str
    account: str
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    permissions_boundary: str | None = None

    def __post_init__(self) -> None:
        if not (len(self.account) == 12 and self.account.isdigit()):
            raise ValueError(f"account: {self.account!r} is not an AWS account id of 12 digits")

    @property
    def partition(self) -> str:
        """ARN partition, for example "aws" or "aws-cn"."""
        return partition_of(self.region)[0]

    @property
    def dns_suffix(self) -> str:
        """DNS suffix of the partition's service endpoints, for example "amazonaws.com"."""
        return partition_of(self.region)[1]

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a regional resource in this account, for example arn("eks", "cluster/demo")."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def iam_arn(self, resource: str) -> str:
        """Return the ARN of an IAM resource in this account (IAM has no region), for example iam_arn("role/deploy")."""
        return f"arn:{self.partition}:iam::{self.account}:{resource}"

    def managed_policy_arn(self, name: str) -> str:
        """Return the ARN of an AWS managed policy; `name` may hold a path, for example "service-role/AmazonX"."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"
