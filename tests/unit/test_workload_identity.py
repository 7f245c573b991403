import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.aws_environment import AwsEnvironment
from components.iam.document import document, statement
from components.workload_identity import WorkloadIdentity, WorkloadIdentityArgs
from rehearsal.graph import Graph
from rehearsal.wire import UNKNOWN
from tests.support.fixtures import AWS, cluster_ref, component_options
from tests.support.recording import record

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
READ = document(statement(actions=["s3:GetObject"], resources=["arn:aws:s3:::bucket/*"]))
MANAGED = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def program(
    make: Callable[[dict[str, Any]], dict[str, Any]] = lambda values: values, **changes: Any
) -> Callable[[], None]:
    def run() -> None:
        values: dict[str, Any] = {
            "aws": AWS,
            "cluster": cluster_ref(),
            "namespace": "team",
            "service_account": "worker",
            "policies": {"read": READ},
            **changes,
        }
        identity = WorkloadIdentity("worker", WorkloadIdentityArgs(**make(values)), component_options())
        for name in ("role_arn", "role_name", "role_arn_ready", "annotations"):
            pulumi.export(name, getattr(identity, name))
        pulumi.export("ready", len(identity.ready))
        pulumi.export("associated", identity.associated)

    return run


def trust(graph: Graph) -> dict[str, Any]:
    (role,) = graph.of_type(ROLE)
    (only,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    return only


def kinds(graph: Graph) -> Counter[str]:
    return Counter(resource.type for resource in graph.descendants(graph.named("worker")))


def test_pod_identity_makes_a_role_its_policies_and_one_association() -> None:
    graph = record(program(managed_policies={"s3": MANAGED}))

    assert kinds(graph) == {ROLE: 1, POLICY: 1, ATTACHMENT: 2, ASSOCIATION: 1}
    role = graph.named("worker-role", ROLE)
    assert dict(graph.named("worker-association").inputs) == {
        "clusterName": "demo",
        "namespace": "team",
        "serviceAccount": "worker",
        "roleArn": role.outputs["arn"],
    }
    assert json.loads(graph.named("worker-policy-read").inputs["policy"]) == READ
    assert graph.named("worker-attachment-s3").inputs["policyArn"] == MANAGED
    assert (
        graph.named("worker-attachment-read").inputs["policyArn"] == (graph.named("worker-policy-read").outputs["arn"])
    )
    assert (graph.outputs["ready"], graph.outputs["associated"]) == (3, True)


def test_the_role_of_a_pod_identity_serves_one_service_account_of_one_cluster() -> None:
    assert trust(record(program())) == {
        "Effect": "Allow",
        "Principal": {"Service": ["pods.eks.amazonaws.com"]},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {
                "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo",
                "aws:RequestTag/kubernetes-namespace": "team",
                "aws:RequestTag/kubernetes-service-account": "worker",
            }
        },
    }, "another association in the account could use the role"


def test_the_association_waits_for_the_permissions() -> None:
    graph = record(program())

    assert graph.depends_on(graph.named("worker-association"), graph.named("worker-attachment-read")), (
        "pods would start with a role that may do nothing yet"
    )


def test_irsa_binds_the_role_to_the_token_of_one_service_account_and_annotates_it() -> None:
    graph = record(program(mode="irsa"))

    issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"
    assert kinds(graph) == {ROLE: 1, POLICY: 1, ATTACHMENT: 1}
    assert trust(graph) == {
        "Effect": "Allow",
        "Principal": {"Federated": [f"arn:aws:iam::111122223333:oidc-provider/{issuer}"]},
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": {
            "StringEquals": {
                f"{issuer}:aud": "sts.amazonaws.com",
                f"{issuer}:sub": "system:serviceaccount:team:worker",
            }
        },
    }
    assert graph.outputs["annotations"] == {"eks.amazonaws.com/role-arn": graph.outputs["role_arn"]}
    assert graph.outputs["associated"] is False


def test_pod_identity_needs_no_annotation() -> None:
    assert record(program()).outputs["annotations"] == {}, "the SDK would take the web identity instead"


def test_an_addon_can_own_the_association() -> None:
    graph = record(program(association=False))

    assert graph.of_type(ASSOCIATION) == [], "EKS refuses a second association for a service account"
    assert (graph.outputs["ready"], graph.outputs["associated"]) == (1, False)


def test_the_ready_arn_comes_only_after_every_attachment() -> None:
    def run() -> None:
        options, cluster = component_options(), cluster_ref()
        one = WorkloadIdentity(
            "worker",
            WorkloadIdentityArgs(
                aws=AWS,
                cluster=cluster,
                namespace="team",
                service_account="worker",
                policies={"read": READ},
                managed_policies={"s3": MANAGED},
            ),
            options,
        )
        taker = WorkloadIdentityArgs(
            aws=AWS,
            cluster=cluster,
            namespace="team",
            service_account="taker",
            managed_policies={"ready": one.role_arn_ready},
        )
        WorkloadIdentity("taker", taker, options)

    graph = record(run)
    taker = graph.named("taker-attachment-ready")
    for key in ("read", "s3"):
        assert graph.depends_on(taker, graph.named(f"worker-attachment-{key}")), "it would run without permissions"


def test_the_role_is_found_by_the_name_of_its_cluster() -> None:
    graph = record(program())

    assert graph.named("worker-role").inputs["name"] == "demo-eu-west-1-team-worker"
    assert graph.outputs["role_name"] == "demo-eu-west-1-team-worker"


def test_long_names_stay_within_iams_limit_and_apart() -> None:
    names = {
        record(program(service_account=f"{'x' * 60}-{end}")).named("worker-role").inputs["name"] for end in ("a", "b")
    }

    assert len(names) == 2, "two service accounts would share a role"
    assert {len(name) <= 64 and name.startswith("demo-eu-west-1-team-") for name in names} == {True}


def test_the_role_keeps_within_the_permissions_boundary() -> None:
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    aws = AwsEnvironment(region="eu-west-1", account="111122223333", permissions_boundary=boundary)

    assert record(program(aws=aws)).named("worker-role").inputs["permissionsBoundary"] == boundary


def test_a_session_policy_narrows_the_association_and_switches_session_tags_off() -> None:
    graph = record(program(session_policy=READ))

    inputs = graph.named("worker-association").inputs
    assert json.loads(inputs["policy"]) == READ
    assert inputs["disableSessionTags"] is True, "EKS refuses a session policy with session tags"
    assert "Condition" not in trust(graph), "tags that are not sent cannot be compared: every pod would be refused"


def test_a_role_in_another_account_may_be_assumed_and_nothing_else_there() -> None:
    target = "arn:aws:iam::444455556666:role/data"
    graph = record(program(target_role_arn=target))

    assert graph.named("worker-association").inputs["targetRoleArn"] == target
    (only,) = json.loads(graph.named("worker-policy-assume-target-role").inputs["policy"])["Statement"]
    assert only == {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": [target]}
    assert graph.named("worker-attachment-assume-target-role").inputs["role"] == graph.outputs["role_name"]


def test_a_policy_may_name_a_resource_that_does_not_exist_yet() -> None:
    def with_output(values: dict[str, Any]) -> dict[str, Any]:
        bucket = pulumi.Output.from_input("arn:aws:s3:::later/*")
        return values | {"policies": {"read": document(statement(actions=["s3:GetObject"], resources=[bucket]))}}

    graph = record(program(make=with_output))

    assert json.loads(graph.named("worker-policy-read").inputs["policy"])["Statement"][0]["Resource"] == [
        "arn:aws:s3:::later/*"
    ]


def test_a_first_preview_shows_the_same_resources_and_every_plain_document() -> None:
    known, unknown = record(program()), record(program(), known=False)

    assert set(known.resources) == set(unknown.resources)
    assert json.loads(unknown.named("worker-policy-read").inputs["policy"]) == READ, "reviewers could not read it"
    assert trust(unknown) == trust(known)
    assert unknown.outputs["role_arn_ready"] is UNKNOWN


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"namespace": ""}, "namespace: '' must be one exact Kubernetes name"),
        ({"service_account": "*"}, r"service_account: '\*' must be one exact"),
        ({"mode": "kiam"}, "mode: 'kiam' is not one of"),
        ({"managed_policies": {"read": MANAGED}}, "policies: read is a key of policies and of managed_policies"),
        ({"policies": {"assume-target-role": READ}}, "policies: the key 'assume-target-role' is taken"),
        ({"mode": "irsa", "session_policy": READ}, "session_policy: needs an own Pod Identity association"),
        ({"mode": "irsa", "target_role_arn": "arn"}, "target_role_arn: needs an own"),
        ({"association": False, "target_role_arn": "arn"}, "target_role_arn: needs an own"),
        (
            {"policies": {"big": document(statement(actions=["s3:GetObject"], resources=["x" * 6200]))}},
            r"policies\[big\]: the policy has \d+ characters, IAM accepts 6144",
        ),
    ],
)
def test_an_identity_that_aws_would_refuse_is_refused_first(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        record(program(**fields))


def test_outputs_are_registered() -> None:
    registered = set(record(program()).named("worker").outputs)

    assert registered == {"role_arn", "role_name", "role_arn_ready", "annotations"}
