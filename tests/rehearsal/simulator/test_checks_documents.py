"""Inputs in a format of their own, and what the provider refuses by its own rules."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.simulator.checks import check_inputs
from rehearsal.wire import UNKNOWN, Secret
from tests.support.valid_inputs import broken, document, statement, trust

CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ADDON = "aws:eks/addon:Addon"
KEY = "aws:kms/key:Key"
SIDS = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
SOURCES = "cidrIpv4,cidrIpv6,prefixListId,referencedSecurityGroupId"
GROUP_TEXT = "up to 255 of a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*"


@pytest.mark.parametrize(
    ("type_", "change", "value", "path", "message"),
    [
        (
            VPC,
            "cidrBlock",
            "10.0.0.0",
            "cidrBlock",
            '"10.0.0.0" is not a valid CIDR block: invalid CIDR address: 10.0.0.0',
        ),
        (
            VPC,
            "cidrBlock",
            "10.0.0.300/16",
            "cidrBlock",
            '"10.0.0.300/16" is not a valid CIDR block: invalid CIDR address: 10.0.0.300/16',
        ),
        (
            VPC,
            "cidrBlock",
            "10.0.0.1/16",
            "cidrBlock",
            '"10.0.0.1/16" is not a valid IPv4 CIDR block; did you mean "10.0.0.0/16"?',
        ),
        (VPC, "cidrBlock", "fd00::/56", "cidrBlock", '"fd00::/56" is not a valid IPv4 CIDR block'),
        (
            VPC,
            "cidrBlock",
            "10.0.0.0/8",
            "cidrBlock",
            'expected "cidrBlock" to contain a network Value with between 16 and 28 significant bits, got: 8',
        ),
        (
            SUBNET,
            "cidrBlock",
            "10.0.0.0/29",
            "cidrBlock",
            'expected "cidrBlock" to contain a network Value with between 16 and 28 significant bits, got: 29',
        ),
        (
            RULE,
            "cidrIpv4",
            "10.0.0.5/16",
            "cidrIpv4",
            '"10.0.0.5/16" is not a valid IPv4 CIDR block; did you mean "10.0.0.0/16"?',
        ),
        (
            CLUSTER,
            "vpcConfig.publicAccessCidrs.0",
            "anywhere",
            "vpcConfig.publicAccessCidrs[0]",
            '"anywhere" is not a valid CIDR block: invalid CIDR address: anywhere',
        ),
        (
            CLUSTER,
            "kubernetesNetworkConfig.serviceIpv4Cidr",
            "172.20.0.0/28",
            "kubernetesNetworkConfig.serviceIpv4Cidr",
            'expected "serviceIpv4Cidr" to contain a network Value with between 12 and 24 significant bits, got: 28',
        ),
        (
            "aws:ec2/route:Route",
            "destinationCidrBlock",
            "0.0.0.0",
            "destinationCidrBlock",
            '"0.0.0.0" is not a valid CIDR block: invalid CIDR address: 0.0.0.0',
        ),
        (CLUSTER, "roleArn", "demo", "roleArn", '"roleArn" (demo) is an invalid ARN: arn: invalid prefix'),
        (
            CLUSTER,
            "roleArn",
            "arn:aws:iam",
            "roleArn",
            '"roleArn" (arn:aws:iam) is an invalid ARN: arn: not enough sections',
        ),
        (
            NODE_GROUP,
            "nodeRoleArn",
            "arn:aws:iam::12:role/a",
            "nodeRoleArn",
            "\"nodeRoleArn\" (arn:aws:iam::12:role/a) is an invalid ARN: invalid account ID value '12'",
        ),
        (
            CLUSTER,
            "encryptionConfig.provider.keyArn",
            "arn:aws:kms:ireland:123456789012:key/1",
            "encryptionConfig.provider.keyArn",
            "\"keyArn\" (arn:aws:kms:ireland:123456789012:key/1) is an invalid ARN: invalid region value 'ireland'",
        ),
        (
            ADDON,
            "podIdentityAssociations.0.roleArn",
            "arn:AWS:iam::123456789012:role/a",
            "podIdentityAssociations[0].roleArn",
            "\"roleArn\" (arn:AWS:iam::123456789012:role/a) is an invalid ARN: invalid partition value 'AWS'",
        ),
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "policyArn",
            "arn:aws:iam::aws:",
            "policyArn",
            '"policyArn" (arn:aws:iam::aws:) is an invalid ARN: missing resource value',
        ),
        (TEMPLATE, "userData", "#!/bin/sh", "userData", '"userData" must be base64-encoded'),
        (
            ADDON,
            "configurationValues",
            "[1]",
            "configurationValues",
            "InvalidParameterException: ConfigurationValue provided in request is not supported",
        ),
        (
            ADDON,
            "configurationValues",
            '{"a":',
            "configurationValues",
            "InvalidParameterException: ConfigurationValue provided in request is not supported",
        ),
        (
            POLICY,
            "policy",
            "Allow",
            "policy",
            '"policy" contains an invalid JSON policy: Expecting value: line 1 column 1 (char 0)',
        ),
        (
            KEY,
            "deletionWindowInDays",
            3,
            "deletionWindowInDays",
            "expected deletionWindowInDays to be in the range (7 - 30), got 3",
        ),
        (
            "aws:kms/alias:Alias",
            "name",
            "eks/demo",
            "name",
            "invalid value for name (eks/demo): must begin with 'alias/' and be comprised of only [0-9A-Za-z_/-]",
        ),
        (
            NODE_GROUP,
            "nodeGroupNamePrefix",
            "a" * 38,
            "nodeGroupNamePrefix",
            '"nodeGroupNamePrefix" cannot be longer than 37 characters',
        ),
        (
            NODE_GROUP,
            "nodeGroupName",
            "apps",
            "nodeGroupName",
            'Conflicting configuration arguments: "nodeGroupName": conflicts with nodeGroupNamePrefix',
        ),
        (
            ADDON,
            "resolveConflictsOnCreate",
            "PRESERVE",
            "resolveConflictsOnCreate",
            'expected resolveConflictsOnCreate to be one of ["NONE" "OVERWRITE"], got PRESERVE',
        ),
        (
            CLUSTER,
            "encryptionConfig.resources.0",
            "pods",
            "encryptionConfig.resources",
            "expected encryption_config.0.resources to be one of [\"secrets\"], got ['pods']",
        ),
        (
            "aws:ec2/flowLog:FlowLog",
            "maxAggregationInterval",
            300,
            "maxAggregationInterval",
            "expected maxAggregationInterval to be one of [60 600], got 300",
        ),
        (RULE, "toPort", 70000, "toPort", "expected toPort to be in the range (-1 - 65535), got 70000"),
        (
            RULE,
            "prefixListId",
            "pl-1",
            "prefixListId",
            f'"prefixListId": only one of `{SOURCES}` can be specified, but `cidrIpv4,prefixListId` were specified.',
        ),
        (
            RULE,
            "cidrIpv4",
            None,
            "",
            f'"cidrIpv4": one of `{SOURCES}` must be specified',
        ),
        (
            "aws:ec2/flowLog:FlowLog",
            "subnetId",
            UNKNOWN,
            "vpcId",
            '"vpcId": only one of `eniId,regionalNatGatewayId,subnetId,transitGatewayAttachmentId,transitGatewayId,'
            "vpcId` can be specified, but `subnetId,vpcId` were specified.",
        ),
        (
            "aws:ec2/route:Route",
            "destinationCidrBlock",
            None,
            "",
            '"destinationCidrBlock": one of `destinationCidrBlock,destinationIpv6CidrBlock,destinationPrefixListId` '
            "must be specified",
        ),
        (
            NODE_GROUP,
            "updateConfig.maxUnavailablePercentage",
            50,
            "updateConfig.maxUnavailablePercentage",
            '"maxUnavailablePercentage": only one of `maxUnavailable,maxUnavailablePercentage` can be specified, but '
            "`maxUnavailable,maxUnavailablePercentage` were specified.",
        ),
        (
            GROUP,
            "description",
            "nodes own `",
            "description",
            f"invalid value for description (nodes own `): {GROUP_TEXT}",
        ),
        (
            GROUP,
            "name",
            "sg-nodes",
            "name",
            "invalid value for name (sg-nodes): cannot begin with sg- and is at most 255 characters long",
        ),
        (
            TEMPLATE,
            "metadataOptions.httpPutResponseHopLimit",
            65,
            "metadataOptions.httpPutResponseHopLimit",
            "expected httpPutResponseHopLimit to be in the range (1 - 64), got 65",
        ),
    ],
)
def test_the_provider_refuses_in_its_own_words(type_: str, change: str, value: Any, path: str, message: str) -> None:
    assert list(check_inputs(type_, broken(type_, change, value))) == [(path, message)]


@pytest.mark.parametrize(
    ("type_", "key", "text", "message"),
    [
        (POLICY, "policy", "[]", "Syntax errors in policy."),
        (POLICY, "policy", '{"Version":"2012-10-17"}', "Syntax errors in policy."),
        (POLICY, "policy", document(statement(), Version="2012-10-18"), "Syntax errors in policy."),
        (
            POLICY,
            "policy",
            document(statement(), Version="2008-10-17"),
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (POLICY, "policy", document(statement(Effect="Permit")), "Syntax errors in policy."),
        (POLICY, "policy", document(statement(Actions=["s3:*"])), "Syntax errors in policy."),
        (POLICY, "policy", document(statement(NotAction="s3:*")), "Syntax errors in policy."),
        (POLICY, "policy", document("x"), "Syntax errors in policy."),
        (POLICY, "policy", document(statement(Action=None)), "Policy statement must contain actions."),
        (
            POLICY,
            "policy",
            document(statement(Action="GetObject")),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (POLICY, "policy", document(statement(Resource=None)), "Policy statement must contain resources."),
        (POLICY, "policy", document(statement(Resource="bucket")), 'Resource bucket must be in ARN format or "*".'),
        (POLICY, "policy", document(statement(Principal="*")), "Policy document should not specify a principal."),
        (POLICY, "policy", document(statement(Sid="a b")), SIDS),
        (
            POLICY,
            "policy",
            document(statement(Sid="a"), statement(Sid="a")),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        (ROLE, "assumeRolePolicy", document(trust(Resource="*")), "Has prohibited field Resource"),
        (ROLE, "assumeRolePolicy", document(trust(Principal=None)), "Missing required field Principal"),
        (
            ROLE,
            "assumeRolePolicy",
            document(trust(Action="s3:GetObject")),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            ROLE,
            "assumeRolePolicy",
            document(trust(Principal={"Service": "pods.eks"})),
            'Invalid principal in policy: "SERVICE":"pods.eks"',
        ),
        (ROLE, "assumeRolePolicy", document(trust(Principal={"Role": "a"})), "Invalid principal in policy"),
        (KEY, "policy", document(statement()), "Missing required field Principal"),
    ],
)
def test_a_malformed_policy_is_refused_as_iam_does(type_: str, key: str, text: str, message: str) -> None:
    assert list(check_inputs(type_, broken(type_, key, text))) == [(key, f"MalformedPolicyDocument: {message}")]


@pytest.mark.parametrize(
    ("type_", "change", "value"),
    [
        (ADDON, "configurationValues", "replicaCount: 2\n"),
        (CLUSTER, "vpcConfig.publicAccessCidrs.0", "2001:db8::/32"),
        (POLICY, "policy", document(statement(Sid="ReadAll", Condition={"Bool": {"aws:SecureTransport": "true"}}))),
        (
            ROLE,
            "assumeRolePolicy",
            document(
                trust(Principal={"Federated": "arn:aws:iam::1:oidc-provider/x"}, Action="sts:AssumeRoleWithWebIdentity")
            ),
        ),
        (ROLE, "assumeRolePolicy", json.dumps({"Statement": trust(), "Version": "2012-10-17"})),
        (POLICY, "tags", {"cidrBlock": "not one", "roleArn": "not one either"}),
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "policyArn",
            "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess",
        ),
        (CLUSTER, "encryptionConfig.provider.keyArn", "arn:aws-cn:kms:cn-north-1:123456789012:key/1"),
    ],
)
def test_what_is_well_formed_passes(type_: str, change: str, value: Any) -> None:
    assert list(check_inputs(type_, broken(type_, change, value))) == []


@pytest.mark.parametrize(
    ("type_", "change", "value"),
    [
        (VPC, "cidrBlock", Secret("10.0.0.77/16")),
        (VPC, "cidrBlock", Secret("10.0.0.77")),
        (CLUSTER, "roleArn", Secret("10.0.0.77")),
    ],
)
def test_a_refusal_never_shows_a_secret(type_: str, change: str, value: Any) -> None:
    ((_path, message),) = check_inputs(type_, broken(type_, change, value))
    assert "10.0.0" not in message


@given(st.ip_addresses(v=4), st.integers(16, 28))
def test_a_subnet_takes_networks_and_nothing_else(address: ipaddress.IPv4Address, bits: int) -> None:
    network = ipaddress.ip_network(f"{address}/{bits}", strict=False)
    found = [reason for _path, reason in check_inputs(SUBNET, broken(SUBNET, "cidrBlock", f"{address}/{bits}"))]
    given_ = f'"{address}/{bits}" is not a valid IPv4 CIDR block; did you mean "{network}"?'
    assert found == ([] if network.network_address == address else [given_])


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["Statement", "Effect", "Action", "Principal", "Version", "Sid"]), inner)
        ),
    )
)
def test_any_json_is_judged_as_a_policy_without_a_crash(value: Any) -> None:
    for type_, key in ((POLICY, "policy"), (ROLE, "assumeRolePolicy"), (KEY, "policy")):
        ((path, reason),) = check_inputs(type_, broken(type_, key, json.dumps(value)))
        assert (path, reason.partition(":")[0]) == (key, "MalformedPolicyDocument")
