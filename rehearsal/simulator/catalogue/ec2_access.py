"""Amazon EC2: security groups and launch templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.catalogue.ec2 import ec2_model
from rehearsal.simulator.context import Answer, Creation, ResourceModel


def _security_group(creation: Creation, _id: str) -> dict[str, Any]:
    return {
        "name": creation.physical_name(),
        "description": creation.input("description", "Managed by Pulumi"),
        "ingress": creation.input("ingress", []),
        "egress": creation.input("egress", []),
    }


def _default_group_id(creation: Creation) -> Any:
    """Return the id of the VPC's own group, which the provider takes over; of an unknown VPC one that looks alike."""
    vpc = creation.lookup(str(creation.input("vpcId"))) or {}
    return vpc.get("defaultSecurityGroupId") or f"sg-0{creation.hex(16)}"


def _default_group(creation: Creation, id_: Any) -> dict[str, Any]:
    return {
        "arn": creation.place.arn("ec2", f"security-group/{id_}"),
        "ownerId": creation.place.account,
        "name": "default",
        "description": "default VPC security group",
    }


def _launch_template(creation: Creation, _id: str) -> dict[str, Any]:
    return {"name": creation.physical_name(), "latestVersion": 1, "defaultVersion": 1}


def _placement_group(creation: Creation, id_: Any) -> dict[str, Any]:
    return {
        "name": id_,
        "arn": creation.place.arn("ec2", f"placement-group/{id_}"),
        "placementGroupId": f"pg-0{creation.hex(16)}",
    }


def _rule(_creation: Creation, id_: str) -> dict[str, Any]:
    return {"securityGroupRuleId": id_}


RESOURCES: Mapping[str, ResourceModel] = {
    "aws:ec2/securityGroup:SecurityGroup": ec2_model("sg", "security-group", _security_group),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ResourceModel(id=_default_group_id, outputs=_default_group),
    "aws:ec2/launchTemplate:LaunchTemplate": ec2_model("lt", "launch-template", _launch_template, owned=False),
    "aws:ec2/placementGroup:PlacementGroup": ResourceModel(id=lambda c: c.physical_name(), outputs=_placement_group),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ec2_model(
        "sgr", "security-group-rule", _rule, owned=False
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ec2_model(
        "sgr", "security-group-rule", _rule, owned=False
    ),
}

INVOKES: Mapping[str, Answer] = {}
