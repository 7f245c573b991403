"""The rules that a configuration must keep beyond its shape: pure functions from the configuration to findings."""

from __future__ import annotations

from collections.abc import Iterator

from settings.model import StackConfig
from settings.problems import Problem
from settings.rules import (
    access,
    account,
    addons,
    addresses,
    cluster,
    controllers,
    fargate,
    network,
    node_groups,
    storage,
)
from settings.rules.common import Context

__all__ = ["Context", "check"]


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield everything that is wrong with a configuration of the right shape, and what is rarely meant.

    Args:
        config: The configuration.
        context: What the rules need to know besides.
    """
    for rules in (account, network, addresses, cluster, access, addons, node_groups, fargate, controllers, storage):
        yield from rules.check(config, context)
