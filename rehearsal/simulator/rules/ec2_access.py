"""Amazon VPC: security groups and their rules.

Replacement: https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/ec2 (vpc_security_group.go,
vpc_default_security_group.go, vpc_security_group_ingress_rule.go).
Quotas: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.ec2_interfaces import holders_of_group
from rehearsal.simulator.rules.ec2_lookup import (
    CLUSTER,
    DEFAULT_SECURITY_GROUP,
    EGRESS_RULE,
    INGRESS_RULE,
    SECURITY_GROUP,
    VPC,
    beside,
    claimed,
    found,
    group_vpc,
    mappings,
    network,
    refused,
    strings,
)
from rehearsal.simulator.world import Record, World

GROUPS_A_REGION = 2500
RULES_A_DIRECTION = 60
_PROTOCOLS = {"6": "TCP", "17": "UDP", "1": "ICMP", "58": "ICMPV6", "-1": "ALL", "all": "ALL"}
_PEERS = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_DIRECTIONS = {INGRESS_RULE: "ingress", EGRESS_RULE: "egress"}


@dataclass(frozen=True)
class Permission:
    """One rule as EC2 compares rules: the description does not count.

    Args:
        protocol: "TCP", "UDP", "ICMP", "ALL" or another protocol's number.
        first: First port, or None where the protocol has none.
        last: Last port.
        peer: Address range, prefix list or security group.
    """

    protocol: str
    first: Any
    last: Any
    peer: str

    def __str__(self) -> str:
        """Return the rule as EC2 writes it."""
        ports = "" if self.first is None else f", from port: {self.first}, to port: {self.last}"
        return f"peer: {self.peer}, {self.protocol}{ports}, ALLOW"

    @property
    def families(self) -> tuple[int, ...]:
        """IP versions whose quota the rule counts for."""
        return (6,) if ":" in self.peer else (4,) if "/" in self.peer else (4, 6)


def _permission(protocol: Any, first: Any, last: Any, peer: str) -> Permission:
    name = _PROTOCOLS.get(str(protocol).lower(), str(protocol).upper())
    return Permission(name, *((None, None) if name == "ALL" else (first, last)), peer)


def _permission_of(inputs: Mapping[str, Any]) -> Permission:
    """Return the rule of a rule resource."""
    peer = next((str(inputs[key]) for key in _PEERS if inputs.get(key)), "")
    if "/" in peer:
        peer = str(network("AuthorizeSecurityGroup", "CidrIp", peer))
    return _permission(inputs.get("ipProtocol"), inputs.get("fromPort"), inputs.get("toPort"), peer)


def _inline(group: Record, direction: str) -> Iterator[Permission]:
    """Yield the rules that a group has in its own list."""
    for rule in mappings(group.inputs.get(direction)):
        peers = [peer for key in ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds") for peer in strings(rule.get(key))]
        peers += [*strings(rule.get("securityGroups")), *([group.id] if rule.get("self") else [])]
        for peer in peers:
            yield _permission(rule.get("protocol"), rule.get("fromPort"), rule.get("toPort"), peer)


def permissions(world: World, group_id: str, direction: str, *, but: str = "") -> list[Permission]:
    """Return the rules of a security group.

    Args:
        world: Everything that exists.
        group_id: Its id.
        direction: "ingress" or "egress".
        but: Id of a rule that shall not count.
    """
    type_ = INGRESS_RULE if direction == "ingress" else EGRESS_RULE
    result = [_permission_of(rule.inputs) for rule in world.where(type_, securityGroupId=group_id) if rule.id != but]
    group = world.get(SECURITY_GROUP, group_id) or world.get(DEFAULT_SECURITY_GROUP, group_id)
    result += _inline(group, direction) if group else []
    if world.where(CLUSTER, vpcConfig__clusterSecurityGroupId=group_id):
        # EKS gives them to the group that it makes.
        # https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
        result.append(Permission("ALL", None, None, group_id if direction == "ingress" else "0.0.0.0/0"))
    return result


def _group(world: World, creation: Creation) -> None:
    operation = "CreateSecurityGroup"
    vpc_id = creation.input("vpcId")
    name = creation.physical_name()
    if vpc_id is not None:
        found(world, operation, VPC, vpc_id)
    if name == "default":
        message = "Cannot use reserved security group name: default"
        raise refused(operation, "InvalidParameterValue", message)
    taken = any(group.get("name") == name for group in world.where(SECURITY_GROUP, vpcId=vpc_id))
    if taken or claimed(world, creation, f"{vpc_id} {name}"):
        message = f"The security group '{name}' already exists for VPC '{vpc_id}'"
        raise refused(operation, "InvalidGroup.Duplicate", message)
    place = creation.place
    groups = beside(world, SECURITY_GROUP, region=place.region, account=place.account)
    if len(groups) >= GROUPS_A_REGION:
        message = "The maximum number of security groups has been reached."
        raise refused(operation, "SecurityGroupLimitExceeded", message)
    _inline_groups(world, vpc_id, creation.inputs)


def _inline_groups(world: World, vpc_id: Any, inputs: Mapping[str, Any]) -> None:
    """Refuse lists of rules that name groups of elsewhere or are too long."""
    for direction in ("ingress", "egress"):
        rules = mappings(inputs.get(direction))
        for rule in rules:
            for peer in strings(rule.get("securityGroups")):
                _same_network(world, _operation(direction), str(vpc_id), peer)
        _within_quota(direction, list(_inline(Record(type=SECURITY_GROUP, id="self", inputs=inputs), direction)))


def _operation(direction: str) -> str:
    return f"AuthorizeSecurityGroup{direction.capitalize()}"


def _same_network(world: World, operation: str, vpc_id: str, peer: str) -> None:
    if group_vpc(world, operation, peer) != vpc_id:
        message = "You have specified two resources that belong to different networks."
        raise refused(operation, "InvalidGroup.NotFound", message)


def _within_quota(direction: str, rules: list[Permission]) -> None:
    for family in (4, 6):
        if sum(family in rule.families for rule in rules) > RULES_A_DIRECTION:
            message = "The maximum number of rules per security group has been reached."
            raise refused(_operation(direction), "RulesPerSecurityGroupLimitExceeded", message)


def _group_changed(world: World, group: Record, inputs: Mapping[str, Any]) -> None:
    _inline_groups(world, group.get("vpcId"), inputs)


def _group_unused(world: World, group: Record) -> None:
    """Refuse while a network interface has the group or a rule of another group names it; its own rules go with it."""
    rules = [
        rule
        for rule in world.where(INGRESS_RULE, referencedSecurityGroupId=group.id)
        + world.where(EGRESS_RULE, referencedSecurityGroupId=group.id)
        if rule.get("securityGroupId") != group.id
    ]
    lists = [
        other
        for other in world.of_type(SECURITY_GROUP, DEFAULT_SECURITY_GROUP)
        if other.id != group.id
        and any(rule.peer == group.id for way in ("ingress", "egress") for rule in _inline(other, way))
    ]
    if rules or lists or holders_of_group(world, group.id):
        message = f"resource {group.id} has a dependent object"
        raise refused("DeleteSecurityGroup", "DependencyViolation", message)


def _group_gone(world: World, group: Record) -> None:
    for type_ in _DIRECTIONS:
        for rule in world.where(type_, securityGroupId=group.id):
            world.remove(rule.type, rule.id)


def _rule(world: World, creation: Creation) -> None:
    direction = _DIRECTIONS[creation.type]
    _rule_given(world, direction, creation.inputs, "")
    wanted = _permission_of(creation.inputs)
    if claimed(world, creation, f"{creation.input('securityGroupId')} {wanted}"):
        raise _duplicate(_operation(direction), wanted)


def _duplicate(operation: str, rule: Permission) -> AwsError:
    return refused(operation, "InvalidPermission.Duplicate", f'the specified rule "{rule}" already exists')


def _rule_changed(world: World, rule: Record, inputs: Mapping[str, Any]) -> None:
    _rule_given(world, _DIRECTIONS[rule.type], inputs, rule.id)


def _rule_given(world: World, direction: str, inputs: Mapping[str, Any], own: str) -> None:
    operation = "ModifySecurityGroupRules" if own else _operation(direction)
    group_id = str(inputs.get("securityGroupId"))
    vpc_id = group_vpc(world, operation, group_id)
    peer = inputs.get("referencedSecurityGroupId")
    if peer:
        _same_network(world, operation, vpc_id, str(peer))
    wanted = _permission_of(inputs)
    others = permissions(world, group_id, direction, but=own)
    if wanted in others:
        raise _duplicate(operation, wanted)
    _within_quota(direction, [*others, wanted])


def _default_group(world: World, creation: Creation) -> None:
    if creation.input("vpcId") is not None:
        found(world, "DescribeSecurityGroups", VPC, creation.input("vpcId"))
    _inline_groups(world, creation.input("vpcId"), creation.inputs)


def _another_peer(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    """Return the kinds of peers that come and go: a rule for an address range never becomes one for a group."""
    return frozenset(key for key in _PEERS if bool(old.get(key)) != bool(new.get(key)))


# The rest changes in place: ModifySecurityGroupRules.
_RULE = TypeRules(
    create=(_rule,),
    update=(_rule_changed,),
    replaces=frozenset({"region", "securityGroupId"}),
    replaces_also=_another_peer,
)

RULES: Mapping[str, TypeRules] = {
    SECURITY_GROUP: TypeRules(
        create=(_group,),
        update=(_group_changed,),
        delete=(_group_unused,),
        unsettle=(_group_gone,),
        replaces=frozenset({"description", "name", "namePrefix", "region", "vpcId"}),
    ),
    # Deleting it only forgets it: a VPC keeps its default group as long as it lives.
    DEFAULT_SECURITY_GROUP: TypeRules(
        create=(_default_group,), update=(_group_changed,), replaces=frozenset({"region", "vpcId"})
    ),
    INGRESS_RULE: _RULE,
    EGRESS_RULE: _RULE,
}
