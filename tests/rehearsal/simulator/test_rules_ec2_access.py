"""Security groups, templates and tags that EC2 refuses."""

from __future__ import annotations

from rehearsal.simulator.rules import ec2_compute
from rehearsal.simulator.rules import ec2_lookup as ec2
from tests.support.ec2_cases import Case, all_of, given, judge, rule
from tests.support.ec2_network import MISSING

CASES: list[Case] = [
    (
        "security group in no VPC",
        ec2.SECURITY_GROUP,
        given(vpcId=f"vpc-{MISSING}", name="new"),
        given(vpcId="vpc", name="new"),
        "CreateSecurityGroup",
        "InvalidVpcID.NotFound",
        f"The vpc ID 'vpc-{MISSING}' does not exist",
    ),
    (
        "security group of a name that is taken",
        ec2.SECURITY_GROUP,
        lambda n: {"vpcId": n.ids["vpc"], "name": "group"},
        lambda n: {"vpcId": n.ids["other"], "name": "group"},
        "CreateSecurityGroup",
        "InvalidGroup.Duplicate",
        "The security group 'group' already exists for VPC '{vpc}'",
    ),
    (
        "security group of a reserved name",
        ec2.SECURITY_GROUP,
        given(vpcId="vpc", name="default"),
        given(vpcId="vpc", name="new"),
        "CreateSecurityGroup",
        "InvalidParameterValue",
        "Cannot use reserved security group name: default",
    ),
    (
        "rule in no group",
        ec2.INGRESS_RULE,
        rule(securityGroupId=f"sg-{MISSING}", cidrIpv4="10.9.0.0/16"),
        rule(cidrIpv4="10.9.0.0/16"),
        "AuthorizeSecurityGroupIngress",
        "InvalidGroup.NotFound",
        f"The security group 'sg-{MISSING}' does not exist",
    ),
    (
        "rule that names no group",
        ec2.EGRESS_RULE,
        rule(referencedSecurityGroupId=f"sg-{MISSING}"),
        rule(referencedSecurityGroupId="peer"),
        "AuthorizeSecurityGroupEgress",
        "InvalidGroup.NotFound",
        f"The security group 'sg-{MISSING}' does not exist",
    ),
    (
        "rule that names a group of another VPC",
        ec2.INGRESS_RULE,
        rule(referencedSecurityGroupId="stranger"),
        rule(referencedSecurityGroupId="peer"),
        "AuthorizeSecurityGroupIngress",
        "InvalidGroup.NotFound",
        "You have specified two resources that belong to different networks.",
    ),
    (
        "rule that is there already",
        ec2.INGRESS_RULE,
        rule(cidrIpv4="10.0.0.0/16", description="other words make no other rule"),
        rule(cidrIpv4="10.0.0.0/17"),
        "AuthorizeSecurityGroupIngress",
        "InvalidPermission.Duplicate",
        'the specified rule "peer: 10.0.0.0/16, TCP, from port: 443, to port: 443, ALLOW" already exists',
    ),
    (
        "launch template of a name that is taken",
        ec2.LAUNCH_TEMPLATE,
        given(name="nodes"),
        given(name="others"),
        "CreateLaunchTemplate",
        "InvalidLaunchTemplateName.AlreadyExistsException",
        "Launch template name already in use.",
    ),
    (
        "placement group of a name that is taken",
        ec2.PLACEMENT_GROUP,
        given(name="near", strategy="cluster"),
        given(name="far-apart", strategy="spread"),
        "CreatePlacementGroup",
        "InvalidPlacementGroup.Duplicate",
        "The placement group 'near' already exists.",
    ),
    (
        "tag of no subnet",
        ec2_compute.TAG,
        given(resourceId=f"subnet-{MISSING}", key="a", value="b"),
        given(resourceId="subnet", key="a", value="b"),
        "CreateTags",
        "InvalidSubnetID.NotFound",
        f"The subnet ID 'subnet-{MISSING}' does not exist",
    ),
    (
        "tag of no security group",
        ec2_compute.TAG,
        given(resourceId=f"sg-{MISSING}", key="a", value="b"),
        given(resourceId="group", key="a", value="b"),
        "CreateTags",
        "InvalidGroup.NotFound",
        f"The security group 'sg-{MISSING}' does not exist",
    ),
]


@all_of(CASES)
def test_security_groups_templates_and_tags_that_are_broken_are_refused_and_the_same_put_right_are_taken(
    case: Case,
) -> None:
    judge(case)
