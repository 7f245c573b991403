"""The graph of the engine's state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.errors import RehearsalError
from rehearsal.state_graph import read_state, state_graph

STACK = "urn:pulumi:dev::small::pulumi:pulumi:Stack::small-dev"
PROVIDER = "urn:pulumi:dev::small::pulumi:providers:aws::aws"
VPC = "urn:pulumi:dev::small::aws:ec2/vpc:Vpc::net"
SUBNET = "urn:pulumi:dev::small::aws:ec2/subnet:Subnet::sub"
RESOURCES: list[dict[str, Any]] = [
    {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False, "outputs": {"vpcId": "vpc-1"}},
    {"urn": PROVIDER, "type": "pulumi:providers:aws", "custom": True, "id": "p1", "parent": STACK},
    {
        "urn": VPC,
        "type": "aws:ec2/vpc:Vpc",
        "custom": True,
        "id": "vpc-1",
        "parent": STACK,
        "inputs": {"cidrBlock": "10.0.0.0/16"},
        "outputs": {"cidrBlock": "10.0.0.0/16", "id": "vpc-1"},
        "provider": f"{PROVIDER}::p1",
        "protect": True,
    },
    {"urn": VPC, "type": "aws:ec2/vpc:Vpc", "custom": True, "id": "vpc-0", "delete": True},
    {
        "urn": SUBNET,
        "type": "aws:ec2/subnet:Subnet",
        "custom": True,
        "id": "subnet-1",
        "parent": STACK,
        "inputs": {"vpcId": "vpc-1"},
        "dependencies": [VPC],
        "propertyDependencies": {"vpcId": [VPC], "tags": None},
        "provider": f"{PROVIDER}::p1",
        "retainOnDelete": True,
    },
]


@pytest.mark.parametrize(
    "document",
    [
        {"version": 3, "deployment": {"resources": RESOURCES}},
        {"version": 3, "checkpoint": {"stack": "dev", "latest": {"resources": RESOURCES}}},
    ],
)
def test_exports_and_state_files_give_the_same_graph(document: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(json.dumps(document))
    graph = read_state(file)
    assert (graph.project, graph.stack, graph.outputs) == ("small", "dev", {"vpcId": "vpc-1"})
    assert list(graph.resources) == [STACK, PROVIDER, VPC, SUBNET], "what is only still to be deleted counts as there"
    vpc, subnet = graph.resources[VPC], graph.resources[SUBNET]
    assert (vpc.id, vpc.name, vpc.provider, vpc.protect) == ("vpc-1", "net", PROVIDER, True)
    assert subnet.property_dependencies == {"vpcId": frozenset({VPC}), "tags": frozenset()}
    assert subnet.edges == {VPC, STACK, PROVIDER}, "the order of deletion is read wrongly"
    assert subnet.retain_on_delete is True


def test_the_state_of_a_stack_without_resources_is_an_empty_graph() -> None:
    assert len(state_graph({"checkpoint": {"latest": {"resources": None}}}).resources) == 0


def test_what_is_no_state_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    for text, words in (
        ("{}", "neither checkpoint.latest nor deployment"),
        ("[]", "not a state"),
        ("x", "can be read"),
    ):
        file.write_text(text)
        with pytest.raises(RehearsalError, match=words):
            read_state(file)
    with pytest.raises(RehearsalError, match="no state can be read"):
        read_state(tmp_path / "missing.json")
