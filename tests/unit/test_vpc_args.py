from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.vpc import Vpc
from components.vpc_zones import pick_zone
from tests.support.fixtures import component_options
from tests.support.recording import record
from tests.support.vpc import COMPONENT, SUBNET, recorded, vpc_args


def test_with_a_count_aws_chooses_the_zones_once():
    graph = recorded(zones=2)
    subnet = graph.named("network-private-zone2", SUBNET)
    assert (subnet.inputs["availabilityZone"], subnet.inputs["cidrBlock"]) == ("eu-west-1b", "10.20.32.0/20")
    assert subnet.ignore_changes == ("availabilityZone",), "a new zone of AWS must not replace every subnet"
    assert graph.of_type(COMPONENT)[0].outputs["zones"] == {"zone1": "eu-west-1a", "zone2": "eu-west-1b"}


def test_named_zones_are_followed():
    assert recorded().named("network-private-eu-west-1a", SUBNET).ignore_changes == ()


def test_aws_is_asked_for_zones_that_have_eks():
    assert [invoke.args for invoke in recorded(zones=2).invokes] == [
        {
            "state": "available",
            "filters": [{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
            "excludeZoneIds": ["cac1-az3", "use1-az3", "usw1-az2"],
        }
    ], "EKS refuses a cluster with a subnet in one of these zones"


def test_zones_may_be_named_by_other_resources():
    def program() -> None:
        zones = {"zone1": pulumi.Output.from_input("eu-west-1c"), "zone2": pulumi.Output.from_input("eu-west-1a")}
        Vpc("network", vpc_args(zones=zones), component_options())

    assert record(program).named("network-intra-zone1", SUBNET).inputs["availabilityZone"] == "eu-west-1c"


def test_too_few_zones_in_a_region_are_refused():
    with pytest.raises(ValueError, match=r"zones: 3 are wanted, and AWS offers 2 with EKS here \(usw1-a, usw1-c\)"):
        pick_zone(["usw1-c", "usw1-a"], index=0, count=3)


def test_a_region_with_too_few_zones_stops_the_preview():
    with pytest.raises(pulumi.RunError, match="zones: 4 are wanted, and AWS offers 3 with EKS here"):
        recorded(zones=4, known=False)


def test_zones_are_picked_by_name():
    assert [pick_zone(["c", "a", "b"], index=i, count=2) for i in (0, 1)] == ["a", "b"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"cluster_name": ""}, "cluster_name: must not be empty"),
        ({"cidr_block": "10.20.0.1/16"}, "cidr_block: '10.20.0.1/16' is not a canonical"),
        ({"cidr_block": "10.20.0.0/24"}, "public subnets: /30 is smaller than /28"),
        ({"zones": 1}, "zones: a cluster needs at least 2 zones, not 1"),
        ({"zones": ["eu-west-1a"]}, "zones: a cluster needs at least 2 zones, not 1"),
        ({"zones": "eu-west-1a"}, "zones: 'eu-west-1a' is one text"),
        ({"zones": ["eu-west-1a", "eu-west-1a"]}, "zones: 'eu-west-1a' is given twice"),
        ({"zones": ["eu-west-1a", "zone1"]}, "zones: 'eu-west-1a' and 'zone1' have the same place"),
        ({"zones": ["eu-west-1a", "eu-west-2b"]}, "zones: 'eu-west-2b' is not in the region eu-west-1"),
        ({"zones": ["eu-west-1a", "b"]}, "zones: 'b' is neither"),
        (
            {"zones": {"eu-west-1a": "eu-west-1b", "eu-west-1b": "eu-west-1a"}},
            "'eu-west-1a' is the name of a zone, and",
        ),
        ({"zones": 5, "slots": 4}, "zones: 'zone5' needs slot 5 of a plan with 4"),
        ({"nat": "perAz"}, "nat: 'perAz' is not one of none, single, perZone, regional"),
        ({"nat": "single", "public_subnets": False}, "public_subnets: the NAT gateways of 'single' stand in public"),
        ({"nat": "perZone", "public_subnets": False}, "public_subnets: the NAT gateways of 'perZone' stand in public"),
        ({"nat": "perZone", "nat_zone": "eu-west-1a"}, 'nat_zone: is for nat "single", not'),
        ({"nat": "single", "nat_zone": "eu-west-1c"}, "nat_zone: 'eu-west-1c' is not one of eu-west-1a, eu-west-1b"),
        ({"endpoints": ["s3"]}, 'endpoints: "s3" is always there'),
        ({"pod_cidr": "10.20.0.0/16"}, "pod_cidr: 10.20.0.0/16 overlaps"),
        ({"subnet_prefixes": {"public": 30}}, "public subnets: /30 is smaller than /28"),
    ],
)
def test_a_network_that_aws_would_refuse_is_refused_first(fields: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        vpc_args(**fields)
