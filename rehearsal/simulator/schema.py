"""Which types the SDKs know: the generated SDKs are the source, not a list of ours."""

from __future__ import annotations

import difflib
import importlib
import re
import time
from functools import cache

import pulumi
from pulumi.runtime import rpc

from rehearsal.errors import RehearsalError
from rehearsal.graph import PROVIDER_PREFIX

# https://kubernetes.io/docs/reference/using-api/#api-groups
_CUSTOM_GROUP = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+/v\d+((alpha|beta)\d+)?")
_LOADING_SECONDS = 30
_SDKS = {"aws": "pulumi_aws", "eks": "pulumi_eks", "kubernetes": "pulumi_kubernetes"}


@cache
def resource_class(type_: str) -> type | None:
    """Return the SDK class of a type token, or None if the SDK has no such type."""
    if type_.startswith(PROVIDER_PREFIX):
        sdk = _SDKS.get(type_.removeprefix(PROVIDER_PREFIX))
        return getattr(importlib.import_module(sdk), "Provider", None) if sdk else None
    package, _, rest = type_.partition(":")
    module, _, class_name = rest.partition(":")
    if package == "eks" and module == "index":
        return getattr(importlib.import_module(_SDKS["eks"]), class_name, None)
    if package in _SDKS:
        importlib.import_module(_SDKS[package])
    for registered in rpc._RESOURCE_MODULES.get(f"{package}:{module}", ()):
        info = getattr(registered, "mod_info", {})
        if type_ in info.get("classes", {}):
            return _loaded(info["fqn"], info["classes"][type_])
    return pulumi.CustomResource if package == "kubernetes" and _is_custom(module) else None


def _loaded(module: str, class_name: str) -> type:
    """Return a class that the SDK has.

    The SDKs load their modules at the first use of an attribute, and before Python 3.12 another thread sees such a
    module half loaded; the program's own thread may be the one that loads it.
    """
    deadline = time.monotonic() + _LOADING_SECONDS
    while (found := getattr(importlib.import_module(module), class_name, None)) is None:
        if time.monotonic() > deadline:
            raise RehearsalError(f"{module} lists the class {class_name} but does not have it")
        time.sleep(0.01)
    return found


def _is_custom(group_version: str) -> bool:
    """Return whether an API group is one that custom resource definitions add: named like a domain, not the SDK's."""
    if not _CUSTOM_GROUP.fullmatch(group_version):
        return False
    group = f"kubernetes:{group_version.partition('/')[0]}/"
    return not any(known.startswith(group) for known in rpc._RESOURCE_MODULES)


@cache
def nearest_type(type_: str) -> str:
    """Return the known type token that is most like an unknown one, or ""."""
    package = type_.partition(":")[0]
    known = [
        token
        for key, modules in rpc._RESOURCE_MODULES.items()
        if key.startswith(f"{package}:")
        for module in modules
        for token in getattr(module, "mod_info", {}).get("classes", {})
    ]
    return next(iter(difflib.get_close_matches(type_, known, 1)), "")
