"""EKS add-ons (https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from settings.base import OFF_SWITCH, Section, derived


class Addon(Section):
    """One add-on."""

    version: str | None = Field(
        default=None,
        description="Version such as v1.20.4-eksbuild.1; without one EKS picks its default for the cluster's version "
        "when the add-on is created.",
    )
    configuration: Mapping[str, Any] = Field(
        default_factory=dict,
        description="The add-on's own settings, as `aws eks describe-addon-configuration` lists them.",
    )
    namespace: str | None = Field(
        default=None,
        description="Namespace to install to, if not the add-on's own; it cannot be changed later.",
    )
    resolve_conflicts_on_create: Literal["OVERWRITE", "NONE"] = Field(
        default="OVERWRITE", description="What happens to fields that something else has set before."
    )
    resolve_conflicts_on_update: Literal["OVERWRITE", "NONE", "PRESERVE"] = Field(
        default="OVERWRITE", description="What happens to fields that something else has changed since."
    )
    preserve: bool = Field(
        default=False, description="Leave the add-on's objects in the cluster when the add-on is removed."
    )
    service_accounts: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="IAM policy ARNs for each service account of the add-on; a role is made for it, with Pod Identity "
        "or, without node groups, IRSA. Not for vpc-cni, which has its own.",
    )


class VpcCni(Addon):
    """Amazon VPC CNI (https://docs.aws.amazon.com/eks/latest/userguide/managing-vpc-cni.html)."""

    prefix_delegation: bool = Field(
        default=True,
        description="Give nodes /28 prefixes instead of single addresses, for more pods a node. Needs Nitro instances.",
    )
    network_policy: bool = Field(default=True, description="Enforce Kubernetes NetworkPolicy objects.")
    custom_networking: bool = Field(
        default=False, description="Pods get addresses from `network.podCidr` instead of the node's subnet."
    )


class Addons(Section):
    """The add-ons, by AWS's names. Those named here are installed unless set to `false`; any other by its name."""

    model_config = ConfigDict(extra="allow")

    # The base class leaves the type open; pydantic reads it here to check add-ons that have no attribute.
    __pydantic_extra__: dict[str, Addon] = Field(init=False)  # pyright: ignore[reportIncompatibleVariableOverride]

    vpc_cni: VpcCni = Field(alias="vpc-cni", default_factory=VpcCni, description="Network of the pods; always there.")
    kube_proxy: Addon = Field(alias="kube-proxy", default_factory=Addon, description="Services; always there.")
    coredns: Addon = Field(default_factory=Addon, description="DNS in the cluster; always there.")
    eks_pod_identity_agent: Annotated[Addon | None, OFF_SWITCH] = Field(
        alias="eks-pod-identity-agent",
        default_factory=Addon,
        description="IAM roles for pods on nodes.",
        json_schema_extra=derived("installed; left out without node groups"),
    )
    eks_node_monitoring_agent: Annotated[Addon | None, OFF_SWITCH] = Field(
        alias="eks-node-monitoring-agent",
        default_factory=Addon,
        description="Finds sick nodes, which node repair then replaces.",
        json_schema_extra=derived("installed; left out without node groups"),
    )
    metrics_server: Annotated[Addon | None, OFF_SWITCH] = Field(
        alias="metrics-server",
        default_factory=Addon,
        description="CPU and memory figures for `kubectl top` and the Horizontal Pod Autoscaler.",
        json_schema_extra=derived("installed"),
    )

    @classmethod
    def extra_section(cls) -> type[Section]:
        """Return the model of add-ons that have no attribute of their own."""
        return Addon

    @property
    def others(self) -> Mapping[str, Addon]:
        """Add-ons that have no attribute of their own, by AWS's name."""
        return self.__pydantic_extra__
