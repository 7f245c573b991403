"""Rules for what nodes are told at their start: kubelet settings and further user data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from settings.node_groups import NodeGroup
from settings.problems import Path, Problem, did_you_mean, show

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
_LIMIT = 16384
_FIELD = re.compile(r"[a-z][A-Za-z0-9]*")
_FLAG = re.compile(r"--[a-z][a-z0-9-]*(=.*)?")
# https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/
_NODEADM = ("node.eks.aws/v1alpha1", "NodeConfig")
# Fields of KubeletConfiguration that Bottlerocket has a setting for.
# https://bottlerocket.dev/en/os/latest/#/api/settings/kubernetes/
_BOTTLEROCKET_FIELDS = frozenset(
    {
        "allowedUnsafeSysctls",
        "containerLogMaxFiles",
        "containerLogMaxSize",
        "cpuCFSQuota",
        "cpuManagerPolicy",
        "cpuManagerPolicyOptions",
        "cpuManagerReconcilePeriod",
        "eventBurst",
        "eventRecordQPS",
        "evictionHard",
        "evictionMaxPodGracePeriod",
        "evictionSoft",
        "evictionSoftGracePeriod",
        "imageGCHighThresholdPercent",
        "imageGCLowThresholdPercent",
        "kubeAPIBurst",
        "kubeAPIQPS",
        "kubeReserved",
        "maxPods",
        "memoryManagerPolicy",
        "podPidsLimit",
        "registryBurst",
        "registryPullQPS",
        "seccompDefault",
        "serverTLSBootstrap",
        "shutdownGracePeriod",
        "shutdownGracePeriodCriticalPods",
        "systemReserved",
        "topologyManagerPolicy",
        "topologyManagerScope",
    }
)
# EKS fills these in; a second value would keep nodes out of the cluster.
_BOTTLEROCKET_OF_EKS = ("api-server", "cluster-certificate", "cluster-name")
_WINDOWS_BOOTSTRAP = "Start-EKSBootstrap"


def check(path: Path, group: NodeGroup) -> Iterator[Problem]:
    """Yield what is wrong with the kubelet settings and the user data of one group."""
    for problem in (*_kubelet((*path, "kubelet"), group), *_extra((*path, "extraUserData"), group)):
        yield Problem(problem.path, problem.text, related=((*path, "amiType"), (*path, "instanceTypes")))


def _kubelet(path: Path, group: NodeGroup) -> Iterator[Problem]:
    kubelet = group.kubelet
    if kubelet.flags and not group.ami_type.startswith("AL2023"):
        yield Problem((*path, "flags"), f"are for AL2023 images only; amiType is {group.ami_type}")
    for index, flag in enumerate(kubelet.flags):
        if not _FLAG.fullmatch(flag):
            yield Problem((*path, "flags", index), f"{show(flag)} is not a flag such as --max-pods=58")
    if kubelet.config and group.windows:
        yield Problem((*path, "config"), "is not for Windows, whose kubelet EKS alone sets up")
        return
    for field in kubelet.config:
        place = (*path, "config", field)
        if not _FIELD.fullmatch(field):
            yield Problem(place, f"{show(field)} is not a field of KubeletConfiguration such as maxPods")
        elif group.ami_type.startswith("BOTTLEROCKET") and field not in _BOTTLEROCKET_FIELDS:
            cure = did_you_mean(field, _BOTTLEROCKET_FIELDS) or "; use extraUserData"
            yield Problem(place, f"{show(field)} has no setting in Bottlerocket{cure}")


def _extra(path: Path, group: NodeGroup) -> Iterator[Problem]:
    text = group.extra_user_data
    if text is None:
        return
    if len(text.encode()) > _LIMIT:
        yield Problem(path, f"has {len(text.encode())} bytes; EC2 takes at most {_LIMIT}")
    elif group.ami_type.startswith("BOTTLEROCKET"):
        yield from _bottlerocket(path, text)
    elif group.windows:
        if _WINDOWS_BOOTSTRAP in text:
            yield Problem(path, f"runs {_WINDOWS_BOOTSTRAP}, which EKS runs itself; leave it out")
    elif not text.startswith("#!"):
        yield from _nodeadm(path, text)


def _nodeadm(path: Path, text: str) -> Iterator[Problem]:
    wanted = f"a NodeConfig of {_NODEADM[0]} in YAML, or a script that begins with #!"
    try:
        documents: list[Any] = [document for document in yaml.safe_load_all(text) if document is not None]
    except yaml.YAMLError as error:
        yield Problem(path, f"is neither {wanted.replace(', or', ' nor')}: {_first_line(error)}")
        return
    heads = [(item.get("apiVersion"), item.get("kind")) if isinstance(item, dict) else None for item in documents]
    if not heads or any(head != _NODEADM for head in heads):
        yield Problem(path, f"is neither {wanted.replace(', or', ' nor')}")
    elif any(isinstance(item.get("spec"), dict) and "cluster" in item["spec"] for item in documents):
        yield Problem(path, "has spec.cluster, which EKS fills in itself; leave it out")


def _bottlerocket(path: Path, text: str) -> Iterator[Problem]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield Problem(path, f"is not TOML, which Bottlerocket reads: {_first_line(error)}")
        return
    others = sorted(set(document) - {"settings"})
    if others:
        yield Problem(path, f"has the table {others[0]}; Bottlerocket reads those that begin with settings only")
    settings = document.get("settings", {})
    kubernetes = settings.get("kubernetes", {}) if isinstance(settings, dict) else {}
    for key in _BOTTLEROCKET_OF_EKS:
        if isinstance(kubernetes, dict) and key in kubernetes:
            yield Problem(path, f"has settings.kubernetes.{key}, which EKS fills in itself; leave it out")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
