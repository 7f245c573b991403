"""Rules for EBS volumes and EFS file systems."""

from __future__ import annotations

import re
from collections.abc import Iterator

from settings.model import StackConfig
from settings.problems import Path, Problem, nearest, show
from settings.rules import fargate, instances
from settings.rules.addons import addon_version
from settings.rules.common import Context, dns_subdomain, kms_key
from settings.storage import AccessPoint, Ebs, EbsClass, Efs

# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
_GP3_IOPS = (3000, 80000)
_GP3_BASE_IOPS = 3000
_OCTAL = re.compile(r"[0-7]{3,4}")
_POINT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_PATH = re.compile(r"(/[A-Za-z0-9_.-]+){1,4}|/")
_LONGEST_PATH = 100


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with storage."""
    ebs, efs = config.storage.ebs, config.storage.efs
    if ebs:
        yield from _ebs(("storage", "ebs"), ebs, config, context)
    if efs:
        yield from _efs(("storage", "efs"), efs, config, context)
    if ebs and efs:
        for name in set(ebs.classes) & set(efs.classes):
            text = f"{show(name)} is also a class of storage.ebs; names of StorageClasses are unique in a cluster"
            yield Problem(("storage", "efs", "classes", name), text)


def _ebs(path: Path, ebs: Ebs, config: StackConfig, context: Context) -> Iterator[Problem]:
    if not config.node_groups:
        text = "needs nodes: Fargate cannot mount EBS volumes, and there is no node group; leave it out"
        yield Problem(path, text, related=(("nodeGroups",),))
    yield from _driver_on_nodes(path, config)
    yield from addon_version((*path, "version"), ebs.version)
    yield from kms_key((*path, "kmsKeyArn"), ebs.kms_key_arn, context)
    if ebs.default_class is not None and ebs.default_class not in ebs.classes:
        found = nearest(ebs.default_class, ebs.classes)
        cure = f'; did you mean "{found}"?' if found else f"; those are {', '.join(ebs.classes) or 'none'}"
        yield Problem((*path, "defaultClass"), f"{show(ebs.default_class)} is not one of classes{cure}")
    for name, storage_class in ebs.classes.items():
        place = (*path, "classes", name)
        yield from dns_subdomain(place, name, "the name of a StorageClass")
        if name == "gp2":
            yield Problem(place, '"gp2" is the class that EKS makes itself; choose another name')
        yield from _ebs_class(place, storage_class, context)
    if ebs.snapshots:
        yield from dns_subdomain((*path, "snapshots", "className"), ebs.snapshots.class_name, "the name of a class")


def _driver_on_nodes(path: Path, config: StackConfig) -> Iterator[Problem]:
    """Yield a Fargate profile that would take a driver's controller, which needs Pod Identity, from the nodes."""
    profile = fargate.takes_system_pods(config)
    if profile and config.node_groups:
        text = f"needs its pods on nodes, but Fargate profile {profile} takes all pods of kube-system"
        yield Problem(path, text, related=(("fargateProfiles", profile),))


def _ebs_class(path: Path, storage_class: EbsClass, context: Context) -> Iterator[Problem]:
    iops, throughput = storage_class.iops, storage_class.throughput
    if storage_class.type == "gp3":
        least, most = _GP3_IOPS
        if iops is not None and not least <= iops <= most:
            yield Problem((*path, "iops"), f"{iops} is not possible with gp3; {least} to {most} is")
        yield from instances.gp3(path, size_gib=None, iops=iops or _GP3_BASE_IOPS, throughput=throughput)
    elif throughput is not None:
        yield Problem((*path, "throughput"), f"is for gp3 only; the type is {storage_class.type}")
    if storage_class.type == "io2" and iops is None:
        yield Problem((*path, "iops"), "is missing: io2 has no default")
    if storage_class.type in ("st1", "sc1") and iops is not None:
        yield Problem((*path, "iops"), f"cannot be chosen with {storage_class.type}; leave it out")
    yield from kms_key((*path, "kmsKeyArn"), storage_class.kms_key_arn, context)


def _efs(path: Path, efs: Efs, config: StackConfig, context: Context) -> Iterator[Problem]:
    if not config.node_groups and context.is_written("storage", "efs", "classes") and efs.classes:
        text = "needs nodes: Fargate mounts existing access points only, and there is no node group; use accessPoints"
        yield Problem((*path, "classes"), text, related=(("nodeGroups",),))
    yield from _driver_on_nodes(path, config)
    yield from addon_version((*path, "version"), efs.version)
    yield from kms_key((*path, "kmsKeyArn"), efs.kms_key_arn, context)
    yield from _throughput(path, efs)
    yield from _lifecycle(path, efs)
    for name, point in efs.access_points.items():
        yield from _access_point((*path, "accessPoints", name), name, point)
    for name, storage_class in efs.classes.items():
        place = (*path, "classes", name)
        yield from dns_subdomain(place, name, "the name of a StorageClass")
        yield from _directory((*place, "basePath"), storage_class.base_path)
        yield from _octal((*place, "directoryPerms"), storage_class.directory_perms)


def _throughput(path: Path, efs: Efs) -> Iterator[Problem]:
    place = (*path, "provisionedThroughput")
    if efs.throughput_mode == "provisioned" and efs.provisioned_throughput is None:
        yield Problem(place, "is missing: MiB/s, needed with throughputMode provisioned")
    if efs.provisioned_throughput is not None and efs.throughput_mode != "provisioned":
        yield Problem(place, f"is for throughputMode provisioned only; the mode is {efs.throughput_mode}")
    if efs.performance_mode == "maxIO" and efs.throughput_mode == "elastic":
        yield Problem((*path, "performanceMode"), '"maxIO" does not go with throughputMode elastic; use generalPurpose')


def _lifecycle(path: Path, efs: Efs) -> Iterator[Problem]:
    archive = efs.lifecycle.to_archive_days
    infrequent = efs.lifecycle.to_infrequent_access_days
    place = (*path, "lifecycle", "toArchiveDays")
    if archive is None:
        return
    if efs.throughput_mode != "elastic":
        yield Problem(place, f"is for throughputMode elastic only; the mode is {efs.throughput_mode}")
    if infrequent is not None and archive <= infrequent:
        yield Problem(place, f"{archive} is not later than toInfrequentAccessDays {infrequent}")


def _access_point(path: Path, name: str, point: AccessPoint) -> Iterator[Problem]:
    if not _POINT_NAME.fullmatch(name):
        yield Problem(path, f"{show(name)} is not a name: up to 63 letters, digits, - and _, first a letter or digit")
    yield from _directory((*path, "path"), point.path)
    yield from _octal((*path, "permissions"), point.permissions)


def _directory(path: Path, value: str) -> Iterator[Problem]:
    if len(value) > _LONGEST_PATH or not _PATH.fullmatch(value):
        rule = f"at most 4 directories and {_LONGEST_PATH} characters"
        yield Problem(path, f"{show(value)} is not an absolute path such as /data, of {rule}")


def _octal(path: Path, value: str) -> Iterator[Problem]:
    if not _OCTAL.fullmatch(value):
        yield Problem(path, f'{show(value)} is not octal permissions such as "0755"')
