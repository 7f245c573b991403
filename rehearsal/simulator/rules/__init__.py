"""What AWS demands and refuses in the life of each type, one module a service.

A service's module has `RULES`: type token -> `TypeRules`. A rule is a function of the world and what is asked; it
returns when all is well and raises `AwsError` in AWS's own words when not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.simulator.context import Creation
from rehearsal.simulator.world import Record, World

CreateRule = Callable[[World, Creation], None]
UpdateRule = Callable[[World, Record, Mapping[str, Any]], None]
DeleteRule = Callable[[World, Record], None]
Settle = Callable[[World, Record], Record]


@dataclass(frozen=True, kw_only=True)
class TypeRules:
    """The life of one type.

    Args:
        create: What must hold for a creation; asked before the time of the creation passes.
        ready: What must hold at its end, for services that accept first and fail later (CREATE_FAILED).
        update: What must hold for a change; the third argument are the new inputs.
        delete: What must hold for a deletion.
        replaces: Paths of inputs whose change replaces the resource ("vpcConfig.subnetIds"; a path covers all below).
        replaces_also: Returns inputs whose change replaces the resource only at times; called with old and new inputs.
        recompute: Returns the outputs that a change computes anew; called with what exists and the new inputs.
        settle: What else happens in the world when it is created, for example the security group of a cluster.
        unsettle: What goes with it when it is deleted.
        seconds: Virtual seconds of a creation, an update and a deletion, by "create", "update", "delete".
        delete_before_replace: True where the old one must go first, because the name is taken.
    """

    create: tuple[CreateRule, ...] = ()
    ready: tuple[CreateRule, ...] = ()
    update: tuple[UpdateRule, ...] = ()
    delete: tuple[DeleteRule, ...] = ()
    replaces: frozenset[str] = frozenset()
    replaces_also: Callable[[Mapping[str, Any], Mapping[str, Any]], frozenset[str]] = lambda _old, _new: frozenset()
    recompute: Callable[[Record, Mapping[str, Any]], Mapping[str, Any]] = lambda _record, _new: {}
    settle: tuple[Callable[[World, Record], None], ...] = ()
    unsettle: tuple[Callable[[World, Record], None], ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    delete_before_replace: bool = False
