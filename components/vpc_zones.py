"""The availability zones of a VPC: named by the caller, or chosen by AWS once and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

import pulumi
import pulumi_aws as aws_sdk

from components.address_plan import slot_of, zone_region
from components.checked import checked

Zones = int | Sequence[str] | Mapping[str, pulumi.Input[str]]

# EKS puts its network interfaces into two zones or more, and into none of these.
# https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
ZONES_WITHOUT_EKS = ("cac1-az3", "use1-az3", "usw1-az2")
_LEAST_ZONES = 2


def zone_keys(zones: Zones) -> tuple[str, ...]:
    """Return the keys of the zones in the order of their slots: zone names, or "zone1", "zone2", ... of a count."""
    if isinstance(zones, int):
        return tuple(f"zone{number}" for number in range(1, zones + 1))
    return tuple(sorted(zones, key=slot_of))


def check_zones(zones: Zones, region: str) -> None:
    """Refuse zones that a cluster cannot have.

    Args:
        zones: Count, names, or zone name by key.
        region: Region of the VPC.

    Raises:
        ValueError: If there are fewer than two, two have the same place, or a name is not that of a zone of the region.
    """
    if isinstance(zones, str):
        raise ValueError(f"zones: {zones!r} is one text; give a list of names or a count")
    keys = zone_keys(zones)
    if len(keys) < _LEAST_ZONES:
        raise ValueError(f"zones: a cluster needs at least {_LEAST_ZONES} zones, not {len(keys)}")
    for key in keys:
        if zone_region(key) not in (None, region):
            raise ValueError(f"zones: {key!r} is not in the region {region}")
    for one, other in pairwise(keys):
        if one == other:
            raise ValueError(f"zones: {one!r} is given twice")
        if slot_of(one) == slot_of(other):
            raise ValueError(f"zones: {one!r} and {other!r} have the same place in the address plan")
    if isinstance(zones, Mapping):
        _check_names(zones)


def _check_names(zones: Mapping[str, pulumi.Input[str]]) -> None:
    for key, name in zones.items():
        if zone_region(key) is not None and isinstance(name, str) and name != key:
            raise ValueError(f"zones: {key!r} is the name of a zone, and cannot stand for {name!r}")


def zone_names(zones: Zones, *, parent: pulumi.Resource) -> dict[str, pulumi.Input[str]]:
    """Return the zone name of each zone key.

    With a count AWS is asked for the region's zones, without local zones and without those that have no EKS; the first
    ones by name are taken.

    Args:
        zones: Count, names, or zone name by key.
        parent: Component whose AWS provider asks.
    """
    if isinstance(zones, Mapping):
        return {key: zones[key] for key in zone_keys(zones)}
    if not isinstance(zones, int):
        return {key: key for key in zone_keys(zones)}
    found = aws_sdk.get_availability_zones_output(
        state="available",
        filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
        exclude_zone_ids=list(ZONES_WITHOUT_EKS),
        opts=pulumi.InvokeOptions(parent=parent),
    )
    keys = zone_keys(zones)
    return {
        key: found.names.apply(partial(checked(pick_zone), index=index, count=zones)) for index, key in enumerate(keys)
    }


def pick_zone(names: Sequence[str], *, index: int, count: int) -> str:
    """Return one of the first `count` zones by name.

    Args:
        names: Names of the zones that AWS offers.
        index: Which one, from 0.
        count: How many the VPC needs.

    Raises:
        ValueError: If AWS offers fewer than the VPC needs.
    """
    if len(names) < count:
        offered = ", ".join(sorted(names)) or "none"
        raise ValueError(f"zones: {count} are wanted, and AWS offers {len(names)} with EKS here ({offered})")
    return sorted(names)[index]
