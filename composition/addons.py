"""Arguments of EKS add-ons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pulumi

from components.addon import AddonSpec, merge_configuration
from components.addons import (
    AddonIdentity,
    ClusterAddonsArgs,
    after_compute,
    before_compute,
    coredns_configuration,
    default_identities,
)
from components.aws_environment import AwsEnvironment
from components.refs import ClusterRef, NetworkRef
from components.vpc_cni import VpcCniSettings, network_vpc_cni_configuration
from settings import Settings
from settings.addons import Addon


def addon_specs(settings: Settings, network: NetworkRef, cluster: ClusterRef) -> dict[str, AddonSpec]:
    """Return every add-on of the stack by name; add-ons that are DaemonSets only where there are nodes."""
    addons = settings.addons
    given: dict[str, Addon | None] = {
        "coredns": addons.coredns,
        "metrics-server": addons.metrics_server,
        **addons.others,
    }
    if settings.node_groups:
        given |= {
            "vpc-cni": addons.vpc_cni,
            "kube-proxy": addons.kube_proxy,
            "eks-pod-identity-agent": addons.eks_pod_identity_agent,
            "eks-node-monitoring-agent": addons.eks_node_monitoring_agent,
        }
    specs = {name: _spec(addon) for name, addon in given.items() if addon is not None}
    computed: dict[str, pulumi.Input[Mapping[str, Any]]] = {
        "vpc-cni": _vpc_cni(settings, network, cluster),
        "coredns": coredns_configuration(fargate_only=not settings.node_groups),
    }
    return {name: _with_defaults(spec, computed.get(name)) for name, spec in specs.items()}


def before_compute_args(
    settings: Settings, aws: AwsEnvironment, cluster: ClusterRef, specs: Mapping[str, AddonSpec]
) -> ClusterAddonsArgs | None:
    """Return the arguments of the add-ons that nodes need to start, or None if there are none."""
    return _args(settings, aws, cluster, before_compute(specs), compute=())


def after_compute_args(
    settings: Settings,
    aws: AwsEnvironment,
    cluster: ClusterRef,
    specs: Mapping[str, AddonSpec],
    compute: Sequence[pulumi.Resource],
) -> ClusterAddonsArgs | None:
    """Return the arguments of the add-ons that need nodes to become active, or None if there are none."""
    return _args(settings, aws, cluster, after_compute(specs), compute=compute)


def _args(
    settings: Settings,
    aws: AwsEnvironment,
    cluster: ClusterRef,
    specs: Mapping[str, AddonSpec],
    *,
    compute: Sequence[pulumi.Resource],
) -> ClusterAddonsArgs | None:
    if not specs:
        return None
    identities: dict[str, Sequence[AddonIdentity]] = {
        **default_identities(aws, specs, ipv6=settings.cluster.ip_family == "ipv6"),
        **_configured_identities(settings, specs),
    }
    return ClusterAddonsArgs(aws=aws, cluster=cluster, addons=specs, identities=identities, compute=compute)


def _configured_identities(settings: Settings, specs: Mapping[str, AddonSpec]) -> dict[str, Sequence[AddonIdentity]]:
    addons = settings.addons
    given: dict[str, Addon | None] = {
        "coredns": addons.coredns,
        "metrics-server": addons.metrics_server,
        "eks-node-monitoring-agent": addons.eks_node_monitoring_agent,
        **addons.others,
    }
    return {
        name: [
            AddonIdentity(
                service_account=service_account,
                # Without nodes the pods run on Fargate, which Pod Identity does not reach.
                mode="podIdentity" if settings.node_groups else "irsa",
                managed_policies={arn.rpartition("/")[2]: arn for arn in policies},
            )
            for service_account, policies in addon.service_accounts.items()
        ]
        for name, addon in given.items()
        if name in specs and addon is not None and addon.service_accounts
    }


def _spec(addon: Addon) -> AddonSpec:
    return AddonSpec(
        version=addon.version,
        configuration=addon.configuration or None,
        namespace=addon.namespace,
        resolve_conflicts_on_create=addon.resolve_conflicts_on_create,
        resolve_conflicts_on_update=addon.resolve_conflicts_on_update,
        preserve=addon.preserve,
    )


def _vpc_cni(settings: Settings, network: NetworkRef, cluster: ClusterRef) -> pulumi.Input[Mapping[str, Any]]:
    cni = settings.addons.vpc_cni
    return network_vpc_cni_configuration(
        VpcCniSettings(
            prefix_delegation=cni.prefix_delegation,
            network_policy=cni.network_policy,
            windows=any(group.windows for group in settings.node_groups.values()),
            ipv6=settings.cluster.ip_family == "ipv6",
        ),
        region=settings.region,
        network=network if cni.custom_networking else replace(network, pod_subnet_ids={}),
        security_group_id=cluster.node_security_group_id,
    )


def _with_defaults(spec: AddonSpec, computed: pulumi.Input[Mapping[str, Any]] | None) -> AddonSpec:
    """Return the add-on with what the platform sets; the user's own configuration wins, key by key."""
    own = spec.configuration
    if not computed:
        return spec
    if isinstance(computed, Mapping) and (own is None or isinstance(own, Mapping)):
        return replace(spec, configuration=merge_configuration(computed, own))
    both = pulumi.Output.all(computed=computed, own=own)
    return replace(spec, configuration=both.apply(lambda known: merge_configuration(known["computed"], known["own"])))
