"""One EKS add-on, with its identity where it has one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pulumi
import pulumi_aws as aws_sdk

from components.plain import holds_output
from components.refs import ClusterRef
from components.workload_identity import WorkloadIdentity

# https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html
_NAMESPACE = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_VERSION = re.compile(r"v\d+\.\d+\.\d+-eksbuild\.\d+")

ResolveOnCreate = Literal["NONE", "OVERWRITE"]
ResolveOnUpdate = Literal["NONE", "OVERWRITE", "PRESERVE"]


@dataclass(frozen=True, kw_only=True)
class AddonSpec:
    """How one EKS add-on is to be set up.

    Args:
        version: Version such as "v1.13.2-eksbuild.31". None takes the version that EKS has as default for the cluster
            when the add-on is created; it does not float afterwards.
        configuration: Configuration values by the add-on's own schema (`aws eks describe-addon-configuration`). None
            for the add-on's defaults.
        namespace: Namespace to install to, where the add-on allows another than its own. Can be set at creation
            only: a change makes the add-on anew.
        resolve_conflicts_on_create: What happens to fields that somebody set before: "OVERWRITE" (default) or "NONE",
            which fails.
        resolve_conflicts_on_update: The same for updates: "OVERWRITE" (default), "PRESERVE" what was changed in the
            cluster, or "NONE", which fails.
        preserve: Whether the software stays in the cluster when the add-on is deleted. False by default.

    Raises:
        ValueError: If a version, namespace or conflict setting is none that EKS accepts.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html
    """

    version: str | None = None
    configuration: pulumi.Input[Mapping[str, Any]] | None = None
    namespace: str | None = None
    resolve_conflicts_on_create: ResolveOnCreate = "OVERWRITE"
    resolve_conflicts_on_update: ResolveOnUpdate = "OVERWRITE"
    preserve: bool = False

    def __post_init__(self) -> None:
        if self.version is not None and not _VERSION.fullmatch(self.version):
            raise ValueError(f"version: {self.version!r} is no add-on version such as v1.13.2-eksbuild.31")
        if self.namespace is not None and not _NAMESPACE.fullmatch(self.namespace):
            raise ValueError(
                f"namespace: {self.namespace!r} must be 1 to 63 of a-z, 0-9 and -, begin with a letter "
                "and not end with -"
            )
        if self.resolve_conflicts_on_create not in ("NONE", "OVERWRITE"):
            raise ValueError(
                f"resolve_conflicts_on_create: {self.resolve_conflicts_on_create!r} is not one of NONE, OVERWRITE"
            )
        if self.resolve_conflicts_on_update not in ("NONE", "OVERWRITE", "PRESERVE"):
            raise ValueError(
                f"resolve_conflicts_on_update: {self.resolve_conflicts_on_update!r} is not one of "
                "NONE, OVERWRITE, PRESERVE"
            )


def eks_addon(
    resource_name: str,
    *,
    parent: pulumi.Resource,
    cluster: ClusterRef,
    addon_name: str,
    spec: AddonSpec,
    identities: Mapping[str, WorkloadIdentity] | None = None,
    depends_on: Sequence[pulumi.Resource] = (),
) -> aws_sdk.eks.Addon:
    """Create one EKS add-on in the cluster.

    Each identity reaches the add-on by its own road: a Pod Identity is associated by the add-on itself, so the
    identity must have been made with `association=False`; an IRSA role is given as the add-on's service account role.
    Either way the add-on waits until the role has its permissions.

    Args:
        resource_name: Logical name of the resource.
        parent: Component that the add-on belongs to.
        cluster: Cluster to install to.
        addon_name: Name of the add-on, for example "vpc-cni".
        spec: Version, configuration and the like.
        identities: Identity by service account. With IRSA there can be only one.
        depends_on: What must exist before, for example the nodes that its pods run on.

    Raises:
        ValueError: If a Pod Identity has an association of its own, or more than one IRSA role is given.
    """
    given = identities or {}
    associations: list[aws_sdk.eks.AddonPodIdentityAssociationArgs] = []
    irsa_roles: list[pulumi.Output[str]] = []
    for service_account, identity in sorted(given.items()):
        if identity.mode == "irsa":
            irsa_roles.append(identity.role_arn_ready)
            continue
        if identity.associated:
            raise ValueError(
                f"identities[{service_account}]: make it with association=False, the add-on {addon_name} owns "
                "the association and a service account may have only one"
            )
        associations.append(
            aws_sdk.eks.AddonPodIdentityAssociationArgs(
                service_account=service_account, role_arn=identity.role_arn_ready
            )
        )
    if len(irsa_roles) > 1:
        raise ValueError(f"identities: the add-on {addon_name} takes one IRSA role, {len(irsa_roles)} were given")
    return aws_sdk.eks.Addon(
        resource_name,
        cluster_name=cluster.name,
        addon_name=addon_name,
        addon_version=spec.version,
        configuration_values=configuration_json(spec.configuration),
        namespace_config=(
            None if spec.namespace is None else aws_sdk.eks.AddonNamespaceConfigArgs(namespace=spec.namespace)
        ),
        pod_identity_associations=associations or None,
        service_account_role_arn=irsa_roles[0] if irsa_roles else None,
        resolve_conflicts_on_create=spec.resolve_conflicts_on_create,
        resolve_conflicts_on_update=spec.resolve_conflicts_on_update,
        preserve=spec.preserve,
        # A cluster has an add-on once: one that moves to another namespace cannot be made before the old one is gone.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(depends_on), delete_before_replace=True),
    )


def configuration_json(configuration: pulumi.Input[Mapping[str, Any]] | None) -> pulumi.Input[str] | None:
    """Return an add-on's configuration as JSON with sorted keys, so that no order makes a difference.

    It is plain text where nothing in the configuration is an output, and None for no configuration.
    """
    if not configuration:
        return None
    if holds_output(configuration):
        return pulumi.Output.from_input(configuration).apply(_json)
    return _json(configuration)


def merge_configuration(*layers: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return configuration values of all layers in one new dict; a later layer wins, objects are merged."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in (layer or {}).items():
            before = merged.get(key)
            both = isinstance(before, Mapping) and isinstance(value, Mapping)
            merged[key] = merge_configuration(before, value) if both else value
    return merged


def _json(configuration: Any) -> str:
    return json.dumps(configuration, sort_keys=True, separators=(",", ":"))
