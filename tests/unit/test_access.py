from typing import Any

import pulumi
import pytest

from components.access import AccessEntry, access_policy_arn, check_entries, grant_access
from components.aws_environment import AwsEnvironment
from rehearsal.graph import Graph
from tests.support.fixtures import AWS, aws_providers
from tests.support.recording import record

ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
DEPLOYER = "arn:aws:iam::111122223333:role/deployer"
DEVELOPERS = "arn:aws:iam::111122223333:role/teams/developers"


def _granted(entries: dict[str, AccessEntry], administrators: dict[str, Any] | None = None) -> Graph:
    def program() -> None:
        aws_provider = aws_providers()[0]
        parent = pulumi.ComponentResource(
            "test:index:Parent", "p", None, pulumi.ResourceOptions(providers=[aws_provider])
        )
        made = grant_access(
            "cluster", parent=parent, aws=AWS, cluster_name=pulumi.Output.from_input("demo"), entries=entries
        )
        if administrators is not None:
            administrators.update(made)

    return record(program)


def test_an_administrator_gets_an_entry_and_the_policy_for_the_whole_cluster() -> None:
    graph = _granted({"deployer": AccessEntry(principal=DEPLOYER, policy="ClusterAdmin")})

    assert dict(graph.named("cluster-access-deployer", ENTRY).inputs) == {
        "clusterName": "demo",
        "principalArn": DEPLOYER,
        "type": "STANDARD",
    }
    assert dict(graph.named("cluster-access-deployer", ASSOCIATION).inputs) == {
        "clusterName": "demo",
        "principalArn": DEPLOYER,
        "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        "accessScope": {"type": "cluster"},
    }


def test_a_policy_comes_after_its_entry() -> None:
    graph = _granted({"deployer": AccessEntry(principal=DEPLOYER, policy="ClusterAdmin")})

    entry, association = (graph.named("cluster-access-deployer", type_) for type_ in (ENTRY, ASSOCIATION))
    assert graph.depends_on(association, entry), "EKS refuses a policy for a principal that has no entry"


def test_a_policy_can_be_kept_to_namespaces() -> None:
    graph = _granted(
        {"developers": AccessEntry(principal=DEVELOPERS, policy="Edit", namespaces=["team-b", "team-a-*"])}
    )

    assert graph.named("cluster-access-developers", ASSOCIATION).inputs["accessScope"] == {
        "type": "namespace",
        "namespaces": ["team-a-*", "team-b"],
    }, "the team would be allowed to edit the whole cluster"


def test_groups_need_no_policy() -> None:
    entry = AccessEntry(principal=DEVELOPERS, kubernetes_groups=["viewers", "builders"], user_name="dev")
    graph = _granted({"developers": entry})

    made = graph.named("cluster-access-developers", ENTRY).inputs
    assert (made["kubernetesGroups"], made["userName"]) == (["builders", "viewers"], "dev")
    assert graph.of_type(ASSOCIATION) == []


def test_node_entries_have_their_own_type() -> None:
    graph = _granted({"karpenter": AccessEntry(principal=DEVELOPERS, type="EC2_LINUX")})

    assert graph.named("cluster-access-karpenter", ENTRY).inputs["type"] == "EC2_LINUX"


def test_only_administrators_of_the_whole_cluster_are_waited_for() -> None:
    administrators: dict[str, Any] = {}
    _granted(
        {
            "deployer": AccessEntry(principal=DEPLOYER, policy="ClusterAdmin"),
            "team": AccessEntry(principal=DEVELOPERS, policy="ClusterAdmin", namespaces=["team"]),
            "viewer": AccessEntry(principal="arn:aws:iam::111122223333:user/viewer", policy="View"),
        },
        administrators,
    )

    assert list(administrators) == ["deployer"], "Kubernetes objects would wait for rights that do not let them in"


@pytest.mark.parametrize(
    ("region", "arn"),
    [
        ("eu-west-1", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"),
        ("cn-north-1", "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"),
    ],
)
def test_access_policies_belong_to_the_partition(region: str, arn: str) -> None:
    assert access_policy_arn(AwsEnvironment(region=region, account="111122223333"), "View") == arn


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"principal": "arn:aws:sts::111122223333:assumed-role/x/y"}, "principal: .* is not the ARN of an IAM role"),
        ({"principal": "*"}, "principal: "),
        ({"principal": "arn:aws:iam::111122223333:root"}, "principal: "),
        ({"policy": "SuperAdmin"}, "policy: 'SuperAdmin' is not one of ClusterAdmin"),
        ({"policy": None}, "policy: the entry grants nothing"),
        ({"policy": None, "kubernetes_groups": ["a"], "namespaces": ["b"]}, "namespaces: they limit"),
        ({"kubernetes_groups": ["system:masters"]}, "kubernetes_groups: system:masters is reserved"),
        ({"user_name": "system:node:x"}, "user_name: 'system:node:x' begins with one of system:, eks:"),
        ({"type": "EC2_LINUX", "user_name": "x"}, "type: EC2_LINUX takes no Kubernetes groups"),
        ({"type": "LAMBDA"}, "type: 'LAMBDA' is not one of STANDARD"),
    ],
)
def test_an_entry_that_eks_would_refuse_is_refused_first(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AccessEntry(**{"principal": DEPLOYER, "policy": "View", **fields})


def test_a_cluster_that_nobody_administers_is_refused() -> None:
    with pytest.raises(ValueError, match="access: no entry has the policy ClusterAdmin for the whole cluster"):
        check_entries({"team": AccessEntry(principal=DEVELOPERS, policy="ClusterAdmin", namespaces=["team"])})


def test_two_entries_for_one_principal_are_refused() -> None:
    with pytest.raises(ValueError, match=r"access\[b\]: .*role/deployer has the entry 'a' already"):
        check_entries(
            {
                "a": AccessEntry(principal=DEPLOYER, policy="ClusterAdmin"),
                "b": AccessEntry(principal=DEPLOYER, policy="View"),
            }
        )


def test_a_principal_that_is_made_in_the_same_program_is_taken_as_it_comes() -> None:
    def program() -> None:
        entries = {"deployer": AccessEntry(principal=pulumi.Output.from_input(DEPLOYER), policy="ClusterAdmin")}
        check_entries(entries)
        options = pulumi.ResourceOptions(providers=[aws_providers()[0]])
        parent = pulumi.ComponentResource("test:index:Parent", "p", None, options)
        grant_access("cluster", parent=parent, aws=AWS, cluster_name=pulumi.Output.from_input("demo"), entries=entries)

    assert record(program).named("cluster-access-deployer", ENTRY).inputs["principalArn"] == DEPLOYER
