"""What reaches the control plane behind `pulumi_eks.Cluster` although that component has no argument for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

CONTROL_PLANE_TYPE = "aws:eks/cluster:Cluster"


@dataclass(frozen=True, kw_only=True)
class ControlPlaneExtras:
    """Settings of `aws.eks.Cluster` that pulumi-eks 4.4 cannot be told.

    Args:
        zonal_shift: Whether traffic may be shifted away from an impaired zone.
        authentication_mode: "API", or "API_AND_CONFIG_MAP". The component itself is always told "API": told the
            other, it would write an aws-auth ConfigMap of its own over the entries that the mode is there to keep.
        tier: Tier of a provisioned control plane; None to leave it to AWS.
        security_group_ids: Security groups for the control plane's network interfaces beside the one EKS makes.
    """

    zonal_shift: bool
    authentication_mode: str = "API"
    tier: str | None = None
    security_group_ids: Sequence[pulumi.Input[str]] = ()


def control_plane_inputs(inputs: Mapping[str, Any], extras: ControlPlaneExtras) -> dict[str, Any]:
    """Return the control plane's inputs, in wire names, with the extras in them; what is given stays as it is.

    The creator's silent administrator right, which pulumi-eks always asks for, is taken off: access entries say who
    may use the cluster.

    Args:
        inputs: Inputs as pulumi-eks would register them.
        extras: What is to be added.
    """
    result = dict(inputs)
    result["zonalShiftConfig"] = {"enabled": extras.zonal_shift}
    result["accessConfig"] = _with(
        inputs.get("accessConfig"),
        {"authenticationMode": extras.authentication_mode, "bootstrapClusterCreatorAdminPermissions": False},
    )
    if extras.tier is not None:
        result["controlPlaneScalingConfig"] = {"tier": extras.tier}
    if extras.security_group_ids:
        result["vpcConfig"] = _with(inputs.get("vpcConfig"), {"securityGroupIds": list(extras.security_group_ids)})
    return result


def control_plane_transform(
    extras: ControlPlaneExtras,
) -> Callable[[pulumi.ResourceTransformArgs], pulumi.ResourceTransformResult | None]:
    """Return the transform that brings the extras to the control plane and to nothing else.

    Args:
        extras: What is to be added to its inputs.
    """

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if args.type_ != CONTROL_PLANE_TYPE:
            return None
        return pulumi.ResourceTransformResult(props=control_plane_inputs(args.props, extras), opts=args.opts)

    return transform


def _with(given: Any, added: Mapping[str, Any]) -> Any:
    """Return an object with more keys, where the object itself may still be an output."""
    if isinstance(given, pulumi.Output):
        return given.apply(lambda known: {**(known or {}), **added})
    return {**(given or {}), **added}
