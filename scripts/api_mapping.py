"""Which API operations take the inputs of which Pulumi type, and where a name does not follow the rule.

The rule: an input is the API member of the same name, whatever the case, in the singular or the plural, with or without
"Arn", "Id", "Document" or the name of what is made ("name" is "RoleName").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Operation:
    """One call that a provider makes for a type.

    Args:
        service: Service as botocore names it.
        name: API operation.
        noun: What is made, for members such as "RoleName".
        root: Member that holds the inputs, or "" if the request itself does.
    """

    service: str
    name: str
    noun: str = ""
    root: str = ""


@dataclass(frozen=True)
class Mapped:
    """The operations of one type.

    Args:
        operations: Calls that take its inputs.
        exceptions: Path of an input -> path of the member where the two differ; "" for an input that only the provider
            knows. List elements are "[]", or "[1]" where the provider sends just one; "!service.Shape" takes the
            constraint of a shape that is named.
    """

    operations: tuple[Operation, ...]
    exceptions: Mapping[str, str] = field(default_factory=dict[str, str])


def _eks(name: str, noun: str = "") -> Operation:
    return Operation("eks", name, noun)


def _ec2(name: str, noun: str = "", root: str = "") -> Operation:
    return Operation("ec2", name, noun, root)


def _iam(name: str, noun: str = "") -> Operation:
    return Operation("iam", name, noun)


def _efs(name: str) -> Operation:
    return Operation("efs", name)


# EKS hands instance types on to EC2, whose model is the one that lists them.
_INSTANCE_TYPES = {"instanceTypes[]": "!ec2.InstanceType"}

# Ids of other resources: whether they exist is asked at the creation, and that says more than their form does.
_FILE_SYSTEM = {"fileSystemId": ""}

MAPPING: Mapping[str, Mapped] = {
    "aws:eks/cluster:Cluster": Mapped(
        (_eks("CreateCluster"),),
        {
            # The provider's block is named vpc_config, and it turns the list of log types into the API's two lists.
            "vpcConfig": "resourcesVpcConfig",
            "enabledClusterLogTypes": "logging.clusterLogging[1].types",
        },
    ),
    "aws:eks/nodeGroup:NodeGroup": Mapped((_eks("CreateNodegroup", "nodegroup"),), _INSTANCE_TYPES),
    "aws:eks/fargateProfile:FargateProfile": Mapped((_eks("CreateFargateProfile", "fargateProfile"),)),
    "aws:eks/addon:Addon": Mapped(
        (_eks("CreateAddon", "addon"),),
        # One member of two calls: the provider has an input for each.
        {"resolveConflictsOnCreate": "resolveConflicts", "resolveConflictsOnUpdate": "resolveConflicts"},
    ),
    "aws:eks/accessEntry:AccessEntry": Mapped((_eks("CreateAccessEntry"),)),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": Mapped((_eks("AssociateAccessPolicy"),)),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": Mapped((_eks("CreatePodIdentityAssociation"),)),
    "aws:iam/role:Role": Mapped((_iam("CreateRole", "Role"),)),
    "aws:iam/policy:Policy": Mapped((_iam("CreatePolicy", "Policy"),)),
    "aws:iam/rolePolicy:RolePolicy": Mapped((_iam("PutRolePolicy", "Policy"),), {"role": "RoleName"}),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Mapped((_iam("AttachRolePolicy"),), {"role": "RoleName"}),
    "aws:iam/instanceProfile:InstanceProfile": Mapped(
        (_iam("CreateInstanceProfile", "InstanceProfile"),), {"role": "!iam.roleNameType"}
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Mapped(
        (_iam("CreateOpenIDConnectProvider"),),
        # Pulumi makes plurals of names that are lists already.
        {"clientIdLists": "ClientIDList", "thumbprintLists": "ThumbprintList"},
    ),
    "aws:kms/key:Key": Mapped(
        (Operation("kms", "CreateKey"), Operation("kms", "ScheduleKeyDeletion"), Operation("kms", "EnableKeyRotation")),
        {
            # Names that the provider has made up or kept from former versions of the API.
            "customerMasterKeySpec": "KeySpec",
            "deletionWindowInDays": "PendingWindowInDays",
            "bypassPolicyLockoutSafetyCheck": "",
        },
    ),
    "aws:kms/alias:Alias": Mapped((Operation("kms", "CreateAlias", "Alias"),)),
    "aws:cloudwatch/logGroup:LogGroup": Mapped(
        (Operation("logs", "CreateLogGroup", "logGroup"), Operation("logs", "PutRetentionPolicy")),
    ),
    "aws:efs/fileSystem:FileSystem": Mapped(
        (_efs("CreateFileSystem"), _efs("PutLifecycleConfiguration"), _efs("UpdateFileSystemProtection")),
        # The provider's block is named after what it does, the API's members are the request itself.
        {"protection.replicationOverwrite": "ReplicationOverwriteProtection"},
    ),
    "aws:efs/mountTarget:MountTarget": Mapped(
        (_efs("CreateMountTarget"),), {**_FILE_SYSTEM, "securityGroups": "", "subnetId": ""}
    ),
    "aws:efs/accessPoint:AccessPoint": Mapped((_efs("CreateAccessPoint"),), _FILE_SYSTEM),
    "aws:efs/backupPolicy:BackupPolicy": Mapped((_efs("PutBackupPolicy"),), _FILE_SYSTEM),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": Mapped((_efs("PutFileSystemPolicy"),), _FILE_SYSTEM),
    "aws:autoscaling/tag:Tag": Mapped(
        (Operation("autoscaling", "CreateOrUpdateTags"),),
        # One tag a resource; the group is the resource that the API's tag names.
        {"tag": "Tags", "autoscalingGroupName": "Tags[1].ResourceId"},
    ),
    "aws:ec2/vpc:Vpc": Mapped((_ec2("CreateVpc"),)),
    "aws:ec2/subnet:Subnet": Mapped((_ec2("CreateSubnet"),), {"privateDnsHostnameTypeOnLaunch": "!ec2.HostnameType"}),
    "aws:ec2/eip:Eip": Mapped((_ec2("AllocateAddress"),)),
    "aws:ec2/natGateway:NatGateway": Mapped((_ec2("CreateNatGateway"),)),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Mapped((_ec2("CreateVpcEndpoint"),)),
    "aws:ec2/flowLog:FlowLog": Mapped((_ec2("CreateFlowLogs"),)),
    "aws:ec2/placementGroup:PlacementGroup": Mapped((_ec2("CreatePlacementGroup", "Group"),)),
    "aws:ec2/securityGroup:SecurityGroup": Mapped((_ec2("CreateSecurityGroup", "Group"),)),
    "aws:ec2/launchTemplate:LaunchTemplate": Mapped(
        (
            _ec2("CreateLaunchTemplate", "LaunchTemplate", "LaunchTemplateData"),
            _ec2("CreateLaunchTemplate", "LaunchTemplate"),
        ),
        {
            # The template's own description is that of its version; security groups by id are the API's plain list.
            "description": "VersionDescription",
            "vpcSecurityGroupIds": "SecurityGroupIds",
            "securityGroupNames": "SecurityGroups",
            "networkInterfaces[].securityGroups": "LaunchTemplateData.NetworkInterfaces[].Groups",
        },
    ),
    "aws:sqs/queue:Queue": Mapped((Operation("sqs", "CreateQueue", "Queue"),)),
    "aws:cloudwatch/eventRule:EventRule": Mapped((Operation("events", "PutRule", "Rule"),)),
    "aws:cloudwatch/eventTarget:EventTarget": Mapped(
        (Operation("events", "PutTargets"),),
        # One target a resource, whose members are those of the API's list.
        {
            "arn": "Targets[1].Arn",
            "targetId": "Targets[1].Id",
            "roleArn": "Targets[1].RoleArn",
            "input": "Targets[1].Input",
        },
    ),
}
