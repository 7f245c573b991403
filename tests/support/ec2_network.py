"""A simulated account with a small network in it, for tests of what AWS refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.context import Place
from rehearsal.simulator.rules import ec2_lookup as ec2
from rehearsal.simulator.world import Record, World

REGION = "eu-west-1"
MISSING = "0123456789abcdef0"


def urn_of(type_: str, name: str) -> str:
    """Return the URN of a resource in the tests' stack."""
    return f"urn:pulumi:test::shop::{type_}::{name}"


@dataclass
class Account:
    """One account of AWS as a program fills it.

    Args:
        cloud: The simulated cloud.
        place: Region and account.
    """

    cloud: Cloud = field(default_factory=lambda: Cloud(World()))
    place: Place = field(default_factory=lambda: Place(region=REGION))

    @property
    def world(self) -> World:
        """Everything that exists."""
        return self.cloud.world

    def make(self, type_: str, name: str, /, **inputs: Any) -> Record:
        """Create a resource and return its record."""
        id_, _outputs = self.cloud.create(type_, urn_of(type_, name), inputs, self.place, preview=False)
        record = self.world.get(type_, id_)
        assert record is not None, f"{type_} {name} was created and must be there"
        return record

    def place_record(self, type_: str, id_: str, /, **inputs: Any) -> Record:
        """Put something into the world that no rule judges, as services and controllers make it."""
        record = Record(
            type=type_, id=id_, inputs=inputs, outputs=inputs, region=self.place.region, account=self.place.account
        )
        self.world.put(record)
        return record

    def change(self, record: Record, /, **inputs: Any) -> None:
        """Change inputs of a resource in place."""
        self.cloud.update(record.type, record.id, record.urn, {**record.inputs, **inputs}, self.place, preview=False)

    def delete(self, record: Record) -> None:
        """Delete a resource."""
        self.cloud.delete(record.type, record.id, record.urn)

    def vpc(self, name: str = "vpc", /, **inputs: Any) -> Record:
        """Create a VPC with DNS names on, 10.0.0.0/16 if not said otherwise."""
        given = {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True, "enableDnsSupport": True, **inputs}
        return self.make(ec2.VPC, name, **given)

    def subnet(self, vpc: Record, name: str = "subnet", /, **inputs: Any) -> Record:
        """Create a subnet in zone a, 10.0.0.0/24 if not said otherwise."""
        given = {"cidrBlock": "10.0.0.0/24", "availabilityZone": f"{REGION}a", **inputs}
        return self.make(ec2.SUBNET, name, vpcId=vpc.id, **given)

    def internet(self, vpc: Record, name: str = "internet") -> Record:
        """Create an internet gateway that is attached to a VPC."""
        return self.make(ec2.INTERNET_GATEWAY, name, vpcId=vpc.id)

    def nat(self, subnet: Record, name: str = "nat") -> Record:
        """Create a NAT gateway with an address of its own."""
        address = self.make(ec2.ADDRESS, f"{name}-address", domain="vpc")
        return self.make(ec2.NAT_GATEWAY, name, subnetId=subnet.id, allocationId=address.id)

    def group(self, vpc: Record, name: str = "group") -> Record:
        """Create a security group."""
        return self.make(ec2.SECURITY_GROUP, name, vpcId=vpc.id, name=name, description="test")

    def table(self, vpc: Record, name: str = "table") -> Record:
        """Create a route table."""
        return self.make(ec2.ROUTE_TABLE, name, vpcId=vpc.id)
