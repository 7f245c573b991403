"""Values that the APIs' own models refuse."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.simulator import checks_api
from rehearsal.simulator.checks import check_inputs
from rehearsal.wire import UNKNOWN, Secret
from tests.support.valid_inputs import broken

CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
ROLE = "aws:iam/role:Role"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def validation(value: str, member: str, constraint: str, code: str = "ValidationException") -> str:
    """Return the message of a service's front end."""
    return (
        f"{code}: 1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    )


def one_of(*values: str) -> str:
    return f"Member must satisfy enum value set: [{', '.join(values)}]"


def ec2(value: str, parameter: str, *values: str) -> str:
    return f"InvalidParameterValue: Value ({value}) for parameter {parameter} is invalid. {one_of(*values)}"


TAINTS = ("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE")
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
NAME = r"^[0-9A-Za-z][A-Za-z0-9\-_]*"
LONG = "a" * 300

WRONG: list[tuple[str, str, Any, str, str]] = [
    (
        CLUSTER,
        "name",
        "-demo",
        "name",
        validation("-demo", "name", f"Member must satisfy regular expression pattern: {NAME}"),
    ),
    (
        CLUSTER,
        "name",
        "a" * 101,
        "name",
        validation("a" * 101, "name", "Member must have length less than or equal to 100"),
    ),
    (
        CLUSTER,
        "accessConfig.authenticationMode",
        "IAM",
        "accessConfig.authenticationMode",
        validation("IAM", "accessConfig.authenticationMode", one_of("API", "API_AND_CONFIG_MAP", "CONFIG_MAP")),
    ),
    (
        CLUSTER,
        "upgradePolicy.supportType",
        "LONG",
        "upgradePolicy.supportType",
        validation("LONG", "upgradePolicy.supportType", one_of("STANDARD", "EXTENDED")),
    ),
    (
        CLUSTER,
        "kubernetesNetworkConfig.ipFamily",
        "ipv5",
        "kubernetesNetworkConfig.ipFamily",
        validation("ipv5", "kubernetesNetworkConfig.ipFamily", one_of("ipv4", "ipv6")),
    ),
    (
        CLUSTER,
        "enabledClusterLogTypes.1",
        "all",
        "enabledClusterLogTypes[1]",
        validation(
            "[all]", "logging.clusterLogging.1.member.types", f"Member must satisfy constraint: [{one_of(*LOG_TYPES)}]"
        ),
    ),
    (
        NODE_GROUP,
        "capacityType",
        "spot",
        "capacityType",
        validation("spot", "capacityType", one_of("ON_DEMAND", "SPOT", "CAPACITY_BLOCK")),
    ),
    (
        NODE_GROUP,
        "taints.0.effect",
        "NoSchedule",
        "taints[0].effect",
        validation("NoSchedule", "taints.1.member.effect", one_of(*TAINTS)),
    ),
    (
        NODE_GROUP,
        "taints.0.key",
        LONG,
        "taints[0].key",
        validation(LONG, "taints.1.member.key", "Member must have length less than or equal to 63"),
    ),
    (
        NODE_GROUP,
        "scalingConfig.maxSize",
        0,
        "scalingConfig.maxSize",
        validation("0", "scalingConfig.maxSize", "Member must have value greater than or equal to 1"),
    ),
    (
        NODE_GROUP,
        "scalingConfig.minSize",
        "-1",
        "scalingConfig.minSize",
        validation("-1", "scalingConfig.minSize", "Member must have value greater than or equal to 0"),
    ),
    (
        NODE_GROUP,
        "updateConfig.maxUnavailable",
        0,
        "updateConfig.maxUnavailable",
        validation("0", "updateConfig.maxUnavailable", "Member must have value greater than or equal to 1"),
    ),
    (
        NODE_GROUP,
        "labels.workload",
        LONG,
        "labels.workload",
        validation(
            f"{{workload={LONG}}}",
            "labels",
            "Map value must satisfy constraint: [Member must have length less than or equal to 63]",
        ),
    ),
    (
        NODE_GROUP,
        "labels.workload",
        "",
        "labels.workload",
        validation(
            "{workload=}",
            "labels",
            "Map value must satisfy constraint: [Member must have length greater than or equal to 1]",
        ),
    ),
    (
        NODE_GROUP,
        "labels",
        {LONG: "a"},
        f"labels.{LONG}",
        validation(
            f"{{{LONG}=a}}",
            "labels",
            "Map keys must satisfy constraint: [Member must have length less than or equal to 63]",
        ),
    ),
    (
        NODE_GROUP,
        "instanceTypes.0",
        "m7i.tiny",
        "instanceTypes[0]",
        "InvalidParameterException: The following supplied instance types do not exist: [m7i.tiny]",
    ),
    (
        "aws:eks/addon:Addon",
        "resolveConflictsOnUpdate",
        "FORCE",
        "resolveConflictsOnUpdate",
        validation("FORCE", "resolveConflicts", one_of("OVERWRITE", "NONE", "PRESERVE")),
    ),
    (
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "accessScope.type",
        "pods",
        "accessScope.type",
        validation("pods", "accessScope.type", one_of("cluster", "namespace")),
    ),
    (
        ROLE,
        "name",
        "a b",
        "name",
        validation(
            "a b", "roleName", r"Member must satisfy regular expression pattern: [\w+=,.@-]+", "ValidationError"
        ),
    ),
    (
        ROLE,
        "name",
        "rôle",
        "name",
        validation(
            "rôle", "roleName", r"Member must satisfy regular expression pattern: [\w+=,.@-]+", "ValidationError"
        ),
    ),
    (
        ROLE,
        "name",
        "a" * 65,
        "name",
        validation("a" * 65, "roleName", "Member must have length less than or equal to 64", "ValidationError"),
    ),
    (
        ROLE,
        "path",
        "team",
        "path",
        validation(
            "team",
            "path",
            r"Member must satisfy regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F)",
            "ValidationError",
        ),
    ),
    (
        ROLE,
        "maxSessionDuration",
        60,
        "maxSessionDuration",
        validation(
            "60", "maxSessionDuration", "Member must have value greater than or equal to 3600", "ValidationError"
        ),
    ),
    (
        ROLE,
        "tags.team",
        LONG,
        "tags.team",
        validation(
            f"{{team={LONG}}}",
            "tags",
            "Map value must satisfy constraint: [Member must have length less than or equal to 256]",
            "ValidationError",
        ),
    ),
    (
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "role",
        ROLE,
        "role",
        validation(ROLE, "roleName", r"Member must satisfy regular expression pattern: [\w+=,.@-]+", "ValidationError"),
    ),
    (
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "thumbprintLists",
        ["ab"],
        "thumbprintLists[0]",
        validation(
            "[ab]",
            "thumbprintList",
            "Member must satisfy constraint: [Member must have length greater than or equal to 40]",
            "ValidationError",
        ),
    ),
    (
        "aws:cloudwatch/logGroup:LogGroup",
        "name",
        "a b",
        "name",
        validation(
            "a b",
            "logGroupName",
            r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+",
            "InvalidParameterException",
        ),
    ),
    (
        "aws:kms/key:Key",
        "keyUsage",
        "READ",
        "keyUsage",
        validation(
            "READ",
            "keyUsage",
            one_of("SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"),
        ),
    ),
    (
        "aws:efs/fileSystem:FileSystem",
        "throughputMode",
        "fast",
        "throughputMode",
        validation("fast", "throughputMode", one_of("bursting", "provisioned", "elastic")),
    ),
    (
        "aws:efs/fileSystem:FileSystem",
        "lifecyclePolicies.0.transitionToPrimaryStorageClass",
        "NEVER",
        "lifecyclePolicies[0].transitionToPrimaryStorageClass",
        validation("NEVER", "lifecyclePolicies.1.member.transitionToPrimaryStorageClass", one_of("AFTER_1_ACCESS")),
    ),
    (
        "aws:efs/backupPolicy:BackupPolicy",
        "backupPolicy.status",
        "ON",
        "backupPolicy.status",
        validation("ON", "backupPolicy.status", one_of("ENABLED", "ENABLING", "DISABLED", "DISABLING")),
    ),
    (
        "aws:efs/accessPoint:AccessPoint",
        "rootDirectory.creationInfo.permissions",
        "rwx",
        "rootDirectory.creationInfo.permissions",
        validation(
            "rwx",
            "rootDirectory.creationInfo.permissions",
            "Member must satisfy regular expression pattern: ^[0-7]{3,4}$",
        ),
    ),
    (
        "aws:autoscaling/tag:Tag",
        "tag.key",
        LONG,
        "tag.key",
        validation(LONG, "tags.1.member.key", "Member must have length less than or equal to 128", "ValidationError"),
    ),
    (
        "aws:ec2/vpc:Vpc",
        "instanceTenancy",
        "shared",
        "instanceTenancy",
        ec2("shared", "instanceTenancy", "default", "dedicated", "host"),
    ),
    ("aws:ec2/eip:Eip", "domain", "classic", "domain", ec2("classic", "domain", "vpc", "standard")),
    (
        "aws:ec2/natGateway:NatGateway",
        "connectivityType",
        "nat",
        "connectivityType",
        ec2("nat", "connectivityType", "private", "public"),
    ),
    (
        "aws:ec2/flowLog:FlowLog",
        "trafficType",
        "SOME",
        "trafficType",
        ec2("SOME", "trafficType", "ACCEPT", "REJECT", "ALL"),
    ),
    (
        TEMPLATE,
        "metadataOptions.httpTokens",
        "yes",
        "metadataOptions.httpTokens",
        ec2("yes", "httpTokens", "optional", "required"),
    ),
    (
        TEMPLATE,
        "blockDeviceMappings.0.ebs.volumeType",
        "gp9",
        "blockDeviceMappings[0].ebs.volumeType",
        ec2("gp9", "volumeType", "standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"),
    ),
    (
        TEMPLATE,
        "instanceType",
        "m7i.tiny",
        "instanceType",
        "InvalidInstanceType: The following supplied instance types do not exist: [m7i.tiny]",
    ),
]


@pytest.mark.parametrize(("type_", "change", "value", "path", "message"), WRONG)
def test_the_api_refuses_in_its_own_words(type_: str, change: str, value: Any, path: str, message: str) -> None:
    assert list(check_inputs(type_, broken(type_, change, value))) == [(path, message)]


@pytest.mark.parametrize(
    ("type_", "change", "value", "path", "beginning"),
    [
        (
            NODE_GROUP,
            "amiType",
            "AL3_x86_64",
            "amiType",
            "ValidationException: 1 validation error detected: Value 'AL3_x86_64' at 'amiType'",
        ),
        (
            TEMPLATE,
            "tagSpecifications.0.resourceType",
            "node",
            "tagSpecifications[0].resourceType",
            "InvalidParameterValue: Value (node) for parameter resourceType is invalid.",
        ),
        (
            "aws:cloudwatch/logGroup:LogGroup",
            "retentionInDays",
            31,
            "retentionInDays",
            "InvalidParameterException: 1 validation error detected: Value '31' at 'retentionInDays'",
        ),
    ],
)
def test_long_lists_of_values_are_the_models_own(
    type_: str, change: str, value: Any, path: str, beginning: str
) -> None:
    ((where, message),) = check_inputs(type_, broken(type_, change, value))
    assert where == path
    assert message.startswith(beginning)


@pytest.mark.parametrize(
    ("type_", "change", "value"),
    [
        (NODE_GROUP, "taints.0.value", ""),
        (NODE_GROUP, "labels", {}),
        (NODE_GROUP, "instanceTypes.0", UNKNOWN),
        (ROLE, "description", ""),
        (ROLE, "tags", {"équipe": "Zürich (nord)".replace("(", "").replace(")", "")}),
        (ROLE, "tags.team", UNKNOWN),
        ("aws:cloudwatch/logGroup:LogGroup", "retentionInDays", 0),
        (CLUSTER, "name", UNKNOWN),
        (CLUSTER, "name", Secret("demo")),
    ],
)
def test_what_the_provider_leaves_out_or_does_not_know_yet_passes(type_: str, change: str, value: Any) -> None:
    assert list(check_inputs(type_, broken(type_, change, value))) == []


@pytest.mark.parametrize(
    ("type_", "change", "value"),
    [
        (ROLE, "name", Secret("hunter 2")),
        (ROLE, "tags", Secret({"team": "hunter2" * 99})),
        (ROLE, "tags.team", Secret("hunter2" * 99)),
        (TEMPLATE, "metadataOptions", Secret({"httpTokens": "hunter2"})),
        (NODE_GROUP, "instanceTypes.0", Secret("hunter2")),
    ],
)
def test_a_refusal_never_shows_a_secret(type_: str, change: str, value: Any) -> None:
    ((_path, message),) = check_inputs(type_, broken(type_, change, value))
    assert "[secret]" in message
    assert "hunter" not in message


def test_every_violation_is_named_once() -> None:
    inputs = broken(NODE_GROUP, "scalingConfig", {"desiredSize": -1, "maxSize": 0, "minSize": -1})
    assert [path for path, _reason in check_inputs(NODE_GROUP, inputs)] == [
        "scalingConfig.desiredSize",
        "scalingConfig.maxSize",
        "scalingConfig.minSize",
    ]


def test_a_type_without_a_model_has_no_constraints() -> None:
    assert checks_api.constraints("kubernetes:core/v1:Pod") == ("", ())
    assert list(checks_api.problems("aws:ec2/routeTable:RouteTable", {"vpcId": "vpc-1"})) == []
