"""`eks.Cluster` is expanded into what its plugin registers, and refused where that is more than is known."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pytest

from rehearsal.errors import RehearsalError
from rehearsal.inprocess import run
from rehearsal.wire import UNKNOWN
from tests.support.trust import EKS_TRUST

LEAN = {
    "name": "demo",
    "version": "1.35",
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-1", "subnet-2"],
    "skip_default_node_group": True,
    "skip_default_security_groups": True,
    "use_default_vpc_cni": True,
    "coredns_addon_options": {"enabled": False},
    "kube_proxy_addon_options": {"enabled": False},
}


def previewed(*, known=True, transforms=(), **arguments):
    def program():
        role = aws.iam.Role("role", assume_role_policy=EKS_TRUST)
        provider = aws.Provider("aws", region="eu-west-1")
        opts = pulumi.ResourceOptions(providers=[provider], protect=True, transforms=[*transforms])
        cluster = eks.Cluster("c", **{**LEAN, "service_role": role, **arguments}, opts=opts)
        pulumi.export("name", cluster.eks_cluster.name)
        pulumi.export("issuer", cluster.eks_cluster.identities[0].oidcs[0].issuer)
        pulumi.export("kubeconfig", cluster.kubeconfig_json)

    result = run(program, project="p", stack="dev", config={"aws:region": "eu-west-1"}, known=known)
    if result.error:
        raise result.error
    return result.graph


def test_the_lean_component_has_a_control_plane_and_a_kubernetes_provider():
    graph = previewed(
        encryption_config_key_arn="arn:aws:kms:eu-west-1:111122223333:key/x",
        authentication_mode=eks.AuthenticationMode.API,
    )
    component = graph.named("c")
    children = {(child.type, child.name) for child in graph.children(component)}
    assert children == {("aws:eks/cluster:Cluster", "c-eksCluster"), ("pulumi:providers:kubernetes", "c-eks-k8s")}
    cluster = graph.named("c-eksCluster")
    assert cluster.inputs["roleArn"] == graph.named("role").outputs["arn"]
    assert cluster.inputs["vpcConfig"]["subnetIds"] == ["subnet-1", "subnet-2"]
    assert cluster.inputs["encryptionConfig"]["provider"] == {"keyArn": "arn:aws:kms:eu-west-1:111122223333:key/x"}
    assert cluster.inputs["accessConfig"]["authenticationMode"] == "API"
    assert (cluster.protect, graph.resources[cluster.provider].name) == (True, "aws")
    assert graph.depends_on(cluster, graph.named("role")), "the cluster would be made before its role"
    assert graph.depends_on(graph.named("c-eks-k8s"), cluster)


def test_its_outputs_lead_to_the_real_cluster():
    graph = previewed()
    assert graph.outputs["name"] == "demo"
    assert graph.outputs["issuer"].startswith("https://oidc.eks.eu-west-1.amazonaws.com/id/")
    kubeconfig = json.loads(graph.outputs["kubeconfig"])
    assert kubeconfig["users"][0]["user"]["exec"]["args"][-3:] == ["demo", "--output", "json"]


def test_in_a_first_preview_its_outputs_are_unknown():
    graph = previewed(known=False)
    assert graph.outputs["kubeconfig"] is UNKNOWN
    assert graph.outputs["issuer"] is UNKNOWN


def test_transforms_of_the_caller_reach_the_children():
    def change(args):
        if args.type_ == "aws:eks/cluster:Cluster":
            return pulumi.ResourceTransformResult(
                props={**args.props, "zonalShiftConfig": {"enabled": True}}, opts=args.opts
            )
        return None

    assert previewed(transforms=[change]).named("c-eksCluster").inputs["zonalShiftConfig"] == {"enabled": True}


def test_a_misspelt_key_that_a_transform_adds_is_refused():
    def change(args):
        if args.type_ == "aws:eks/cluster:Cluster":
            return pulumi.ResourceTransformResult(
                props={**args.props, "zonalShiftConfig": {"enabld": True}}, opts=args.opts
            )
        return None

    with pytest.raises(RehearsalError, match=r"zonalShiftConfig.enabld'; did you mean 'enabled'"):
        previewed(transforms=[change])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"skip_default_node_group": False}, "skipDefaultNodeGroup must be true"),
        ({"skip_default_security_groups": None}, "skipDefaultSecurityGroups must be true"),
        ({"use_default_vpc_cni": False}, "useDefaultVpcCni must be true"),
        ({"coredns_addon_options": None}, "corednsAddonOptions.enabled must be false"),
        ({"service_role": None}, "serviceRole must be given"),
        ({"vpc_id": None}, "vpcId must be given"),
        ({"create_oidc_provider": True}, "createOidcProvider must be false"),
        ({"fargate": True}, "fargate is not supported"),
        ({"instance_roles": []}, "instanceRoles is not supported"),
        ({"access_entries": {"a": {"principal_arn": "arn:aws:iam::1:role/x"}}}, "accessEntries must be left out"),
    ],
)
def test_what_the_plugin_would_add_unseen_is_refused(arguments, message):
    with pytest.raises(RehearsalError, match=message):
        previewed(**arguments)
