"""The pack against the platform itself: it passes as it is, and is stopped when one thing in it goes wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from policies.eks_policies.pack import RULES
from rehearsal.graph import Graph, Resource
from rehearsal.policies import PackReport, PolicyPackChoice, run_pack
from rehearsal.preview import Preview, preview
from tests.policies.support import PACK, REMOVED, changed

WILD_TRUST = '{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}}'
WEB_TRUST = (
    '{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", '
    '"Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.example.com"}}}'
)
ALLOW_ALL = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
ALLOW_DECRYPT = '{"Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}]}'
FARGATE_TRUST = (
    '{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "eks-fargate-pods.amazonaws.com"}}}'
)
CLUSTER = "aws:eks/cluster:Cluster"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

# One change to a recorded resource of the type, and the rule that must stop a deployment to production for it.
SABOTAGE: list[tuple[str, str, Mapping[str, Any]]] = [
    ("eks-cluster-private-endpoint", CLUSTER, {"vpcConfig.endpointPublicAccess": True}),
    ("eks-cluster-private-endpoint", CLUSTER, {"vpcConfig.endpointPrivateAccess": False}),
    ("eks-cluster-public-cidrs", CLUSTER, {"vpcConfig.endpointPublicAccess": True}),
    ("eks-cluster-secrets-encryption", CLUSTER, {"encryptionConfig": REMOVED}),
    ("eks-cluster-version", CLUSTER, {"version": "1.29"}),
    ("eks-cluster-version", CLUSTER, {"upgradePolicy": REMOVED}),
    ("eks-cluster-access-entries", CLUSTER, {"accessConfig.authenticationMode": "CONFIG_MAP"}),
    ("eks-cluster-creator-not-admin", CLUSTER, {"accessConfig.bootstrapClusterCreatorAdminPermissions": True}),
    ("eks-cluster-deletion-protection", CLUSTER, {"deletionProtection": False}),
    ("eks-cluster-zonal-shift", CLUSTER, {"zonalShiftConfig": REMOVED}),
    ("eks-cluster-audit-log", CLUSTER, {"enabledClusterLogTypes": ["api"]}),
    ("eks-cluster-all-logs", CLUSTER, {"enabledClusterLogTypes": ["audit"]}),
    (
        "eks-no-aws-auth-config-map",
        "kubernetes:core/v1:ConfigMap",
        {"metadata": {"name": "aws-auth", "namespace": "kube-system"}},
    ),
    ("ec2-launch-template-imdsv2", TEMPLATE, {"metadataOptions.httpTokens": "optional"}),
    ("ec2-launch-template-hop-limit", TEMPLATE, {"metadataOptions.httpPutResponseHopLimit": 2}),
    ("ec2-launch-template-encrypted-volumes", TEMPLATE, {"blockDeviceMappings.0.ebs.encrypted": "false"}),
    ("ec2-launch-template-no-public-ip", TEMPLATE, {"networkInterfaces": [{"associatePublicIpAddress": "true"}]}),
    ("ec2-launch-template-no-secrets", TEMPLATE, {"userData": "password = hunter22"}),
    ("eks-node-no-ssh", "aws:eks/nodeGroup:NodeGroup", {"remoteAccess": {"ec2SshKey": "ops"}}),
    ("eks-node-group-bounded-update", "aws:eks/nodeGroup:NodeGroup", {"updateConfig": REMOVED}),
    ("vpc-subnet-no-public-ip", "aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": True}),
    (
        "ec2-security-group-no-open-ports",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1"},
    ),
    (
        "iam-no-administrator-access",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    ("iam-no-full-access", "aws:iam/policy:Policy", {"policy": ALLOW_ALL}),
    ("iam-trust-names-principals", "aws:iam/role:Role", {"assumeRolePolicy": WILD_TRUST}),
    ("iam-web-identity-pins-subject", "aws:iam/role:Role", {"assumeRolePolicy": WEB_TRUST}),
    ("kms-key-rotation", "aws:kms/key:Key", {"enableKeyRotation": False}),
    ("efs-file-system-encrypted", "aws:efs/fileSystem:FileSystem", {"encrypted": False}),
    ("helm-chart-pinned", "kubernetes:helm.sh/v3:Release", {"version": REMOVED}),
    (
        "eks-access-listed-administrators",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        {"principalArn": "arn:aws:iam::111122223333:role/intern"},
    ),
    (
        "eks-network-policy-engine",
        "aws:eks/addon:Addon",
        {"addonName": "vpc-cni", "configurationValues": "{}"},
    ),
    ("eks-node-group-container-os", "aws:eks/nodeGroup:NodeGroup", {"amiType": "AL2_x86_64"}),
    ("iam-decrypts-with-named-keys", "aws:iam/policy:Policy", {"policy": ALLOW_DECRYPT}),
    ("iam-fargate-trust-names-source", "aws:iam/role:Role", {"assumeRolePolicy": FARGATE_TRUST}),
    (
        "kubernetes-storage-class-ebs",
        "kubernetes:storage.k8s.io/v1:StorageClass",
        {"provisioner": "ebs.csi.aws.com", "volumeBindingMode": "Immediate"},
    ),
    ("kms-key-policy", "aws:kms/key:Key", {"bypassPolicyLockoutSafetyCheck": True}),
    ("kms-key-deletion-window", "aws:kms/key:Key", {"deletionWindowInDays": 7}),
]


@pytest.fixture(name="platform", scope="module")
def _platform() -> Preview:
    return preview(PACK.parent, "prod", packs=())


def _graph(resources: list[Resource]) -> Graph:
    return Graph(project="eks-platform", stack="prod", resources=resources, outputs={}, invokes=())


def _judge(graph: Graph) -> PackReport:
    return run_pack(PolicyPackChoice(PACK, Path(PACK / "config" / "prod.json")), graph)


def _mandatory(graph: Graph) -> list[tuple[str, str]]:
    return [(found.policy, found.urn) for found in _judge(graph).findings if found.level == "mandatory"]


def _changed(platform: Preview, change: Callable[[Resource], Resource | None]) -> Graph:
    return _graph([new for old in platform.graph.resources.values() if (new := change(old))])


# Rules that the tests below break by more than one change to one resource.
STACK_SABOTAGE = (
    "eks-cluster-log-group",
    "eks-compute-private-subnets",
    "eks-pod-identity-own-role",
    "vpc-default-security-group-empty",
    "vpc-flow-logs",
    "vpc-nat-gateway-in-each-zone",
)

# What the platform must not have at all.
ABSENT = ("iam-no-users",)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.name not in ABSENT], ids=lambda rule: rule.name)
def test_every_rule_has_something_to_judge_in_the_platform(platform: Preview, rule: Any) -> None:
    assert any(platform.graph.of_type(type_) for type_ in rule.definition.types), "the rule protects nothing here"


@pytest.mark.parametrize("mode", ["graph", "first_graph"])
def test_production_is_let_through_with_every_rule_decided(platform: Preview, mode: str) -> None:
    findings = _judge(getattr(platform, mode)).findings
    assert [found for found in findings if found.level == "mandatory"] == [], "production could not be deployed"
    assert [found for found in findings if found.unknown] == [], "a first preview would leave a rule undecided"


@pytest.mark.parametrize(("rule", "type_", "changes"), SABOTAGE)
def test_one_thing_gone_wrong_stops_a_deployment_to_production(
    platform: Preview, rule: str, type_: str, changes: Mapping[str, Any]
) -> None:
    resource = platform.graph.of_type(type_)[0]
    broken = dataclasses.replace(resource, inputs=changed(resource.inputs, changes))
    assert (rule, resource.urn) in _mandatory(_graph([broken])), f"{rule} would not notice {changes} in the platform"


def test_every_mandatory_rule_is_sabotaged_here() -> None:
    stopped = {rule for rule, _, _ in SABOTAGE} | {*STACK_SABOTAGE}
    levels = _judge(_graph([])).levels
    mandatory = {name for name, level in levels.items() if level == "mandatory"} - {*ABSENT}
    assert mandatory - stopped == set(), "nobody has seen these rules stop the platform"


def test_a_cluster_that_does_not_wait_for_its_log_group_is_stopped(platform: Preview) -> None:
    groups = {group.urn for group in platform.graph.of_type("aws:cloudwatch/logGroup:LogGroup")}

    def cut(resource: Resource) -> Resource:
        sources = {key: urns - groups for key, urns in resource.property_dependencies.items()}
        return dataclasses.replace(resource, dependencies=resource.dependencies - groups, property_dependencies=sources)

    cluster = platform.graph.of_type(CLUSTER)[0]
    said = _mandatory(_changed(platform, cut))
    assert said == [("eks-cluster-log-group", cluster.urn)], "EKS would make a log group that never expires"


@pytest.mark.parametrize(
    ("rule", "missing"),
    [
        ("vpc-flow-logs", "aws:ec2/flowLog:FlowLog"),
        ("vpc-default-security-group-empty", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
    ],
)
def test_a_vpc_that_lacks_a_protection_is_stopped(platform: Preview, rule: str, missing: str) -> None:
    vpc = platform.graph.of_type("aws:ec2/vpc:Vpc")[0]
    said = _mandatory(_changed(platform, lambda resource: None if resource.type == missing else resource))
    assert said == [(rule, vpc.urn)], f"a VPC without {missing} would be deployed"


@pytest.mark.parametrize("mode", ["graph", "first_graph"])
def test_nodes_moved_to_a_public_subnet_are_stopped(platform: Preview, mode: str) -> None:
    graph: Graph = getattr(platform, mode)
    public = next(subnet for subnet in graph.of_type("aws:ec2/subnet:Subnet") if "-public-" in subnet.name)
    group = graph.of_type("aws:eks/nodeGroup:NodeGroup")[0]
    moved = dataclasses.replace(
        group,
        outputs={**group.outputs, "subnetIds": [public.id]},
        property_dependencies={**group.property_dependencies, "subnetIds": frozenset({public.urn})},
    )
    said = _mandatory(_graph([moved if one.urn == group.urn else one for one in graph.resources.values()]))
    assert said == [("eks-compute-private-subnets", group.urn)], "nodes could be reached from the internet"


def test_a_zone_that_loses_its_nat_gateway_is_reported(platform: Preview) -> None:
    vpc = platform.graph.of_type("aws:ec2/vpc:Vpc")[0]
    lost = platform.graph.of_type("aws:ec2/natGateway:NatGateway")[0]
    said = _mandatory(_changed(platform, lambda resource: None if resource.urn == lost.urn else resource))
    assert said == [("vpc-nat-gateway-in-each-zone", vpc.urn)], "the zone would hang on another one"


def test_a_role_that_two_workloads_share_is_stopped(platform: Preview) -> None:
    one, other = platform.graph.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")[:2]
    shared = dataclasses.replace(other, outputs={**other.outputs, "roleArn": one.outputs["roleArn"]})
    said = _mandatory(_changed(platform, lambda resource: shared if resource.urn == other.urn else resource))
    assert sorted(said) == sorted([("eks-pod-identity-own-role", one.urn), ("eks-pod-identity-own-role", other.urn)]), (
        "each would have the permissions of the other"
    )
