"""A small platform that the simulated cloud takes as it is, made step by step: break one thing and see who refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.context import Place
from rehearsal.simulator.world import Record, World

PLACE = Place(region="eu-west-1", account="111122223333")
CLUSTER = "demo"
ZONES = ("a", "b")
GONE = object()  # Stands for an input that is taken out, or a step that is left out.

Inputs = dict[str, Any]
Made = Mapping[str, Mapping[str, Any]]
Step = tuple[str, Callable[[Made], Inputs]]


def arn(service: str, resource: str) -> str:
    return PLACE.arn(service, resource)


def trust(service: str, *actions: str, **condition: Any) -> str:
    """Return a trust policy for a service."""
    statement: Inputs = {
        "Effect": "Allow",
        "Action": list(actions or ("sts:AssumeRole",)),
        "Principal": {"Service": [service]},
    }
    return document({**statement, **({"Condition": condition} if condition else {})})


def document(*statements: Mapping[str, Any]) -> str:
    """Return a policy document as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    """Return a statement that allows actions on everything."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


KEY_POLICY = document(
    allow("kms:*", Principal={"AWS": f"arn:aws:iam::{PLACE.account}:root"}),
    allow(
        "kms:Encrypt*",
        "kms:Decrypt*",
        "kms:GenerateDataKey*",
        "kms:Describe*",
        Principal={"Service": "logs.eu-west-1.amazonaws.com"},
        Condition={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arn("logs", f"log-group:/aws/eks/{CLUSTER}/*")}},
    ),
)
PODS = ("sts:AssumeRole", "sts:TagSession")
ENTRY = f"arn:aws:iam::{PLACE.account}:role/deployer"
ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def _id(made: Made, step: str) -> str:
    return made[step]["id"]


def _role(name: str, policy: str) -> Step:
    return "aws:iam/role:Role", lambda _made: {"name": name, "assumeRolePolicy": policy}


def _attachment(role: str, policy: str) -> Step:
    policy_arn = f"arn:aws:iam::aws:policy/{policy}"
    return (
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        lambda _made: {"role": role, "policyArn": policy_arn},
    )


def _addon(name: str, **inputs: Any) -> Step:
    return "aws:eks/addon:Addon", lambda _made: {"clusterName": CLUSTER, "addonName": name, **inputs}


def _subnet(tier: str, number: int, zone: str) -> Step:
    return (
        "aws:ec2/subnet:Subnet",
        lambda made: {
            "vpcId": _id(made, "vpc"),
            "cidrBlock": f"10.0.{number}.0/24",
            "availabilityZone": f"eu-west-1{zone}",
            "mapPublicIpOnLaunch": tier == "public",
        },
    )


def _associated(subnet: str, table: str) -> Step:
    return (
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        lambda made: {"subnetId": _id(made, subnet), "routeTableId": _id(made, table)},
    )


def _network() -> dict[str, Step]:
    return {
        "vpc": (
            "aws:ec2/vpc:Vpc",
            lambda _made: {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True, "enableDnsSupport": True},
        ),
        "public-a": _subnet("public", 0, "a"),
        "private-a": _subnet("private", 10, "a"),
        "private-b": _subnet("private", 11, "b"),
        "gateway": ("aws:ec2/internetGateway:InternetGateway", lambda made: {"vpcId": _id(made, "vpc")}),
        "public-table": ("aws:ec2/routeTable:RouteTable", lambda made: {"vpcId": _id(made, "vpc")}),
        "public-route": (
            "aws:ec2/route:Route",
            lambda made: {
                "routeTableId": _id(made, "public-table"),
                "destinationCidrBlock": "0.0.0.0/0",
                "gatewayId": _id(made, "gateway"),
            },
        ),
        "public-association": _associated("public-a", "public-table"),
        "address": ("aws:ec2/eip:Eip", lambda _made: {"domain": "vpc"}),
        "nat": (
            "aws:ec2/natGateway:NatGateway",
            lambda made: {"subnetId": _id(made, "public-a"), "allocationId": _id(made, "address")},
        ),
        "private-table": ("aws:ec2/routeTable:RouteTable", lambda made: {"vpcId": _id(made, "vpc")}),
        "private-route": (
            "aws:ec2/route:Route",
            lambda made: {
                "routeTableId": _id(made, "private-table"),
                "destinationCidrBlock": "0.0.0.0/0",
                "natGatewayId": _id(made, "nat"),
            },
        ),
        "private-association-a": _associated("private-a", "private-table"),
        "private-association-b": _associated("private-b", "private-table"),
        "node-group-sg": (
            "aws:ec2/securityGroup:SecurityGroup",
            lambda made: {"name": "nodes", "description": "Nodes", "vpcId": _id(made, "vpc")},
        ),
        "node-egress": (
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            lambda made: {
                "securityGroupId": _id(made, "node-group-sg"),
                "ipProtocol": "-1",
                "cidrIpv4": "0.0.0.0/0",
            },
        ),
    }


def _identities() -> dict[str, Step]:
    source = {"aws:SourceArn": arn("eks", f"fargateprofile/{CLUSTER}/*")}
    return {
        "cluster-role": _role("cluster-role", trust("eks.amazonaws.com")),
        "cluster-policy": _attachment("cluster-role", "AmazonEKSClusterPolicy"),
        "node-role": _role("node-role", trust("ec2.amazonaws.com")),
        "node-policy": _attachment("node-role", "AmazonEKSWorkerNodePolicy"),
        "image-policy": _attachment("node-role", "AmazonEC2ContainerRegistryPullOnly"),
        "fargate-role": _role("fargate-role", trust("eks-fargate-pods.amazonaws.com", ArnLike=source)),
        "fargate-policy": _attachment("fargate-role", "AmazonEKSFargatePodExecutionRolePolicy"),
        "cni-role": _role("cni-role", trust("pods.eks.amazonaws.com", *PODS)),
        "cni-policy": _attachment("cni-role", "AmazonEKS_CNI_Policy"),
        "app-role": _role("app-role", trust("pods.eks.amazonaws.com", *PODS)),
        "app-policy": (
            "aws:iam/policy:Policy",
            lambda _made: {"name": "app", "policy": document(allow("s3:GetObject"))},
        ),
        "app-attachment": (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            lambda made: {"role": "app-role", "policyArn": made["app-policy"]["arn"]},
        ),
        "app-inline": (
            "aws:iam/rolePolicy:RolePolicy",
            lambda _made: {"name": "inline", "role": "app-role", "policy": document(allow("s3:ListBucket"))},
        ),
        "key": (
            "aws:kms/key:Key",
            lambda _made: {"policy": KEY_POLICY, "deletionWindowInDays": 7},
        ),
        "alias": (
            "aws:kms/alias:Alias",
            lambda made: {"name": f"alias/eks/{CLUSTER}", "targetKeyId": made["key"]["keyId"]},
        ),
        "logs": (
            "aws:cloudwatch/logGroup:LogGroup",
            lambda made: {
                "name": f"/aws/eks/{CLUSTER}/cluster",
                "retentionInDays": 90,
                "kmsKeyId": made["key"]["arn"],
            },
        ),
    }


def _cluster(made: Made) -> Inputs:
    return {
        "name": CLUSTER,
        "version": "1.34",
        "roleArn": made["cluster-role"]["arn"],
        "bootstrapSelfManagedAddons": False,
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        "enabledClusterLogTypes": ["api", "audit"],
        "encryptionConfig": {"provider": {"keyArn": made["key"]["arn"]}, "resources": ["secrets"]},
        "kubernetesNetworkConfig": {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16"},
        "vpcConfig": {
            "subnetIds": [_id(made, "private-a"), _id(made, "private-b")],
            "endpointPrivateAccess": True,
            "endpointPublicAccess": False,
        },
    }


def _node_group(made: Made) -> Inputs:
    return {
        "clusterName": CLUSTER,
        "nodeGroupName": "system",
        "nodeRoleArn": made["node-role"]["arn"],
        "subnetIds": [_id(made, "private-a"), _id(made, "private-b")],
        "amiType": "AL2023_x86_64_STANDARD",
        "instanceTypes": ["m7i.large"],
        "launchTemplate": {"id": _id(made, "template"), "version": "1"},
        "scalingConfig": {"minSize": 1, "desiredSize": 2, "maxSize": 3},
        "version": "1.34",
    }


def _on_cluster() -> dict[str, Step]:
    cni = [{"roleArn": f"arn:aws:iam::{PLACE.account}:role/cni-role", "serviceAccount": "aws-node"}]
    return {
        "cluster": ("aws:eks/cluster:Cluster", _cluster),
        "api-from-nodes": (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            lambda made: {
                "securityGroupId": made["cluster"]["vpcConfig"]["clusterSecurityGroupId"],
                "referencedSecurityGroupId": _id(made, "node-group-sg"),
                "ipProtocol": "tcp",
                "fromPort": 443,
                "toPort": 443,
            },
        ),
        "oidc": (
            "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
            lambda made: {
                "url": made["cluster"]["identities"][0]["oidcs"][0]["issuer"],
                "clientIdLists": ["sts.amazonaws.com"],
            },
        ),
        "entry": ("aws:eks/accessEntry:AccessEntry", lambda _made: {"clusterName": CLUSTER, "principalArn": ENTRY}),
        "entry-policy": (
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            lambda _made: {
                "clusterName": CLUSTER,
                "principalArn": ENTRY,
                "policyArn": ADMIN,
                "accessScope": {"type": "cluster"},
            },
        ),
        "agent": _addon("eks-pod-identity-agent"),
        "kube-proxy": _addon("kube-proxy"),
        "vpc-cni": _addon("vpc-cni", podIdentityAssociations=cni, configurationValues='{"env": {}}'),
        "template": (
            "aws:ec2/launchTemplate:LaunchTemplate",
            lambda made: {"name": "system", "vpcSecurityGroupIds": [_id(made, "node-group-sg")]},
        ),
        "nodes": ("aws:eks/nodeGroup:NodeGroup", _node_group),
        "fargate": (
            "aws:eks/fargateProfile:FargateProfile",
            lambda made: {
                "clusterName": CLUSTER,
                "fargateProfileName": "batch",
                "podExecutionRoleArn": made["fargate-role"]["arn"],
                "selectors": [{"namespace": "batch"}],
                "subnetIds": [_id(made, "private-a")],
            },
        ),
        "coredns": _addon("coredns"),
        "association": (
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
            lambda made: {
                "clusterName": CLUSTER,
                "namespace": "team",
                "serviceAccount": "app",
                "roleArn": made["app-role"]["arn"],
            },
        ),
    }


def _storage() -> dict[str, Step]:
    def of_file_system(**inputs: Any) -> Callable[[Made], Inputs]:
        return lambda made: {"fileSystemId": _id(made, "file-system"), **inputs}

    return {
        "file-system": (
            "aws:efs/fileSystem:FileSystem",
            lambda made: {"creationToken": "demo", "encrypted": True, "kmsKeyId": made["key"]["arn"]},
        ),
        "mount-a": (
            "aws:efs/mountTarget:MountTarget",
            lambda made: {
                "fileSystemId": _id(made, "file-system"),
                "subnetId": _id(made, "private-a"),
                "securityGroups": [_id(made, "node-group-sg")],
            },
        ),
        "access-point": ("aws:efs/accessPoint:AccessPoint", of_file_system()),
        "backup": ("aws:efs/backupPolicy:BackupPolicy", of_file_system(backupPolicy={"status": "ENABLED"})),
        "file-policy": (
            "aws:efs/fileSystemPolicy:FileSystemPolicy",
            of_file_system(policy=document(allow("elasticfilesystem:ClientMount", Principal={"AWS": "*"}))),
        ),
    }


STEPS: Mapping[str, Step] = {**_network(), **_identities(), **_on_cluster(), **_storage()}


class LivingWorld:
    """A simulated cloud that is filled step by step.

    Args:
        without: Names of the steps that are left out.
        until: Name of the step before which to stop; "" for none.
        broken: For each step by name, the inputs that differ from the compliant ones.
    """

    def __init__(
        self, *, without: Iterable[str] = (), until: str = "", broken: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self.cloud = Cloud(World())
        self.made: dict[str, dict[str, Any]] = {}
        self._types: dict[str, str] = {}
        for name in STEPS:
            if name == until:
                break
            if name not in without:
                self.make(name, **(broken or {}).get(name, {}))

    @property
    def world(self) -> World:
        return self.cloud.world

    def inputs(self, step: str, /, **different: Any) -> Inputs:
        """Return the inputs of a step, some of them different; dictionaries are merged."""
        return _merged(STEPS[step][1](self.made), {key: _of(value, self.made) for key, value in different.items()})

    def make(self, step: str, /, like: str = "", **different: Any) -> dict[str, Any]:
        """Make the thing of a step, or another like it, and return its outputs with its id."""
        type_, inputs = STEPS[like or step][0], self.inputs(like or step, **different)
        id_, outputs = self.cloud.create(type_, urn(step, type_), inputs, PLACE, preview=False)
        self.made[step], self._types[step] = {**outputs, "id": id_}, type_
        return self.made[step]

    def record(self, step: str) -> Record:
        """Return what the world holds of a step."""
        record = self.world.get(self._types[step], self.made[step]["id"])
        assert record is not None, f"{step} must exist"
        return record

    def change(self, step: str, /, **different: Any) -> dict[str, Any]:
        """Change the thing of a step in place."""
        record = self.record(step)
        inputs = _merged(dict(record.inputs), {key: _of(value, self.made) for key, value in different.items()})
        return self.cloud.update(record.type, record.id, record.urn, inputs, PLACE, preview=False)

    def replaced_by(self, step: str, /, **different: Any) -> tuple[str, ...]:
        """Return which of some changed inputs replace the thing of a step."""
        old = dict(self.record(step).inputs)
        new = _merged(old, {key: _of(value, self.made) for key, value in different.items()})
        return self.cloud.diff(STEPS[step][0], old, new).replaces

    def delete(self, step: str) -> None:
        """Delete the thing of a step."""
        type_ = self._types[step]
        self.cloud.delete(type_, self.made[step]["id"], urn(step, type_))

    def delete_all(self, *, but: Iterable[str] = ()) -> None:
        """Delete everything, the last that was made first."""
        for name in reversed([name for name in self.made if name not in but]):
            self.delete(name)


def urn(name: str, type_: str) -> str:
    return f"urn:pulumi:test::demo::{type_}::{name}"


def _of(value: Any, made: Made) -> Any:
    return value(made) if callable(value) else value


def _merged(base: Inputs, different: Mapping[str, Any]) -> Inputs:
    merged = dict(base)
    for key, value in different.items():
        if value is GONE:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merged(dict(merged[key]), value)
        else:
            merged[key] = value
    return merged
