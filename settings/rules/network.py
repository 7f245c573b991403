"""Rules for zones, NAT, endpoints, flow logs and an existing VPC."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from settings.model import StackConfig
from settings.network import ExistingVpc, FlowLogs
from settings.problems import Path, Problem, show
from settings.rules.common import Context, cut_off, kms_key, no_repeats, retention

_ZONE = re.compile(r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)(?P<letter>[a-z])")
_VPC_ID = re.compile(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})")
_SUBNET_ID = re.compile(r"subnet-([0-9a-f]{8}|[0-9a-f]{17})")
_BUCKET_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?")
_SERVICE = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_FEWEST_ZONES = 2
# Regions with a zone in which EKS places no control plane. Its id is known, but which name it has differs from account
# to account. https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
_ZONE_WITHOUT_EKS = {"us-east-1": "use1-az3", "us-west-1": "usw1-az2", "ca-central-1": "cac1-az3"}
# Keys that shape a new VPC and so mean nothing with an existing one.
_NEW_VPC_KEYS = ("cidr", "zones", "nat", "subnets", "podCidr", "ipv6", "flowLogs", "endpoints")


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the network, addresses aside."""
    network = config.network
    if network.existing:
        yield from _existing(network.existing, context)
    elif isinstance(network.zones, tuple):
        yield from _zones(("network", "zones"), network.zones, context)
        yield from _slots(network.zones, network.subnets.slots)
    if network.flow_logs and not network.existing:
        yield from _flow_logs(network.flow_logs, context)
    if not network.existing:
        yield from _endpoints(config)
    if network.nat == "single" and config.environment != "dev":
        text = "one NAT gateway: when its zone fails, no private subnet reaches the internet; use perZone or regional"
        yield Problem(("network", "nat"), text, related=(("tags",),), warning=True)


def _zones(path: Path, zones: Sequence[str], context: Context) -> Iterator[Problem]:
    if len(set(zones)) < _FEWEST_ZONES:
        text = f"EKS needs subnets in at least {_FEWEST_ZONES} zones; {len(set(zones))} given"
        yield Problem(path, text)
    for index, zone in enumerate(zones):
        found = _ZONE.fullmatch(zone)
        if not found:
            example = f"{context.region or 'eu-west-1'}a"
            yield Problem((*path, index), f"{show(zone)} is not the name of an availability zone such as {example}")
        elif context.region and found["region"] != context.region:
            text = f"{show(zone)} is not in {context.region}, the stack's region"
            yield Problem((*path, index), text, related=(("aws:region",),))
    yield from no_repeats(path, zones)
    refused = _ZONE_WITHOUT_EKS.get(context.region or "")
    if refused:
        text = f"EKS refuses zone {refused} of {context.region}, whose name differs by account; a count leaves it out"
        yield Problem(path, text, related=(("aws:region",),), warning=True)


def _slots(zones: Sequence[str], slots: int) -> Iterator[Problem]:
    last = "abcdefgh"[slots - 1]
    for index, zone in enumerate(zones):
        if _ZONE.fullmatch(zone) and zone[-1] > last:
            text = f"{show(zone)} has no place: with {slots} slots zones a to {last} have one"
            cure = "; set network.subnets.slots to 8" if slots < 8 and zone[-1] <= "h" else ""
            yield Problem(("network", "zones", index), text + cure)


def _flow_logs(logs: FlowLogs, context: Context) -> Iterator[Problem]:
    path: Path = ("network", "flowLogs")
    if logs.destination == "s3":
        if logs.bucket_arn is None:
            yield Problem((*path, "bucketArn"), "is missing: the ARN of the S3 bucket, needed with destination s3")
        if logs.kms_key_arn:
            yield Problem((*path, "kmsKeyArn"), "is for destination cloudWatch only; the bucket has its own encryption")
    elif logs.bucket_arn is not None:
        yield Problem((*path, "bucketArn"), "is for destination s3 only; the destination is cloudWatch")
    if logs.bucket_arn is not None:
        found = _BUCKET_ARN.fullmatch(logs.bucket_arn)
        partition = context.partition or "aws"
        if not found or found["partition"] != partition:
            text = f"{show(logs.bucket_arn)} is not an ARN such as arn:{partition}:s3:::flow-logs"
            yield Problem((*path, "bucketArn"), text)
    yield from retention((*path, "retentionDays"), logs.retention_days)
    yield from kms_key((*path, "kmsKeyArn"), logs.kms_key_arn, context)


def _endpoints(config: StackConfig) -> Iterator[Problem]:
    path: Path = ("network", "endpoints")
    endpoints = config.network.endpoints
    if endpoints.services and endpoints.mode == "none":
        yield Problem((*path, "services"), 'is given, but mode is none; use mode "derived" or "list"')
    if endpoints.mode == "list" and not endpoints.services:
        yield Problem((*path, "services"), 'is missing: the services, needed with mode "list"')
    for index, service in enumerate(endpoints.services):
        if service.startswith("com."):
            short = ".".join(service.split(".")[3:]) or "ecr.api"
            yield Problem((*path, "services", index), f"{show(service)} is the whole name; write just {short}")
        elif not _SERVICE.fullmatch(service):
            yield Problem((*path, "services", index), f"{show(service)} is not a service such as ecr.api or sts")
        elif service == "s3":
            yield Problem((*path, "services", index), '"s3" always has its gateway endpoint; leave it out')
    yield from no_repeats((*path, "services"), endpoints.services)
    if cut_off(config) and endpoints.mode == "none":
        text = "with nat none nothing in the VPC reaches an AWS API; use mode derived, or list"
        yield Problem((*path, "mode"), text, related=(("network", "nat"),))


def _existing(existing: ExistingVpc, context: Context) -> Iterator[Problem]:
    path: Path = ("network", "existing")
    for key in _NEW_VPC_KEYS:
        if context.is_written("network", key):
            yield Problem(("network", key), "shapes a new VPC; with network.existing leave it out")
    if not _VPC_ID.fullmatch(existing.vpc_id):
        text = f"{show(existing.vpc_id)} is not the id of a VPC such as vpc-0123456789abcdef0"
        yield Problem((*path, "vpcId"), text)
    if len(existing.private_subnets) < _FEWEST_ZONES:
        text = f"EKS needs subnets in at least {_FEWEST_ZONES} zones; {len(existing.private_subnets)} given"
        yield Problem((*path, "privateSubnets"), text)
    if len(existing.intra_subnets) == 1:
        yield Problem((*path, "intraSubnets"), f"EKS needs subnets in at least {_FEWEST_ZONES} zones; 1 given")
    seen: dict[str, Path] = {}
    for key, subnets in (
        ("privateSubnets", existing.private_subnets),
        ("publicSubnets", existing.public_subnets),
        ("intraSubnets", existing.intra_subnets),
        ("podSubnets", existing.pod_subnets),
    ):
        yield from _existing_subnets((*path, key), subnets, seen, context)


def _existing_subnets(
    path: Path, subnets: Mapping[str, str], seen: dict[str, Path], context: Context
) -> Iterator[Problem]:
    for zone, subnet in subnets.items():
        place = (*path, zone)
        found = _ZONE.fullmatch(zone)
        if not found or (context.region and found["region"] != context.region):
            region = context.region or "eu-west-1"
            yield Problem(place, f"{show(zone)} is not an availability zone of {region} such as {region}a")
        if not _SUBNET_ID.fullmatch(subnet):
            yield Problem(place, f"{show(subnet)} is not the id of a subnet such as subnet-0123456789abcdef0")
        elif subnet in seen:
            yield Problem(
                place, f"{show(subnet)} is also {seen[subnet][-2]}.{seen[subnet][-1]}; a subnet has one zone and tier"
            )
        seen.setdefault(subnet, place)
