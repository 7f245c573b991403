"""One node group a zone, for pods whose volumes live in one zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pulumi

from components import naming
from components.node_group import NodeGroupArgs

_LONGEST_NAME = 63


def zone_suffix(zone_key: str, region: str) -> str:
    """Return what tells a zone from the others of its region.

    For example "a" for "eu-west-1a", "lax-1a" for the local zone "us-west-2-lax-1a", and "zone1" as it is.

    Args:
        zone_key: Zone name, or the key of a zone whose name is not known yet.
        region: Region of the zone.
    """
    return zone_key.removeprefix(region).lstrip("-") or zone_key


def per_zone_groups(args: NodeGroupArgs, zones: Mapping[str, pulumi.Input[str]]) -> dict[str, NodeGroupArgs]:
    """Return the args of one node group for each subnet of a group, by zone key.

    An Auto Scaling group over several zones may start a node where the volume of a waiting pod is not. With a group a
    zone the autoscaler starts it in the volume's zone. The groups are named "<group>-<zone suffix>", so a zone added or
    taken away leaves the other groups alone; they have equal labels, so that the autoscaler can balance them. Sizes
    are for each group, not for the sum.

    Args:
        args: The group as if it was spread over its subnets.
        zones: Zone name of each zone key of `args.subnet_ids`.

    Raises:
        ValueError: If a subnet's zone key has no zone name.

    Source: https://docs.aws.amazon.com/eks/latest/best-practices/cas.html
    """
    unknown = sorted(set(args.subnet_ids) - set(zones))
    if unknown:
        raise ValueError(f"zones: no zone name for {', '.join(unknown)}; known are {', '.join(sorted(zones))}")
    return {
        key: replace(
            args,
            name=naming.physical_name(args.name, zone_suffix(key, args.aws.region), limit=_LONGEST_NAME),
            group=args.group or args.name,
            subnet_ids={key: subnet_id},
            zone=zones[key],
        )
        for key, subnet_id in args.subnet_ids.items()
    }
