"""All rules by type."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.simulator.rules import (
    TypeRules,
    autoscaling,
    ec2_access,
    ec2_compute,
    ec2_endpoints,
    ec2_gateways,
    ec2_network,
    ec2_routing,
    efs,
    eks_access,
    eks_addons,
    eks_cluster,
    eks_compute,
    eks_fargate,
    iam,
    kms,
    logs,
)

_SERVICES = (
    autoscaling,
    ec2_access,
    ec2_compute,
    ec2_endpoints,
    ec2_gateways,
    ec2_network,
    ec2_routing,
    efs,
    eks_access,
    eks_addons,
    eks_cluster,
    eks_compute,
    eks_fargate,
    iam,
    kms,
    logs,
)
_NONE = TypeRules()
_RULES: Mapping[str, TypeRules] = {type_: rules for service in _SERVICES for type_, rules in service.RULES.items()}


def rules_of(type_: str) -> TypeRules:
    """Return the rules of a type; none where nothing is known."""
    return _RULES.get(type_, _NONE)
