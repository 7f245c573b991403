import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.access import AccessEntry
from components.aws_environment import AwsEnvironment
from components.cluster import Cluster
from components.cluster_args import ClusterArgs, ControlPlaneLogs, Endpoint, SecretsEncryption
from rehearsal.graph import Graph, Resource
from rehearsal.wire import UNKNOWN
from tests.support.fixtures import AWS, component_options
from tests.support.recording import record

CONTROL_PLANE = "aws:eks/cluster:Cluster"
LEAN = "eks:index:Cluster"
KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
PROVIDER = "pulumi:providers:kubernetes"
DEPLOYER = "arn:aws:iam::111122223333:role/deployer"


def arguments(**changes: Any) -> ClusterArgs:
    values: dict[str, Any] = {
        "aws": AWS,
        "name": "demo",
        "version": "1.35",
        "vpc_id": "vpc-1",
        "subnet_ids": {"eu-west-1b": "subnet-b", "eu-west-1a": "subnet-a"},
        "access": {
            "deployer": AccessEntry(principal=DEPLOYER, policy="ClusterAdmin"),
            "viewer": AccessEntry(principal="arn:aws:iam::111122223333:role/viewer", policy="View"),
        },
        **changes,
    }
    return ClusterArgs(**values)


def program(**changes: Any) -> Callable[[], None]:
    def run() -> None:
        cluster = Cluster("cluster", arguments(**changes), component_options())
        kubernetes.core.v1.Namespace("namespace", opts=pulumi.ResourceOptions(provider=cluster.ref.kubernetes_provider))
        for name in [
            "name",
            "arn",
            "version",
            "endpoint",
            "certificate_authority",
            "oidc_issuer",
            "oidc_provider_arn",
            "cluster_security_group_id",
            "node_security_group_id",
            "role_arn",
            "log_group_name",
            "kms_key_arn",
            "kubeconfig",
        ]:
            pulumi.export(name, getattr(cluster, name))

    return run


def control_plane(graph: Graph) -> Resource:
    (found,) = graph.of_type(CONTROL_PLANE)
    return found


def test_a_cluster_consists_of_exactly_these_resources() -> None:
    graph = record(program())

    made = Counter(resource.type for resource in graph.descendants(graph.named("cluster")))
    assert made == {
        KEY: 1,
        "aws:kms/alias:Alias": 1,
        LOG_GROUP: 1,
        "aws:iam/role:Role": 1,
        ATTACHMENT: 1,
        LEAN: 1,
        CONTROL_PLANE: 1,
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider": 1,
        "aws:eks/accessEntry:AccessEntry": 2,
        ASSOCIATION: 2,
        "aws:ec2/securityGroup:SecurityGroup": 1,
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 8,
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": 1,
        PROVIDER: 2,
    }, "something is made that nobody asked for, or is missing"


def test_the_control_plane_is_told_everything_through_component_and_transform() -> None:
    graph = record(program(service_cidr="172.20.0.0/16", control_plane_tier="tier-xl"))

    assert dict(control_plane(graph).inputs) == {
        "name": "demo",
        "tags": {"Name": "demo"},
        "version": "1.35",
        "roleArn": graph.named("cluster-role").outputs["arn"],
        "vpcConfig": {
            "subnetIds": ["subnet-a", "subnet-b"],
            "endpointPrivateAccess": True,
            "endpointPublicAccess": False,
        },
        "kubernetesNetworkConfig": {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16"},
        "enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        "encryptionConfig": {
            "provider": {"keyArn": graph.named("cluster-key").outputs["arn"]},
            "resources": ["secrets"],
        },
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        "bootstrapSelfManagedAddons": False,
        "deletionProtection": True,
        "upgradePolicy": {"supportType": "STANDARD"},
        "zonalShiftConfig": {"enabled": True},
        "controlPlaneScalingConfig": {"tier": "tier-xl"},
    }


@pytest.mark.parametrize("earlier", ["cluster-key", "cluster-logs", "cluster-role-AmazonEKSClusterPolicy"])
def test_what_the_control_plane_works_with_is_there_before_and_after_it(earlier: str) -> None:
    graph = record(program())

    assert graph.depends_on(control_plane(graph), graph.named(earlier)), (
        f"{earlier} must outlive the control plane: EKS would make a log group that never expires, lose the right to "
        "remove its network interfaces, or hang on a key that is gone"
    )


def test_the_log_group_is_the_one_that_eks_writes_to() -> None:
    graph = record(program())

    assert dict(graph.named("cluster-logs").inputs) == {
        "name": "/aws/eks/demo/cluster",
        "retentionInDays": 90,
        "kmsKeyId": graph.named("cluster-key").outputs["arn"],
    }


def test_the_key_rotates_and_lets_only_this_log_group_in() -> None:
    graph = record(program())

    inputs = graph.named("cluster-key").inputs
    assert (inputs["enableKeyRotation"], inputs["rotationPeriodInDays"]) == (True, 365)
    assert inputs["deletionWindowInDays"] == 30
    statements = {one["Sid"]: one for one in json.loads(inputs["policy"])["Statement"]}
    assert set(statements) == {"AccountDecidesThroughIam", "LogGroups"}
    assert statements["LogGroups"]["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"] == [
        "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/demo/cluster"
    ]
    assert graph.named("cluster-key-alias").inputs["name"] == "alias/eks/demo"


def test_a_given_key_is_used_and_none_is_made() -> None:
    given = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    graph = record(program(secrets_encryption=SecretsEncryption(kms_key_arn=given)))

    assert graph.of_type(KEY) == []
    assert control_plane(graph).inputs["encryptionConfig"]["provider"] == {"keyArn": given}
    assert "kmsKeyId" not in graph.named("cluster-logs").inputs, "the given key's policy may not let CloudWatch in"
    assert graph.outputs["kms_key_arn"] == given


def test_logs_can_have_a_key_of_their_own() -> None:
    given = "arn:aws:kms:eu-west-1:111122223333:key/logs"
    graph = record(program(logs=ControlPlaneLogs(types=["audit"], retention_days=365, kms_key_arn=given)))

    logs = graph.named("cluster-logs").inputs
    assert (logs["kmsKeyId"], logs["retentionInDays"]) == (given, 365)
    assert control_plane(graph).inputs["enabledClusterLogTypes"] == ["audit"]
    policy = json.loads(graph.named("cluster-key").inputs["policy"])
    assert [one["Sid"] for one in policy["Statement"]] == ["AccountDecidesThroughIam"]


def test_encryption_and_logs_can_be_left_out() -> None:
    graph = record(program(secrets_encryption=SecretsEncryption(enabled=False), logs=ControlPlaneLogs(types=[])))

    assert graph.of_type(KEY) == []
    assert graph.of_type(LOG_GROUP) == []
    assert {"encryptionConfig", "enabledClusterLogTypes"} & set(control_plane(graph).inputs) == set()
    assert (graph.outputs["kms_key_arn"], graph.outputs["log_group_name"]) == ("", "")


def test_the_endpoint_opens_to_the_named_ranges_only() -> None:
    graph = record(program(endpoint=Endpoint(public=True, public_cidrs=["192.0.2.0/24"])))

    config = control_plane(graph).inputs["vpcConfig"]
    assert (config["endpointPublicAccess"], config["publicAccessCidrs"]) == (True, ["192.0.2.0/24"])


def test_more_security_groups_and_the_rights_for_pod_security_groups_come_only_if_asked_for() -> None:
    graph = record(program(additional_security_group_ids=["sg-1", "sg-2"], security_groups_for_pods=True))

    assert control_plane(graph).inputs["vpcConfig"]["securityGroupIds"] == ["sg-1", "sg-2"]
    assert {resource.inputs["policyArn"] for resource in graph.of_type(ATTACHMENT)} == {
        "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
        "arn:aws:iam::aws:policy/AmazonEKSVPCResourceController",
    }


def test_a_cluster_in_transition_keeps_its_config_map_and_nobody_writes_to_it() -> None:
    graph = record(program(authentication_mode="API_AND_CONFIG_MAP"))

    (component,) = graph.of_type(LEAN)
    assert control_plane(graph).inputs["accessConfig"]["authenticationMode"] == "API_AND_CONFIG_MAP"
    assert component.inputs["authenticationMode"] == "API", "pulumi-eks would replace aws-auth with an empty one"


def test_the_cluster_role_keeps_within_the_permissions_boundary() -> None:
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    aws = AwsEnvironment(region="eu-west-1", account="111122223333", permissions_boundary=boundary)
    graph = record(program(aws=aws))

    assert graph.named("cluster-role").inputs["permissionsBoundary"] == boundary


def test_an_ipv6_cluster_says_so_and_its_nodes_reach_the_world_by_ipv6() -> None:
    graph = record(program(ip_family="ipv6"))

    assert control_plane(graph).inputs["kubernetesNetworkConfig"] == {"ipFamily": "ipv6"}
    assert graph.named("cluster-egress-ipv6").inputs["cidrIpv6"] == "::/0"


def test_the_oidc_provider_is_made_from_the_clusters_issuer_without_a_thumbprint() -> None:
    graph = record(program())

    inputs = graph.named("cluster-oidc").inputs
    issuer = control_plane(graph).outputs["identities"][0]["oidcs"][0]["issuer"]
    assert dict(inputs) == {"url": issuer, "clientIdLists": ["sts.amazonaws.com"]}
    assert graph.outputs["oidc_issuer"] == issuer.removeprefix("https://"), "no web identity would match with a scheme"


def test_kubernetes_objects_wait_for_the_deployers_access_and_for_no_other_entry() -> None:
    graph = record(program(deployer_role_arn=DEPLOYER))

    namespace = graph.named("namespace")
    assert graph.depends_on(namespace, graph.named("cluster-access-deployer", ASSOCIATION)), (
        "objects would be refused as unauthorized, and could not be deleted once the access is gone"
    )
    assert not graph.depends_on(namespace, graph.named("cluster-access-viewer", ASSOCIATION))


def test_the_kubernetes_provider_is_known_by_a_name_that_never_changes() -> None:
    for known in (True, False):
        inputs = record(program(generation=3), known=known).named("cluster-kubernetes").inputs

        assert inputs["clusterIdentifier"] == "111122223333/eu-west-1/demo/3", (
            "an unknown or changed kubeconfig would replace the provider and every object in the cluster"
        )


def test_the_provider_signs_in_as_the_deployer_and_people_as_themselves() -> None:
    graph = record(program(deployer_role_arn=DEPLOYER))

    def arguments_of(document: Any) -> list[str]:
        return document["users"][0]["user"]["exec"]["args"]

    provider = json.loads(graph.named("cluster-kubernetes").inputs["kubeconfig"])
    base = ["--region", "eu-west-1", "eks", "get-token", "--cluster-name", "demo", "--output", "json"]
    assert arguments_of(provider) == [*base, "--role-arn", DEPLOYER]
    assert arguments_of(graph.outputs["kubeconfig"]) == base, "app teams cannot assume the deployer's role"


def test_outputs_say_what_the_control_plane_says() -> None:
    graph = record(program())

    plane = control_plane(graph).outputs
    assert graph.outputs["name"] == "demo"
    assert graph.outputs["arn"] == plane["arn"]
    assert graph.outputs["version"] == "1.35"
    assert graph.outputs["endpoint"] == plane["endpoint"]
    assert graph.outputs["certificate_authority"] == plane["certificateAuthority"]["data"]
    assert graph.outputs["cluster_security_group_id"] == plane["vpcConfig"]["clusterSecurityGroupId"]
    assert graph.outputs["node_security_group_id"] == graph.named("cluster-nodes").id
    assert graph.outputs["role_arn"] == graph.named("cluster-role").outputs["arn"]
    assert graph.outputs["kms_key_arn"] == graph.named("cluster-key").outputs["arn"]
    assert graph.outputs["log_group_name"] == "/aws/eks/demo/cluster"
    assert graph.outputs["oidc_provider_arn"] == graph.named("cluster-oidc").outputs["arn"]
    registered = set(graph.named("cluster").outputs)
    assert registered == set(graph.outputs), "an output that is not registered is not in the state"


def test_whatever_takes_the_name_comes_after_the_real_cluster() -> None:
    def run() -> None:
        cluster = Cluster("cluster", arguments(), component_options())
        options = pulumi.ResourceOptions(provider=cluster.kubernetes_provider)
        labels = {"cluster": cluster.ref.name}
        kubernetes.core.v1.Namespace("named", metadata={"labels": labels}, opts=options)

    graph = record(run)
    taken = graph.named("named").property_dependencies["metadata"]
    assert control_plane(graph).urn in taken, "depending on the component alone lets the cluster go first on destroy"


def test_whatever_carries_the_nodes_security_group_goes_before_its_rules() -> None:
    def run() -> None:
        cluster = Cluster("cluster", arguments(), component_options())
        options = pulumi.ResourceOptions(provider=cluster.kubernetes_provider)
        labels = {"group": cluster.ref.node_security_group_id}
        kubernetes.core.v1.Namespace("member", metadata={"labels": labels}, opts=options)

    graph = record(run)
    member = graph.named("member")
    rules = [r for r in graph.resources.values() if r.type.startswith("aws:vpc/securityGroup")]
    assert len(rules) == 9
    assert [rule.name for rule in rules if not graph.depends_on(member, rule)] == [], (
        "on destroy the rules would go first: controllers lose the API and leave their load balancers behind"
    )


def test_a_first_preview_asks_for_the_same_resources() -> None:
    known, unknown = record(program()), record(program(), known=False)

    assert set(known.resources) == set(unknown.resources), "the first deployment would make what no preview showed"
    assert unknown.outputs["endpoint"] is UNKNOWN
    assert unknown.named("cluster-oidc").inputs["url"] is UNKNOWN
    assert control_plane(unknown).inputs["zonalShiftConfig"] == {"enabled": True}, "the transform must not need outputs"


def test_two_clusters_stand_side_by_side() -> None:
    def run() -> None:
        options = component_options()
        Cluster("blue", arguments(name="blue"), options)
        Cluster("green", arguments(name="green"), options)

    graph = record(run)
    assert sorted(plane.inputs["name"] for plane in graph.of_type(CONTROL_PLANE)) == ["blue", "green"]
    blue, green = (graph.descendants(graph.named(name)) for name in ("blue", "green"))
    assert len(blue) == len(green)
    assert not any(graph.depends_on(one, other) for one in blue for other in green), "a destroy of one takes the other"


def test_no_child_is_made_by_a_default_provider() -> None:
    graph = record(program())

    aws_provider = graph.named("aws").urn
    strangers = [
        child.name
        for child in graph.descendants(graph.named("cluster"))
        if child.type.startswith("aws:") and child.provider != aws_provider
    ]
    assert strangers == [], "they would be made in whatever account and region the shell points to"


def test_resource_names_hold_neither_the_stack_nor_a_position() -> None:
    one = {resource.name for resource in record(program(), stack="dev").resources.values()}
    other = {resource.name for resource in record(program(), stack="prod").resources.values()}

    assert one - {"eks-platform-dev"} == other - {"eks-platform-prod"}


def test_a_reordering_of_zones_changes_nothing() -> None:
    turned = {"eu-west-1a": "subnet-a", "eu-west-1b": "subnet-b"}

    assert (
        control_plane(record(program())).inputs["vpcConfig"]
        == control_plane(record(program(subnet_ids=turned))).inputs["vpcConfig"]
    )
