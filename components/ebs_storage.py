"""Storage classes of encrypted EBS volumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi

from components.storage_classes import RECLAIM_POLICIES, ReclaimPolicy

VolumeType = Literal["gp3", "io2", "st1", "sc1"]

# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
_IOPS = {"gp3": (3000, 80000), "io2": (100, 256000)}
_TYPES = ("gp3", "io2", "st1", "sc1")
_THROUGHPUT = (125, 2000)
# gp3 gives at most a quarter of a MiB/s for each provisioned I/O operation a second.
_IOPS_PER_THROUGHPUT = 4
_BASELINE_IOPS = 3000


@dataclass(frozen=True, kw_only=True)
class EbsStorageClass:
    """A StorageClass of encrypted EBS volumes, made in the zone of the pod that first uses them and able to grow.

    Args:
        type: Volume type: "gp3" (default), "io2", "st1" or "sc1".
        iops: I/O operations a second: 3000 to 80000 for gp3 (AWS gives 3000 when it is left out), 100 to 256000 and
            required for io2, none for st1 and sc1.
        throughput: MiB/s, 125 to 2000 and at most a quarter of `iops`; gp3 only (125 when it is left out).
        fs_type: File system: "ext4" (default) or "xfs".
        kms_key_arn: KMS key of this class; None for the driver's key.
        reclaim_policy: What happens to a volume whose claim is deleted: "Delete" (default) or "Retain".

    Raises:
        ValueError: If a value is out of its range or does not go with the volume type.

    Source: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
    """

    type: VolumeType = "gp3"
    iops: int | None = None
    throughput: int | None = None
    fs_type: Literal["ext4", "xfs"] = "ext4"
    kms_key_arn: pulumi.Input[str] | None = None
    reclaim_policy: ReclaimPolicy = "Delete"

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("type", self.type, _TYPES),
            ("fs_type", self.fs_type, ("ext4", "xfs")),
            ("reclaim_policy", self.reclaim_policy, RECLAIM_POLICIES),
        ):
            if value not in allowed:
                raise ValueError(f"{name}: {value!r} is not one of {', '.join(allowed)}")
        self._check_iops()
        self._check_throughput()

    def _check_iops(self) -> None:
        if self.iops is None:
            if self.type == "io2":
                raise ValueError("iops: must be given for io2 volumes")
            return
        if self.type not in _IOPS:
            raise ValueError(f"iops: {self.iops} cannot be set for {self.type} volumes")
        low, high = _IOPS[self.type]
        if not low <= self.iops <= high:
            raise ValueError(f"iops: {self.iops} must be {low} to {high} for {self.type} volumes")

    def _check_throughput(self) -> None:
        if self.throughput is None:
            return
        if self.type != "gp3":
            raise ValueError(f"throughput: {self.throughput} cannot be set for {self.type} volumes, only for gp3")
        low, high = _THROUGHPUT
        if not low <= self.throughput <= high:
            raise ValueError(f"throughput: {self.throughput} must be {low} to {high} MiB/s")
        iops = self.iops or _BASELINE_IOPS
        if self.throughput * _IOPS_PER_THROUGHPUT > iops:
            raise ValueError(
                f"throughput: {self.throughput} MiB/s need at least {self.throughput * _IOPS_PER_THROUGHPUT} iops, "
                f"the class has {iops}"
            )


def class_parameters(spec: EbsStorageClass, driver_key_arn: pulumi.Input[str] | None) -> dict[str, pulumi.Input[str]]:
    """Return the parameters of a class; every volume is encrypted."""
    parameters: dict[str, pulumi.Input[str]] = {
        "type": spec.type,
        "encrypted": "true",
        "csi.storage.k8s.io/fstype": spec.fs_type,
    }
    if spec.iops is not None:
        parameters["iops"] = str(spec.iops)
    if spec.throughput is not None:
        parameters["throughput"] = str(spec.throughput)
    key_arn = driver_key_arn if spec.kms_key_arn is None else spec.kms_key_arn
    if key_arn is not None:
        parameters["kmsKeyId"] = key_arn
    return parameters
