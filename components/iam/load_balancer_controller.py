"""Permissions of the AWS Load Balancer Controller v3.5.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.aws_environment import AwsEnvironment
from components.iam.document import Document, Statement, document, statement

# The controller marks what it makes with this tag; whatever lacks it belongs to somebody else.
_OWNER_TAG = "elbv2.k8s.aws/cluster"

_Conditions = Mapping[str, Mapping[str, Any]]

# "Null: false" demands that the tag is there, "Null: true" that it is not.
_REQUEST_SETS_OWNER: _Conditions = {"Null": {f"aws:RequestTag/{_OWNER_TAG}": "false"}}
_OWNED: _Conditions = {"Null": {f"aws:ResourceTag/{_OWNER_TAG}": "false"}}
_OWNED_AND_OWNER_KEPT: _Conditions = {
    "Null": {f"aws:ResourceTag/{_OWNER_TAG}": "false", f"aws:RequestTag/{_OWNER_TAG}": "true"}
}


def load_balancer_controller_policy(aws: AwsEnvironment) -> Document:
    """Return what the AWS Load Balancer Controller v3.5.0 may do, equal in meaning to upstream's document.

    It reads the network, may create load balancers, target groups and security groups only with its owner tag, and
    may change or delete only what bears that tag. Rules of security groups and listeners have no such limit, because
    the controller also works on groups of nodes and on listeners that carry no tag of their own.

    Args:
        aws: Where the cluster is; its partition goes into the ARNs.

    Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/deploy/installation/
    """
    return document(
        *_look_ups(),
        *_integrations(),
        *_security_groups(aws),
        *_load_balancers_and_target_groups(),
        *_listeners_and_rules(),
        *_targets(aws),
        *_tags(aws),
    )


def _look_ups() -> list[Statement]:
    network = _actions(
        "ec2",
        *("DescribeVpcs", "DescribeVpcPeeringConnections", "DescribeSubnets", "DescribeRouteTables"),
        *("DescribeAvailabilityZones", "DescribeInternetGateways", "DescribeAddresses", "DescribeIpamPools"),
        *("DescribeCoipPools", "GetCoipPoolUsage", "DescribeSecurityGroups", "GetSecurityGroupsForVpc"),
        *("DescribeInstances", "DescribeNetworkInterfaces", "DescribeTags", "DescribeAccountAttributes"),
    )
    load_balancing = _actions(
        "elasticloadbalancing",
        *("DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeCapacityReservation"),
        *("DescribeListeners", "DescribeListenerAttributes", "DescribeListenerCertificates", "DescribeSSLPolicies"),
        *("DescribeRules", "DescribeTrustStores", "DescribeTags"),
        *("DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeTargetHealth"),
    )
    return [statement(actions=[*network, *load_balancing], resources=["*"])]


def _integrations() -> list[Statement]:
    certificates = [
        *_actions("acm", "ListCertificates", "DescribeCertificate"),
        *_actions("iam", "ListServerCertificates", "GetServerCertificate"),
    ]
    sign_in = _actions("cognito-idp", "DescribeUserPoolClient")
    web_acl = ("GetWebACL", "GetWebACLForResource", "AssociateWebACL", "DisassociateWebACL")
    protection = [
        *_actions("wafv2", *web_acl),
        *_actions("waf-regional", *web_acl),
        *_actions("shield", "GetSubscriptionState", "DescribeProtection", "CreateProtection", "DeleteProtection"),
        *_actions("elasticloadbalancing", "SetWebAcl"),
    ]
    # The first load balancer of an account brings the service-linked role with it.
    first_use = statement(
        actions=["iam:CreateServiceLinkedRole"],
        resources=["*"],
        conditions={"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}},
    )
    return [statement(actions=[*certificates, *sign_in, *protection], resources=["*"]), first_use]


def _security_groups(aws: AwsEnvironment) -> list[Statement]:
    groups = [f"arn:{aws.partition}:ec2:*:*:security-group/*"]
    rules = _actions("ec2", "AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress")
    tag_at_creation = statement(
        actions=["ec2:CreateTags"],
        resources=groups,
        conditions={**_REQUEST_SETS_OWNER, "StringEquals": {"ec2:CreateAction": "CreateSecurityGroup"}},
    )
    tag_later = statement(
        actions=_actions("ec2", "CreateTags", "DeleteTags"), resources=groups, conditions=_OWNED_AND_OWNER_KEPT
    )
    return [
        statement(actions=["ec2:CreateSecurityGroup", *rules], resources=["*"]),
        statement(actions=["ec2:DeleteSecurityGroup", *rules], resources=["*"], conditions=_OWNED),
        tag_at_creation,
        tag_later,
    ]


def _load_balancers_and_target_groups() -> list[Statement]:
    create = _actions("elasticloadbalancing", "CreateLoadBalancer", "CreateTargetGroup")
    change = _actions(
        "elasticloadbalancing",
        *("SetIpAddressType", "SetSecurityGroups", "SetSubnets"),
        *("ModifyLoadBalancerAttributes", "ModifyListenerAttributes", "ModifyCapacityReservation", "ModifyIpPools"),
        *("ModifyTargetGroup", "ModifyTargetGroupAttributes"),
        *("DeleteLoadBalancer", "DeleteTargetGroup"),
    )
    return [
        statement(actions=create, resources=["*"], conditions=_REQUEST_SETS_OWNER),
        statement(actions=change, resources=["*"], conditions=_OWNED),
    ]


def _listeners_and_rules() -> list[Statement]:
    actions = _actions(
        "elasticloadbalancing",
        *("CreateListener", "ModifyListener", "DeleteListener"),
        *("AddListenerCertificates", "RemoveListenerCertificates"),
        *("CreateRule", "ModifyRule", "SetRulePriorities", "DeleteRule"),
    )
    return [statement(actions=actions, resources=["*"])]


def _targets(aws: AwsEnvironment) -> list[Statement]:
    actions = _actions("elasticloadbalancing", "RegisterTargets", "DeregisterTargets")
    return [statement(actions=actions, resources=[_load_balancing_arn(aws, "targetgroup/*/*")])]


def _tags(aws: AwsEnvironment) -> list[Statement]:
    change = _actions("elasticloadbalancing", "AddTags", "RemoveTags")
    owned_kinds = [
        _load_balancing_arn(aws, path) for path in ("targetgroup/*/*", "loadbalancer/app/*/*", "loadbalancer/net/*/*")
    ]
    listeners_and_rules = [
        _load_balancing_arn(aws, f"{kind}/{family}/*/*/*")
        for kind in ("listener", "listener-rule")
        for family in ("app", "net")
    ]
    at_creation = statement(
        actions=["elasticloadbalancing:AddTags"],
        resources=owned_kinds,
        conditions={
            **_REQUEST_SETS_OWNER,
            "StringEquals": {"elasticloadbalancing:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"]},
        },
    )
    return [
        at_creation,
        statement(actions=change, resources=owned_kinds, conditions=_OWNED_AND_OWNER_KEPT),
        statement(actions=change, resources=listeners_and_rules),
    ]


def _load_balancing_arn(aws: AwsEnvironment, path: str) -> str:
    return f"arn:{aws.partition}:elasticloadbalancing:*:*:{path}"


def _actions(service: str, *names: str) -> list[str]:
    return [f"{service}:{name}" for name in names]
