"""What AWS has: regions, instance types and the like, from a table that scripts/generate_aws_catalogue.py writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Architecture = Literal["x86_64", "arm64", "mac"]
Accelerator = Literal["", "nvidia", "neuron"]


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    return json.loads((Path(__file__).parent / "aws_catalogue.json").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def regions() -> Mapping[str, str]:
    """Return the partition of each region."""
    return {region: partition for partition, names in _table()["regions"].items() for region in names}


def partition_of(region: str) -> str | None:
    """Return the partition of a region, None for a region that does not exist."""
    return regions().get(region)


@lru_cache(maxsize=1)
def instance_types() -> frozenset[str]:
    """Return the names of all EC2 instance types."""
    return frozenset(
        f"{family}.{size}" for family, (_, _, sizes) in _table()["instanceFamilies"].items() for size in sizes
    )


def architecture_of(instance_type: str) -> Architecture:
    """Return the processor architecture of an instance type that exists."""
    return _table()["instanceFamilies"][instance_type.split(".")[0]][0]


def accelerator_of(instance_type: str) -> Accelerator:
    """Return the accelerator of an instance type that exists: "nvidia", "neuron" or ""."""
    return _table()["instanceFamilies"][instance_type.split(".")[0]][1]


def ami_types() -> tuple[str, ...]:
    """Return the AMI types of the EKS API."""
    return tuple(_table()["amiTypes"])


def log_retention_days() -> tuple[int, ...]:
    """Return the retention periods that CloudWatch Logs offers, in days."""
    return tuple(_table()["logRetentionDays"])


def enumeration(name: str) -> tuple[str, ...]:
    """Return one of the EKS API's enumerations, for example "logTypes"."""
    return tuple(_table()[name])
