"""Questions about the account and the region (STS, partition, zones), and stack references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Answer, Question, ResourceModel


def _zones(question: Question) -> dict[str, Any]:
    excluded = set(question.args.get("excludeNames", ())) | set(question.args.get("excludeZoneIds", ()))
    zones = {name: f"{_short(question.place.region)}-az{i + 1}" for i, name in enumerate(question.place.zones)}
    kept = {name: id_ for name, id_ in zones.items() if not {name, id_} & excluded}
    return {
        "id": question.place.region,
        "names": list(kept),
        "zoneIds": list(kept.values()),
        "groupNames": [question.place.region],
        "region": question.place.region,
        "state": question.args.get("state", "available"),
    }


def _short(region: str) -> str:
    """Return the region's short form in zone ids, for example "euw1" of "eu-west-1"."""
    first, *middle, number = region.split("-")
    return first + "".join(part[0] for part in middle) + number


RESOURCES: Mapping[str, ResourceModel] = {}

INVOKES: Mapping[str, Answer] = {
    "aws:index/getCallerIdentity:getCallerIdentity": lambda q: {
        "accountId": q.place.account,
        "arn": q.place.iam_arn("user/rehearsal"),
        "id": q.place.account,
        "userId": "AIDAREHEARSAL00000000",
    },
    "aws:index/getPartition:getPartition": lambda q: {
        "partition": q.place.partition,
        "dnsSuffix": q.place.dns_suffix,
        "id": q.place.partition,
        "reverseDnsPrefix": ".".join(reversed(q.place.dns_suffix.split("."))),
    },
    "aws:index/getRegion:getRegion": lambda q: {
        "region": q.place.region,
        "name": q.place.region,
        "id": q.place.region,
        "endpoint": f"ec2.{q.place.region}.{q.place.dns_suffix}",
        "description": q.place.region,
    },
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
}
