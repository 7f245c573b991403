"""Each of the project's stacks lives its whole life on the real engine, in the order that AWS and Kubernetes want."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from rehearsal.graph import Graph, Resource
from rehearsal.simulator.world import Event
from rehearsal.state_graph import read_state
from tests.engine.conftest import ProjectFolder
from tests.engine.test_cycle import results
from tests.support.order import Choice, first_of, pairs_in_order, too_early, too_soon_gone

UPDATE = "eks-platform:nodeGroups.system.max=7"
# A protected cluster cannot be destroyed.
UNPROTECTED = ("--unlock", "eks-platform:cluster.deletionProtection=false")
STACKS = {"dev": (), "staging": UNPROTECTED, "prod": UNPROTECTED}
SECRET = "correct-horse-battery-staple"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
BEFORE_COMPUTE = {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}


def of(*types: str) -> Choice:
    return lambda resource: resource.type in types


def addon(resource: Resource) -> str:
    return str(resource.inputs.get("addonName", ""))


def before_compute(resource: Resource) -> bool:
    return addon(resource) in BEFORE_COMPUTE


def after_compute(resource: Resource) -> bool:
    return addon(resource) in {"coredns", "metrics-server", "snapshot-controller", "aws-ebs-csi-driver"}


def in_kubernetes(resource: Resource) -> bool:
    return resource.type.startswith("kubernetes:")


def default_route_of_nodes(resource: Resource) -> bool:
    return resource.type == "aws:ec2/route:Route" and "private" in resource.name


CLUSTER = of("aws:eks/cluster:Cluster")
ACCESS = of("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
NODE_GROUPS = of("aws:eks/nodeGroup:NodeGroup")
COMPUTE = of("aws:eks/nodeGroup:NodeGroup", "aws:eks/fargateProfile:FargateProfile")
RELEASES = of("kubernetes:helm.sh/v3:Release")


def deployer(resource: Resource) -> bool:
    return ACCESS(resource) and "deployer" in resource.name


def installs(name: str) -> Choice:
    return lambda resource: addon(resource) == name


def provisioned_by(driver: str) -> Choice:
    return lambda resource: resource.inputs.get("provisioner") == driver


def log_group_of_the_cluster(resource: Resource) -> bool:
    return resource.type == "aws:cloudwatch/logGroup:LogGroup" and resource.name.startswith("cluster")


# What must be finished before what, and what goes wrong otherwise. Deletion goes the other way round.
ORDERS: dict[str, tuple[Choice, Choice, str]] = {
    "log group before cluster": (log_group_of_the_cluster, CLUSTER, "EKS makes its own log group, kept for ever"),
    "key before cluster": (of("aws:kms/key:Key"), CLUSTER, "secrets cannot be encrypted, or not be read while it goes"),
    "cluster before access": (CLUSTER, ACCESS, "there is nothing to have access to"),
    "access before Kubernetes objects": (deployer, in_kubernetes, "the API server refuses the deployer"),
    "network add-ons before compute": (before_compute, COMPUTE, "nodes never become ready"),
    "routes before compute": (default_route_of_nodes, COMPUTE, "nodes do not reach the cluster, or cannot drain"),
    "cluster before node groups": (CLUSTER, NODE_GROUPS, "EKS refuses to delete a cluster that has node groups"),
    "node groups before add-ons with pods": (
        NODE_GROUPS,
        after_compute,
        "the add-on is DEGRADED and its creation fails",
    ),
    "node groups before releases": (NODE_GROUPS, RELEASES, "pods of controllers have nowhere to run"),
    "EBS driver before its classes": (
        installs("aws-ebs-csi-driver"),
        provisioned_by("ebs.csi.aws.com"),
        "volumes stay behind when the driver goes first",
    ),
    "EFS driver before its classes": (
        installs("aws-efs-csi-driver"),
        provisioned_by("efs.csi.aws.com"),
        "volumes stay behind when the driver goes first",
    ),
}


@dataclass(frozen=True)
class Life:
    """What happened in the life of one stack."""

    code: int
    said: str
    project: ProjectFolder
    graph: Graph
    made: dict[str, Event]
    gone: dict[str, Event]


@pytest.fixture(scope="module", params=STACKS)
def life(request: pytest.FixtureRequest, platform: ProjectFolder) -> Life:
    """The whole cycle of a stack."""
    stack = str(request.param)
    code = platform.rehearse("cycle", "--update", UPDATE, *STACKS[stack], stack=stack)
    kept = (platform.session(stack) / "state" / ".pulumi" / "history").rglob("*.checkpoint.json")
    graph = max((read_state(file) for file in kept), key=lambda found: len(found.resources))
    events = platform.world(stack).events
    return Life(code, platform.said[-1], platform, graph, first_of(events, "create"), first_of(events, "delete"))


def test_a_stack_lives_without_a_fault_and_leaves_nothing(life: Life) -> None:
    assert life.code == 0, life.said[-6000:]
    found = results(life.said)
    assert [row for row in found if row[1] != "ok"] == [], "a step is left out or fails"
    assert [step for step, _result in found].count("preview: no change") >= 3, "what is up must stay as it is"
    assert list(life.project.world(life.graph.stack)) == [], "what is left goes on costing money"


def test_everything_that_was_made_is_deleted_once(life: Life) -> None:
    events = life.project.world(life.graph.stack).events
    counts = {(event.action, event.urn): 0 for event in events}
    for event in events:
        counts[event.action, event.urn] += 1
    twice = [key for key, count in counts.items() if count > 1 and key[0] in ("create", "delete")]
    assert twice == [], "what is made twice is paid twice"
    # Custom resource definitions go with their cluster: to delete them deletes what people have made of them.
    kept = {urn for urn in life.made if life.graph.resources[urn].retain_on_delete}
    assert {life.graph.resources[urn].type for urn in kept} == {DEFINITION}, "nothing else may be left behind"
    assert set(life.made) - kept == set(life.gone), "what was made and never deleted is left in the account"
    assert [event for event in events if event.action == "refuse"] == [], "a life without a fault has no refusals"
    assert len(life.made) > 100, "a platform of fewer resources is not the platform"


def test_everything_is_created_after_what_it_depends_on(life: Life) -> None:
    assert too_early(life.graph, life.made) == [], "an update that begins too early fails now and then"


def test_everything_is_deleted_before_what_it_depends_on(life: Life) -> None:
    assert too_soon_gone(life.graph, life.gone) == [], "AWS refuses to delete what is in use"


@pytest.mark.parametrize("order", ORDERS)
def test_creation_follows_the_order_of_the_platform(life: Life, order: str) -> None:
    earlier, later, outage = ORDERS[order]
    pairs, wrong = pairs_in_order(life.graph, life.made, earlier, later)
    assert pairs > 0, f"nothing in this stack shows: {order}"
    assert wrong == [], outage


@pytest.mark.parametrize("order", ORDERS)
def test_deletion_follows_the_order_of_the_platform(life: Life, order: str) -> None:
    first, second, outage = ORDERS[order]
    pairs, wrong = pairs_in_order(life.graph, life.gone, second, first)
    assert pairs > 0, f"nothing in this stack shows: {order}"
    assert wrong == [], outage


def test_a_secret_of_the_config_is_nowhere_in_what_the_engine_keeps(
    small_project: Callable[..., ProjectFolder],
) -> None:
    project = small_project(
        """
        password = pulumi.Config("small").require_secret("password")
        group = aws.cloudwatch.LogGroup("logs", tags={"password": password}, opts=options)
        pulumi.export("password", password)
        """
    )
    script = 'pulumi config set --secret small:password "$0" && pulumi up --yes && pulumi refresh --yes'
    assert project.rehearse("run", "--", "sh", "-c", script, SECRET) == 0, project.said[-1]
    files = [file for file in (project.session() / "state").rglob("*") if file.is_file()]
    assert "logs" in project.state(), "the state must hold what is looked through"
    assert [file for file in files if SECRET.encode() in file.read_bytes()] == [], "whoever reads a file has the secret"
    assert [record.get("tags.password") for record in project.world()] == [SECRET], "AWS itself gets the value"
