"""What services make by themselves, and what takes time."""

from __future__ import annotations

import pytest

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.catalogue import RESOURCES
from rehearsal.simulator.durations import duration
from rehearsal.simulator.rules.eks_fargate import takes
from rehearsal.simulator.rules.iam_documents import allows
from rehearsal.simulator.rules.registry import rules_of
from rehearsal.simulator.world import Record, World
from tests.support.living_world import CLUSTER, LivingWorld, allow, document, trust

ENTRY = "aws:eks/accessEntry:AccessEntry"
FARGATE = "aws:eks/fargateProfile:FargateProfile"
GROUP = "aws:autoscaling/group:Group"
ROLES = "arn:aws:iam::111122223333:role"


def test_a_cluster_brings_its_security_group_tagged_for_controllers() -> None:
    world = LivingWorld(until="api-from-nodes")
    id_ = world.made["cluster"]["vpcConfig"]["clusterSecurityGroupId"]
    group = world.world.get("aws:ec2/securityGroup:SecurityGroup", id_)

    assert group is not None, "rules for the control plane would have nothing to stand in"
    assert group.urn == "", "the program must not own what EKS made"
    assert group.get("name").startswith(f"eks-cluster-sg-{CLUSTER}-"), "people look for it by this name"
    assert group.get("tags")[f"kubernetes.io/cluster/{CLUSTER}"] == "owned", "the load balancer controller looks for it"


def test_a_node_group_brings_one_scaling_group_with_the_tags_that_autoscaling_finds_it_by() -> None:
    world = LivingWorld(until="fargate")
    name = world.made["nodes"]["resources"][0]["autoscalingGroups"][0]["name"]
    before = [record.id for record in world.world.of_type(GROUP)]
    world.change("nodes", scalingConfig={"maxSize": 9})
    after = world.record("nodes").get("resources")[0]["autoscalingGroups"][0]["name"]
    group = world.world.get(GROUP, name)
    tags = {tag["key"]: tag["value"] for tag in group.get("tags")} if group else {}

    assert before == [name], "a tag on the group would be refused"
    assert after == name, "a name that changes with every update retags for ever"
    assert tags[f"k8s.io/cluster-autoscaler/{CLUSTER}"] == "owned", "the autoscaler would not find the group"
    assert tags[f"kubernetes.io/cluster/{CLUSTER}"] == "owned", "the autoscaler's policy allows only tagged groups"


def test_eks_makes_the_entries_of_nodes_and_fargate_pods_so_that_a_program_may_not() -> None:
    world = LivingWorld()
    entries = {
        record.get("principalArn"): record.get("type") for record in world.world.of_type(ENTRY) if not record.urn
    }
    with pytest.raises(AwsError) as raised:
        world.make("node-entry", like="entry", principalArn=f"{ROLES}/node-role", type="EC2_LINUX")

    assert entries == {f"{ROLES}/node-role": "EC2_LINUX", f"{ROLES}/fargate-role": "FARGATE_LINUX"}, (
        "nodes without an entry don't join"
    )
    assert raised.value.reason == "The specified access entry resource is already in use on this cluster.", (
        "the second entry of a role fails in the account"
    )


def test_a_cluster_that_knows_no_entries_gets_none() -> None:
    world = LivingWorld(
        without=("entry", "entry-policy"),
        broken={"cluster": {"accessConfig": {"authenticationMode": "CONFIG_MAP"}}},
    )
    assert world.world.of_type(ENTRY) == [], "such a cluster reads aws-auth"


def test_a_principal_that_was_deleted_gets_no_access() -> None:
    world = LivingWorld(until="entry")
    world.make("deployer", like="app-role", name="deployer")
    world.delete("deployer")
    with pytest.raises(AwsError) as raised:
        world.make("entry")

    assert raised.value.reason == "The specified principalArn is invalid: invalid principal.", (
        "EKS looks the principal up"
    )


def test_node_groups_without_nodes_need_nothing_to_join() -> None:
    world = LivingWorld(
        without=("vpc-cni", "private-route", "coredns"),
        broken={"nodes": {"scalingConfig": {"minSize": 0, "desiredSize": 0}}},
    )
    assert world.record("nodes").status == "ACTIVE", "a group that an autoscaler fills later is created all the same"


def test_nodes_without_a_way_out_join_through_endpoints() -> None:
    world = LivingWorld(until="nodes", without=("private-route",))
    vpc = world.made["vpc"]["id"]
    for service in ("ec2", "ecr.api", "ecr.dkr", "sts", "s3"):
        interface = service != "s3"
        inputs = {"vpcId": vpc, "serviceName": f"com.amazonaws.eu-west-1.{service}"}
        where = (
            {"subnetIds": [world.made["private-a"]["id"]]}
            if interface
            else {"routeTableIds": [world.made["private-table"]["id"]]}
        )
        outputs = {**inputs, **where, "vpcEndpointType": "Interface" if interface else "Gateway"}
        world.world.put(Record(type="aws:ec2/vpcEndpoint:VpcEndpoint", id=f"vpce-{service}", outputs=outputs))
    world.make("nodes")

    assert world.record("nodes").status == "ACTIVE", "private clusters work without NAT"


def test_one_endpoint_less_and_nodes_do_not_join() -> None:
    world = LivingWorld(until="nodes", without=("private-route",))
    for service in ("ec2", "ecr.api", "ecr.dkr", "sts"):
        outputs = {
            "vpcId": world.made["vpc"]["id"],
            "serviceName": f"com.amazonaws.eu-west-1.{service}",
            "vpcEndpointType": "Interface",
        }
        world.world.put(Record(type="aws:ec2/vpcEndpoint:VpcEndpoint", id=f"vpce-{service}", outputs=outputs))
    with pytest.raises(Exception, match="Instances failed to join the kubernetes cluster"):
        world.make("nodes")
    assert world.world.of_type("aws:eks/nodeGroup:NodeGroup") == [], "images come from S3"


def test_coredns_runs_on_fargate_where_a_profile_takes_it() -> None:
    world = LivingWorld(
        without=("nodes",),
        broken={
            "fargate": {"selectors": [{"namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}}]},
            "coredns": {"configurationValues": '{"computeType": "Fargate"}'},
        },
    )
    assert world.record("coredns").status == "ACTIVE", "clusters without nodes have DNS too"


def test_two_fargate_profiles_side_by_side_are_refused_while_time_passes() -> None:
    world = LivingWorld()
    key = f"Fargate profiles of {CLUSTER}"
    world.world.hold(key, "other in status CREATING", duration(FARGATE).create)
    with pytest.raises(AwsError) as raised:
        world.make("second", like="fargate", fargateProfileName="second")
    world.world.clock.spend(duration(FARGATE).create)
    world.make("second", like="fargate", fargateProfileName="second")

    assert (raised.value.code, raised.value.reason) == (
        "ResourceInUseException",
        f"Cannot create Fargate Profile second because cluster {CLUSTER} currently has Fargate profile other in status "
        "CREATING",
    ), "profiles that are not chained fail now and then"


def test_what_is_held_is_free_again_when_its_time_has_passed() -> None:
    world = World()
    first = world.hold("name", "one", 10)
    second = world.hold("name", "two", 10)
    world.clock.spend(10)
    third = world.hold("name", "two", 10)

    assert (first, second, third) == ("", "one", ""), "two resources of a name would both be made"


@pytest.mark.parametrize(
    ("namespace", "labels", "expected"),
    [
        ("batch", {}, False),
        ("batch", {"compute": "fargate"}, True),
        ("batch", {"compute": "fargate-spot"}, True),
        ("team-a", {}, True),
        ("other", {"compute": "fargate"}, False),
    ],
)
def test_selectors_take_pods_by_namespace_and_labels_with_wildcards(
    namespace: str, labels: dict[str, str], expected: bool
) -> None:
    selectors = [{"namespace": "batch", "labels": {"compute": "fargate*"}}, {"namespace": "team-?"}]
    profile = Record(type=FARGATE, id="x", outputs={"selectors": selectors})
    assert takes(profile, namespace, labels) is expected, "a pod that no profile takes stays pending"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (trust("pods.eks.amazonaws.com"), False),
        (trust("pods.eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession"), True),
        (trust("pods.eks.amazonaws.com", "sts:*"), True),
        (trust("ec2.amazonaws.com", "sts:*"), False),
        (document({"Effect": "Deny", "Action": "sts:*", "Principal": {"Service": "pods.eks.amazonaws.com"}}), False),
        (document(allow("sts:*", Principal="*")), True),
        ("{", False),
    ],
)
def test_a_document_allows_a_principal_only_if_all_actions_are_allowed(policy: str, expected: bool) -> None:
    found = allows(policy, "Service", "pods.eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession")
    assert found is expected, "pods get no credentials from a role that may not tag its session"


def test_every_type_of_these_services_that_the_simulator_answers_has_rules() -> None:
    bare = [
        type_
        for type_ in RESOURCES
        if type_.split("/")[0] in ("aws:eks", "aws:iam", "aws:kms", "aws:cloudwatch", "aws:efs")
        and not rules_of(type_).create
    ]
    assert bare == [], "a type without rules takes anything"
