"""Amazon EC2 Auto Scaling: tags of the groups that EKS makes for node groups.

Replacement: `ForceNew` in https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/autoscaling
(group_tag.go).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.ec2_lookup import NODE_GROUP, mappings
from rehearsal.simulator.world import Record, World

GROUP: Final = "aws:autoscaling/group:Group"
TAG: Final = "aws:autoscaling/tag:Tag"


def groups_of(node_group: Record) -> list[str]:
    """Return the names of the Auto Scaling groups of an EKS node group."""
    return [
        str(group.get("name"))
        for resource in mappings(node_group.get("resources"))
        for group in mappings(resource.get("autoscalingGroups"))
    ]


def _tag(world: World, creation: Creation) -> None:
    name = str(creation.input("autoscalingGroupName"))
    made = any(name in groups_of(group) for group in world.of_type(NODE_GROUP))
    if not made and world.get(GROUP, name) is None:
        message = f"AutoScalingGroup name not found - AutoScalingGroup {name} not found"
        raise AwsError("Auto Scaling", "CreateOrUpdateTags", "ValidationError", message)


RULES: Mapping[str, TypeRules] = {
    TAG: TypeRules(create=(_tag,), replaces=frozenset({"autoscalingGroupName", "region", "tag.key"})),
}
