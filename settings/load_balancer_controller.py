"""AWS Load Balancer Controller (https://kubernetes-sigs.github.io/aws-load-balancer-controller/)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from settings.base import Section, derived

Identity = Literal["podIdentity", "irsa"]


class LoadBalancerController(Section):
    """AWS Load Balancer Controller."""

    enabled: bool = Field(default=True, description="`false` leaves it out, as if the section were not there.")
    replicas: int = Field(default=2, ge=1, le=10, description="Number of pods; one of them works, the others wait.")
    ingress_class: str = Field(default="alb", description="Name of the IngressClass.")
    default_ingress_class: bool = Field(default=False, description="Take Ingress objects that name no class.")
    default_target_type: Literal["ip", "instance"] = Field(
        default="ip", description="Targets of load balancers: pods, or node ports. Fargate needs `ip`."
    )
    service_webhook: bool = Field(
        default=True,
        description="Give Services of type LoadBalancer that name no class to the controller.",
    )
    waf: bool = Field(
        default=True,
        description="Attach AWS WAF web ACLs.",
        json_schema_extra=derived("`true`; `false` with `network.nat: none`, where its API cannot be reached"),
    )
    shield: bool = Field(default=False, description="Manage AWS Shield Advanced protections; needs its subscription.")
    identity: Identity = Field(
        default="podIdentity",
        description="How the pods get their IAM role; Pod Identity does not work on Fargate.",
        json_schema_extra=derived("`podIdentity`; `irsa` without node groups"),
    )
    values: Mapping[str, Any] = Field(
        default_factory=dict, description="Further values of the Helm chart; they win over the platform's."
    )
