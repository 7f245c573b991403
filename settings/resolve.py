"""Fill in the defaults that depend on other values, before the models see the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from settings import aws_catalogue

# Add-ons that are DaemonSets and installed unless switched off: of no use where there are no nodes to run them.
_DAEMON_SET_DEFAULTS = ("eks-pod-identity-agent", "eks-node-monitoring-agent")


def resolve_defaults(raw: Mapping[str, Any], *, project: str, stack: str) -> dict[str, Any]:
    """Return the configuration with the defaults that depend on the stack's name or on other keys.

    Values of the wrong type are left as they are; the models will report them.

    Args:
        raw: The configuration as written, by YAML key.
        project: Name of the Pulumi project.
        stack: Name of the stack.
    """
    resolved = dict(raw)
    _default(resolved, "tags", "environment", stack)
    if "cluster" not in resolved:
        resolved["cluster"] = {}
    _default(resolved, "cluster", "name", f"{project}-{stack}")
    groups = resolved.get("nodeGroups")
    if isinstance(groups, Mapping):
        resolved["nodeGroups"] = {name: _with_ami_type(group) for name, group in groups.items()}
    if not groups:
        resolved.setdefault("addons", {})
        for addon in _DAEMON_SET_DEFAULTS:
            _default(resolved, "addons", addon, False)
        _default(resolved, "loadBalancerController", "identity", "irsa")
    storage = resolved.get("storage")
    if isinstance(storage, Mapping):
        resolved["storage"] = dict(storage)
        _default(resolved["storage"], "ebs", "classes", {"gp3": {}})
        _default(resolved["storage"], "efs", "classes", {"efs": {}} if groups else {})
    network = resolved.get("network")
    if isinstance(network, Mapping) and network.get("nat") == "none":
        _default(resolved, "loadBalancerController", "waf", False)
    return resolved


def natural_ami_type(instance_types: Any) -> str | None:
    """Return the AL2023 image for the first instance type, None if the type does not exist."""
    first = instance_types[0] if isinstance(instance_types, (list, tuple)) and instance_types else None
    if not isinstance(first, str) or first not in aws_catalogue.instance_types():
        return None
    architecture = "ARM_64" if aws_catalogue.architecture_of(first) == "arm64" else "x86_64"
    variant = {"nvidia": "NVIDIA", "neuron": "NEURON", "": "STANDARD"}[aws_catalogue.accelerator_of(first)]
    return f"AL2023_{architecture}_{variant}"


def _with_ami_type(group: Any) -> Any:
    if not isinstance(group, Mapping) or "amiType" in group:
        return group
    ami_type = natural_ami_type(group.get("instanceTypes"))
    return group if ami_type is None else {**group, "amiType": ami_type}


def _default(resolved: dict[str, Any], section: str, key: str, value: Any) -> None:
    """Set a key of a section that is there and does not have it."""
    found = resolved.get(section)
    if isinstance(found, Mapping) and key not in found:
        resolved[section] = {**found, key: value}
