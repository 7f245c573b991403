"""Which storage EBS, EFS and Kubernetes would refuse, and that the platform refuses it first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ebs_driver import EbsDriver, EbsSnapshots
from components.ebs_storage import EbsStorageClass, class_parameters
from components.efs_driver import EfsDriver, EfsStorageClass, driver_tags
from components.efs_file_system import lifecycle_policies
from components.efs_spec import EfsAccessPoint, EfsFileSystemSpec, EfsLifecycle


@pytest.mark.parametrize(
    ("make", "changes", "message"),
    [
        (EbsStorageClass, {"type": "gp2"}, "type: 'gp2' is not one of gp3, io2, st1, sc1"),
        (EbsStorageClass, {"fs_type": "ntfs"}, "fs_type: 'ntfs' is not one of ext4, xfs"),
        (EbsStorageClass, {"reclaim_policy": "Recycle"}, "reclaim_policy: 'Recycle' is not one of Delete, Retain"),
        (EbsStorageClass, {"type": "io2"}, "iops: must be given for io2 volumes"),
        (EbsStorageClass, {"type": "sc1", "iops": 3000}, "iops: 3000 cannot be set for sc1 volumes"),
        (EbsStorageClass, {"iops": 2999}, "iops: 2999 must be 3000 to 80000 for gp3 volumes"),
        (EbsStorageClass, {"iops": 80001}, "iops: 80001 must be 3000 to 80000 for gp3 volumes"),
        (EbsStorageClass, {"type": "io2", "iops": 99}, "iops: 99 must be 100 to 256000 for io2 volumes"),
        (
            EbsStorageClass,
            {"type": "io2", "iops": 5000, "throughput": 500},
            "throughput: 500 cannot be set for io2 volumes, only for gp3",
        ),
        (EbsStorageClass, {"throughput": 124}, "throughput: 124 must be 125 to 2000 MiB/s"),
        (EbsStorageClass, {"throughput": 1000}, "throughput: 1000 MiB/s need at least 4000 iops, the class has 3000"),
        (EbsSnapshots, {"deletion_policy": "Keep"}, "deletion_policy: 'Keep' is not one of Delete, Retain"),
        (EbsDriver, {"default_class": "gp2"}, "default_class: 'gp2' is not one of the classes gp3"),
        (EbsDriver, {"former_default_classes": ["gp3"]}, "former_default_classes: gp3 is a class of this driver"),
        (EfsStorageClass, {"base_path": "dynamic"}, "base_path: 'dynamic' must be absolute"),
        (EfsStorageClass, {"directory_perms": "888"}, "directory_perms: '888' is no octal permissions"),
        (EfsStorageClass, {"reclaim_policy": "Keep"}, "reclaim_policy: 'Keep' is not one of Delete, Retain"),
        (EfsDriver, {"default_class": "gp3"}, "default_class: 'gp3' is not one of the classes efs"),
        (EfsDriver, {"install": False}, r"classes: need the driver \(install=True\)"),
        (EfsLifecycle, {"to_infrequent_access_days": 31}, "to_infrequent_access_days: 31 is not one of 1, 7, 14"),
        (EfsLifecycle, {"to_archive_days": 30}, "to_archive_days: 30 must be more than to_infrequent_access_days"),
        (
            EfsLifecycle,
            {"to_infrequent_access_days": None, "to_archive_days": 90},
            "to_archive_days: 90 must be more than to_infrequent_access_days",
        ),
        (EfsAccessPoint, {"path": "data"}, "path: 'data' must be absolute"),
        (EfsAccessPoint, {"path": "/a/b/c/d/e"}, "path: '/a/b/c/d/e' must be absolute, at most 4 directories deep"),
        (EfsAccessPoint, {"path": "/data", "uid": -1}, "uid: -1 must be 0 to 4294967295"),
        (EfsAccessPoint, {"path": "/data", "gid": 2**32}, "gid: 4294967296 must be 0 to 4294967295"),
        (EfsAccessPoint, {"path": "/data", "permissions": "rwx"}, "permissions: 'rwx' is no octal permissions"),
        (EfsFileSystemSpec, {"throughput_mode": "burst"}, "throughput_mode: 'burst' is not one of elastic"),
        (EfsFileSystemSpec, {"performance_mode": "fast"}, "performance_mode: 'fast' is not one of generalPurpose"),
        (EfsFileSystemSpec, {"performance_mode": "maxIO"}, 'performance_mode: "maxIO" does not go with'),
        (EfsFileSystemSpec, {"throughput_mode": "provisioned"}, "provisioned_throughput: must be given with"),
        (EfsFileSystemSpec, {"provisioned_throughput": 64}, "provisioned_throughput: must be given with"),
        (
            EfsFileSystemSpec,
            {"throughput_mode": "provisioned", "provisioned_throughput": 0.5},
            "provisioned_throughput: 0.5 must be 1 to 3414 MiB/s",
        ),
        (
            EfsFileSystemSpec,
            {"throughput_mode": "bursting", "lifecycle": EfsLifecycle(to_archive_days=90)},
            'lifecycle: to_archive_days needs throughput_mode "elastic"',
        ),
    ],
)
def test_storage_that_cannot_be_made_is_refused_by_name(
    make: Callable[..., object], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        make(**changes)


@given(
    iops=st.none() | st.integers(3000, 80000),
    throughput=st.none() | st.integers(125, 2000),
    fs_type=st.sampled_from(["ext4", "xfs"]),
)
def test_every_gp3_class_that_is_taken_is_encrypted_and_within_what_gp3_gives(
    iops: int | None, throughput: int | None, fs_type: Any
) -> None:
    if throughput is not None and throughput * 4 > (iops or 3000):
        with pytest.raises(ValueError, match="need at least"):
            EbsStorageClass(iops=iops, throughput=throughput, fs_type=fs_type)
        return
    parameters = class_parameters(EbsStorageClass(iops=iops, throughput=throughput, fs_type=fs_type), None)
    assert parameters["encrypted"] == "true", "a volume of the class would lie in the clear"
    assert parameters.get("iops") == (None if iops is None else str(iops))
    assert parameters.get("throughput") == (None if throughput is None else str(throughput))


def test_a_class_without_a_key_takes_the_drivers() -> None:
    assert class_parameters(EbsStorageClass(), "driver-key")["kmsKeyId"] == "driver-key"
    assert class_parameters(EbsStorageClass(kms_key_arn="own-key"), "driver-key")["kmsKeyId"] == "own-key"
    assert "kmsKeyId" not in class_parameters(EbsStorageClass(), None)


@pytest.mark.parametrize(
    ("lifecycle", "expected"),
    [
        (EfsLifecycle(), [("AFTER_30_DAYS", None, None), (None, None, "AFTER_1_ACCESS")]),
        (EfsLifecycle(to_infrequent_access_days=1, back_on_access=False), [("AFTER_1_DAY", None, None)]),
        (
            EfsLifecycle(to_archive_days=90),
            [("AFTER_30_DAYS", None, None), (None, "AFTER_90_DAYS", None), (None, None, "AFTER_1_ACCESS")],
        ),
        (EfsLifecycle(to_infrequent_access_days=None), []),
    ],
)
def test_each_transition_of_files_is_a_policy_of_its_own(
    lifecycle: EfsLifecycle, expected: list[tuple[str | None, str | None, str | None]]
) -> None:
    found = [
        (rule.transition_to_ia, rule.transition_to_archive, rule.transition_to_primary_storage_class)
        for rule in lifecycle_policies(lifecycle)
    ]
    assert found == expected, "EFS refuses two transitions in one policy"


@given(st.dictionaries(st.text(min_size=1, max_size=12), st.text(max_size=12), max_size=6))
def test_tags_for_the_efs_driver_never_break_its_argument(tags: dict[str, str]) -> None:
    kept = driver_tags(tags)
    assert kept.items() <= tags.items()
    text = " ".join(f"{key}:{value}" for key, value in kept.items())
    parsed = dict(part.split(":") for part in text.split(" ")) if kept else {}
    assert parsed == kept, "the driver would not start"
