"""Inputs that the AWS provider refuses by rules of its own, which no model of an API has.

Every row names its source in the provider, https://github.com/hashicorp/terraform-provider-aws/tree/main/internal.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rehearsal.wire import Secret, Unknown

Problem = tuple[str, str]
Rule = Callable[[str, Any], str]


def problems(type_: str, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield (path, reason) of each input that the provider refuses; unknown values and secrets pass."""
    for path, rule in _RULES.get(type_, {}).items():
        value: Any = inputs
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        reason = "" if value is None or isinstance(value, Unknown | Secret) else rule(path.rpartition(".")[2], value)
        if reason:
            yield path, reason
    yield from _conflicts(type_, inputs)
    yield from _choices(type_, inputs)


def _given(inputs: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    return [name for name in names if inputs.get(name) not in (None, "")]


def _conflicts(type_: str, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    for names in _CONFLICTS.get(type_, ()):
        given = _given(inputs, names)
        if len(given) > 1:
            yield given[0], f'Conflicting configuration arguments: "{given[0]}": conflicts with {given[1]}'


def _choices(type_: str, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    for path, names in _EXACTLY_ONE.get(type_, ()):
        inner: Any = inputs.get(path) if path else inputs
        if not isinstance(inner, Mapping):
            continue
        given, listed = _given(inner, names), ",".join(sorted(names))
        if not given:
            yield path, f'"{names[0]}": one of `{listed}` must be specified'
        elif len(given) > 1:
            where = f"{path}.{given[1]}" if path else given[1]
            several = ",".join(sorted(given))
            yield where, f'"{given[1]}": only one of `{listed}` can be specified, but `{several}` were specified.'


def _between(least: int, most: int) -> Rule:
    def rule(key: str, value: Any) -> str:
        try:
            number = float(value)
        except (TypeError, ValueError):
            return ""
        return "" if least <= number <= most else f"expected {key} to be in the range ({least} - {most}), got {value}"

    return rule


def _one_of(*allowed: Any) -> Rule:
    def rule(key: str, value: Any) -> str:
        if value in allowed or value == "":
            return ""
        listed = " ".join(f'"{item}"' if isinstance(item, str) else str(item) for item in allowed)
        return f"expected {key} to be one of [{listed}], got {value}"

    return rule


def _at_most(length: int) -> Rule:
    def rule(key: str, value: Any) -> str:
        return f'"{key}" cannot be longer than {length} characters' if len(str(value)) > length else ""

    return rule


def _matching(pattern: str, reason: str) -> Rule:
    compiled = re.compile(pattern)

    def rule(key: str, value: Any) -> str:
        return "" if compiled.fullmatch(str(value)) else f"invalid value for {key} ({value}): {reason}"

    return rule


def _bits(least: int, most: int) -> Rule:
    def rule(key: str, value: Any) -> str:
        try:
            bits = ipaddress.ip_network(value).prefixlen
        except ValueError:
            return ""
        if least <= bits <= most:
            return ""
        return (
            f'expected "{key}" to contain a network Value with between {least} and {most} significant bits, got: {bits}'
        )

    return rule


# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
_GROUP_TEXT = r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}"
_PORTS: Mapping[str, Rule] = {"fromPort": _between(-1, 65535), "toPort": _between(-1, 65535)}
_RULE_TEXT = _matching(_GROUP_TEXT, "up to 255 of a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*")

_RULES: Mapping[str, Mapping[str, Rule]] = {
    # service/cloudwatch logs group.go, service/iam role.go: a generated suffix of 26 characters follows a prefix.
    "aws:iam/role:Role": {"namePrefix": _at_most(64 - 26)},
    "aws:iam/policy:Policy": {"namePrefix": _at_most(128 - 26)},
    # service/kms/key.go
    "aws:kms/key:Key": {"deletionWindowInDays": _between(7, 30), "rotationPeriodInDays": _between(90, 2560)},
    # service/kms/validate.go
    "aws:kms/alias:Alias": {
        "name": _matching(r"alias/[0-9A-Za-z_/-]+", "must begin with 'alias/' and be comprised of only [0-9A-Za-z_/-]")
    },
    # service/eks/node_group.go
    "aws:eks/nodeGroup:NodeGroup": {
        "nodeGroupName": _at_most(63),
        "nodeGroupNamePrefix": _at_most(63 - 26),
    },
    # service/eks/addon.go: what is preserved exists already.
    "aws:eks/addon:Addon": {"resolveConflictsOnCreate": _one_of("NONE", "OVERWRITE")},
    # service/eks/cluster.go
    "aws:eks/cluster:Cluster": {
        "kubernetesNetworkConfig.serviceIpv4Cidr": _bits(12, 24),
        "encryptionConfig.resources": lambda _key, value: (
            ""
            if not isinstance(value, list) or set(map(str, value)) <= {"secrets"}
            else f'expected encryption_config.0.resources to be one of ["secrets"], got {value}'
        ),
    },
    # service/eks/fargate_profile.go
    "aws:eks/fargateProfile:FargateProfile": {"fargateProfileName": _at_most(63)},
    # service/ec2/vpc_flow_log.go
    "aws:ec2/flowLog:FlowLog": {"maxAggregationInterval": _one_of(60, 600)},
    # service/ec2/vpc_.go
    "aws:ec2/vpc:Vpc": {"cidrBlock": _bits(16, 28), "ipv4NetmaskLength": _between(16, 28)},
    # https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    "aws:ec2/subnet:Subnet": {"cidrBlock": _bits(16, 28)},
    # service/ec2/vpc_security_group.go
    "aws:ec2/securityGroup:SecurityGroup": {
        "name": _matching(r"(?!sg-).{0,255}", "cannot begin with sg- and is at most 255 characters long"),
        "description": _RULE_TEXT,
    },
    # service/ec2/vpc_security_group_ingress_rule.go
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {**_PORTS, "description": _RULE_TEXT},
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {**_PORTS, "description": _RULE_TEXT},
    # service/ec2/ec2_launch_template.go
    "aws:ec2/launchTemplate:LaunchTemplate": {
        "name": _matching(r"[a-zA-Z0-9()./_-]{3,128}", "3 to 128 letters, digits and ()./_-"),
        "metadataOptions.httpPutResponseHopLimit": _between(1, 64),
    },
}

# Inputs of which the provider takes one only (ConflictsWith in the files above).
_CONFLICTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "aws:eks/nodeGroup:NodeGroup": (("nodeGroupName", "nodeGroupNamePrefix"),),
    "aws:iam/role:Role": (("name", "namePrefix"),),
    "aws:iam/policy:Policy": (("name", "namePrefix"),),
    "aws:ec2/launchTemplate:LaunchTemplate": (("name", "namePrefix"), ("securityGroupNames", "vpcSecurityGroupIds")),
    "aws:ec2/securityGroup:SecurityGroup": (("name", "namePrefix"),),
    "aws:cloudwatch/logGroup:LogGroup": (("name", "namePrefix"),),
}

_SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_TARGETS = (
    "carrierGatewayId",
    "coreNetworkArn",
    "egressOnlyGatewayId",
    "gatewayId",
    "localGatewayId",
    "natGatewayId",
    "networkInterfaceId",
    "odbNetworkArn",
    "transitGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
)

# Inputs of which the provider wants exactly one (ExactlyOneOf): where they are, and their names.
_EXACTLY_ONE: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "aws:ec2/flowLog:FlowLog": (
        ("", ("eniId", "regionalNatGatewayId", "subnetId", "transitGatewayAttachmentId", "transitGatewayId", "vpcId")),
    ),
    "aws:ec2/route:Route": (("", _DESTINATIONS), ("", _TARGETS)),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (("", ("gatewayId", "subnetId")),),
    "aws:eks/nodeGroup:NodeGroup": (("updateConfig", ("maxUnavailable", "maxUnavailablePercentage")),),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (("", _SOURCES),),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (("", _SOURCES),),
}
