"""Amazon EFS: file systems, mount targets, access points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.catalogue.ec2 import ec2_id
from rehearsal.simulator.context import Answer, Creation, ResourceModel


def _file_system(creation: Creation, id_: str) -> dict[str, Any]:
    place = creation.place
    return {
        "arn": place.arn("elasticfilesystem", f"file-system/{id_}"),
        "dnsName": f"{id_}.efs.{place.region}.{place.dns_suffix}",
        "creationToken": creation.input("creationToken", creation.hex(20)),
        "encrypted": creation.input("encrypted", False),
        "kmsKeyId": creation.input("kmsKeyId", place.arn("kms", f"key/{creation.uuid()}")),
        "numberOfMountTargets": 0,
        "ownerId": place.account,
        "performanceMode": creation.input("performanceMode", "generalPurpose"),
    }


def _mount_target(creation: Creation, _id: str) -> dict[str, Any]:
    place = creation.place
    file_system = creation.input("fileSystemId")
    subnet = creation.input("subnetId")
    zone = (creation.lookup(subnet) or {} if isinstance(subnet, str) else {}).get("availabilityZone", place.zones[0])
    return {
        "availabilityZoneName": zone,
        "availabilityZoneId": f"az-{zone}",
        "mountTargetDnsName": f"{zone}.{file_system}.efs.{place.region}.{place.dns_suffix}",
        "dnsName": f"{file_system}.efs.{place.region}.{place.dns_suffix}",
        "fileSystemArn": place.arn("elasticfilesystem", f"file-system/{file_system}"),
        "ipAddress": creation.input("ipAddress", "10.0.0.20"),
        "networkInterfaceId": f"eni-0{creation.hex(16)}",
        "ownerId": place.account,
    }


def _access_point(creation: Creation, id_: str) -> dict[str, Any]:
    place = creation.place
    return {
        "arn": place.arn("elasticfilesystem", f"access-point/{id_}"),
        "fileSystemArn": place.arn("elasticfilesystem", f"file-system/{creation.input('fileSystemId')}"),
        "ownerId": place.account,
    }


RESOURCES: Mapping[str, ResourceModel] = {
    "aws:efs/fileSystem:FileSystem": ResourceModel(id=ec2_id("fs"), outputs=_file_system),
    "aws:efs/mountTarget:MountTarget": ResourceModel(id=ec2_id("fsmt"), outputs=_mount_target),
    "aws:efs/accessPoint:AccessPoint": ResourceModel(id=ec2_id("fsap"), outputs=_access_point),
    "aws:efs/backupPolicy:BackupPolicy": ResourceModel(id=lambda c: c.input("fileSystemId")),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": ResourceModel(id=lambda c: c.input("fileSystemId")),
}

INVOKES: Mapping[str, Answer] = {}
