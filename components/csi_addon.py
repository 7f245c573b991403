"""What the CSI drivers have in common: an EKS add-on whose controller has an identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi
import pulumi_aws as aws_sdk

from components.addon import AddonSpec, eks_addon, merge_configuration
from components.aws_environment import AwsEnvironment
from components.iam.document import Document
from components.refs import ClusterRef
from components.workload_identity import IdentityMode, WorkloadIdentity, WorkloadIdentityArgs

_NAMESPACE = "kube-system"


@dataclass(frozen=True, kw_only=True)
class CsiAddon:
    """A CSI driver as an EKS add-on.

    Args:
        addon_name: Name of the add-on, for example "aws-ebs-csi-driver".
        service_account: Service account of its controller; the add-on fixes the name.
        spec: Version, configuration and the like, as asked for.
        configuration: Configuration that the one in `spec` wins over.
        policies: Permissions of the controller: policy document by key.
        managed_policies: Permissions that exist already: policy ARN by key.
    """

    addon_name: str
    service_account: str
    spec: AddonSpec
    configuration: Mapping[str, Any]
    policies: Mapping[str, Document] = field(default_factory=dict[str, Document])
    managed_policies: Mapping[str, str] = field(default_factory=dict[str, str])


def install_csi_addon(
    name: str,
    driver: CsiAddon,
    *,
    parent: pulumi.Resource,
    aws: AwsEnvironment,
    cluster: ClusterRef,
    identity_mode: IdentityMode,
    depends_on: Sequence[pulumi.Resource],
) -> tuple[WorkloadIdentity, aws_sdk.eks.Addon]:
    """Declare a driver's identity, beside the cluster's nodes, and the add-on on them.

    Args:
        name: Logical name of the add-on; the identity is called after it.
        driver: The driver.
        parent: Component that both belong to.
        aws: Where the cluster is.
        cluster: Cluster to install to.
        identity_mode: How the controller gets its role. The add-on makes a Pod Identity association itself.
        depends_on: What must exist before the add-on, first of all its nodes.
    """
    identity = WorkloadIdentity(
        f"{name}-identity",
        WorkloadIdentityArgs(
            aws=aws,
            cluster=cluster,
            namespace=_NAMESPACE,
            service_account=driver.service_account,
            mode=identity_mode,
            association=False,
            policies=driver.policies,
            managed_policies=driver.managed_policies,
        ),
        pulumi.ResourceOptions(parent=parent),
    )
    addon = eks_addon(
        name,
        parent=parent,
        cluster=cluster,
        addon_name=driver.addon_name,
        spec=replace(driver.spec, configuration=_merged(driver.configuration, driver.spec.configuration)),
        identities={driver.service_account: identity},
        depends_on=depends_on,
    )
    return identity, addon


def _merged(
    defaults: Mapping[str, Any], given: pulumi.Input[Mapping[str, Any]] | None
) -> pulumi.Input[Mapping[str, Any]]:
    if given is None:
        return defaults
    if isinstance(given, Mapping):
        return merge_configuration(defaults, given)
    return pulumi.Output.from_input(given).apply(lambda known: merge_configuration(defaults, known))
