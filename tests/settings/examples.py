"""A small configuration that is right, and how to change it in one place."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Mapping
from typing import Any

from settings import Settings, SettingsError, parse

TODAY = datetime.date(2026, 11, 20)
MISSING = object()

BASE: Mapping[str, Any] = {
    "aws:region": "eu-west-1",
    "account": "111122223333",
    "tags": {"owner": "platform", "costCenter": "4711"},
    "network": {"cidr": "10.20.0.0/16", "zones": ["eu-west-1a", "eu-west-1b"]},
    "cluster": {"version": "1.35"},
    "access": {"admin": {"principal": "arn:aws:iam::111122223333:role/admin", "policy": "ClusterAdmin"}},
    "nodeGroups": {"system": {"instanceTypes": ["m7i.large", "m6i.large"], "min": 2, "max": 4}},
}


def changed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the right configuration with changes: values by path with dots; MISSING takes a key away."""
    config = copy.deepcopy(dict(BASE))
    for path, value in changes.items():
        node: Any = config
        *parents, last = path.split(".")
        for part in parents:
            node = node.setdefault(part, {})
        if value is MISSING:
            del node[last]
        else:
            node[last] = copy.deepcopy(value)
    return {key if ":" in key else f"eks-platform:{key}": value for key, value in config.items()}


def accepted(changes: Mapping[str, Any], *, stack: str = "dev") -> Settings:
    """Return the settings of the changed configuration."""
    return parse(changed(changes), stack=stack, today=TODAY)


def reported(changes: Mapping[str, Any], *, stack: str = "dev") -> list[str]:
    """Return the lines reported for the changed configuration; none if it is accepted."""
    try:
        parse(changed(changes), stack=stack, today=TODAY)
    except SettingsError as error:
        return list(error.lines)
    return []
