"""Rules for Fargate profiles, and for what needs nodes when there are none."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from settings.fargate_profiles import FargateProfile, FargateSelector
from settings.model import StackConfig
from settings.problems import Path, Problem, show
from settings.rules.common import Context, no_repeats, zones_within

_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,62}")
# https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
_MOST_PROFILES = 10
_MOST_LABELS = 5
_NAMESPACE = re.compile(r"[a-z0-9*?]([a-z0-9*?-]{0,61}[a-z0-9*?])?")
_LABEL_KEY = re.compile(r"([a-z0-9*?]([a-z0-9.*?-]*[a-z0-9*?])?/)?[A-Za-z0-9*?]([A-Za-z0-9_.*?-]{0,61}[A-Za-z0-9*?])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9*?]([A-Za-z0-9_.*?-]{0,61}[A-Za-z0-9*?])?)?")
# Labels by which people ask for hardware that Fargate does not have.
# https://docs.aws.amazon.com/eks/latest/userguide/fargate.html
_GPU_PREFIXES = ("nvidia.com", "aws.amazon.com", "amd.com", "k8s.amazonaws.com")
_SYSTEM = "kube-system"


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the Fargate profiles."""
    profiles = config.fargate_profiles
    path: Path = ("fargateProfiles",)
    if len(profiles) > _MOST_PROFILES:
        yield Problem(path, f"has {len(profiles)} profiles; EKS allows {_MOST_PROFILES} a cluster")
    if profiles and context.partition == "aws-us-gov":
        yield Problem(path, f"is not offered in {context.region}: there is no Fargate for EKS in GovCloud")
    if profiles and config.cluster.ip_family == "ipv6" and config.network.existing is None and not config.network.ipv6:
        yield Problem(path, "needs subnets with IPv6; set network.ipv6 to true", related=(("network", "ipv6"),))
    for name, profile in profiles.items():
        yield from _profile((*path, name), name, profile, config)
    if not config.node_groups:
        yield from _without_nodes(config)


def takes_system_pods(config: StackConfig) -> str | None:
    """Return the name of a profile that takes every pod of kube-system, None if there is none."""
    for name, profile in config.fargate_profiles.items():
        if any(_matches(selector) and not selector.labels for selector in profile.selectors):
            return name
    return None


def _matches(selector: FargateSelector) -> bool:
    return fnmatch.fnmatchcase(_SYSTEM, selector.namespace)


def _profile(path: Path, name: str, profile: FargateProfile, config: StackConfig) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        text = f"{show(name)} is not the name of a profile: 1 to 63 letters, digits, - and _, first a letter or digit"
        yield Problem(path, text)
    elif name.startswith("eks-"):
        yield Problem(path, f"{show(name)} begins with eks-, which EKS keeps for itself")
    yield from zones_within((*path, "zones"), profile.zones, config)
    yield from no_repeats((*path, "zones"), profile.zones)
    for index, selector in enumerate(profile.selectors):
        place = (*path, "selectors", index)
        yield from _selector(place, selector)
        if selector in profile.selectors[:index]:
            yield Problem(place, f"is the same as selectors[{profile.selectors.index(selector)}]")


def _selector(path: Path, selector: FargateSelector) -> Iterator[Problem]:
    if not _NAMESPACE.fullmatch(selector.namespace):
        text = f"{show(selector.namespace)} is not a namespace: 1 to 63 of a-z, 0-9, - and the wildcards * and ?"
        yield Problem((*path, "namespace"), text)
    if len(selector.labels) > _MOST_LABELS:
        text = f"has {len(selector.labels)} entries; at most {_MOST_LABELS} are allowed"
        yield Problem((*path, "labels"), text)
    for key, value in selector.labels.items():
        place = (*path, "labels", key)
        if not _LABEL_KEY.fullmatch(key) or not _LABEL_VALUE.fullmatch(value):
            yield Problem(place, f"{show(f'{key}={value}')} is not a Kubernetes label")
        elif key.endswith("kubernetes.io/arch") and value == "arm64":
            yield Problem(place, "asks for ARM, which Fargate does not have; use a node group")
        elif key.endswith("kubernetes.io/os") and value == "windows":
            yield Problem(place, "asks for Windows, which Fargate does not have; use a node group")
        elif key.rpartition("/")[0] in _GPU_PREFIXES:
            yield Problem(place, "asks for a GPU or accelerator, which Fargate does not have; use a node group")


def _without_nodes(config: StackConfig) -> Iterator[Problem]:
    if not config.fargate_profiles:
        text = "is missing, and there is no Fargate profile either: no pod could run; add a node group"
        yield Problem(("nodeGroups",), text, related=(("fargateProfiles",),))
        return
    selectors = [selector for profile in config.fargate_profiles.values() for selector in profile.selectors]
    if not any(_matches(selector) for selector in selectors):
        text = f"has no selector for {_SYSTEM}, and there is no node group: coredns could not run; add one"
        yield Problem(("fargateProfiles",), text, related=(("nodeGroups",),))
