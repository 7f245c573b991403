import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.fargate_profile import FargateProfile, FargateProfileArgs, FargateSelector
from rehearsal.graph import Graph, Resource
from tests.support.fixtures import AWS, aws_providers, cluster_ref, network_ref
from tests.support.recording import record

PROFILE = "aws:eks/fargateProfile:FargateProfile"
LOG_GROUP = "/aws/eks/demo/fargate"


def arguments(**changes: Any) -> FargateProfileArgs:
    values: dict[str, Any] = {
        "aws": AWS,
        "name": "batch",
        "subnet_ids": network_ref().private_subnet_ids,
        "selectors": [
            FargateSelector(namespace="batch", labels={"compute": "fargate"}),
            FargateSelector(namespace="jobs-*"),
        ],
        **changes,
    }
    return FargateProfileArgs(**values) if "cluster" in values else FargateProfileArgs(cluster=cluster_ref(), **values)


def program(names: tuple[str, ...] = ("batch",), **changes: Any) -> Callable[[], None]:
    def run() -> None:
        opts = pulumi.ResourceOptions(providers=aws_providers())
        cluster = cluster_ref()
        previous: pulumi.Resource | None = None
        for name in names:
            args = arguments(cluster=cluster, name=name, previous=previous, **changes)
            profile = FargateProfile(f"fargate-{name}", args, opts)
            previous = profile.resource
            pulumi.export(f"{name}-namespaces", profile.namespaces)
            pulumi.export(f"{name}-name", profile.name)

    return run


def one(graph: Graph, type_: str) -> Resource:
    (found,) = graph.of_type(type_)
    return found


def test_a_profile_is_asked_for_with_exactly_these_inputs() -> None:
    graph = record(program())
    inputs = dict(one(graph, PROFILE).inputs)
    assert inputs.pop("podExecutionRoleArn").startswith("arn:aws:iam::111122223333:role/")
    name = inputs.pop("fargateProfileName")
    assert name.startswith("batch-")
    assert len(name) == len("batch-") + 8, "the hash keeps a new profile from meeting the one it replaces"
    assert inputs == {
        "clusterName": "demo",
        "subnetIds": [f"subnet-private-eu-west-1{zone}" for zone in "abc"],
        "selectors": [{"namespace": "batch", "labels": {"compute": "fargate"}}, {"namespace": "jobs-*"}],
    }
    assert graph.outputs["batch-namespaces"] == ["batch", "jobs-*"]
    assert graph.outputs["batch-name"] == name


def test_the_role_is_trusted_for_profiles_of_this_cluster_only() -> None:
    role = one(record(program()), "aws:iam/role:Role")
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["eks-fargate-pods.amazonaws.com"]},
            "Action": ["sts:AssumeRole"],
            "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:fargateprofile/demo/*"}},
        }
    ], "without the condition Fargate of another cluster or account could be led to use the role"


def test_the_permissions_boundary_reaches_the_role() -> None:
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    role = one(record(program(aws=replace(AWS, permissions_boundary=boundary))), "aws:iam/role:Role")
    assert role.inputs["permissionsBoundary"] == boundary, "an account that demands a boundary refuses the role"


def test_without_logging_the_role_can_pull_images_and_nothing_else() -> None:
    graph = record(program())
    attachment = one(graph, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attachment.inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"
    assert graph.of_type("aws:iam/rolePolicy:RolePolicy") == [], "a right that nobody needs is a right too many"


@pytest.mark.parametrize("known", [True, False])
def test_pods_start_after_their_rights(known: bool) -> None:
    graph = record(program(log_group_names=[LOG_GROUP]), known=known)
    profile = one(graph, PROFILE)
    attachment = one(graph, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    logging = graph.named("fargate-batch-role-logging", "aws:iam/rolePolicy:RolePolicy")
    assert {attachment.urn, logging.urn} <= profile.dependencies, "a pod that starts too early has no image, or no log"
    (statement,) = json.loads(logging.inputs["policy"])["Statement"]
    assert statement["Resource"] == [
        f"arn:aws:logs:eu-west-1:111122223333:log-group:{LOG_GROUP}",
        f"arn:aws:logs:eu-west-1:111122223333:log-group:{LOG_GROUP}:*",
    ], "the role must not reach log groups of others"


def test_profiles_go_one_after_the_other_but_their_roles_do_not() -> None:
    graph = record(program(("one", "two", "three")))
    one_, two, three = (graph.named(f"fargate-{name}-profile") for name in ("one", "two", "three"))
    assert one_.urn in two.dependencies, "EKS refuses a second profile while one is being made"
    assert two.urn in three.dependencies, "EKS refuses a second profile while one is being made"
    assert not graph.depends_on(one_, two)
    role = graph.named("fargate-three-role")
    assert not graph.depends_on(role, one_), "a role that waits in line costs minutes of every deployment"


def test_a_profile_waits_for_what_its_pods_read_when_they_start() -> None:
    def run() -> None:
        cluster = cluster_ref()
        args = arguments(cluster=cluster, before=[cluster.kubernetes_provider])
        FargateProfile("fargate-batch", args, pulumi.ResourceOptions(providers=aws_providers()))

    graph = record(run)
    provider = graph.named("kubernetes")
    assert provider.urn in one(graph, PROFILE).dependencies, "pods keep the log settings they start with"
    assert not graph.depends_on(one(graph, "aws:iam/role:Role"), provider)


def test_two_profiles_live_side_by_side_under_their_own_component() -> None:
    graph = record(program(("one", "two"), log_group_names=[LOG_GROUP]))
    for name in ("one", "two"):
        component = graph.named(f"fargate-{name}", "eks-platform:index:FargateProfile")
        assert sorted(child.name for child in graph.children(component)) == [
            f"fargate-{name}-profile",
            f"fargate-{name}-role",
            f"fargate-{name}-role-AmazonEKSFargatePodExecutionRolePolicy",
            f"fargate-{name}-role-logging",
        ], "a child under the wrong component is deleted with it"


def test_both_previews_ask_for_the_same_resources() -> None:
    run = program(("one", "two"), log_group_names=[LOG_GROUP])
    assert sorted(record(run).resources) == sorted(record(run, known=False).resources), (
        "a resource that a first preview does not show is created unseen"
    )


def test_a_changed_selector_or_zone_makes_a_new_name_and_nothing_else_does() -> None:
    def names() -> None:
        cluster = cluster_ref()
        given = arguments(cluster=cluster)
        first = given.physical_name
        assert replace(given, log_group_names=["x"]).physical_name == first, "a new name stops running pods"
        assert replace(given, selectors=given.selectors[:1]).physical_name != first
        assert replace(given, subnet_ids={"eu-west-1a": "subnet-a"}).physical_name != first, (
            "EKS refuses two profiles of one name, so the replacement would fail"
        )
        assert len(replace(given, name="x" * 63).physical_name) == 63

    assert record(names).of_type(PROFILE) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aws": type(AWS)(region="us-gov-west-1", account="111122223333")}, "'us-gov-west-1' has no Fargate"),
        ({"name": "-a"}, "name: '-a'"),
        ({"name": "a" * 64}, "name: "),
        ({"subnet_ids": {}}, "subnet_ids: a profile needs"),
        ({"selectors": []}, "selectors: 0 given"),
        ({"selectors": [FargateSelector(namespace="a")] * 6}, "selectors: 6 given"),
    ],
)
def test_args_that_eks_refuses_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        record(lambda: arguments(**changes))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"namespace": ""}, r"namespace: ''"),
        ({"namespace": "Team"}, r"namespace: 'Team'"),
        ({"namespace": "a" * 64}, r"namespace: "),
        ({"namespace": "a", "labels": {f"l{index}": "x" for index in range(6)}}, "6 given; a selector takes 5"),
        ({"namespace": "a", "labels": {"a b": "x"}}, "a b='x' is not a label"),
        ({"namespace": "a", "labels": {"a": "x y"}}, "a='x y' is not a label"),
    ],
)
def test_a_selector_that_never_matches_is_refused(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        FargateSelector(**values)


def test_selectors_may_hold_wildcards() -> None:
    selector = FargateSelector(namespace="team-?-*", labels={"app.kubernetes.io/*": "w?b*", "*": "", "x": "*"})
    assert selector.namespace == "team-?-*", "EKS matches * and ? in namespaces and labels"
