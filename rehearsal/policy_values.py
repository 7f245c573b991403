"""The recorded graph as a policy sees it: the classes of the policy SDK, made from resources of the graph."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pulumi.runtime import rpc
from pulumi_policy import PolicyCustomTimeouts, PolicyProviderResource, PolicyResource, PolicyResourceOptions
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from rehearsal.graph import Graph, Resource
from rehearsal.wire import Asset, ResourceReference, Secret, Unknown

_DURATION = re.compile(r"([0-9.]+)(ms|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def engine_value(value: Any) -> Any:
    """Return a value as the engine hands it to a policy pack: numbers as float, an unknown as its sentinel.

    A reference to a resource becomes its id, that to a component its URN. Secrets keep their wrapping.
    """
    if isinstance(value, Unknown):
        return UNKNOWN_STRING_VALUE
    if isinstance(value, Secret):
        return {rpc._special_sig_key: rpc._special_secret_sig, "value": engine_value(value.value)}
    if isinstance(value, ResourceReference):
        return engine_value(value.id) or value.urn
    if isinstance(value, Asset):
        signature = rpc._special_archive_sig if value.archive else rpc._special_asset_sig
        return {rpc._special_sig_key: signature, **engine_value(value.fields)}
    if isinstance(value, Mapping):
        return {key: engine_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [engine_value(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def validated_properties(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties for a validation: secrets in the clear, and an error at the first look at an unknown."""
    return unknown_checking_proxy(deserialize_properties(engine_value(properties)))


def remediated_properties(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties for a remediation: secrets keep being secret when they are written back."""
    return deserialize_properties(engine_value(properties), proxy_secrets=True)


def seconds(duration: str) -> float:
    """Return the seconds of a duration such as "1h30m"."""
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(duration))


def policy_options(resource: Resource) -> PolicyResourceOptions:
    """Return the options of a resource that policies see."""
    timeouts = (seconds(resource.custom_timeouts.get(key, "")) for key in ("create", "update", "delete"))
    return PolicyResourceOptions(
        resource.protect,
        [*resource.ignore_changes],
        resource.delete_before_replace,
        [alias for alias in resource.aliases if isinstance(alias, str)],
        PolicyCustomTimeouts(*timeouts),
        [*resource.additional_secret_outputs],
        resource.parent or None,
    )


def policy_provider(resource: Resource, graph: Graph) -> PolicyProviderResource | None:
    """Return the provider of a resource as policies see it."""
    provider = graph.resources.get(resource.provider)
    if provider is None:
        return None
    return PolicyProviderResource(provider.type, validated_properties(provider.inputs), provider.urn, provider.name)


def policy_resources(graph: Graph) -> list[PolicyResource]:
    """Return all resources as stack policies see them: with their outputs, linked to each other."""
    made = {
        urn: PolicyResource(
            resource.type,
            validated_properties(resource.outputs),
            urn,
            resource.name,
            policy_options(resource),
            policy_provider(resource, graph),
            None,
            [],
            {},
        )
        for urn, resource in graph.resources.items()
    }
    for urn, resource in graph.resources.items():
        target = made[urn]
        target.parent = made.get(resource.parent)
        target.dependencies.extend(made[other] for other in sorted(resource.dependencies) if other in made)
        for key, urns in resource.property_dependencies.items():
            target.property_dependencies[key] = [made[other] for other in sorted(urns) if other in made]
    return list(made.values())
