"""How an Amazon EFS file system is described, and which descriptions EFS accepts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pulumi

ThroughputMode = Literal["elastic", "bursting", "provisioned"]
LifecycleDays = Literal[1, 7, 14, 30, 60, 90, 180, 270, 365]

_LIFECYCLE_DAYS = (1, 7, 14, 30, 60, 90, 180, 270, 365)
_PROVISIONED_MIBPS = (1, 3414)
_MAX_POSIX_ID = 2**32 - 1
_PERMISSIONS = re.compile(r"0?[0-7]{3}")
# https://docs.aws.amazon.com/efs/latest/ug/API_RootDirectory.html: at most four directories deep
_PATH = re.compile(r"(/[^\s/$#<>;`|&?{}^*\\]+){1,4}")


@dataclass(frozen=True, kw_only=True)
class EfsLifecycle:
    """When files that nobody reads move to cheaper storage.

    Args:
        to_infrequent_access_days: Days without access after which a file becomes infrequent access: 1, 7, 14, 30
            (default), 60, 90, 180, 270 or 365; None for never.
        to_archive_days: The same for the archive, later than infrequent access; None (default) for never.
        back_on_access: Whether a file moves back to standard storage when it is read. True by default.

    Raises:
        ValueError: If a number of days is none that EFS offers, or the archive does not come after infrequent access.

    Source: https://docs.aws.amazon.com/efs/latest/ug/lifecycle-management-efs.html
    """

    to_infrequent_access_days: LifecycleDays | None = 30
    to_archive_days: LifecycleDays | None = None
    back_on_access: bool = True

    def __post_init__(self) -> None:
        for name in ("to_infrequent_access_days", "to_archive_days"):
            days: int | None = getattr(self, name)
            if days is not None and days not in _LIFECYCLE_DAYS:
                raise ValueError(f"{name}: {days} is not one of {', '.join(map(str, _LIFECYCLE_DAYS))}")
        if self.to_archive_days is None:
            return
        if self.to_infrequent_access_days is None or self.to_archive_days <= self.to_infrequent_access_days:
            raise ValueError(
                f"to_archive_days: {self.to_archive_days} must be more than to_infrequent_access_days "
                f"({self.to_infrequent_access_days})"
            )


@dataclass(frozen=True, kw_only=True)
class EfsAccessPoint:
    """A directory of the file system for static volumes, and the user that all access through it is done as.

    Args:
        path: Directory, absolute and at most four deep; made with the first access if it does not exist.
        uid: POSIX user id, 1000 by default.
        gid: POSIX group id, 1000 by default.
        permissions: Octal permissions of the directory if it is made, "0755" by default.

    Raises:
        ValueError: If path, id or permissions are none that EFS accepts.

    Source: https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
    """

    path: str
    uid: int = 1000
    gid: int = 1000
    permissions: str = "0755"

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path) or len(self.path) > 100:
            raise ValueError(f"path: {self.path!r} must be absolute, at most 4 directories deep and 100 characters")
        for name, value in (("uid", self.uid), ("gid", self.gid)):
            if not 0 <= value <= _MAX_POSIX_ID:
                raise ValueError(f"{name}: {value} must be 0 to {_MAX_POSIX_ID}")
        check_permissions("permissions", self.permissions)


@dataclass(frozen=True, kw_only=True)
class EfsFileSystemSpec:
    """How the file system is to be.

    Args:
        throughput_mode: "elastic" (default, paid by use), "bursting" or "provisioned".
        provisioned_throughput: MiB/s, 1 to 3414; with "provisioned" and only there.
        performance_mode: "generalPurpose" (default) or "maxIO", the older one with higher latency, which does not go
            with elastic throughput. It can be set at creation only: a change makes a new, empty file system.
        kms_key_arn: KMS key that encrypts the files; None for the account's key for EFS. A change makes a new, empty
            file system.
        lifecycle: Cheaper storage for files that nobody reads.
        backup: Whether AWS Backup makes a backup every day. True by default.
        allow_root: Whether root of a pod is root on the file system where no access point says otherwise. False by
            default.
        fargate: Whether pods on Fargate, which carry the cluster's security group, may mount it, too.
        protect: Whether Pulumi refuses to delete the file system. False by default.
        access_points: Access points for static volumes, by name.

    Raises:
        ValueError: If throughput, its mode, the performance mode and the lifecycle do not go together.

    Source: https://docs.aws.amazon.com/efs/latest/ug/performance.html
    """

    throughput_mode: ThroughputMode = "elastic"
    provisioned_throughput: float | None = None
    performance_mode: Literal["generalPurpose", "maxIO"] = "generalPurpose"
    kms_key_arn: pulumi.Input[str] | None = None
    lifecycle: EfsLifecycle = field(default_factory=EfsLifecycle)
    backup: bool = True
    allow_root: bool = False
    fargate: bool = False
    protect: bool = False
    access_points: Mapping[str, EfsAccessPoint] = field(default_factory=dict[str, EfsAccessPoint])

    def __post_init__(self) -> None:
        if self.throughput_mode not in ("elastic", "bursting", "provisioned"):
            raise ValueError(f"throughput_mode: {self.throughput_mode!r} is not one of elastic, bursting, provisioned")
        if self.performance_mode not in ("generalPurpose", "maxIO"):
            raise ValueError(f"performance_mode: {self.performance_mode!r} is not one of generalPurpose, maxIO")
        if (self.throughput_mode == "provisioned") != (self.provisioned_throughput is not None):
            raise ValueError('provisioned_throughput: must be given with throughput_mode "provisioned" and only there')
        low, high = _PROVISIONED_MIBPS
        if self.provisioned_throughput is not None and not low <= self.provisioned_throughput <= high:
            raise ValueError(f"provisioned_throughput: {self.provisioned_throughput} must be {low} to {high} MiB/s")
        if self.throughput_mode == "elastic" and self.performance_mode == "maxIO":
            raise ValueError('performance_mode: "maxIO" does not go with throughput_mode "elastic"')
        if self.lifecycle.to_archive_days is not None and self.throughput_mode != "elastic":
            raise ValueError(
                f'lifecycle: to_archive_days needs throughput_mode "elastic", not {self.throughput_mode!r}'
            )


def check_permissions(name: str, value: str) -> None:
    """Raise ValueError, naming the field, unless the value is octal permissions such as "0755" or "700"."""
    if not _PERMISSIONS.fullmatch(value):
        raise ValueError(f'{name}: {value!r} is no octal permissions such as "0755"')
