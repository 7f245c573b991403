"""Amazon EFS: file systems, mount targets, access points, backup and resource policies.

Errors: https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html and its neighbours.
What replaces: `ForceNew` in https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/efs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.iam_documents import statements
from rehearsal.simulator.rules.kms import key_of
from rehearsal.simulator.world import Record, World

FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
MOUNT_TARGET = "aws:efs/mountTarget:MountTarget"
ACCESS_POINT = "aws:efs/accessPoint:AccessPoint"
BACKUP_POLICY = "aws:efs/backupPolicy:BackupPolicy"
POLICY = "aws:efs/fileSystemPolicy:FileSystemPolicy"
_SUBNET = "aws:ec2/subnet:Subnet"
_SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"

_SECURITY_GROUPS = 5


def _refuse(operation: str, code: str, message: str, status: int = 400) -> AwsError:
    return AwsError("EFS", operation, code, message, status=status)


def _file_system(world: World, creation: Creation) -> None:
    token = creation.input("creationToken")
    for record in world.of_type(FILE_SYSTEM):
        if token and record.get("creationToken") == token:
            message = f"File system '{record.id}' already exists with creation token '{token}'"
            raise _refuse("CreateFileSystem", "FileSystemAlreadyExists", message, 409)
    key = creation.input("kmsKeyId")
    if key and not creation.input("encrypted"):
        message = "A KMS key ID can only be specified for an encrypted file system."
        raise _refuse("CreateFileSystem", "ValidationException", message)
    if key and key_of(world, key) is None:
        message = f"KMS key '{key}' does not exist."
        raise _refuse("CreateFileSystem", "KmsKeyNotFoundException", message)


def _file_system_is_unused(world: World, record: Record) -> None:
    targets = [item for item in world.of_type(MOUNT_TARGET) if item.inputs.get("fileSystemId") == record.id]
    if targets:
        message = f"File system '{record.id}' cannot be deleted because it has {len(targets)} mount targets."
        raise _refuse("DeleteFileSystem", "FileSystemInUse", message, 409)


def _file_system_takes(world: World, record: Record) -> None:
    for item in world.of_type(ACCESS_POINT, BACKUP_POLICY, POLICY):
        if item.inputs.get("fileSystemId") == record.id:
            world.remove(item.type, item.id)


def _find(world: World, operation: str, id_: Any) -> Record:
    found = world.get(FILE_SYSTEM, id_)
    if found is None:
        raise _refuse(operation, "FileSystemNotFound", f"File system '{id_}' does not exist.", 404)
    return found


def _mount_target(world: World, creation: Creation) -> None:
    _find(world, "CreateMountTarget", creation.input("fileSystemId"))
    subnet = world.get(_SUBNET, creation.input("subnetId"))
    if subnet is None:
        message = f"The subnet ID '{creation.input('subnetId')}' does not exist"
        raise _refuse("CreateMountTarget", "SubnetNotFound", message)
    groups = creation.input("securityGroups") or []
    _groups(world, "CreateMountTarget", groups, subnet)
    for other in world.of_type(MOUNT_TARGET):
        if other.inputs.get("fileSystemId") == creation.input("fileSystemId"):
            _no_conflict(subnet, world.get(_SUBNET, other.inputs.get("subnetId")))


def _no_conflict(subnet: Record, other: Record | None) -> None:
    if other is None:
        return
    if other.get("vpcId") != subnet.get("vpcId"):
        message = "requested subnet for new mount target is not in the same VPC as existing mount targets"
        raise _refuse("CreateMountTarget", "MountTargetConflict", message, 409)
    if other.get("availabilityZone") == subnet.get("availabilityZone"):
        raise _refuse("CreateMountTarget", "MountTargetConflict", "mount target already exists in this AZ", 409)


def _groups(world: World, operation: str, groups: list[Any], subnet: Record | None) -> None:
    if len(groups) > _SECURITY_GROUPS:
        message = f"The maximum number of security groups per interface is {_SECURITY_GROUPS}"
        raise _refuse(operation, "SecurityGroupLimitExceeded", message)
    for group in groups:
        found = world.get(_SECURITY_GROUP, group)
        if found is None or (subnet is not None and found.get("vpcId") != subnet.get("vpcId")):
            raise _refuse(operation, "SecurityGroupNotFound", f"The security group ID '{group}' does not exist")


def _mount_target_update(world: World, record: Record, inputs: Mapping[str, Any]) -> None:
    subnet = world.get(_SUBNET, record.inputs.get("subnetId"))
    _groups(world, "ModifyMountTargetSecurityGroups", inputs.get("securityGroups") or [], subnet)


def _access_point(world: World, creation: Creation) -> None:
    _find(world, "CreateAccessPoint", creation.input("fileSystemId"))


def _backup_policy(world: World, creation: Creation) -> None:
    _find(world, "PutBackupPolicy", creation.input("fileSystemId"))


def _policy(world: World, creation: Creation) -> None:
    _find(world, "PutFileSystemPolicy", creation.input("fileSystemId"))
    _check_policy(creation.inputs)


def _policy_update(_world: World, _record: Record, inputs: Mapping[str, Any]) -> None:
    _check_policy(inputs)


def _check_policy(inputs: Mapping[str, Any]) -> None:
    found = statements(inputs.get("policy"))
    if not found or any("Principal" not in item and "NotPrincipal" not in item for item in found):
        message = "File system policy is not valid: it is malformed or has an error."
        raise _refuse("PutFileSystemPolicy", "InvalidPolicyException", message)


_OF_FILE_SYSTEM = frozenset({"fileSystemId"})

RULES: Mapping[str, TypeRules] = {
    FILE_SYSTEM: TypeRules(
        create=(_file_system,),
        delete=(_file_system_is_unused,),
        unsettle=(_file_system_takes,),
        replaces=frozenset({"availabilityZoneName", "creationToken", "encrypted", "kmsKeyId", "performanceMode"}),
    ),
    MOUNT_TARGET: TypeRules(
        create=(_mount_target,),
        update=(_mount_target_update,),
        replaces=_OF_FILE_SYSTEM | {"subnetId", "ipAddress", "ipAddressType", "ipv6Address"},
        # As the provider does it: https://github.com/pulumi/pulumi-terraform-bridge/issues/1631 has its list.
        delete_before_replace=True,
    ),
    ACCESS_POINT: TypeRules(create=(_access_point,), replaces=_OF_FILE_SYSTEM | {"posixUser", "rootDirectory"}),
    BACKUP_POLICY: TypeRules(create=(_backup_policy,), replaces=_OF_FILE_SYSTEM),
    POLICY: TypeRules(create=(_policy,), update=(_policy_update,), replaces=_OF_FILE_SYSTEM),
}
