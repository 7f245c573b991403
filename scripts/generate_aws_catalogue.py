"""Write settings/aws_catalogue.json from the service models that come with botocore.

Run it after a new botocore was installed: `python -m scripts.generate_aws_catalogue`. A test regenerates the table and
compares, so a stale one does not pass.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

TARGET = Path(__file__).resolve().parent.parent / "settings" / "aws_catalogue.json"

# Families with a Graviton processor: generation followed by a "g" (m7g, c8gn, x2gd, im4gn, hpc7g), the first Graviton
# a1, and the Grace superchip of p6e-gb200. g5g is a GPU family on Graviton. Mac instances cannot be EKS nodes.
_ARM_FAMILY = re.compile(r"a1|[a-z]+\d+g[a-z]*|p6e-gb200")
# https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html
_NVIDIA_FAMILY = re.compile(r"g\d+[a-z]*|gr\d+[a-z]*|p\d+[a-z]*(-[a-z0-9]+)?")
_NEURON_FAMILY = re.compile(r"(inf|trn)\d+[a-z]*")
# g4ad has AMD GPUs, for which EKS has no AMI.
_NOT_NVIDIA = frozenset({"g4ad"})


def architecture(family: str) -> str:
    """Return "arm64", "mac" or "x86_64" for the family of an instance type, for example "m7g"."""
    if family.startswith("mac"):
        return "mac"
    return "arm64" if _ARM_FAMILY.fullmatch(family) else "x86_64"


def accelerator(family: str) -> str:
    """Return "nvidia", "neuron" or "" for the family of an instance type, for example "g6"."""
    if _NEURON_FAMILY.fullmatch(family):
        return "neuron"
    return "nvidia" if _NVIDIA_FAMILY.fullmatch(family) and family not in _NOT_NVIDIA else ""


def catalogue(loader: Loader | None = None) -> dict[str, Any]:
    """Return the table: regions by partition, instance types by family, and the enumerations of EKS and CloudWatch."""
    loader = loader or Loader()
    ec2 = loader.load_service_model("ec2", "service-2")["shapes"]
    eks = loader.load_service_model("eks", "service-2")["shapes"]
    logs = loader.load_service_model("logs", "service-2")["shapes"]

    families: dict[str, list[str]] = {}
    for instance_type in sorted(ec2["InstanceType"]["enum"]):
        family, size = instance_type.split(".")
        families.setdefault(family, []).append(size)

    endpoints = loader.load_data("endpoints")
    retention = re.search(r"Possible values are: ([\d, and]+)", logs["Days"]["documentation"])
    if retention is None:
        raise ValueError("the CloudWatch Logs model no longer lists the retention periods in shape Days")
    return {
        "amiTypes": sorted(eks["AMITypes"]["enum"]),
        "capacityTypes": sorted(eks["CapacityTypes"]["enum"]),
        "controlPlaneTiers": sorted(eks["ProvisionedControlPlaneTier"]["enum"]),
        "instanceFamilies": {
            family: [architecture(family), accelerator(family), sizes] for family, sizes in families.items()
        },
        "logRetentionDays": sorted(int(days) for days in re.findall(r"\d+", retention[1])),
        "logTypes": sorted(eks["LogType"]["enum"]),
        "regions": {
            partition["partition"]: sorted(name for name in partition["regions"] if not name.endswith("-global"))
            for partition in endpoints["partitions"]
        },
        "repairActions": sorted(eks["RepairAction"]["enum"]),
        "resolveConflicts": sorted(eks["ResolveConflicts"]["enum"]),
        "updateStrategies": sorted(eks["NodegroupUpdateStrategies"]["enum"]),
        "warmPoolStates": sorted(eks["WarmPoolState"]["enum"]),
    }


def text() -> str:
    """Return the table as it is written to the file."""
    return json.dumps(catalogue(), sort_keys=True, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
