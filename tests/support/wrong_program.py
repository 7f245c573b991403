"""The small platform as a Pulumi program, with a switch that breaks one thing of it."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from tests.support.living_steps import PLACE, STEPS
from tests.support.living_world import LivingWorld
from tests.support.refusals import Refusal
from tests.support.refusals_access import ACCESS, ADDONS
from tests.support.refusals_eks import CLUSTERS
from tests.support.refusals_fargate import FARGATE
from tests.support.refusals_identity import IAM
from tests.support.refusals_nodes import NODE_GROUPS
from tests.support.refusals_storage import KEYS_AND_LOGS, STORAGE

REFUSALS: Mapping[str, Refusal] = {
    str(refusal): refusal
    for refusal in (*CLUSTERS, *NODE_GROUPS, *FARGATE, *ADDONS, *ACCESS, *IAM, *KEYS_AND_LOGS, *STORAGE)
}
# What steps take from those before them, beside the id.
_COMPUTED = ("arn", "keyId", "vpcConfig", "identities", "resources", "name")


class _Anything(str):
    """Stands for what is not known while only the names of inputs are asked for."""

    __slots__ = ()

    def __getitem__(self, _key: Any) -> _Anything:
        return self


class _Everything(dict[str, Any]):
    """Has an output for every step."""

    def __missing__(self, _key: str) -> _Anything:
        return _Anything("x")


def steps(broken: str) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Return name, step and different inputs of everything that a program declares, in this order.

    Args:
        broken: Name of the refusal; "" for the program that is right.
    """
    if not broken:
        return [(name, name, {}) for name in STEPS]
    refusal = REFUSALS[broken]
    names = list(STEPS)
    before = [name for name in names[: names.index(refusal.step)] if name not in refusal.without]
    declared = [(name, name, refusal.broken.get(name, {})) for name in (*before, *refusal.first)]
    last = refusal.broken.get(refusal.step, {})
    if not refusal.again:
        return [*declared, (refusal.step, refusal.step, last)]
    return [*declared, (refusal.step, refusal.step, {}), (f"{refusal.step}-2", refusal.step, last)]


def program(broken: str) -> None:
    """Declare the small platform, each step after all those before it.

    Args:
        broken: Name of the refusal; "" for the program that is right.
    """
    provider = aws.Provider("aws", region=PLACE.region, allowed_account_ids=[PLACE.account])
    made: pulumi.Output[dict[str, Any]] = pulumi.Output.from_input({})
    above: list[pulumi.Resource] = []
    for name, step, different in steps(broken):
        options = pulumi.ResourceOptions(provider=provider, depends_on=list(above))
        resource = pulumi.CustomResource(STEPS[step][0], name, _inputs(step, different, made), options)
        made = _with(made, name, resource)
        above = [resource]


def _inputs(step: str, different: Mapping[str, Any], made: pulumi.Output[dict[str, Any]]) -> dict[str, Any]:
    given = made.apply(lambda known: _given(step, different, known))
    picked = {name: given.apply(operator.itemgetter(name)) for name in _given(step, different, _Everything())}
    # An output that nobody gives as an input must be named as one, or the SDK drops it.
    return {**dict.fromkeys(_COMPUTED), **picked}


def _given(step: str, different: Mapping[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    world = LivingWorld(until=next(iter(STEPS)))
    world.made = made
    return world.inputs(step, **different)


def _with(
    made: pulumi.Output[dict[str, Any]], name: str, resource: pulumi.CustomResource
) -> pulumi.Output[dict[str, Any]]:
    outputs = {output: getattr(resource, output) for output in ("id", *_COMPUTED)}
    return pulumi.Output.all(made, pulumi.Output.all(**outputs)).apply(lambda both: {**both[0], name: both[1]})
