"""Amazon EC2: security groups and launch templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.catalogue.ec2 import ec2_id, ec2_model
from rehearsal.simulator.context import Answer, Creation, ResourceModel


def _security_group(creation: Creation, _id: str) -> dict[str, Any]:
    return {
        "name": creation.physical_name(),
        "description": creation.input("description", "Managed by Pulumi"),
        "ingress": creation.input("ingress", []),
        "egress": creation.input("egress", []),
    }


def _launch_template(creation: Creation, _id: str) -> dict[str, Any]:
    return {"name": creation.physical_name(), "latestVersion": 1, "defaultVersion": 1}


def _rule(_creation: Creation, id_: str) -> dict[str, Any]:
    return {"securityGroupRuleId": id_}


RESOURCES: Mapping[str, ResourceModel] = {
    "aws:ec2/securityGroup:SecurityGroup": ec2_model("sg", "security-group", _security_group),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ec2_model("sg", "security-group"),
    "aws:ec2/launchTemplate:LaunchTemplate": ec2_model("lt", "launch-template", _launch_template, owned=False),
    "aws:ec2/placementGroup:PlacementGroup": ResourceModel(id=ec2_id("pg")),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ec2_model(
        "sgr", "security-group-rule", _rule, owned=False
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ec2_model(
        "sgr", "security-group-rule", _rule, owned=False
    ),
}

INVOKES: Mapping[str, Answer] = {}
