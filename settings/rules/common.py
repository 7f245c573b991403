"""What several rules need: the context, ARNs, CIDRs, Kubernetes names."""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from settings import aws_catalogue
from settings.model import StackConfig
from settings.problems import Path, Problem, show

Ipv4Network = ipaddress.IPv4Network

PRIVATE_RANGES = tuple(Ipv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
SHARED_RANGE = Ipv4Network("100.64.0.0/10")

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account>\d{12}|aws|):(?P<resource>.+)"
)
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
_LABEL_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_MAX_SUBDOMAIN = 253


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the rules need to know besides the configuration.

    Args:
        project: Name of the Pulumi project.
        stack: Name of the stack.
        region: AWS region; None if the one given does not exist.
        today: Day for which the support of Kubernetes versions is judged.
        written: The configuration as written, before defaults, by YAML key.
    """

    project: str
    stack: str
    region: str | None
    today: datetime.date
    written: Mapping[str, Any]

    @property
    def partition(self) -> str | None:
        """ARN partition of the region; None if the region does not exist."""
        return aws_catalogue.partition_of(self.region) if self.region else None

    def is_written(self, *path: str) -> bool:
        """Whether the stack file has this key, whatever its value."""
        found: Any = self.written
        for part in path:
            if not isinstance(found, Mapping) or part not in found:
                return False
            found = found[part]
        return True


def zone_names(config: StackConfig) -> tuple[str, ...]:
    """Return the names of the network's zones, none if AWS chooses them."""
    if config.network.existing:
        return tuple(config.network.existing.private_subnets)
    zones = config.network.zones
    return zones if isinstance(zones, tuple) else ()


def zone_count(config: StackConfig) -> int:
    """Return how many zones the network has."""
    zones = config.network.zones
    return zones if isinstance(zones, int) and not config.network.existing else len(zone_names(config))


def cut_off(config: StackConfig) -> bool:
    """Return whether nothing in the VPC reaches the internet."""
    return config.network.nat == "none" and not config.network.existing


def zones_within(path: Path, zones: Sequence[str], config: StackConfig) -> Iterator[Problem]:
    """Yield zones that the network does not have, and repeated ones."""
    names = zone_names(config)
    for index, zone in enumerate(zones):
        if not names:
            text = f"{show(zone)} cannot be told apart: network.zones is a count; give the names there"
            yield Problem((*path, index), text, related=(("network",),))
        elif zone not in names:
            text = f"{show(zone)} is not a zone of the network; those are {', '.join(names)}"
            yield Problem((*path, index), text, related=(("network",),))
    yield from no_repeats(path, zones)


def no_repeats(path: Path, values: Sequence[str]) -> Iterator[Problem]:
    """Yield values that a list names twice."""
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Problem((*path, index), f"{show(value)} is named twice")


def same_names(path: Path, arns: Sequence[str]) -> Iterator[Problem]:
    """Yield policies whose name another policy of the list has, since the name is what they are kept apart by."""
    names = [value.rpartition("/")[2] for value in arns]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Problem((*path, index), f"{show(arns[index])} has the same name as entry {names.index(name)}")


def arn(path: Path, value: str, context: Context, *, service: str, resource: str, example: str) -> Iterator[Problem]:
    """Yield what is wrong with an ARN.

    Args:
        path: Where it stands.
        value: The ARN.
        context: Of which the partition and region are used.
        service: The service it must be of, for example "kms".
        resource: Regular expression that the resource part must match.
        example: What one looks like, from the service on.
    """
    found = _ARN.fullmatch(value)
    partition = context.partition or "aws"
    shown = f"arn:{partition}:{example.replace('REGION', context.region or 'eu-west-1')}"
    if not found or found["service"] != service or not re.fullmatch(resource, found["resource"]):
        yield Problem(path, f"{show(value)} is not an ARN such as {shown}")
        return
    if context.partition and found["partition"] != context.partition:
        text = f"{show(value)} is of partition {found['partition']}; {context.region} is in {context.partition}"
        yield Problem(path, text, related=(("aws:region",),))
    elif context.region and found["region"] and found["region"] != context.region:
        text = f"{show(value)} is of region {found['region']}; the stack is in {context.region}"
        yield Problem(path, text, related=(("aws:region",),))


def kms_key(path: Path, value: str | None, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the ARN of a KMS key."""
    if value is not None:
        example = "kms:REGION:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        yield from arn(
            path, value, context, service="kms", resource=r"key/(mrk-[0-9a-f]{32}|[0-9a-f-]{36})", example=example
        )


def iam_policy(path: Path, value: str, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the ARN of an IAM policy."""
    example = "iam::111122223333:policy/name"
    yield from arn(path, value, context, service="iam", resource=r"policy/[\w+=,.@/-]{1,512}", example=example)


def ipv4_network(path: Path, value: str) -> Ipv4Network | Problem:
    """Return an IPv4 range, or what is wrong with how it is written."""
    try:
        return Ipv4Network(value)
    except ValueError:
        pass
    try:
        canonical = Ipv4Network(value, strict=False)
    except ValueError:
        return Problem(path, f"{show(value)} is not an IPv4 range such as 10.20.0.0/16")
    return Problem(path, f"{show(value)} has bits set behind its prefix; write {canonical}")


def network_or_none(value: str | None) -> Ipv4Network | None:
    """Return an IPv4 range, None if there is none or it is written wrongly (which another rule reports)."""
    try:
        return Ipv4Network(value) if value is not None else None
    except ValueError:
        return None


def within(network: Ipv4Network, ranges: Sequence[Ipv4Network]) -> bool:
    """Whether a range lies in one of the others."""
    return any(network.subnet_of(other) for other in ranges)


def retention(path: Path, days: int) -> Iterator[Problem]:
    """Yield a retention period that CloudWatch Logs does not offer."""
    offered = aws_catalogue.log_retention_days()
    if days not in offered:
        near = min(offered, key=lambda other: abs(other - days))
        shown = ", ".join(map(str, offered))
        yield Problem(path, f"{days} is not a period that CloudWatch offers ({shown}); the nearest is {near}")


def dns_subdomain(path: Path, value: str, what: str) -> Iterator[Problem]:
    """Yield a name that is not a DNS subdomain, as most Kubernetes objects' names must be."""
    if len(value) > _MAX_SUBDOMAIN or not _DNS_SUBDOMAIN.fullmatch(value):
        yield Problem(
            path, f"{show(value)} is not {what}: up to 253 of a-z, 0-9, - and ., first and last a letter or digit"
        )


def label(path: Path, key: str, value: str) -> Iterator[Problem]:
    """Yield what is wrong with a Kubernetes label or taint, as EKS takes it."""
    prefix, slash, name = key.rpartition("/")
    if not _LABEL_NAME.fullmatch(name) or (slash and not _DNS_SUBDOMAIN.fullmatch(prefix)) or len(key) > 63:
        text = f"{show(key)} is not a label name: [prefix/]name of letters, digits, -, _ and ., at most 63 characters"
        yield Problem(path, text)
    if value and not _LABEL_NAME.fullmatch(value):
        text = f"{show(value)} is not a label value: letters, digits, -, _ and ., at most 63 characters"
        yield Problem(path, text)
