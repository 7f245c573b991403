"""The platform's stacks live and die in the simulated cloud: what the program asks for, no rule refuses."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rehearsal.graph import Graph, Resource
from rehearsal.inprocess import run_project
from rehearsal.order import topological
from rehearsal.project import read_project, read_stack
from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.context import DEFAULT_REGION, place_of
from rehearsal.simulator.world import World
from rehearsal.wire import reveal

ROOT = Path(__file__).parents[3]
STACKS = ("dev", "staging", "prod")
CLUSTER = "aws:eks/cluster:Cluster"


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    """What the program of a stack asks for, outputs known."""
    project = read_project(ROOT)
    stack = read_stack(project, request.param)
    run = run_project(
        project.directory,
        main=project.main,
        project=project.name,
        stack=stack.name,
        config=stack.values,
        secret_keys=stack.secret_keys,
    )
    assert run.error is None, f"stack {request.param} must run before its life can be judged: {run.error}"
    return run.graph


def aws_resources(graph: Graph) -> list[Resource]:
    """Return the resources that live in AWS, each after what it waits for."""
    return [resource for resource in topological(graph) if resource.type.startswith("aws:")]


def shuffled(graph: Graph, seed: int) -> list[Resource]:
    """Return the same in another order that the dependencies allow, as the engine's parallelism may have it."""
    chance = random.Random(seed)
    waiting = {resource.urn: graph.ancestors(resource) for resource in aws_resources(graph)}
    order: list[Resource] = []
    while waiting:
        free = [urn for urn, above in waiting.items() if not above & waiting.keys()]
        urn = chance.choice(free)
        del waiting[urn]
        order.append(graph.resources[urn])
    return order


def create(cloud: Cloud, graph: Graph, resource: Resource) -> str:
    """Create a resource as the engine would, and return its id."""
    provider = graph.resources.get(resource.provider)
    place = place_of(reveal(provider.inputs) if provider else {}, DEFAULT_REGION)
    inputs: Mapping[str, Any] = reveal(resource.inputs)
    return cloud.create(resource.type, resource.urn, inputs, place, preview=False)[0]


def unprotect(cloud: Cloud) -> None:
    """Switch the deletion protection of clusters off, which comes before every destroy."""
    for cluster in cloud.world.of_type(CLUSTER):
        unprotected = {**cluster.inputs, "deletionProtection": False}
        place = place_of({"region": cluster.region, "allowedAccountIds": [cluster.account]}, DEFAULT_REGION)
        cloud.update(CLUSTER, cluster.id, cluster.urn, unprotected, place, preview=False)


def test_every_resource_is_created_in_the_order_of_its_dependencies_and_gets_the_id_that_others_refer_to(
    graph: Graph,
) -> None:
    cloud = Cloud(World())
    made = {resource.urn: create(cloud, graph, resource) for resource in aws_resources(graph)}

    differing = {urn: (id_, graph.resources[urn].id) for urn, id_ in made.items() if id_ != graph.resources[urn].id}
    assert not differing, "references would lead nowhere, and the test would prove nothing"
    assert len(made) > 100, "a platform of fewer resources is not the platform"


def test_everything_can_be_destroyed_against_the_order_of_creation_and_nothing_is_left(graph: Graph) -> None:
    cloud = Cloud(World())
    resources = aws_resources(graph)
    for resource in resources:
        create(cloud, graph, resource)
    unprotect(cloud)

    for resource in reversed(resources):
        cloud.delete(resource.type, resource.id, resource.urn)

    left = [(record.type, record.id) for record in cloud.world]
    assert left == [], "a destroy that leaves something behind goes on costing money"


@pytest.mark.parametrize("seed", range(8))
def test_any_order_that_the_dependencies_allow_will_do_for_creation_and_destruction(graph: Graph, seed: int) -> None:
    cloud = Cloud(World())
    for resource in shuffled(graph, seed):
        create(cloud, graph, resource)
    unprotect(cloud)
    for resource in reversed(shuffled(graph, seed + 100)):
        cloud.delete(resource.type, resource.id, resource.urn)

    assert len(cloud.world) == 0, "a dependency that the program lacks shows as a failure now and then"


def test_destroying_the_network_before_the_cluster_is_refused(graph: Graph) -> None:
    cloud = Cloud(World())
    resources = aws_resources(graph)
    for resource in resources:
        create(cloud, graph, resource)
    nodes = {id_ for group in cloud.world.of_type("aws:eks/nodeGroup:NodeGroup") for id_ in group.get("subnetIds")}
    network = [*graph.of_type("aws:ec2/vpc:Vpc"), *graph.of_type("aws:ec2/internetGateway:InternetGateway")]
    network += [subnet for subnet in graph.of_type("aws:ec2/subnet:Subnet") if subnet.id in nodes]
    for resource in network:
        with pytest.raises(AwsError, match="api error DependencyViolation: "):
            cloud.delete(resource.type, resource.id, resource.urn)
    assert len(network) == 5, "a network that goes while nodes run in it takes the platform down"
