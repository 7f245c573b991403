"""The EC2 launch template of a managed node group."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components import tags, user_data
from components.node_group_records import NodeDisk
from components.user_data import OsFamily

# What default tags of the provider do not reach, because EC2 makes it at launch and not the provider.
TAGGED_AT_LAUNCH = ("instance", "volume", "network-interface")


def node_launch_template(
    resource_name: str,
    *,
    node_name: str,
    security_group_id: pulumi.Input[str],
    disk: NodeDisk,
    family: OsFamily,
    launch_tags: Mapping[str, str],
    imds_hop_limit: int,
    detailed_monitoring: bool,
    user_data_text: str | None,
    opts: pulumi.ResourceOptions,
) -> aws.ec2.LaunchTemplate:
    """Create the launch template of a managed node group.

    Instances take IMDSv2 only, have encrypted volumes, no public address and one security group. What EKS forbids here
    (subnets, instance profile) or wants in the node group (instance types, AMI type) is left out.

    Args:
        resource_name: Logical name of the template.
        node_name: `Name` tag of the instances, volumes and interfaces.
        security_group_id: The only security group of the nodes. EKS adds its cluster security group to nodes only if
            a launch template names none.
        disk: The volume that holds images and ephemeral storage.
        family: Operating system family, which decides the devices.
        launch_tags: Tags that instances, volumes and interfaces carry besides their name.
        imds_hop_limit: Hop limit of IMDS answers: 1 keeps pods away from the node's credentials.
        detailed_monitoring: Whether CloudWatch gets instance metrics each minute; costs extra.
        user_data_text: User data in plain text, None for none.
        opts: Resource options.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
    """
    return aws.ec2.LaunchTemplate(
        resource_name,
        description=f"Nodes of {node_name}",
        update_default_version=True,
        block_device_mappings=block_device_mappings(family, disk),
        metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
            http_endpoint="enabled",
            http_tokens="required",
            http_put_response_hop_limit=imds_hop_limit,
            instance_metadata_tags="disabled",
        ),
        monitoring=aws.ec2.LaunchTemplateMonitoringArgs(enabled=detailed_monitoring),
        network_interfaces=[
            aws.ec2.LaunchTemplateNetworkInterfaceArgs(
                device_index=0,
                associate_public_ip_address="false",
                delete_on_termination="true",
                security_groups=[security_group_id],
            )
        ],
        tag_specifications=[
            aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=tags.named(node_name, launch_tags))
            for kind in TAGGED_AT_LAUNCH
        ],
        user_data=None if user_data_text is None else user_data.encode(user_data_text),
        tags=tags.named(node_name),
        opts=opts,
    )


def block_device_mappings(family: OsFamily, disk: NodeDisk) -> list[aws.ec2.LaunchTemplateBlockDeviceMappingArgs]:
    """Return the encrypted volumes of a node by operating system family.

    Bottlerocket boots from /dev/xvda, whose size its image gives, and keeps images and pods' data on /dev/xvdb.

    Args:
        family: Operating system family.
        disk: The volume that holds images and ephemeral storage.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html and
    https://github.com/bottlerocket-os/bottlerocket/blob/develop/QUICKSTART-EKS.md
    """
    data = aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
        volume_size=disk.size_gib,
        volume_type=disk.type,
        iops=disk.iops,
        throughput=disk.throughput,
        encrypted="true",
        kms_key_id=disk.kms_key_arn,
        delete_on_termination="true",
    )
    if family == "windows":
        return [aws.ec2.LaunchTemplateBlockDeviceMappingArgs(device_name="/dev/sda1", ebs=data)]
    if family == "al2023":
        return [aws.ec2.LaunchTemplateBlockDeviceMappingArgs(device_name="/dev/xvda", ebs=data)]
    system = aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
        volume_type="gp3",
        encrypted="true",
        kms_key_id=disk.kms_key_arn,
        delete_on_termination="true",
    )
    return [
        aws.ec2.LaunchTemplateBlockDeviceMappingArgs(device_name="/dev/xvda", ebs=system),
        aws.ec2.LaunchTemplateBlockDeviceMappingArgs(device_name="/dev/xvdb", ebs=data),
    ]
