"""The steps of a small platform that the simulated cloud takes as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.simulator.context import Place

PLACE = Place(region="eu-west-1", account="111122223333")
CLUSTER = "demo"
ZONES = ("a", "b")

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
