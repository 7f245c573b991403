"""Rules for what a node is: instance types, image, capacity and disk, which must fit each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from settings import aws_catalogue
from settings.model import StackConfig
from settings.node_groups import NodeGroup
from settings.problems import Path, Problem, did_you_mean, show
from settings.rules.common import Context, kms_key, no_repeats

# No AMIs of Amazon Linux 2 from this minor on. https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html
_LAST_AL2_MINOR = 32
# https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html#gp3-performance
_IOPS_PER_GIB = 500
_BASE_IOPS = 3000
_IOPS_PER_MIB = 4
_WINDOWS_DISK = 50
_AL2023_RELEASE = re.compile(r"1\.\d{2}\.\d+-\d{8}")


def check(path: Path, group: NodeGroup, config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the nodes of one group."""
    known = aws_catalogue.instance_types()
    for index, instance_type in enumerate(group.instance_types):
        place = (*path, "instanceTypes", index)
        if instance_type not in known:
            yield Problem(
                place, f"{show(instance_type)} is not an EC2 instance type{did_you_mean(instance_type, known)}"
            )
        elif aws_catalogue.architecture_of(instance_type) == "mac":
            yield Problem(place, f"{show(instance_type)} runs macOS and cannot be a node")
    yield from no_repeats((*path, "instanceTypes"), group.instance_types)
    types = [instance_type for instance_type in group.instance_types if instance_type in known]
    yield from _capacity(path, group)
    yield from _image(path, group, config)
    yield from _architecture(path, group, types)
    yield from _accelerator(path, group, types)
    yield from _disk(path, group, context)
    yield from _release(path, group, config.cluster.version)


def _capacity(path: Path, group: NodeGroup) -> Iterator[Problem]:
    place = (*path, "instanceTypes")
    if group.capacity == "spot" and len(group.instance_types) == 1:
        text = "is one type only: when its spot capacity runs out, there are no nodes; name several of the same size"
        yield Problem(place, text, warning=True)


def _image(path: Path, group: NodeGroup, config: StackConfig) -> Iterator[Problem]:
    place = (*path, "amiType")
    known = [name for name in aws_catalogue.ami_types() if name != "CUSTOM" and not name.startswith("AL2_")]
    if group.ami_type == "CUSTOM":
        yield Problem(place, '"CUSTOM" needs an image of your own, which the platform does not take; name an EKS image')
    elif group.ami_type.startswith("AL2_") and group.ami_type in aws_catalogue.ami_types():
        newer = group.ami_type.replace("AL2_x86_64_GPU", "AL2023_x86_64_NVIDIA")
        newer = newer if newer.startswith("AL2023") else newer.replace("AL2_", "AL2023_") + "_STANDARD"
        text = f"{show(group.ami_type)} is Amazon Linux 2, which ended with Kubernetes 1.{_LAST_AL2_MINOR}; use {newer}"
        yield Problem(place, text)
    elif group.ami_type not in known:
        yield Problem(place, f"{show(group.ami_type)} is not an AMI type of EKS{_nearest_image(group.ami_type, known)}")
    if group.windows:
        yield from _windows(path, group, config)


def _nearest_image(value: str, known: list[str]) -> str:
    standard = [name for name in known if name.lower() == f"{value}_STANDARD".lower()]
    return did_you_mean(value, standard or known) or f"; those are {', '.join(known)}"


def _windows(path: Path, group: NodeGroup, config: StackConfig) -> Iterator[Problem]:
    if config.cluster.ip_family == "ipv6":
        text = "Windows nodes do not work in a cluster with ipFamily ipv6"
        yield Problem((*path, "amiType"), text, related=(("cluster", "ipFamily"),))
    if config.addons.vpc_cni.custom_networking:
        text = "Windows nodes do not work with addons.vpc-cni.customNetworking"
        yield Problem((*path, "amiType"), text, related=(("addons", "vpc-cni"),))
    if group.disk.size_gib < _WINDOWS_DISK:
        text = f"{group.disk.size_gib} is too small for Windows; the least is {_WINDOWS_DISK}"
        yield Problem((*path, "disk", "sizeGiB"), text)


def _architecture(path: Path, group: NodeGroup, types: list[str]) -> Iterator[Problem]:
    if group.ami_type not in aws_catalogue.ami_types() or group.ami_type == "CUSTOM":
        return
    wanted = "arm64" if "ARM_64" in group.ami_type else "x86_64"
    for index, instance_type in enumerate(group.instance_types):
        if instance_type not in types:
            continue
        found = aws_catalogue.architecture_of(instance_type)
        if found not in (wanted, "mac"):
            text = f"{show(instance_type)} is {found}, but amiType {group.ami_type} is {wanted}"
            yield Problem((*path, "instanceTypes", index), text, related=((*path, "amiType"),))


def _accelerator(path: Path, group: NodeGroup, types: list[str]) -> Iterator[Problem]:
    image = "nvidia" if "NVIDIA" in group.ami_type else "neuron" if "NEURON" in group.ami_type else ""
    shown = {"nvidia": "NVIDIA GPU", "neuron": "AWS Neuron accelerator"}
    for index, instance_type in enumerate(group.instance_types):
        if instance_type not in types:
            continue
        place = (*path, "instanceTypes", index)
        found = aws_catalogue.accelerator_of(instance_type)
        if image and found != image:
            text = f"{show(instance_type)} has no {shown[image]}, which amiType {group.ami_type} is for"
            yield Problem(place, text, related=((*path, "amiType"),))
        elif found and not image and not group.windows:
            text = f"{show(instance_type)} has an {shown[found]}, for which amiType {group.ami_type} has no driver"
            yield Problem(place, text, warning=True)


def _disk(path: Path, group: NodeGroup, context: Context) -> Iterator[Problem]:
    disk = group.disk
    place = (*path, "disk")
    yield from gp3(place, size_gib=disk.size_gib, iops=disk.iops, throughput=disk.throughput)
    yield from kms_key((*place, "kmsKeyArn"), disk.kms_key_arn, context)


def gp3(path: Path, *, size_gib: int | None, iops: int, throughput: int | None) -> Iterator[Problem]:
    """Yield what does not fit in a gp3 volume; without a size the rule that rests on it is left out."""
    if size_gib is not None and iops > max(_BASE_IOPS, size_gib * _IOPS_PER_GIB):
        need = -(-iops // _IOPS_PER_GIB)
        text = f"{iops} is more than {_IOPS_PER_GIB} for each GiB; make the disk at least {need} GiB"
        yield Problem((*path, "iops"), text, related=((*path, "sizeGiB"),))
    if throughput is not None and throughput * _IOPS_PER_MIB > iops:
        text = f"{throughput} is more than a quarter of the IOPS, {iops}; raise iops to {throughput * _IOPS_PER_MIB}"
        yield Problem((*path, "throughput"), text, related=((*path, "iops"),))


def _release(path: Path, group: NodeGroup, version: str) -> Iterator[Problem]:
    release = group.release_version
    if release is None or not group.ami_type.startswith("AL2023"):
        return
    place = (*path, "releaseVersion")
    if not _AL2023_RELEASE.fullmatch(release):
        yield Problem(place, f"{show(release)} is not a release of AL2023 such as {version}.0-20260101")
    elif not release.startswith(f"{version}."):
        text = f"{show(release)} is not of Kubernetes {version}, the version of the cluster"
        yield Problem(place, text, related=(("cluster", "version"),))
