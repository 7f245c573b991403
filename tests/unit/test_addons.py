from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.addon import AddonSpec
from components.addons import (
    AddonIdentity,
    ClusterAddons,
    ClusterAddonsArgs,
    after_compute,
    before_compute,
    coredns_configuration,
    default_identities,
)
from components.aws_environment import AwsEnvironment
from rehearsal.graph import Graph
from tests.support.fixtures import AWS, aws_providers, cluster_ref, component_options
from tests.support.recording import record

ADDON = "aws:eks/addon:Addon"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
BASE = {"vpc-cni": AddonSpec(), "kube-proxy": AddonSpec(), "eks-pod-identity-agent": AddonSpec()}
LATER = {"coredns": AddonSpec(), "metrics-server": AddonSpec(), "eks-node-monitoring-agent": AddonSpec()}


def program(**changes: Any) -> Callable[[], None]:
    def run() -> None:
        aws_provider, eks_provider = aws_providers()
        options, cluster = pulumi.ResourceOptions(providers=[aws_provider, eks_provider]), cluster_ref()
        values: dict[str, Any] = {"aws": AWS, "cluster": cluster, "addons": BASE, **changes}
        first = ClusterAddons("before", ClusterAddonsArgs(**values), options)
        nodes = aws.eks.NodeGroup(
            "nodes",
            cluster_name="demo",
            node_role_arn=AWS.iam_arn("role/nodes"),
            subnet_ids=["subnet-1"],
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(min_size=1, max_size=1, desired_size=1),
            opts=pulumi.ResourceOptions(provider=aws_provider, depends_on=list(first.ready)),
        )
        args = ClusterAddonsArgs(aws=AWS, cluster=cluster, addons=LATER, compute=[nodes])
        ClusterAddons("after", args, options)
        pulumi.export("versions", first.versions)

    return run


def addon(graph: Graph, name: str) -> Any:
    return graph.named(name, ADDON)


def test_networking_and_roles_come_before_nodes_and_everything_else_after() -> None:
    addons = BASE | LATER | {"aws-guardduty-agent": AddonSpec()}

    assert set(before_compute(addons)) == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}, (
        "nodes without a CNI never become ready, and coredns never becomes active without a node"
    )
    assert set(after_compute(addons)) == set(LATER) | {"aws-guardduty-agent"}


@given(st.sets(st.sampled_from(sorted({*BASE, *LATER, "adot", "cert-manager"}))))
def test_every_addon_is_installed_exactly_once(names: set[str]) -> None:
    addons = {name: AddonSpec() for name in names}
    before, after = before_compute(addons), after_compute(addons)

    assert set(before) & set(after) == set()
    assert before | after == addons


def test_each_addon_is_made_once_under_its_own_name() -> None:
    graph = record(program())

    assert {resource.name: resource.inputs["addonName"] for resource in graph.of_type(ADDON)} == {
        f"{stage}-{name}": name for stage, names in (("before", BASE), ("after", LATER)) for name in names
    }


def test_what_nodes_need_is_there_before_them_and_the_rest_waits_for_them() -> None:
    graph = record(program())
    nodes = graph.named("nodes")

    for name in BASE:
        assert graph.depends_on(nodes, addon(graph, f"before-{name}")), f"nodes would start without {name}"
    for name in LATER:
        assert graph.depends_on(addon(graph, f"after-{name}"), nodes), f"{name} would end degraded without a node"


def test_addons_of_one_stage_are_made_side_by_side() -> None:
    graph = record(program())

    edges = [
        (one, other)
        for one in BASE
        for other in BASE
        if graph.depends_on(addon(graph, f"before-{one}"), addon(graph, f"before-{other}"))
    ]
    assert edges == [], "each needless edge costs every deployment half a minute"


def test_the_cni_has_a_role_of_its_own_that_the_addon_associates() -> None:
    graph = record(program())

    role = graph.named("before-vpc-cni-aws-node-role")
    assert addon(graph, "before-vpc-cni").inputs["podIdentityAssociations"] == [
        {"serviceAccount": "aws-node", "roleArn": role.outputs["arn"]}
    ], "every pod on a node could change its network interfaces if the policy were on the node role"
    attachment = graph.named("before-vpc-cni-aws-node-attachment-AmazonEKS_CNI_Policy")
    assert attachment.inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
    assert graph.depends_on(addon(graph, "before-vpc-cni"), attachment)
    assert graph.of_type(ASSOCIATION) == [], "EKS refuses a second association for a service account"


def test_only_the_addon_waits_for_compute_and_not_its_role() -> None:
    def run() -> None:
        options, cluster = component_options(), cluster_ref()
        first = ClusterAddons("before", ClusterAddonsArgs(aws=AWS, cluster=cluster, addons=BASE), options)
        observability = {"amazon-cloudwatch-observability": AddonSpec()}
        args = ClusterAddonsArgs(aws=AWS, cluster=cluster, addons=observability, compute=first.ready)
        ClusterAddons("after", args, options)

    graph = record(run)
    role = graph.named("after-amazon-cloudwatch-observability-cloudwatch-agent-role")
    earlier = addon(graph, "before-kube-proxy")
    assert graph.depends_on(addon(graph, "after-amazon-cloudwatch-observability"), earlier)
    assert not graph.depends_on(role, earlier), "roles can be made while the nodes start"


def test_an_ipv6_cluster_needs_the_policy_that_aws_does_not_manage() -> None:
    (identity,) = default_identities(AWS, BASE, ipv6=True)["vpc-cni"]

    assert (list(identity.policies), dict(identity.managed_policies)) == (["ipv6"], {})


@pytest.mark.parametrize(("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn")])
def test_default_identities_speak_the_language_of_the_partition(region: str, partition: str) -> None:
    environment = AwsEnvironment(region=region, account="111122223333")
    names = {"vpc-cni": AddonSpec(), "amazon-cloudwatch-observability": AddonSpec(), "coredns": AddonSpec()}

    made = default_identities(environment, names, mode="irsa")
    assert {
        name: [(one.service_account, one.mode, sorted(one.managed_policies.values())) for one in all_]
        for name, all_ in made.items()
    } == {
        "vpc-cni": [
            ("aws-node", "irsa", [f"arn:{partition}:iam::aws:policy/AmazonEKS_CNI_Policy"]),
        ],
        "amazon-cloudwatch-observability": [
            (
                "cloudwatch-agent",
                "irsa",
                [
                    f"arn:{partition}:iam::aws:policy/AWSXrayWriteOnlyAccess",
                    f"arn:{partition}:iam::aws:policy/CloudWatchAgentServerPolicy",
                ],
            )
        ],
    }


def test_identities_of_ones_own_take_the_place_of_the_defaults() -> None:
    own = {"vpc-cni": [AddonIdentity(service_account="aws-node", mode="irsa", policies={})]}
    graph = record(program(identities=own))

    assert "serviceAccountRoleArn" in addon(graph, "before-vpc-cni").inputs
    assert [resource.name for resource in graph.of_type("eks-platform:index:WorkloadIdentity")] == [
        "before-vpc-cni-aws-node"
    ]


@pytest.mark.parametrize(
    ("name", "spec", "identity", "namespace"),
    [
        ("vpc-cni", None, None, "kube-system"),
        ("external-dns", None, None, "external-dns"),
        ("external-dns", "dns", None, "dns"),
        ("some-addon", None, "own", "own"),
    ],
)
def test_the_role_serves_the_namespace_that_the_addon_runs_in(
    name: str, spec: str | None, identity: str | None, namespace: str
) -> None:
    graph = record(
        program(
            addons=BASE | {name: AddonSpec(namespace=spec)},
            identities={name: [AddonIdentity(service_account="sa", namespace=identity)]},
        )
    )

    trust = graph.named(f"before-{name}-sa-role").inputs["assumeRolePolicy"]
    assert f'"aws:RequestTag/kubernetes-namespace":"{namespace}"' in trust, "the role would refuse the add-on's pods"


def test_versions_are_an_output() -> None:
    graph = record(program(addons=BASE | {"kube-proxy": AddonSpec(version="v1.35.3-eksbuild.29")}))

    assert graph.outputs["versions"]["kube-proxy"] == "v1.35.3-eksbuild.29"
    assert set(graph.outputs["versions"]) == set(BASE)
    assert set(graph.named("before").outputs) == {"versions"}


def test_a_first_preview_asks_for_the_same_resources() -> None:
    assert set(record(program()).resources) == set(record(program(), known=False).resources)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"addons": {}}, "addons: at least one add-on must be named"),
        (
            {"addons": {"vpc-cni": AddonSpec()}},
            "addons: vpc-cni gets its role through eks-pod-identity-agent, which is missing",
        ),
        (
            {"identities": {"coredns": [AddonIdentity(service_account="coredns")]}},
            "identities: coredns is not among the add-ons",
        ),
    ],
)
def test_addons_that_would_leave_nodes_unready_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        record(program(**changes))


@pytest.mark.parametrize(("fargate_only", "values"), [(True, {"computeType": "Fargate"}), (False, {})])
def test_coredns_is_let_onto_fargate_where_there_is_nothing_else(fargate_only: bool, values: dict[str, str]) -> None:
    assert coredns_configuration(fargate_only=fargate_only) == values, "CoreDNS would wait for EC2 nodes for ever"
