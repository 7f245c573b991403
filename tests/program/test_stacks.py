"""What each stack of the repository asks for."""

from __future__ import annotations

import collections
import json
import os
from pathlib import Path

import pytest

from rehearsal.graph import Graph, Resource
from tests.program.stacks import STACKS, previewed

GOLDEN = Path(__file__).parent / "golden"
SEVEN = (
    "Vpc",
    "Cluster",
    "NodeGroup",
    "FargateProfile",
    "LoadBalancerController",
    "CsiDrivers",
    "ClusterAutoscaler",
)
CLUSTER = "aws:eks/cluster:Cluster"
ADDON = "aws:eks/addon:Addon"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
FARGATE_PROFILE = "aws:eks/fargateProfile:FargateProfile"
RELEASE = "kubernetes:helm.sh/v3:Release"


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    """Return each stack in turn."""
    return request.param


@pytest.fixture
def graph(stack: str) -> Graph:
    """Return what the stack asks for, outputs known."""
    return previewed(stack).graph


def _golden(name: str, text: str) -> str:
    """Return the golden text; with UPDATE_GOLDEN=1 in the environment it is written anew."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return path.read_text()


def _before(graph: Graph, earlier: Resource, later: list[Resource]) -> list[str]:
    """Return the URNs that could be made before, or deleted after, what they need."""
    return [resource.urn for resource in later if not graph.depends_on(resource, earlier)]


def test_the_three_environments_exist() -> None:
    assert {"dev", "staging", "prod"} <= set(STACKS)


def test_all_seven_components_are_there(graph: Graph) -> None:
    missing = [name for name in SEVEN if not graph.of_type(f"eks-platform:index:{name}")]
    assert missing == [], "the stack shows less than the platform has"


def test_both_preview_modes_ask_for_the_same_resources(stack: str) -> None:
    both = previewed(stack)
    assert set(both.graph.resources) == set(both.first_graph.resources)


def test_urns_are_the_recorded_ones(stack: str, graph: Graph) -> None:
    urns = "".join(f"{urn}\n" for urn in sorted(graph.resources))
    assert urns == _golden(f"urns-{stack}.txt", urns), (
        "a changed URN is a replacement in every stack that exists: keep the name, or add an alias and say so in "
        "CHANGELOG.md; then set UPDATE_GOLDEN=1"
    )


def test_counts_are_the_recorded_ones(stack: str, graph: Graph) -> None:
    counts = collections.Counter(resource.type for resource in graph.resources.values())
    text = json.dumps(dict(sorted(counts.items())), indent=2) + "\n"
    assert text == _golden(f"counts-{stack}.json", text), "the stack makes more or less than it did"


def test_no_resource_uses_a_default_provider(graph: Graph) -> None:
    strays = [resource.urn for resource in graph.resources.values() if "::default" in resource.provider]
    assert strays == [], "it would land wherever the credentials at hand point to"


def test_log_group_key_and_role_exist_before_the_cluster(graph: Graph) -> None:
    (cluster,) = graph.of_type(CLUSTER)
    for name in ("cluster-logs", "cluster-key", "cluster-role", "cluster-role-AmazonEKSClusterPolicy"):
        assert graph.depends_on(cluster, graph.named(name)), (
            f"{name} is made too late: EKS would create its log group without retention, or fail"
        )


def test_networking_addons_exist_before_nodes(graph: Graph) -> None:
    early = [a for a in graph.of_type(ADDON) if a.inputs["addonName"] in ("vpc-cni", "kube-proxy")]
    assert len(early) == 2
    for addon in early:
        assert _before(graph, addon, graph.of_type(NODE_GROUP)) == [], "nodes without a CNI never become ready"


def test_private_routes_exist_before_nodes_and_profiles(graph: Graph) -> None:
    workers = graph.of_type(NODE_GROUP) + graph.of_type(FARGATE_PROFILE)
    routes = [r for r in graph.of_type("aws:ec2/route:Route") if "private" in r.name]
    assert routes, "private subnets have no route"
    for worker in workers:
        reached = [route for route in routes if graph.depends_on(worker, route)]
        assert reached, f"{worker.name} could start before it reaches the registry and the API server"


def test_nat_gateways_have_their_way_out_before_anything_uses_them(graph: Graph) -> None:
    route = graph.named("network-public-default")
    gateways = graph.of_type("aws:ec2/natGateway:NatGateway")
    assert gateways
    assert _before(graph, route, gateways) == [], "a gateway without a route swallows what nodes send while they join"
    for gateway in gateways:
        zone = gateway.name.removeprefix("network-nat-")
        assert graph.depends_on(gateway, graph.named(f"network-public-{zone}-association"))


def test_what_exists_once_goes_before_its_replacement_comes(graph: Graph) -> None:
    once = graph.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation") + graph.of_type(ADDON)
    assert once
    assert [r.urn for r in once if r.delete_before_replace is not True] == [], (
        "made first, the new one is refused, or goes with the old one that has the same identity"
    )


def test_node_role_policies_outlive_the_nodes(graph: Graph) -> None:
    for group in graph.of_type(NODE_GROUP):
        component = graph.resources[group.parent]
        attachments = [r for r in graph.descendants(component) if r.type.endswith(":RolePolicyAttachment")]
        assert len(attachments) >= 2
        for attachment in attachments:
            assert graph.depends_on(group, attachment), "EKS cannot clean up nodes whose role lost its rights"


def test_what_needs_nodes_waits_for_all_of_them(graph: Graph) -> None:
    late = graph.of_type(RELEASE) + [
        a for a in graph.of_type(ADDON) if a.inputs["addonName"] in ("coredns", "aws-ebs-csi-driver")
    ]
    assert len(late) == 4
    for group in graph.of_type(NODE_GROUP):
        assert _before(graph, group, late) == [], "pods would wait for nodes until the release times out"


def test_roles_of_controllers_do_not_wait_for_nodes(graph: Graph) -> None:
    groups = graph.of_type(NODE_GROUP)
    slow = [
        role.urn for role in graph.of_type("aws:iam/role:Role") for group in groups if graph.depends_on(role, group)
    ]
    assert slow == [], "an edge that is not needed costs minutes of every update"


def test_node_groups_do_not_wait_for_each_other(graph: Graph) -> None:
    groups = graph.of_type(NODE_GROUP)
    chained = [(a.name, b.name) for a in groups for b in groups if a is not b and graph.depends_on(a, b)]
    assert chained == [], "node groups can be made side by side"


def test_fargate_profiles_go_one_after_the_other(graph: Graph) -> None:
    profiles = graph.of_type(FARGATE_PROFILE)
    unordered = [
        (a.name, b.name)
        for index, a in enumerate(profiles)
        for b in profiles[index + 1 :]
        if not (graph.depends_on(a, b) or graph.depends_on(b, a))
    ]
    assert unordered == [], "EKS refuses a second profile while one is being made"


def test_kubernetes_objects_wait_for_the_access_of_the_deployer(graph: Graph) -> None:
    access = graph.named("cluster-access-deployer", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    objects = [r for r in graph.resources.values() if r.type.startswith("kubernetes:")]
    assert objects
    assert _before(graph, access, objects) == [], "the API server would refuse the deployer, on the way up and down"


def test_releases_start_with_their_identity(graph: Graph) -> None:
    releases = graph.of_type(RELEASE)
    assert len(releases) == 2
    for release in releases:
        component = graph.resources[release.parent]
        identity = [r for r in graph.descendants(component) if r.type.endswith(":PodIdentityAssociation")]
        assert len(identity) == 1
        assert graph.depends_on(release, identity[0]), "pods started before their association have no credentials"


def test_storage_classes_come_after_their_driver(graph: Graph) -> None:
    addons = {addon.inputs["addonName"]: addon for addon in graph.of_type(ADDON)}
    drivers = {"ebs.csi.aws.com": addons["aws-ebs-csi-driver"], "efs.csi.aws.com": addons["aws-efs-csi-driver"]}
    for storage in graph.of_type("kubernetes:storage.k8s.io/v1:StorageClass"):
        assert graph.depends_on(storage, drivers[storage.inputs["provisioner"]]), (
            "a volume could be claimed that nobody makes, or left behind when the driver goes first"
        )


def test_everything_in_the_cluster_goes_before_the_cluster(graph: Graph) -> None:
    (cluster,) = graph.of_type(CLUSTER)
    inside = [
        r
        for r in graph.resources.values()
        if r.custom and (r.type.startswith(("kubernetes:", "aws:eks/")) and r.urn != cluster.urn)
    ]
    assert _before(graph, cluster, inside) == [], "EKS refuses to delete a cluster that still has node groups"


def test_the_graph_has_no_cycle(graph: Graph) -> None:
    cyclic = [r.urn for r in graph.resources.values() if r.urn in graph.ancestors(r)]
    assert cyclic == []


def test_no_mandatory_policy_is_violated(stack: str) -> None:
    violations = [
        (finding.policy, finding.urn)
        for pack in previewed(stack).packs
        for finding in pack.findings
        if finding.level == "mandatory"
    ]
    assert violations == [], "the pack would stop `pulumi up`"
