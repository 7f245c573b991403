"""User data of managed nodes: what a node is told at boot besides what EKS tells it.

EKS merges its own settings (cluster name, endpoint, certificate, labels, taints) into the user data of a managed node
group's launch template, so none of them is written here. Amazon Linux 2023 reads a MIME multi-part document whose
parts of type application/node.eks.aws are nodeadm documents, merged in their order, later ones win; Bottlerocket reads
TOML, of which EKS knows a part only; Windows runs PowerShell. https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
"""

from __future__ import annotations

import base64
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import yaml

OsFamily = Literal["al2023", "bottlerocket", "windows"]

# EC2 takes at most 16 KB of user data before Base64.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
USER_DATA_LIMIT = 16384

_NODEADM_API = "node.eks.aws/v1alpha1"
_BOUNDARY = "node-user-data"
_CAMEL_CASE = re.compile(r"[a-z][A-Za-z0-9]*")
_BARE_TOML_KEY = re.compile(r"[A-Za-z0-9_-]+")
# EKS fills these in; a second value would win and keep the node out of the cluster.
_BOTTLEROCKET_OWNED_BY_EKS = ("api-server", "cluster-certificate", "cluster-name")
_WINDOWS_BOOTSTRAP = "Start-EKSBootstrap"

# KubeletConfiguration field -> key of Bottlerocket's settings.kubernetes, which knows these and no others.
# https://bottlerocket.dev/en/os/latest/#/api/settings/kubernetes/
_BOTTLEROCKET_KUBELET: Mapping[str, str] = {
    "allowedUnsafeSysctls": "allowed-unsafe-sysctls",
    "containerLogMaxFiles": "container-log-max-files",
    "containerLogMaxSize": "container-log-max-size",
    "cpuCFSQuota": "cpu-cfs-quota-enforced",
    "cpuManagerPolicy": "cpu-manager-policy",
    "cpuManagerPolicyOptions": "cpu-manager-policy-options",
    "cpuManagerReconcilePeriod": "cpu-manager-reconcile-period",
    "eventBurst": "event-burst",
    "eventRecordQPS": "event-qps",
    "evictionHard": "eviction-hard",
    "evictionMaxPodGracePeriod": "eviction-max-pod-grace-period",
    "evictionSoft": "eviction-soft",
    "evictionSoftGracePeriod": "eviction-soft-grace-period",
    "imageGCHighThresholdPercent": "image-gc-high-threshold-percent",
    "imageGCLowThresholdPercent": "image-gc-low-threshold-percent",
    "kubeAPIBurst": "kube-api-burst",
    "kubeAPIQPS": "kube-api-qps",
    "kubeReserved": "kube-reserved",
    "maxPods": "max-pods",
    "memoryManagerPolicy": "memory-manager-policy",
    "podPidsLimit": "pod-pids-limit",
    "registryBurst": "registry-burst",
    "registryPullQPS": "registry-qps",
    "seccompDefault": "seccomp-default",
    "serverTLSBootstrap": "server-tls-bootstrap",
    "shutdownGracePeriod": "shutdown-grace-period",
    "shutdownGracePeriodCriticalPods": "shutdown-grace-period-for-critical-pods",
    "systemReserved": "system-reserved",
    "topologyManagerPolicy": "topology-manager-policy",
    "topologyManagerScope": "topology-manager-scope",
}


def os_family(ami_type: str) -> OsFamily:
    """Return the operating system family of an EKS AMI type.

    Args:
        ami_type: AMI type as the EKS API spells it, for example "AL2023_ARM_64_STANDARD".

    Raises:
        ValueError: If the type is unknown, or one of Amazon Linux 2, for which AWS no longer makes images.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html
    """
    families: Mapping[str, OsFamily] = {"AL2023_": "al2023", "BOTTLEROCKET_": "bottlerocket", "WINDOWS_": "windows"}
    for prefix, family in families.items():
        if ami_type.startswith(prefix):
            return family
    if ami_type.startswith("AL2_"):
        raise ValueError(f"ami_type: {ami_type!r} has no images since Kubernetes 1.33; take one that begins AL2023_")
    raise ValueError(f"ami_type: {ami_type!r} does not begin with one of {', '.join(families)}")


def node_user_data(
    family: OsFamily,
    *,
    kubelet: Mapping[str, Any],
    extra: str | None,
    kubelet_flags: Sequence[str] = (),
) -> str | None:
    """Return the plain text of a node's user data, None if there is nothing to tell.

    Args:
        family: Operating system family.
        kubelet: Fields of the kubelet's configuration by their Kubernetes names, for example {"maxPods": 110}.
            https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
        extra: Amazon Linux 2023: nodeadm NodeConfig documents in YAML, which win over `kubelet`, or a shell script
            that begins with "#!". Bottlerocket: settings in TOML, which win over `kubelet`. Windows: PowerShell
            commands, which run before the node joins.
        kubelet_flags: Command-line flags of the kubelet, for what its configuration does not know, for example
            ["--node-labels=team=data"]; Amazon Linux 2023 only.

    Raises:
        ValueError: If a setting is not one the operating system takes, a document cannot be read or says what EKS says
            itself, or the whole is longer than 16 KB.
    """
    if not kubelet and not kubelet_flags and extra is None:
        return None
    if kubelet_flags and family != "al2023":
        raise ValueError("kubelet_flags: only Amazon Linux 2023 takes command-line flags of the kubelet")
    for flag in kubelet_flags:
        if not flag.startswith("--"):
            raise ValueError(f"kubelet_flags: {flag!r} does not begin with --")
    for key in kubelet:
        if not _CAMEL_CASE.fullmatch(key):
            raise ValueError(f"kubelet: {key!r} is not the name of a KubeletConfiguration field, such as maxPods")
    if family == "al2023":
        text = _nodeadm(kubelet, kubelet_flags, extra)
    else:
        text = _bottlerocket(kubelet, extra) if family == "bottlerocket" else _powershell(kubelet, extra)
    if len(text.encode()) > USER_DATA_LIMIT:
        raise ValueError(f"user_data: {len(text.encode())} bytes are more than EC2's limit of {USER_DATA_LIMIT}")
    return text


def encode(text: str) -> str:
    """Return user data in Base64, as a launch template takes it."""
    return base64.b64encode(text.encode()).decode()


def _nodeadm(kubelet: Mapping[str, Any], flags: Sequence[str], extra: str | None) -> str:
    parts: list[tuple[str, str]] = []
    if kubelet or flags:
        given = {"config": dict(kubelet), "flags": list(flags)}
        spec = {"kubelet": {field: value for field, value in given.items() if value}}
        settings = {"apiVersion": _NODEADM_API, "kind": "NodeConfig", "spec": spec}
        parts.append(("application/node.eks.aws", _yaml(settings)))
    if extra is not None and extra.startswith("#!"):
        parts.append(('text/x-shellscript; charset="utf-8"', extra))
    elif extra is not None:
        parts += [("application/node.eks.aws", _yaml(document)) for document in _node_configs(extra)]
    lines = ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"', ""]
    for content_type, body in parts:
        if f"--{_BOUNDARY}" in body:
            raise ValueError(f"user_data: must not hold the text '--{_BOUNDARY}', which ends a part")
        lines += [f"--{_BOUNDARY}", f"Content-Type: {content_type}", "", body.rstrip("\n"), ""]
    return "\n".join([*lines, f"--{_BOUNDARY}--", ""])


def _node_configs(text: str) -> list[dict[str, Any]]:
    """Return the nodeadm documents of a YAML text, each checked."""
    try:
        documents = [document for document in yaml.safe_load_all(text) if document is not None]
    except yaml.YAMLError as error:
        raise ValueError(f"user_data: is not YAML: {error}") from error
    if not documents:
        raise ValueError("user_data: holds no NodeConfig document")
    return [_node_config(document) for document in documents]


def _node_config(document: object) -> dict[str, Any]:
    fields = _table(document) or {}
    if (fields.get("apiVersion"), fields.get("kind")) != (_NODEADM_API, "NodeConfig"):
        raise ValueError(f"user_data: a document must have apiVersion {_NODEADM_API} and kind NodeConfig")
    if "cluster" in (_table(fields.get("spec")) or {}):
        raise ValueError("user_data: spec.cluster is filled in by EKS; a second value keeps nodes out of the cluster")
    return fields


def _table(value: object) -> dict[str, Any] | None:
    """Return the value as a mapping with text keys if it is one."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else None


def _yaml(document: Mapping[str, Any]) -> str:
    return "---\n" + yaml.safe_dump(dict(document), sort_keys=True, default_flow_style=False)


def _powershell(kubelet: Mapping[str, Any], extra: str | None) -> str:
    if kubelet:
        raise ValueError("kubelet: EKS alone sets the kubelet of Windows nodes")
    commands = (extra or "").strip().removeprefix("<powershell>").removesuffix("</powershell>").strip("\r\n")
    if _WINDOWS_BOOTSTRAP in commands:
        raise ValueError(f"user_data: {_WINDOWS_BOOTSTRAP} is run by EKS; run twice, it keeps nodes out of the cluster")
    return f"<powershell>\n{commands}\n</powershell>\n"


def _bottlerocket(kubelet: Mapping[str, Any], extra: str | None) -> str:
    unknown = sorted(set(kubelet) - set(_BOTTLEROCKET_KUBELET))
    if unknown:
        raise ValueError(
            f"kubelet: {unknown[0]!r} has no Bottlerocket setting; known are {', '.join(_BOTTLEROCKET_KUBELET)}"
        )
    settings: dict[str, Any] = {}
    if kubelet:
        translated = {_BOTTLEROCKET_KUBELET[key]: value for key, value in kubelet.items()}
        settings = {"settings": {"kubernetes": translated}}
    if extra is not None:
        settings = _merged(settings, _bottlerocket_settings(extra))
    return to_toml(settings)


def _bottlerocket_settings(text: str) -> dict[str, Any]:
    """Return the settings of a TOML text, checked."""
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"user_data: is not TOML: {error}") from error
    if set(settings) - {"settings"}:
        raise ValueError("user_data: Bottlerocket reads tables that begin with [settings only")
    kubernetes = settings.get("settings", {}).get("kubernetes", {})
    for key in _BOTTLEROCKET_OWNED_BY_EKS:
        if key in kubernetes:
            raise ValueError(f"user_data: settings.kubernetes.{key} is filled in by EKS")
    return settings


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return both nested mappings as one; where they meet, `over` wins."""
    result = dict(base)
    for key, value in over.items():
        known, new = _table(result.get(key)), _table(value)
        result[key] = _merged(known, new) if known is not None and new is not None else value
    return result


def to_toml(settings: dict[str, Any]) -> str:
    """Return nested settings as TOML with sorted keys, in the part of TOML that EKS can merge.

    Raises:
        ValueError: If a value cannot be written in that part: a text or key with a double quote, a list of mixed kinds,
            or a date.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
    """
    return "\n".join(_toml_tables(settings, ())).strip("\n") + "\n"


def _toml_tables(table: dict[str, Any], path: tuple[str, ...]) -> list[str]:
    """Return the lines of a table and the tables below it, in the order of their keys."""
    # A header such as [a."b.c"] is one of the things EKS cannot read, so such a table is written on one line.
    headed = {key for key, value in table.items() if _table(value) is not None and _BARE_TOML_KEY.fullmatch(key)}
    plain = sorted(set(table) - headed)
    lines: list[str] = []
    if plain or (path and not headed):
        lines.append(f"[{'.'.join(path)}]")
        lines += [f"{_toml_key(key)} = {_toml_value(table[key])}" for key in plain]
        lines.append("")
    for key in sorted(headed):
        lines += _toml_tables(table[key], (*path, key))
    return lines


def _toml_key(key: str) -> str:
    return key if _BARE_TOML_KEY.fullmatch(key) else _toml_value(key)


def _toml_value(value: object) -> str:
    if isinstance(value, str) and '"' in value:
        raise ValueError(f"user_data: {value!r} holds a double quote, which EKS cannot read in Bottlerocket settings")
    # Texts, numbers and booleans are written in TOML as in JSON, but for one character that TOML wants escaped.
    if isinstance(value, str | bool | int | float):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, list):
        items = cast(list[Any], value)
        if len({type(item) for item in items}) > 1:
            raise ValueError(f"user_data: {value!r} mixes kinds of values, which EKS cannot read")
        return f"[{', '.join(_toml_value(item) for item in items)}]"
    inline = _table(value)
    if inline is None:
        raise ValueError(f"user_data: {value!r} is not a text, number, boolean, list or table")
    pairs = ", ".join(f"{_toml_key(key)} = {_toml_value(item)}" for key, item in sorted(inline.items()))
    return f"{{ {pairs} }}" if pairs else "{}"
