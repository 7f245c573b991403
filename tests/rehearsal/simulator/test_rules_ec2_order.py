"""Whatever the network: what was created can be deleted the other way round, and no two make the same thing at once."""

from __future__ import annotations

import itertools
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.clock import Clock
from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.rules import ec2_lookup as ec2
from rehearsal.simulator.world import Record, World
from tests.support.ec2_network import REGION, Account


def network(
    account: Account, zones: int, gateways: int, groups: int, *, second_range: bool, endpoints: list[str], ipv6: bool
) -> list[Record]:
    """Create a network and return its parts in the order of creation."""
    vpc = account.vpc(assignGeneratedIpv6CidrBlock=ipv6)
    parts = [vpc, account.internet(vpc)]
    if ipv6:
        parts.append(account.make(ec2.EGRESS_ONLY_GATEWAY, "out", vpcId=vpc.id))
    if second_range:
        parts.append(account.make(ec2.CIDR_ASSOCIATION, "pods", vpcId=vpc.id, cidrBlock="100.64.0.0/16"))
    subnets: list[Record] = []
    for number in range(zones):
        block = f"100.64.{number * 16}.0/20" if second_range and number % 2 else f"10.0.{number * 16}.0/20"
        zone = f"{REGION}{'abc'[number % 3]}"
        subnet = account.subnet(vpc, f"subnet-{number}", cidrBlock=block, availabilityZone=zone)
        table = account.table(vpc, f"table-{number}")
        inputs = {"routeTableId": table.id, "subnetId": subnet.id}
        association = account.make(ec2.ROUTE_TABLE_ASSOCIATION, f"association-{number}", **inputs)
        subnets.append(subnet)
        parts += [subnet, table, association]
        if number < gateways:
            address = account.make(ec2.ADDRESS, f"address-{number}", domain="vpc")
            inputs = {"subnetId": subnet.id, "allocationId": address.id}
            nat = account.make(ec2.NAT_GATEWAY, f"nat-{number}", **inputs)
            inputs = {"routeTableId": table.id, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": nat.id}
            parts += [address, nat, account.make(ec2.ROUTE, f"route-{number}", **inputs)]
    made = [account.group(vpc, f"group-{number}") for number in range(groups)]
    parts += made
    for one, other in itertools.product(made, repeat=2):
        inputs = {"securityGroupId": one.id, "referencedSecurityGroupId": other.id, "ipProtocol": "-1"}
        parts.append(account.make(ec2.INGRESS_RULE, f"{one.id}-{other.id}", **inputs))
    for name in endpoints:
        inputs = {
            "vpcId": vpc.id,
            "serviceName": f"com.amazonaws.{REGION}.{name}",
            "vpcEndpointType": "Interface",
            "subnetIds": [subnet.id for subnet in subnets[:3]],
            "securityGroupIds": [group.id for group in made],
            "privateDnsEnabled": True,
        }
        parts.append(account.make(ec2.ENDPOINT, name, **inputs))
    return parts


@given(
    zones=st.integers(0, 6),
    gateways=st.integers(0, 5),
    groups=st.integers(0, 3),
    second_range=st.booleans(),
    endpoints=st.lists(st.sampled_from(["sts", "ecr.api", "ecr.dkr", "logs"]), unique=True),
    ipv6=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_network_can_be_deleted_against_the_order_of_its_creation(
    zones: int, gateways: int, groups: int, second_range: bool, endpoints: list[str], ipv6: bool
) -> None:
    account = Account()
    parts = network(account, zones, gateways, groups, second_range=second_range, endpoints=endpoints, ipv6=ipv6)
    assert len(account.world) == len(parts), "every part is one record"
    for part in reversed(parts):
        account.delete(part)
    assert len(account.world) == 0, "a destroy that is refused leaves costs behind"


@given(zones=st.integers(1, 6), gateways=st.integers(0, 5), groups=st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_a_vpc_that_holds_anything_is_never_deleted_first(zones: int, gateways: int, groups: int) -> None:
    account = Account()
    vpc, *rest = network(account, zones, gateways, groups, second_range=False, endpoints=[], ipv6=False)
    with pytest.raises(AwsError, match=f"The vpc '{vpc.id}' has dependencies and cannot be deleted"):
        account.delete(vpc)
    assert len(account.world) == len(rest) + 1, "a refused deletion changes nothing"


def test_of_two_that_create_the_same_at_the_same_time_one_is_refused() -> None:
    account = Account(cloud=Cloud(World(clock=Clock(scale=0.02))))
    vpc = account.vpc()
    codes: list[str] = []

    def create(number: int) -> None:
        try:
            account.subnet(vpc, f"subnet-{number}", cidrBlock="10.0.0.0/24")
        except AwsError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert codes == ["InvalidSubnet.Conflict"] * 3, "the engine creates in parallel, and AWS takes the first only"
    assert len(account.world.of_type(ec2.SUBNET)) == 1
