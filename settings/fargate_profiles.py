"""Fargate profiles (https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html)."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from settings.base import Section, derived


class FargateSelector(Section):
    """Pods that run on Fargate: all of a namespace, or those with these labels."""

    namespace: str = Field(description="Namespace; `*` and `?` are wildcards.")
    labels: Mapping[str, str] = Field(
        default_factory=dict, description="Labels that a pod must have, at most 5; `*` and `?` are wildcards."
    )


class FargateProfile(Section):
    """One Fargate profile."""

    selectors: tuple[FargateSelector, ...] = Field(
        min_length=1, max_length=5, description="Which pods run on Fargate; 1 to 5."
    )
    zones: tuple[str, ...] = Field(
        default=(),
        description="Names of the zones in which the pods run.",
        json_schema_extra=derived("all zones of the network"),
    )
    logging: bool = Field(default=True, description="Send the pods' logs to CloudWatch.")
