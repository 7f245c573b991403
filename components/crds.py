"""Custom resource definitions that are upgraded with their controller and outlive it."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as kubernetes

_CRD_TYPE = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"


def custom_resource_definitions(
    name: str,
    files: Sequence[str],
    *,
    parent: pulumi.Resource,
    provider: kubernetes.Provider,
) -> kubernetes.yaml.v2.ConfigGroup:
    """Declare the custom resource definitions in the given manifests.

    Helm installs the definitions in a chart's crds/ directory once and never upgrades them
    (https://helm.sh/docs/chart_best_practices/custom_resource_definitions/). Declared here they change with the
    version in their address. They are kept when they leave the program, because deleting a definition deletes every
    object of its kind: target group bindings would take live load balancers out of service.

    The Kubernetes provider reads the manifests when the cluster can be reached; a preview before the cluster exists
    shows the group without its members.

    Args:
        name: Logical name of the group.
        files: Addresses or paths of the manifests, pinned to a version.
        parent: Component that the definitions belong to.
        provider: Provider of the cluster.
    """
    return kubernetes.yaml.v2.ConfigGroup(
        name,
        files=list(files),
        opts=pulumi.ResourceOptions(parent=parent, provider=provider, transforms=[keep_definition]),
    )


def keep_definition(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Keep a custom resource definition in the cluster when the program no longer declares it.

    Members of a group are made by the provider and take no `retain_on_delete` from the group, a transform reaches
    them.
    """
    if args.type_ != _CRD_TYPE:
        return None
    kept = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(retain_on_delete=True))
    return pulumi.ResourceTransformResult(props=args.props, opts=kept)
