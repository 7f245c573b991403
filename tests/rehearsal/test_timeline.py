"""Timelines: what AWS forces, what the program adds, and what each stack needs at most."""

from __future__ import annotations

import io
from typing import Any

import pytest

from rehearsal.edges import edges
from rehearsal.graph import Graph, Resource
from rehearsal.render.timeline import clock_text, render_timeline
from rehearsal.simulator.world import Event
from rehearsal.timeline import measured_timeline, timeline
from tests.program.stacks import STACKS, previewed

LIMIT = 1.1


def urn(name: str) -> str:
    return f"urn:pulumi:test::test::type::{name}"


def resource(type_: str, name: str, *, inputs: dict[str, Any] | None = None, **options: Any) -> Resource:
    """A resource whose id is its name with "-0123456789" behind."""
    properties: dict[str, list[str]] = options.pop("properties", {})
    return Resource(
        urn=urn(name),
        type=type_,
        name=name,
        id=f"{name}-0123456789",
        inputs=inputs or {},
        outputs={**(inputs or {}), "arn": f"arn:aws:test:::{name}"},
        dependencies=frozenset(urn(other) for other in options.pop("after", ())),
        property_dependencies={key: frozenset(map(urn, others)) for key, others in properties.items()},
        **options,
    )


def graph(*resources: Resource) -> Graph:
    return Graph(project="test", stack="test", resources=resources, outputs={})


def only_edge(later: Resource, earlier: Resource) -> tuple[bool, str]:
    (edge,) = edges(graph(earlier, later))
    return edge.forced, edge.reason


SUBNET = resource("aws:ec2/subnet:Subnet", "subnet")
ROUTE = resource("aws:ec2/route:Route", "route")
NAT = resource("aws:ec2/natGateway:NatGateway", "nat")


def test_an_id_in_an_input_forces_an_order() -> None:
    target = resource(
        "aws:efs/mountTarget:MountTarget",
        "target",
        inputs={"subnetId": "subnet-0123456789"},
        properties={"subnetId": ["subnet"]},
    )
    assert only_edge(target, SUBNET) == (True, "subnetId refers to it")


def test_an_arn_within_a_document_forces_an_order() -> None:
    policy = resource(
        "aws:iam/policy:Policy",
        "policy",
        inputs={"policy": '{"Resource":"arn:aws:test:::subnet"}'},
        properties={"policy": ["subnet"]},
    )
    assert only_edge(policy, SUBNET) == (True, "policy refers to it")


def test_a_value_that_only_waits_for_a_resource_forces_nothing() -> None:
    target = resource(
        "aws:efs/mountTarget:MountTarget",
        "target",
        inputs={"subnetId": "subnet-0123456789"},
        properties={"subnetId": ["route"]},
    )
    assert only_edge(target, ROUTE) == (False, "comes along with subnetId"), "minutes of every update go unnoticed"


def test_an_explicit_order_without_a_reason_forces_nothing() -> None:
    role = resource("aws:iam/role:Role", "role", after=["nat"])
    assert only_edge(role, NAT) == (False, "depends_on"), "minutes of every update go unnoticed"


def test_what_a_plugin_registers_is_forced_by_its_inputs_though_it_names_no_properties() -> None:
    cluster = resource(
        "aws:eks/cluster:Cluster",
        "cluster",
        inputs={"vpcConfig": {"subnetIds": ["subnet-0123456789"]}},
        after=["subnet"],
    )
    assert only_edge(cluster, SUBNET) == (True, "vpcConfig refers to it")


@pytest.mark.parametrize(
    ("later", "earlier", "forced"),
    [
        ("aws:eks/nodeGroup:NodeGroup", "aws:ec2/route:Route", True),
        ("aws:eks/nodeGroup:NodeGroup", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", True),
        ("aws:eks/fargateProfile:FargateProfile", "aws:eks/fargateProfile:FargateProfile", True),
        ("aws:eks/cluster:Cluster", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", True),
        ("aws:eks/cluster:Cluster", "aws:cloudwatch/logGroup:LogGroup", True),
        ("kubernetes:helm.sh/v3:Release", "aws:eks/podIdentityAssociation:PodIdentityAssociation", True),
        ("kubernetes:storage.k8s.io/v1:StorageClass", "aws:eks/addon:Addon", True),
        ("pulumi:providers:kubernetes", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", True),
        ("aws:ec2/natGateway:NatGateway", "aws:ec2/internetGateway:InternetGateway", True),
        ("aws:ec2/natGateway:NatGateway", "aws:ec2/natGateway:NatGateway", False),
        ("aws:eks/nodeGroup:NodeGroup", "aws:eks/nodeGroup:NodeGroup", False),
        ("aws:eks/cluster:Cluster", "aws:ec2/natGateway:NatGateway", False),
        ("aws:eks/cluster:Cluster", "aws:ec2/route:Route", False),
        ("aws:iam/role:Role", "aws:eks/nodeGroup:NodeGroup", False),
        ("aws:efs/mountTarget:MountTarget", "aws:ec2/vpcEndpoint:VpcEndpoint", False),
        ("kubernetes:storage.k8s.io/v1:StorageClass", "aws:eks/nodeGroup:NodeGroup", False),
    ],
)
def test_orders_that_no_reference_shows_are_forced_where_something_would_fail_without(
    later: str, earlier: str, forced: bool
) -> None:
    found, _reason = only_edge(resource(later, "later", after=["earlier"]), resource(earlier, "earlier"))
    assert found is forced, "the path that AWS forces is longer or shorter than it is in life"


@pytest.mark.parametrize(
    ("addon", "waits_for_nodes", "nodes_wait"),
    [
        ("vpc-cni", False, True),
        ("kube-proxy", False, True),
        ("eks-pod-identity-agent", False, True),
        ("eks-node-monitoring-agent", False, False),
        ("coredns", True, False),
        ("aws-ebs-csi-driver", True, False),
    ],
)
def test_add_ons_of_daemon_sets_come_before_nodes_and_the_others_after(
    addon: str, waits_for_nodes: bool, nodes_wait: bool
) -> None:
    def pair(first: bool) -> tuple[Resource, Resource]:
        nodes = resource("aws:eks/nodeGroup:NodeGroup", "nodes", after=[] if first else ["addon"])
        add_on = resource("aws:eks/addon:Addon", "addon", inputs={"addonName": addon}, after=["nodes"] if first else [])
        return (add_on, nodes) if first else (nodes, add_on)

    assert only_edge(*pair(True))[0] is waits_for_nodes, "an add-on without nodes stays DEGRADED"
    assert only_edge(*pair(False))[0] is nodes_wait, "nodes without network plugin never become ready"


@pytest.mark.parametrize(("later", "forced"), [("aws-ebs-csi-driver", True), ("aws-efs-csi-driver", False)])
def test_the_ebs_driver_alone_comes_after_the_snapshot_controller(later: str, forced: bool) -> None:
    controller = resource("aws:eks/addon:Addon", "controller", inputs={"addonName": "snapshot-controller"})
    driver = resource("aws:eks/addon:Addon", "driver", inputs={"addonName": later}, after=["controller"])
    assert only_edge(driver, controller)[0] is forced, "the driver starts without its snapshotter, or waits for nothing"


def test_what_waits_for_a_plugins_component_waits_for_all_that_it_registers() -> None:
    component = resource("eks:index:Cluster", "component", custom=False, remote=True)
    child = resource("aws:eks/cluster:Cluster", "child", parent=urn("component"))
    role = resource("aws:iam/role:Role", "role", after=["component"])
    found = timeline(graph(component, child, role))
    assert found.total == 562, "the engine's wait for a whole plugin component is not counted"
    assert found.forced == 560
    assert [(spare.names, spare.reason) for spare in found.spares] == [(("role",), "waits for all of component")]


def needless() -> Graph:
    """A role that waits for a NAT gateway, and a mount target that comes after it."""
    role = resource("aws:iam/role:Role", "role", after=["nat"], source="program.py:7")
    cluster = resource(
        "aws:eks/cluster:Cluster",
        "cluster",
        inputs={"roleArn": "arn:aws:test:::role"},
        properties={"roleArn": ["role"]},
    )
    return graph(NAT, role, cluster)


def test_an_order_that_nothing_forces_is_named_with_what_it_costs() -> None:
    found = timeline(needless())
    assert (found.total, found.forced, round(found.ratio, 3)) == (667, 562, 1.187)
    assert [(s.name, s.start, s.end, s.why, s.forced) for s in found.critical] == [
        ("nat", 0, 105, "", True),
        ("role", 105, 107, "depends_on", False),
        ("cluster", 107, 667, "roleArn refers to it", True),
    ], "the printed path does not lead to the line that costs the time"
    (spare,) = found.spares
    assert (spare.names, spare.sources, spare.delay, spare.saving) == (("role",), ("program.py:7",), 105, 105)


def test_deletions_wait_for_a_whole_layer() -> None:
    found = timeline(needless(), "delete")
    assert [(step.name, step.start, step.end) for step in found.critical] == [
        ("cluster", 0, 180),
        ("role", 180, 181),
        ("nat", 181, 241),
    ]
    assert (found.total, found.forced, found.engine_forced) == (241, 181, 240)


def test_a_limit_of_parallel_operations_is_kept() -> None:
    gateways = [resource("aws:ec2/natGateway:NatGateway", f"nat{number}") for number in range(3)]
    assert timeline(graph(*gateways)).total == 105
    assert timeline(graph(*gateways), parallel=2).total == 210, "time to ready under --parallel is wrong"


def test_a_run_is_read_from_what_the_world_logged() -> None:
    def event(name: str, start: float, end: float, action: str = "create") -> Event:
        return Event(action=action, type="", id="", urn=urn(name), start=start, end=end)

    happened = [
        event("nat", 1000, 1105),
        event("role", 1106, 1108),
        event("cluster", 1110, 1670),
        event("cluster", 2000, 2600, "update"),
        event("unknown", 0, 9999),
    ]
    found = measured_timeline(needless(), happened)
    assert (found.measured, found.total, found.forced) == (True, 670, 562)
    assert [(s.name, s.start, s.end, s.waited_for) for s in found.critical] == [
        ("nat", 0, 105, ""),
        ("role", 106, 108, urn("nat")),
        ("cluster", 110, 670, urn("role")),
    ], "the printed path is not the one that was run"


def test_a_run_is_followed_through_what_takes_no_time() -> None:
    component = resource("test:index:Group", "group", custom=False, after=["nat"])
    role = resource("aws:iam/role:Role", "role", parent=urn("group"))
    happened = [
        Event(action="create", type="", id="", urn=urn(name), start=start, end=end)
        for name, start, end in (("nat", 0.0, 105.0), ("role", 106.0, 108.0))
    ]
    found = measured_timeline(graph(NAT, component, role), happened)
    assert [step.name for step in found.critical] == ["nat", "role"], "the path breaks off at a component"


def test_a_run_without_events_took_no_time() -> None:
    found = measured_timeline(needless(), [])
    assert (found.total, found.critical, found.steps) == (0.0, (), ())


def test_the_text_says_how_long_along_which_path_and_what_could_be_spared() -> None:
    stream = io.StringIO()
    render_timeline(timeline(needless()), stream)
    lines = stream.getvalue().splitlines()
    assert lines[0] == (
        "Time until all is ready: 11 min 7 s (computed; 1.19 x the longest path that AWS forces, 9 min 22 s)"
    )
    assert [line.split()[:6] for line in lines[2:5]] == [
        ["0:00", "1:45", "105", "aws:ec2:NatGateway", "nat"],
        ["1:45", "1:47", "2", "aws:iam:Role", "role", "nat:"],
        ["1:47", "11:07", "560", "aws:eks:Cluster", "cluster", "role:"],
    ]
    assert lines[3].endswith("depends_on (not forced)"), "nobody sees which order to remove"
    spare = "+105 s 105 s aws:iam:Role aws:ec2:NatGateway depends_on program.py:7"
    assert " ".join(lines[-1].split()) == spare


def test_the_document_has_the_same_figures() -> None:
    document = timeline(needless()).to_dict()
    assert {key: document[key] for key in ("action", "measured", "seconds", "forcedSeconds", "ratio")} == {
        "action": "create",
        "measured": False,
        "seconds": 667,
        "forcedSeconds": 562,
        "ratio": 1.187,
    }
    assert [step["name"] for step in document["criticalPath"]] == ["nat", "role", "cluster"]
    assert [step["name"] for step in document["forcedPath"]] == ["role", "cluster"]
    assert [(spare["saving"], spare["reason"]) for spare in document["sparableOrders"]] == [(105, "depends_on")]


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (59.6, "1 min 0 s"), (792, "13 min 12 s")])
def test_durations_are_said_in_minutes_and_seconds(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_is_ready_in_little_more_than_aws_forces(stack: str) -> None:
    found = timeline(previewed(stack).graph)
    assert found.ratio <= LIMIT, f"orders that nothing forces cost minutes of every update: {found.spares[:3]}"
    kinds = [step.type for step in found.critical]
    assert "aws:eks/cluster:Cluster" in kinds, "the control plane is not on the path: the figures are wrong"


@pytest.mark.parametrize("stack", STACKS)
def test_no_order_in_a_stack_costs_time_on_the_whole_though_nothing_forces_it(stack: str) -> None:
    costly = [spare for spare in timeline(previewed(stack).graph).spares if spare.saving >= 1]
    assert costly == [], "an order that is not needed costs minutes of every update"
