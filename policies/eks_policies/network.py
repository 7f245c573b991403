"""Rules about the VPC: subnets, flow logs, security groups, where nodes live."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from .reading import is_true, read
from .rule import Control, Definition, ResourceRule, Subject, text_list

SUBNET = "aws:ec2/subnet:Subnet"

_BEST_PRACTICES = "https://docs.aws.amazon.com/eks/latest/best-practices"


def _in_public_tier(subnet: Subject) -> bool:
    if any(fnmatchcase(subnet.name, pattern) for pattern in subnet.options["allowedSubnets"]):
        return True
    tags = (allowed.partition("=") for allowed in subnet.options["allowedTags"])
    return any(read(subnet.properties, "tags", key) == value for key, _, value in tags)


def _hands_out_no_public_addresses(subnet: Subject) -> Iterator[str]:
    # IPv6 addresses are not judged: clusters of the IPv6 family need them, and routes decide who reaches them.
    if is_true(read(subnet.properties, "mapPublicIpOnLaunch")) and not _in_public_tier(subnet):
        yield "mapPublicIpOnLaunch is true: whatever starts in the subnet can be reached from the internet."


NO_PUBLIC_ADDRESSES = ResourceRule(
    Definition(
        name="vpc-subnet-no-public-ip",
        title="No public addresses by default",
        description="Subnets must not give public addresses to whatever starts in them. Load balancers and NAT "
        "gateways do not need it.",
        fix="Set mapPublicIpOnLaunch to false, or put the subnet's tag or name on the allow list.",
        types=(SUBNET,),
        control=Control(
            cis=("5.4.3",),
            security_hub=("EC2.15",),
            checkov=("CKV_AWS_130",),
            guide=f"{_BEST_PRACTICES}/subnets.html",
        ),
        severity=Severity.MEDIUM,
        settings={
            "allowedTags": text_list('Tags, as "key=value", of subnets that may give public addresses.'),
            "allowedSubnets": text_list(
                "Logical names of subnets that may give public addresses; * and ? may be used."
            ),
        },
    ),
    _hands_out_no_public_addresses,
)

RULES = (NO_PUBLIC_ADDRESSES,)
