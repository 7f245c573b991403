"""An encrypted Amazon EFS file system that the nodes of a cluster can reach from each of its zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws_sdk

from components import tags
from components.efs_spec import EfsAccessPoint, EfsFileSystemSpec, EfsLifecycle
from components.iam.document import document, statement
from components.refs import ClusterRef, NetworkRef

_NFS = 2049


@dataclass(frozen=True, kw_only=True)
class EfsFileSystem:
    """A file system as it was declared.

    Args:
        file_system: The file system.
        security_group: Security group of its mount targets.
        mount_targets: Mount target of each zone key; pods of a zone can mount once its target exists.
        access_points: Access point by name.
        mountable: Mount targets, ingress rules and the policy that lets in encrypted connections only: what must exist
            before a pod can mount the file system.
    """

    file_system: aws_sdk.efs.FileSystem
    security_group: aws_sdk.ec2.SecurityGroup
    mount_targets: Mapping[str, aws_sdk.efs.MountTarget]
    access_points: Mapping[str, aws_sdk.efs.AccessPoint]
    mountable: Sequence[pulumi.Resource]


def make_file_system(
    name: str, spec: EfsFileSystemSpec, *, parent: pulumi.Resource, network: NetworkRef, cluster: ClusterRef
) -> EfsFileSystem:
    """Declare an encrypted file system with a mount target in each private subnet.

    Only NFS reaches the mount targets, and only from the nodes' security group. Only connections with TLS are let in,
    as the CSI driver makes them.

    Args:
        name: Logical name of the component that it belongs to; children are called after it.
        spec: How it is to be.
        parent: That component.
        network: Network whose private subnets get a mount target each.
        cluster: Cluster whose nodes may mount it.
    """
    file_system = aws_sdk.efs.FileSystem(
        f"{name}-file-system",
        encrypted=True,
        kms_key_id=spec.kms_key_arn,
        performance_mode=spec.performance_mode,
        throughput_mode=spec.throughput_mode,
        provisioned_throughput_in_mibps=spec.provisioned_throughput,
        lifecycle_policies=lifecycle_policies(spec.lifecycle),
        tags=tags.named(f"{cluster.literal_name}-{name}"),
        opts=pulumi.ResourceOptions(parent=parent, protect=spec.protect or None),
    )
    aws_sdk.efs.BackupPolicy(
        f"{name}-backup-policy",
        file_system_id=file_system.id,
        backup_policy=aws_sdk.efs.BackupPolicyBackupPolicyArgs(status="ENABLED" if spec.backup else "DISABLED"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    security_group, rules = _security_group(name, spec, parent=parent, network=network, cluster=cluster)
    mount_targets = {
        zone: aws_sdk.efs.MountTarget(
            f"{name}-mount-target-{zone}",
            file_system_id=file_system.id,
            subnet_id=subnet_id,
            security_groups=[security_group.id],
            opts=pulumi.ResourceOptions(parent=parent),
        )
        for zone, subnet_id in network.private_subnet_ids.items()
    }
    policy = aws_sdk.efs.FileSystemPolicy(
        f"{name}-file-system-policy",
        file_system_id=file_system.id,
        policy=_policy(spec, file_system),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return EfsFileSystem(
        file_system=file_system,
        security_group=security_group,
        mount_targets=mount_targets,
        access_points={
            key: _access_point(f"{name}-access-point-{key}", key, point, parent=parent, file_system=file_system)
            for key, point in spec.access_points.items()
        },
        mountable=(policy, *rules, *mount_targets.values()),
    )


def lifecycle_policies(lifecycle: EfsLifecycle) -> list[aws_sdk.efs.FileSystemLifecyclePolicyArgs]:
    """Return the lifecycle policies; EFS wants each transition in a policy of its own."""
    rules: list[aws_sdk.efs.FileSystemLifecyclePolicyArgs] = []
    if lifecycle.to_infrequent_access_days is not None:
        after = _after(lifecycle.to_infrequent_access_days)
        rules.append(aws_sdk.efs.FileSystemLifecyclePolicyArgs(transition_to_ia=after))
    if lifecycle.to_archive_days is not None:
        after = _after(lifecycle.to_archive_days)
        rules.append(aws_sdk.efs.FileSystemLifecyclePolicyArgs(transition_to_archive=after))
    if rules and lifecycle.back_on_access:
        back = aws_sdk.efs.FileSystemLifecyclePolicyArgs(transition_to_primary_storage_class="AFTER_1_ACCESS")
        rules.append(back)
    return rules


def _after(days: int) -> str:
    return "AFTER_1_DAY" if days == 1 else f"AFTER_{days}_DAYS"


def _security_group(
    name: str, spec: EfsFileSystemSpec, *, parent: pulumi.Resource, network: NetworkRef, cluster: ClusterRef
) -> tuple[aws_sdk.ec2.SecurityGroup, Sequence[pulumi.Resource]]:
    group = aws_sdk.ec2.SecurityGroup(
        f"{name}-file-system-security-group",
        description=f"Mount targets of the EFS file system of EKS cluster {cluster.literal_name}",
        vpc_id=network.vpc_id,
        tags=tags.named(f"{cluster.literal_name}-{name}"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    clients = {"nodes": cluster.node_security_group_id}
    if spec.fargate:
        clients["fargate"] = cluster.cluster_security_group_id
    rules = [
        aws_sdk.vpc.SecurityGroupIngressRule(
            f"{name}-file-system-ingress-{client}",
            security_group_id=group.id,
            referenced_security_group_id=group_id,
            ip_protocol="tcp",
            from_port=_NFS,
            to_port=_NFS,
            description=f"NFS from {client}",
            opts=pulumi.ResourceOptions(parent=parent),
        )
        for client, group_id in clients.items()
    ]
    return group, rules


def _access_point(
    resource_name: str,
    key: str,
    point: EfsAccessPoint,
    *,
    parent: pulumi.Resource,
    file_system: aws_sdk.efs.FileSystem,
) -> aws_sdk.efs.AccessPoint:
    return aws_sdk.efs.AccessPoint(
        resource_name,
        file_system_id=file_system.id,
        posix_user=aws_sdk.efs.AccessPointPosixUserArgs(uid=point.uid, gid=point.gid),
        root_directory=aws_sdk.efs.AccessPointRootDirectoryArgs(
            path=point.path,
            creation_info=aws_sdk.efs.AccessPointRootDirectoryCreationInfoArgs(
                owner_uid=point.uid, owner_gid=point.gid, permissions=point.permissions
            ),
        ),
        tags=tags.named(key),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _policy(spec: EfsFileSystemSpec, file_system: aws_sdk.efs.FileSystem) -> pulumi.Output[str]:
    # Clients without credentials of their own, as NFS from pods comes, count as everybody; the network lets in nodes
    # only. https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
    everybody = {"AWS": ["*"]}
    access = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    if spec.allow_root:
        access.append("elasticfilesystem:ClientRootAccess")
    policy = document(
        statement(
            sid="AllowThroughMountTargets",
            principals=everybody,
            actions=access,
            resources=[file_system.arn],
            conditions={"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
        ),
        statement(
            sid="DenyWithoutTls",
            effect="Deny",
            principals=everybody,
            actions=["*"],
            resources=[file_system.arn],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
    )
    return pulumi.Output.json_dumps(policy, sort_keys=True, separators=(",", ":"))
