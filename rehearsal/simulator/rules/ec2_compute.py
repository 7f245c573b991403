"""Amazon EC2: launch templates, placement groups and single tags.

Replacement: `ForceNew` in the schemas of the AWS provider,
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/ec2 (ec2_launch_template.go,
ec2_placement_group.go, tag_gen.go).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.ec2_lookup import (
    LAUNCH_TEMPLATE,
    NODE_GROUP,
    PLACEMENT_GROUP,
    VPC,
    claimed,
    group_vpc,
    refused,
)
from rehearsal.simulator.world import Record, World

TAG: Final = "aws:ec2/tag:Tag"

# What EC2 calls the resources that the platform tags one by one, by the prefix of their ids.
_NOUNS = {
    "vpc": ("InvalidVpcID.NotFound", "vpc"),
    "subnet": ("InvalidSubnetID.NotFound", "subnet"),
    "rtb": ("InvalidRouteTableID.NotFound", "routeTable"),
    "igw": ("InvalidInternetGatewayID.NotFound", "internetGateway"),
}


def _template(world: World, creation: Creation) -> None:
    name = creation.physical_name()
    taken = any(template.get("name") == name for template in _beside(world, LAUNCH_TEMPLATE, creation))
    if taken or claimed(world, creation, str(name)):
        code = "InvalidLaunchTemplateName.AlreadyExistsException"
        raise refused("CreateLaunchTemplate", code, "Launch template name already in use.")


def _new_version(template: Record, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the version that a change makes; the template's own tags and its default version make none."""
    changed = {key for key in {*template.inputs, *inputs} if template.inputs.get(key) != inputs.get(key)}
    if not changed - {"defaultVersion", "tags", "updateDefaultVersion"}:
        return {}
    latest = int(template.get("latestVersion", 1)) + 1
    return {"latestVersion": latest, **({"defaultVersion": latest} if inputs.get("updateDefaultVersion") else {})}


def _beside(world: World, type_: str, creation: Creation) -> list[Record]:
    return [record for record in world.of_type(type_) if record.region == creation.place.region]


def _placement_group(world: World, creation: Creation) -> None:
    name = creation.physical_name()
    taken = any(group.get("name") == name for group in _beside(world, PLACEMENT_GROUP, creation))
    if taken or claimed(world, creation, str(name)):
        message = f"The placement group '{name}' already exists."
        raise refused("CreatePlacementGroup", "InvalidPlacementGroup.Duplicate", message)


def _placement_group_unused(world: World, group: Record) -> None:
    name = group.get("name")
    for nodes in world.of_type(NODE_GROUP):
        template = world.get(LAUNCH_TEMPLATE, nodes.get("launchTemplate.id"))
        if template is not None and template.get("placement.groupName") == name:
            message = f"The placement group '{name}' is in use and may not be deleted."
            raise refused("DeletePlacementGroup", "InvalidPlacementGroup.InUse", message)


def _tag(world: World, creation: Creation) -> None:
    id_ = str(creation.input("resourceId"))
    prefix = id_.partition("-")[0]
    if prefix == "sg":
        group_vpc(world, "CreateTags", id_)
        return
    own = ("mainRouteTableId", "defaultNetworkAclId", "dhcpOptionsId")
    if any(record.id == id_ for record in world) or any(world.where(VPC, **{key: id_}) for key in own):
        return
    code, noun = _NOUNS.get(prefix, ("InvalidID", ""))
    message = f"The {noun} ID '{id_}' does not exist" if noun else f"The ID '{id_}' is not valid"
    raise refused("CreateTags", code, message)


RULES: Mapping[str, TypeRules] = {
    LAUNCH_TEMPLATE: TypeRules(
        create=(_template,),
        recompute=_new_version,
        # Everything else makes a new version of the template.
        replaces=frozenset({"name", "namePrefix", "region"}),
    ),
    PLACEMENT_GROUP: TypeRules(
        create=(_placement_group,),
        delete=(_placement_group_unused,),
        replaces=frozenset({"name", "partitionCount", "region", "spreadLevel", "strategy"}),
    ),
    TAG: TypeRules(create=(_tag,), replaces=frozenset({"key", "region", "resourceId"})),
}
