"""Who owns the platform and where it may be deployed: tags that every resource carries."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from settings.base import Section, derived


class Tags(Section):
    """Tags of every taggable resource (https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html)."""

    owner: str = Field(description="Team or person that answers for the platform; tag `owner`.")
    cost_center: str = Field(description="Cost centre that pays for the platform; tag `cost-center`.")
    environment: str = Field(
        default="",
        description="Name of the environment; tag `environment`. Only `dev` may open the public endpoint to the whole "
        "internet.",
        json_schema_extra=derived("name of the stack"),
    )
    additional: Mapping[str, str] = Field(
        default_factory=dict,
        description="Further tags, name to value; at most 40, names up to 128 and values up to 256 characters, no name "
        "beginning with `aws:`.",
    )
