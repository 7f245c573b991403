from __future__ import annotations

import ipaddress
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.address_plan import AddressPlan, Slots, SubnetTier, Tier, ipv6_subnet, slot_of, zone_region

TIERS: tuple[Tier, ...] = ("private", "public", "intra")
SUBNET_TIERS: tuple[SubnetTier, ...] = (*TIERS, "pod")
SLOTS: st.SearchStrategy[Slots] = st.sampled_from((4, 8))


@st.composite
def plans(draw: st.DrawFn) -> AddressPlan:
    slots: Slots = draw(SLOTS)
    prefix = draw(st.integers(min_value=16, max_value=21 if slots == 8 else 22))
    second = draw(st.integers(min_value=0, max_value=255))
    third = draw(st.integers(min_value=0, max_value=255))
    block = ipaddress.ip_network(f"10.{second}.{third}.0/{prefix}", strict=False)
    return AddressPlan(cidr_block=str(block), slots=slots, pod_cidr=draw(st.sampled_from([None, "100.64.0.0/16"])))


@st.composite
def zone_sets(draw: st.DrawFn) -> list[str]:
    letters = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True))
    return [f"eu-west-1{letter}" for letter in letters]


def subnets(plan: AddressPlan, zones: list[str], tiers: tuple[Tier, ...] = TIERS) -> dict[tuple[str, str], str]:
    planned: dict[tuple[str, str], str] = {(zone, tier): plan.subnet(zone, tier) for zone in zones for tier in tiers}
    if plan.pod_cidr is not None:
        planned |= {(zone, "pod"): plan.pod_subnet(zone) for zone in zones}
    return planned


def test_the_plan_of_a_16_is_the_documented_one():
    plan = AddressPlan(cidr_block="10.20.0.0/16")
    assert {tier: plan.subnet("eu-west-1b", tier) for tier in TIERS} == {
        "private": "10.20.32.0/20",
        "public": "10.20.48.0/22",
        "intra": "10.20.52.0/23",
    }, "a changed plan replaces every subnet of every existing VPC"


def test_four_slots_double_every_tier():
    plan = AddressPlan(cidr_block="10.20.0.0/16", slots=4)
    assert [plan.subnet("eu-west-1d", tier) for tier in TIERS] == ["10.20.192.0/19", "10.20.224.0/21", "10.20.232.0/22"]


def test_a_pod_subnet_is_a_whole_slot_of_the_secondary_cidr():
    plan = AddressPlan(cidr_block="10.20.0.0/16", pod_cidr="100.64.0.0/16")
    assert [plan.pod_subnet(f"eu-west-1{letter}") for letter in "ac"] == ["100.64.0.0/19", "100.64.64.0/19"]


def test_a_smaller_tier_starts_at_the_address_of_its_place():
    plan = AddressPlan(cidr_block="10.20.0.0/16", prefixes={"public": 26})
    assert plan.subnet("eu-west-1b", "public") == "10.20.48.0/26"
    assert plan.subnet("eu-west-1b", "intra") == "10.20.52.0/23", "a smaller tier must not move its neighbour"


def test_a_numbered_zone_has_the_slot_of_its_number():
    plan = AddressPlan(cidr_block="10.20.0.0/16")
    assert plan.subnet("zone2", "private") == plan.subnet("eu-west-1b", "private")


@pytest.mark.parametrize(
    ("zone", "slot", "region"),
    [
        ("eu-west-1a", 0, "eu-west-1"),
        ("us-east-1f", 5, "us-east-1"),
        ("us-gov-west-1c", 2, "us-gov-west-1"),
        ("eusc-de-east-1b", 1, "eusc-de-east-1"),
        ("zone1", 0, None),
        ("zone16", 15, None),
    ],
)
def test_zones_are_told_apart_by_letter_or_number(zone: str, slot: int, region: str | None):
    assert (slot_of(zone), zone_region(zone)) == (slot, region)


@pytest.mark.parametrize("zone", ["", "a", "eu-west-1", "zone0", "zone", "Zone1", "us-west-2-lax-1a", "euw1-az1"])
def test_what_is_no_zone_is_refused(zone: str):
    with pytest.raises(ValueError, match="is neither the name of a zone"):
        slot_of(zone)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"cidr_block": "10.20.0.1/16"}, "cidr_block: '10.20.0.1/16' is not a canonical IPv4 CIDR"),
        ({"cidr_block": "10.20.0.0/255.255.0.0"}, "cidr_block: .* write 10.20.0.0/16"),
        ({"cidr_block": "ten"}, "cidr_block: 'ten' is not a canonical"),
        ({"cidr_block": "10.0.0.0/8"}, "cidr_block: 10.0.0.0/8 is not between /16 and /28"),
        ({"slots": 5}, "slots: 5 is not 4 or 8"),
        ({"prefixes": {"public": 29}}, "public subnets: /29 is smaller than /28"),
        ({"prefixes": {"public": 21}}, "public subnets: /21 is larger than their place of /22 in 10.20.0.0/16"),
        ({"prefixes": {"edge": 24}}, "prefixes: 'edge' is not one of private, public, intra"),
        ({"pod_cidr": "100.64.0.0/12"}, "pod_cidr: 100.64.0.0/12 is not between /16 and /28"),
        ({"pod_cidr": "10.20.128.0/18"}, "pod_cidr: 10.20.128.0/18 overlaps the VPC's own 10.20.0.0/16"),
        ({"pod_cidr": "172.16.0.0/16"}, "pod_cidr: 172.16.0.0/16 cannot be added to a VPC of 10.20.0.0/16"),
        ({"pod_cidr": "100.64.0.0/26"}, "take /25 or larger"),
    ],
)
def test_a_plan_that_aws_would_refuse_is_refused_first(fields: dict[str, Any], message: str):
    given_fields: dict[str, Any] = {"cidr_block": "10.20.0.0/16", **fields}
    with pytest.raises(ValueError, match=message):
        AddressPlan(**given_fields)


def test_a_second_range_of_the_same_private_space_is_allowed():
    assert AddressPlan(cidr_block="10.20.0.0/16", pod_cidr="10.21.0.0/16").pod_subnet("zone1") == "10.21.0.0/19"


def test_a_zone_beyond_the_slots_is_refused():
    with pytest.raises(ValueError, match="zones: 'us-east-1e' needs slot 5 of a plan with 4"):
        AddressPlan(cidr_block="10.20.0.0/16", slots=4).subnet("us-east-1e", "private")


def test_a_vpc_too_small_for_a_tier_is_refused():
    plan = AddressPlan(cidr_block="10.20.0.0/22")
    with pytest.raises(ValueError, match=r"intra subnets: /29 is smaller than /28, .* larger VPC than 10\.20\.0\.0/22"):
        plan.subnet("eu-west-1a", "intra")


def test_pod_subnets_need_a_secondary_cidr():
    with pytest.raises(ValueError, match="pod_cidr: not set"):
        AddressPlan(cidr_block="10.20.0.0/16").pod_subnet("eu-west-1a")


def test_ipv6_subnets_have_fixed_places():
    block = "2a05:d018:1:2300::/56"
    assert [ipv6_subnet(block, "eu-west-1b", tier) for tier in SUBNET_TIERS] == [
        "2a05:d018:1:2310::/64",
        "2a05:d018:1:2311::/64",
        "2a05:d018:1:2312::/64",
        "2a05:d018:1:2313::/64",
    ], "a changed plan replaces every IPv6 subnet"


@pytest.mark.parametrize(
    ("block", "zone", "message"),
    [
        ("2a05:d018:1:2300::/60", "zone1", "is not a /56"),
        ("2a05:d018:1:2300::/56", "zone17", "beyond the 16 slots"),
    ],
)
def test_an_impossible_ipv6_subnet_is_refused(block: str, zone: str, message: str):
    with pytest.raises(ValueError, match=message):
        ipv6_subnet(block, zone, "private")


@given(plans(), zone_sets())
def test_every_subnet_lies_in_its_vpc_and_meets_no_other(plan: AddressPlan, zones: list[str]):
    planned = subnets(plan, zones)
    vpc = ipaddress.IPv4Network(plan.cidr_block)
    pods = ipaddress.IPv4Network(plan.pod_cidr or "0.0.0.0/0")
    networks = {key: ipaddress.IPv4Network(cidr) for key, cidr in planned.items()}
    assert all(network.subnet_of(pods if key[1] == "pod" else vpc) for key, network in networks.items())
    assert not [pair for pair in combinations(networks.values(), 2) if pair[0].overlaps(pair[1])]


@given(plans(), zone_sets(), st.sampled_from("abcd"))
def test_adding_a_zone_moves_no_subnet(plan: AddressPlan, zones: list[str], letter: str):
    before, after = subnets(plan, zones), subnets(plan, [f"eu-west-1{letter}", *zones])
    assert {key: after[key] for key in before} == before, "a moved subnet is replaced with all nodes in it"


@given(plans(), zone_sets(), st.sampled_from(TIERS))
def test_adding_a_tier_moves_no_subnet(plan: AddressPlan, zones: list[str], tier: Tier):
    less: tuple[Tier, ...] = tuple(other for other in TIERS if other != tier)
    before, after = subnets(plan, zones, less), subnets(plan, zones)
    assert {key: after[key] for key in before} == before, "a moved subnet is replaced with all nodes in it"


@given(plans(), zone_sets())
def test_the_order_of_zones_and_tiers_is_without_meaning(plan: AddressPlan, zones: list[str]):
    assert subnets(plan, zones) == subnets(plan, zones[::-1], TIERS[::-1])


@given(plans(), zone_sets(), st.sampled_from(TIERS), st.data())
def test_a_smaller_tier_moves_no_other_and_stays_in_its_place(
    plan: AddressPlan, zones: list[str], tier: Tier, data: st.DataObject
):
    before = subnets(plan, zones)
    place = ipaddress.IPv4Network(before[zones[0], tier])
    prefix = data.draw(st.integers(min_value=place.prefixlen, max_value=28))
    smaller = AddressPlan(cidr_block=plan.cidr_block, slots=plan.slots, pod_cidr=plan.pod_cidr, prefixes={tier: prefix})
    after = subnets(smaller, zones)
    assert {key for key in before if before[key] != after[key]} <= {(zone, tier) for zone in zones}
    assert ipaddress.IPv4Network(after[zones[0], tier]).network_address == place.network_address


@given(st.integers(min_value=0, max_value=2**40 - 1))
def test_ipv6_subnets_lie_in_their_vpc_and_meet_no_other(block: int):
    vpc = ipaddress.IPv6Network(((0x2A05 << 112) + (block << 72), 56))
    planned = {ipv6_subnet(str(vpc), f"zone{n}", tier) for n in range(1, 17) for tier in SUBNET_TIERS}
    assert len(planned) == 64, "two subnets would claim the same /64"
    assert all(ipaddress.IPv6Network(cidr).subnet_of(vpc) for cidr in planned)
