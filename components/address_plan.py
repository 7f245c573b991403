"""Where every subnet of a VPC lies, decided once and for good.

A subnet's CIDR cannot be changed, only replaced with everything in it. So the place of a subnet depends on nothing but
its own zone and tier: the VPC is cut into equal slots, a zone has the slot of its letter, and each tier has a fixed
place in the slot. Zones and tiers can be added, removed or listed in another order, and no other subnet moves.

With 8 slots in 10.20.0.0/16, the slot of zone b is 10.20.32.0/19:

    tier      place in the slot               CIDR             addresses
    private   first half                      10.20.32.0/20    4096
    public    eighth that starts at 1/2       10.20.48.0/22    1024
    intra     sixteenth that starts at 5/8    10.20.52.0/23    512
    (free)    the rest, for later tiers       10.20.54.0/23 and 10.20.56.0/21
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

Tier = Literal["private", "public", "intra"]
SubnetTier = Literal["private", "public", "intra", "pod"]
Slots = Literal[4, 8]

# Limits of a VPC CIDR and of a subnet. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
_LARGEST_VPC = 16
_SMALLEST_SUBNET = 28

# "eu-west-1b", "us-gov-west-1a", "eusc-de-east-1a"; not local zones such as "us-west-2-lax-1a", whose letters repeat
# those of the region's own zones.
_ZONE_NAME = re.compile(r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)(?P<letter>[a-z])")
_ZONE_NUMBER = re.compile(r"zone(?P<number>[1-9]\d?)")

# Which /64 of a slot's sixteen a tier has; the order is part of the plan and must never change.
_IPV6_PLACES: Mapping[str, int] = MappingProxyType({"private": 0, "public": 1, "intra": 2, "pod": 3})
_IPV6_PER_SLOT = 16
_IPV6_VPC_PREFIX = 56

# Primary ranges that AWS keeps apart within one VPC, and the shared range that goes with any of them.
_PRIVATE_RANGES = tuple(ipaddress.IPv4Network(c) for c in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_SHARED_RANGE = ipaddress.IPv4Network("100.64.0.0/10")


class _Place(NamedTuple):
    """A tier's place in a slot: where it starts, in sixteenths, and by how many bits it is smaller than the slot."""

    sixteenths: int
    bits: int


_PLACES: Mapping[str, _Place] = MappingProxyType(
    {"private": _Place(0, 1), "public": _Place(8, 3), "intra": _Place(10, 4)}
)


def zone_region(zone: str) -> str | None:
    """Return the region of a zone key that is a zone's name, None for "zone1", "zone2", ...

    Raises:
        ValueError: If the key is neither.
    """
    named = _ZONE_NAME.fullmatch(zone)
    if named:
        return named["region"]
    if _ZONE_NUMBER.fullmatch(zone):
        return None
    raise ValueError(f'zones: {zone!r} is neither the name of a zone such as "eu-west-1b" nor a key such as "zone1"')


def slot_of(zone: str) -> int:
    """Return the slot of a zone key: 0 for "eu-west-1a" and "zone1", 1 for "eu-west-1b" and "zone2", and so on.

    Raises:
        ValueError: If the key is neither the name of a zone nor "zone" with a number.
    """
    if zone_region(zone) is None:
        return int(zone.removeprefix("zone")) - 1
    return ord(zone[-1]) - ord("a")


def ipv6_subnet(vpc_ipv6_cidr: str, zone: str, tier: SubnetTier) -> str:
    """Return the /64 of a zone's tier in the /56 that Amazon gave the VPC.

    Args:
        vpc_ipv6_cidr: IPv6 CIDR of the VPC, for example "2a05:d018:1:2300::/56".
        zone: Zone key.
        tier: Tier of the subnet.

    Raises:
        ValueError: If the VPC's CIDR is not a /56 or the zone is beyond its 16 slots.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html#subnet-sizing-ipv6
    """
    block = ipaddress.IPv6Network(vpc_ipv6_cidr)
    if block.prefixlen != _IPV6_VPC_PREFIX:
        raise ValueError(f"vpc_ipv6_cidr: {vpc_ipv6_cidr!r} is not a /{_IPV6_VPC_PREFIX}")
    slot = slot_of(zone)
    if slot >= _IPV6_PER_SLOT:
        raise ValueError(f"zones: {zone!r} is beyond the {_IPV6_PER_SLOT} slots of an IPv6 VPC")
    index = slot * _IPV6_PER_SLOT + _IPV6_PLACES[tier]
    return str(ipaddress.IPv6Network((int(block.network_address) + (index << 64), 64)))


@dataclass(frozen=True, kw_only=True)
class AddressPlan:
    """The IPv4 address plan of a VPC.

    Args:
        cidr_block: Primary CIDR of the VPC, /16 or smaller, for example "10.20.0.0/16".
        slots: How many zones the VPC has room for: 8 (default) or 4. It cannot be changed later.
        prefixes: Prefix length of a tier that needs less than its place, for example {"public": 26}. The subnet starts
            at the same address. Default: the whole place.
        pod_cidr: Secondary CIDR for pods with custom networking; each zone has one whole slot of it. It must lie in
            100.64.0.0/10 or in the same private range as `cidr_block`. Default: none.

    Raises:
        ValueError: If a CIDR is not canonical or too large, the two meet or AWS does not allow them together, or a
            prefix does not fit the place of its tier.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """

    cidr_block: str
    slots: Slots = 8
    prefixes: Mapping[Tier, int] = field(default_factory=dict[Tier, int])
    pod_cidr: str | None = None

    def __post_init__(self) -> None:
        if self.slots not in (4, 8):
            raise ValueError(f"slots: {self.slots} is not 4 or 8")
        vpc = _vpc_cidr("cidr_block", self.cidr_block)
        for tier in self.prefixes:
            self._prefix(tier)
        if self.pod_cidr is None:
            return
        pods = _vpc_cidr("pod_cidr", self.pod_cidr)
        if pods.overlaps(vpc):
            raise ValueError(f"pod_cidr: {self.pod_cidr} overlaps the VPC's own {self.cidr_block}")
        if not _go_together(vpc, pods):
            raise ValueError(
                f"pod_cidr: {self.pod_cidr} cannot be added to a VPC of {self.cidr_block}; "
                f"take it from {_SHARED_RANGE} or from the same private range"
            )
        if pods.prefixlen + self._slot_bits > _SMALLEST_SUBNET:
            raise ValueError(
                f"pod_cidr: a slot of {self.pod_cidr} is smaller than /{_SMALLEST_SUBNET}, "
                f"the smallest subnet; take /{_SMALLEST_SUBNET - self._slot_bits} or larger"
            )

    def subnet(self, zone: str, tier: Tier) -> str:
        """Return the CIDR of a tier's subnet in a zone.

        Args:
            zone: Zone key: the name of a zone ("eu-west-1b") or "zone1", "zone2", ...
            tier: "private", "public" or "intra".

        Raises:
            ValueError: If the zone is beyond the slots, or the tier's place is smaller than a subnet may be.
        """
        prefix = self._prefix(tier)
        slot = self._slot(self.cidr_block, zone)
        offset = slot.num_addresses * _PLACES[tier].sixteenths // 16
        return str(ipaddress.IPv4Network((int(slot.network_address) + offset, prefix)))

    def pod_subnet(self, zone: str) -> str:
        """Return the CIDR of a zone's pod subnet in the secondary CIDR.

        Raises:
            ValueError: If there is no secondary CIDR, or the zone is beyond its slots.
        """
        if self.pod_cidr is None:
            raise ValueError("pod_cidr: not set, so there are no pod subnets")
        return str(self._slot(self.pod_cidr, zone))

    @property
    def _slot_bits(self) -> int:
        return self.slots.bit_length() - 1

    def _slot(self, cidr: str, zone: str) -> ipaddress.IPv4Network:
        block = ipaddress.IPv4Network(cidr)
        number = slot_of(zone)
        if number >= self.slots:
            raise ValueError(f"zones: {zone!r} needs slot {number + 1} of a plan with {self.slots}")
        prefix = block.prefixlen + self._slot_bits
        return ipaddress.IPv4Network((int(block.network_address) + (number << (32 - prefix)), prefix))

    def _prefix(self, tier: Tier) -> int:
        if tier not in _PLACES:
            raise ValueError(f"prefixes: {tier!r} is not one of {', '.join(_PLACES)}")
        place = ipaddress.IPv4Network(self.cidr_block).prefixlen + self._slot_bits + _PLACES[tier].bits
        prefix = self.prefixes.get(tier, place)
        if prefix > _SMALLEST_SUBNET:
            raise ValueError(
                f"{tier} subnets: /{prefix} is smaller than /{_SMALLEST_SUBNET}, the smallest subnet; "
                f"take a larger VPC than {self.cidr_block} or fewer slots than {self.slots}"
            )
        if prefix < place:
            raise ValueError(f"{tier} subnets: /{prefix} is larger than their place of /{place} in {self.cidr_block}")
        return prefix


def _vpc_cidr(name: str, text: str) -> ipaddress.IPv4Network:
    try:
        block = ipaddress.IPv4Network(text)
    except ValueError as error:
        raise ValueError(f"{name}: {text!r} is not a canonical IPv4 CIDR: {error}") from error
    if str(block) != text:
        raise ValueError(f"{name}: {text!r} is not a canonical IPv4 CIDR; write {block}")
    if not _LARGEST_VPC <= block.prefixlen <= _SMALLEST_SUBNET:
        raise ValueError(f"{name}: {text} is not between /{_LARGEST_VPC} and /{_SMALLEST_SUBNET}")
    return block


def _go_together(primary: ipaddress.IPv4Network, secondary: ipaddress.IPv4Network) -> bool:
    if secondary.subnet_of(_SHARED_RANGE):
        return True
    return any(primary.subnet_of(private) and secondary.subnet_of(private) for private in _PRIVATE_RANGES)
