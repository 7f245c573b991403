"""Inputs that are texts in a format of their own: JSON, policies, base64, CIDR blocks, ARNs.

The wording is that of the AWS provider's validators.
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/verify
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from rehearsal.simulator import checks_policies
from rehearsal.simulator.checks_sdk import Text, texts

Problem = tuple[str, str]

_POSITION = re.compile(r"\[\d+\]")
_CIDR = re.compile(r"cidr(s|Blocks?|Ipv[46])?|\w*Cidr(s|Blocks?)?")
_ARN = re.compile(r"arn|\w*Arns?|permissionsBoundary")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
_PARTITION = re.compile(r"aws(-[a-z]+)*")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_ACCOUNT = re.compile(r"aws|aws-managed|third-party|aws-marketplace|\d{12}|cw.{10}")


def problems(type_: str, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield (path, reason) of each text that is not what its input holds; unknown values pass."""
    for text in texts(type_, inputs):
        path = _POSITION.sub("[]", text.path) if "[" in text.path else text.path
        judge = _judge(type_, path, text.key)
        reason = judge(text) if judge is not None and text.value else ""
        if reason:
            yield text.path, reason


@cache
def _judge(type_: str, path: str, key: str) -> Callable[[Text], str] | None:
    if (type_, path) in _DOCUMENTS:
        return _DOCUMENTS[type_, path]
    if _ARN.fullmatch(key):
        return _arn
    return _cidr if _CIDR.fullmatch(key) else None


def _json(text: Text) -> str:
    try:
        json.loads(text.value)
    except json.JSONDecodeError as error:
        return f'"{text.key}" contains an invalid JSON: {error}'
    return ""


def _configuration(text: Text) -> str:
    """Return what is wrong with the settings of an add-on: JSON or YAML, an object.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html
    """
    try:
        value = json.loads(text.value)
    except json.JSONDecodeError:
        value = _yaml(text.value)
    if isinstance(value, Mapping):
        return ""
    return "InvalidParameterException: ConfigurationValue provided in request is not supported"


def _yaml(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _base64(text: Text) -> str:
    try:
        base64.b64decode(text.value, validate=True)
    except binascii.Error:
        return f'"{text.key}" must be base64-encoded'
    return ""


def _cidr(text: Text) -> str:
    try:
        network = ipaddress.ip_network(text.value, strict=False)
    except ValueError:
        return f'"{text.shown}" is not a valid CIDR block: invalid CIDR address: {text.shown}'
    if "/" not in text.value:
        return f'"{text.shown}" is not a valid CIDR block: invalid CIDR address: {text.shown}'
    wanted = _family(text.key)
    if wanted and network.version != wanted:
        return f'"{text.shown}" is not a valid IPv{wanted} CIDR block'
    if str(network) != text.value.lower():
        meant = "" if text.secret else f'; did you mean "{network}"?'
        return f'"{text.shown}" is not a valid IPv{network.version} CIDR block{meant}'
    return ""


def _family(key: str) -> int:
    """Return the version of IP that an input of this name takes, 0 for either."""
    if "pv6" in key:
        return 6
    return 4 if "pv4" in key or key in ("cidrBlock", "destinationCidrBlock") else 0


def _arn(text: Text) -> str:
    reason = _arn_reason(text.value)
    return f'"{text.key}" ({text.shown}) is an invalid ARN: {reason}' if reason else ""


def _arn_reason(value: str) -> str:
    if not value.startswith("arn:"):
        return "arn: invalid prefix"
    sections = value.split(":", 5)
    if len(sections) < 6:
        return "arn: not enough sections"
    _arn_prefix, partition, _service, region, account, resource = sections
    if not _PARTITION.fullmatch(partition):
        return f"invalid partition value {partition!r}"
    if region and not _REGION.fullmatch(region):
        return f"invalid region value {region!r}"
    if account and not _ACCOUNT.fullmatch(account):
        return f"invalid account ID value {account!r}"
    return "" if resource else "missing resource value"


def _policy(kind: checks_policies.PolicyKind) -> Callable[[Text], str]:
    def judge(text: Text) -> str:
        try:
            document = json.loads(text.value)
        except json.JSONDecodeError as error:
            return f'"{text.key}" contains an invalid JSON policy: {error}'
        return checks_policies.problem(document, kind)

    return judge


# Which inputs are documents. https://www.pulumi.com/registry/packages/aws/api-docs/ says so of each.
_DOCUMENTS: Mapping[tuple[str, str], Callable[[Text], str]] = {
    ("aws:cloudwatch/eventRule:EventRule", "eventPattern"): _json,
    ("aws:ec2/launchTemplate:LaunchTemplate", "userData"): _base64,
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "policy"): _policy("resource"),
    ("aws:efs/fileSystemPolicy:FileSystemPolicy", "policy"): _policy("resource"),
    ("aws:eks/addon:Addon", "configurationValues"): _configuration,
    ("aws:eks/podIdentityAssociation:PodIdentityAssociation", "policy"): _policy("identity"),
    ("aws:iam/policy:Policy", "policy"): _policy("identity"),
    ("aws:iam/role:Role", "assumeRolePolicy"): _policy("trust"),
    ("aws:iam/role:Role", "inlinePolicies[].policy"): _policy("identity"),
    ("aws:iam/rolePolicy:RolePolicy", "policy"): _policy("identity"),
    ("aws:kms/key:Key", "policy"): _policy("resource"),
    ("aws:sqs/queue:Queue", "policy"): _policy("resource"),
    ("aws:sqs/queuePolicy:QueuePolicy", "policy"): _policy("resource"),
}
