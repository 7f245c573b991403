"""Inputs that are all right, by type, and ways to break one thing in them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

ROLE_ARN = "arn:aws:iam::123456789012:role/demo"


def statement(**changes: Any) -> dict[str, Any]:
    """Return a statement of an identity policy; None takes a key away."""
    whole = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"], **changes}
    return {key: value for key, value in whole.items() if value is not None}


def trust(**changes: Any) -> dict[str, Any]:
    """Return a statement of a trust policy; None takes a key away."""
    principal = {"Service": ["ec2.amazonaws.com"]}
    whole = {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": principal, **changes}
    return {key: value for key, value in whole.items() if value is not None}


def document(*statements: Any, **changes: Any) -> str:
    """Return a policy document as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **changes})


VALID: Mapping[str, Mapping[str, Any]] = {
    "aws:autoscaling/tag:Tag": {
        "autoscalingGroupName": "group",
        "tag": {"key": "team", "value": "a", "propagateAtLaunch": True},
    },
    "aws:cloudwatch/logGroup:LogGroup": {"name": "/aws/eks/demo/cluster", "retentionInDays": 90},
    "aws:ec2/eip:Eip": {"domain": "vpc"},
    "aws:ec2/flowLog:FlowLog": {
        "vpcId": "vpc-1",
        "trafficType": "ALL",
        "maxAggregationInterval": 600,
        "iamRoleArn": ROLE_ARN,
    },
    "aws:ec2/launchTemplate:LaunchTemplate": {
        "name": "demo",
        "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
        "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp3", "encrypted": "true"}}],
        "tagSpecifications": [{"resourceType": "instance", "tags": {"team": "a"}}],
        "instanceType": "m7i.large",
        "userData": "IyEvYmluL3No",
    },
    "aws:ec2/natGateway:NatGateway": {"connectivityType": "public", "subnetId": "subnet-1", "allocationId": "eip-1"},
    "aws:ec2/route:Route": {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"},
    "aws:ec2/securityGroup:SecurityGroup": {"description": "Mount targets of demo", "vpcId": "vpc-1"},
    "aws:ec2/subnet:Subnet": {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/20", "mapPublicIpOnLaunch": False},
    "aws:ec2/vpc:Vpc": {"cidrBlock": "10.0.0.0/16", "instanceTenancy": "default", "tags": {"Name": "demo"}},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        "vpcId": "vpc-1",
        "serviceName": "com.amazonaws.eu-west-1.s3",
        "vpcEndpointType": "Gateway",
        "policy": document({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}),
    },
    "aws:efs/accessPoint:AccessPoint": {
        "fileSystemId": "fs-1",
        "rootDirectory": {"path": "/data", "creationInfo": {"ownerUid": 0, "ownerGid": 0, "permissions": "0755"}},
    },
    "aws:efs/backupPolicy:BackupPolicy": {"fileSystemId": "fs-1", "backupPolicy": {"status": "ENABLED"}},
    "aws:efs/fileSystem:FileSystem": {
        "encrypted": True,
        "throughputMode": "elastic",
        "lifecyclePolicies": [{"transitionToIa": "AFTER_30_DAYS"}],
    },
    "aws:eks/accessEntry:AccessEntry": {"clusterName": "demo", "principalArn": ROLE_ARN, "type": "STANDARD"},
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
        "clusterName": "demo",
        "principalArn": ROLE_ARN,
        "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        "accessScope": {"type": "namespace", "namespaces": ["team-*"]},
    },
    "aws:eks/addon:Addon": {
        "clusterName": "demo",
        "addonName": "coredns",
        "configurationValues": '{"replicaCount":2}',
        "resolveConflictsOnCreate": "OVERWRITE",
        "resolveConflictsOnUpdate": "PRESERVE",
        "podIdentityAssociations": [{"roleArn": ROLE_ARN, "serviceAccount": "coredns"}],
    },
    "aws:eks/cluster:Cluster": {
        "name": "demo",
        "roleArn": ROLE_ARN,
        "version": "1.35",
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        "enabledClusterLogTypes": ["api", "audit"],
        "encryptionConfig": {
            "resources": ["secrets"],
            "provider": {"keyArn": "arn:aws:kms:eu-west-1:123456789012:key/1"},
        },
        "kubernetesNetworkConfig": {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16"},
        "upgradePolicy": {"supportType": "STANDARD"},
        "vpcConfig": {"subnetIds": ["subnet-1", "subnet-2"], "publicAccessCidrs": ["203.0.113.0/24"]},
    },
    "aws:eks/fargateProfile:FargateProfile": {
        "clusterName": "demo",
        "fargateProfileName": "batch",
        "podExecutionRoleArn": ROLE_ARN,
        "selectors": [{"namespace": "batch", "labels": {"compute": "fargate"}}],
        "subnetIds": ["subnet-1"],
    },
    "aws:eks/nodeGroup:NodeGroup": {
        "clusterName": "demo",
        "nodeGroupNamePrefix": "apps-",
        "nodeRoleArn": ROLE_ARN,
        "amiType": "AL2023_x86_64_STANDARD",
        "capacityType": "SPOT",
        "instanceTypes": ["m7i.large"],
        "labels": {"workload": "apps"},
        "scalingConfig": {"desiredSize": 1, "maxSize": 3, "minSize": 1},
        "subnetIds": ["subnet-1"],
        "taints": [{"key": "workload", "value": "burst", "effect": "NO_SCHEDULE"}],
        "updateConfig": {"maxUnavailable": 1},
    },
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
        "clusterName": "demo",
        "namespace": "kube-system",
        "serviceAccount": "controller",
        "roleArn": ROLE_ARN,
    },
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
        "url": "https://oidc.eks.eu-west-1.amazonaws.com/id/1",
        "clientIdLists": ["sts.amazonaws.com"],
    },
    "aws:iam/policy:Policy": {"policy": document(statement())},
    "aws:iam/role:Role": {"name": "demo", "assumeRolePolicy": document(trust()), "path": "/", "tags": {"team": "a"}},
    "aws:iam/rolePolicy:RolePolicy": {"role": "demo", "policy": document(statement())},
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
        "role": "demo",
        "policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
    },
    "aws:kms/alias:Alias": {"name": "alias/eks/demo", "targetKeyId": "1234"},
    "aws:kms/key:Key": {
        "deletionWindowInDays": 30,
        "rotationPeriodInDays": 365,
        "policy": document({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}),
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        "securityGroupId": "sg-1",
        "ipProtocol": "tcp",
        "fromPort": 2049,
        "toPort": 2049,
        "cidrIpv4": "10.0.0.0/16",
        "description": "NFS from nodes",
    },
    "kubernetes:core/v1:Namespace": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo"}},
    "kubernetes:helm.sh/v3:Release": {"chart": "demo", "namespace": "kube-system", "values": {"replicas": 2}},
}


def broken(type_: str, path: str, value: Any) -> dict[str, Any]:
    """Return the type's inputs with one value changed; a path is like "taints.0.effect", None takes a key away."""
    inputs = copy.deepcopy(dict(VALID[type_]))
    *way, last = path.split(".")
    target: Any = inputs
    for part in way:
        target = target[int(part)] if isinstance(target, list) else target[part]
    if isinstance(target, list):
        target[int(last)] = value
    elif value is None:
        del target[last]
    else:
        target[last] = value
    return inputs
