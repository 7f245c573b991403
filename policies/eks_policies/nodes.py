"""Rules about worker nodes: metadata service, volumes, addresses, access."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from pulumi_policy import Severity

from .reading import as_sequence, each, is_set, is_true, read
from .rule import Control, Definition, ResourceRule, Subject, text_list

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"

_EC2_GUIDE = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide"
_BEST_PRACTICES = "https://docs.aws.amazon.com/eks/latest/best-practices"


def _tokens_are_required(template: Subject) -> Iterator[str]:
    metadata = read(template.properties, "metadataOptions")
    if read(metadata, "httpEndpoint") == "disabled":
        return
    if read(metadata, "httpTokens") != "required":
        yield 'metadataOptions.httpTokens is not "required": the metadata service answers without a session token.'


IMDSV2 = ResourceRule(
    Definition(
        name="ec2-launch-template-imdsv2",
        title="IMDSv2 only",
        description="Nodes must offer version 2 of the instance metadata service only: version 1 hands the node's "
        "credentials to anybody who can make a pod fetch a URL.",
        fix='Set metadataOptions.httpTokens to "required".',
        types=(LAUNCH_TEMPLATE,),
        control=Control(
            security_hub=("EC2.170", "EC2.8"),
            checkov=("CKV_AWS_79",),
            guide=f"{_EC2_GUIDE}/configuring-instance-metadata-service.html",
        ),
        severity=Severity.HIGH,
    ),
    _tokens_are_required,
)


def _pods_are_out_of_reach(template: Subject) -> Iterator[str]:
    metadata = read(template.properties, "metadataOptions")
    if read(metadata, "httpEndpoint") == "disabled":
        return
    if any(fnmatchcase(template.name, pattern) for pattern in template.options["allowedLaunchTemplates"]):
        return
    limit = read(metadata, "httpPutResponseHopLimit")
    if limit is None:
        # Without it the AMI decides, and that of EKS asks for 2.
        yield "metadataOptions.httpPutResponseHopLimit is not set: pods reach the credentials of the node."
    elif limit > 1:
        yield f"metadataOptions.httpPutResponseHopLimit is {int(limit)}, not 1: pods reach the credentials of the node."


HOP_LIMIT = ResourceRule(
    Definition(
        name="ec2-launch-template-hop-limit",
        title="Metadata service out of reach of pods",
        description="Pods must not reach the instance metadata service, and with it the credentials of the node.",
        fix="Set metadataOptions.httpPutResponseHopLimit to 1 and give workloads that need AWS an identity of their "
        "own. A node group whose pods must read metadata goes on the allow list.",
        types=(LAUNCH_TEMPLATE,),
        control=Control(
            checkov=("CKV_AWS_341",),
            guide=f"{_BEST_PRACTICES}/identity-and-access-management.html",
        ),
        severity=Severity.HIGH,
        settings={
            "allowedLaunchTemplates": text_list(
                "Logical names of launch templates whose pods may reach the metadata service; * and ? stand for any "
                "text and any character."
            )
        },
    ),
    _pods_are_out_of_reach,
)


def _volumes_are_encrypted(template: Subject) -> Iterator[str]:
    mappings = as_sequence(read(template.properties, "blockDeviceMappings"))
    if not mappings:
        yield "blockDeviceMappings is not set: the root volume is as the AMI has it, not encrypted."

    def encrypted(mapping: Any) -> Iterator[str]:
        volume = read(mapping, "ebs")
        if volume is not None and not is_true(read(volume, "encrypted")):
            yield f'The volume at {read(mapping, "deviceName")} is not encrypted: set ebs.encrypted to "true".'

    yield from each(mappings, encrypted)


ENCRYPTED_VOLUMES = ResourceRule(
    Definition(
        name="ec2-launch-template-encrypted-volumes",
        title="Encrypted node volumes",
        description="Every EBS volume of a node must be encrypted: images, logs and emptyDir volumes lie there.",
        fix='Declare the root volume in blockDeviceMappings and set ebs.encrypted to the text "true".',
        types=(LAUNCH_TEMPLATE,),
        control=Control(
            security_hub=("EC2.181", "EC2.3"),
            guide=f"{_BEST_PRACTICES}/data-encryption-and-secrets-management.html",
        ),
        severity=Severity.HIGH,
    ),
    _volumes_are_encrypted,
)


def _interfaces_have_no_public_address(template: Subject) -> Iterator[str]:
    def private(interface: Any) -> Iterator[str]:
        if is_true(read(interface, "associatePublicIpAddress")):
            yield "networkInterfaces.associatePublicIpAddress is true: nodes can be reached from the internet."

    yield from each(as_sequence(read(template.properties, "networkInterfaces")), private)


NO_PUBLIC_ADDRESS = ResourceRule(
    Definition(
        name="ec2-launch-template-no-public-ip",
        title="No public addresses on nodes",
        description="Nodes must have no public IP address.",
        fix='Set associatePublicIpAddress to "false", or leave it out and place the nodes in private subnets.',
        types=(LAUNCH_TEMPLATE,),
        control=Control(
            cis=("5.4.3",),
            security_hub=("EC2.25", "EC2.9"),
            checkov=("CKV_AWS_88",),
            guide=f"{_BEST_PRACTICES}/protecting-the-infrastructure.html",
        ),
        severity=Severity.HIGH,
    ),
    _interfaces_have_no_public_address,
)


def _no_ssh(resource: Subject) -> Iterator[str]:
    if resource.type == LAUNCH_TEMPLATE and is_set(resource.properties, "keyName"):
        yield "keyName is set: whoever has the key logs in to nodes past IAM."
    if resource.type == NODE_GROUP and is_set(resource.properties, "remoteAccess", "ec2SshKey"):
        yield "remoteAccess.ec2SshKey is set: port 22 of the nodes is open, to all unless security groups are named."


NO_SSH = ResourceRule(
    Definition(
        name="eks-node-no-ssh",
        title="No SSH to nodes",
        description="Nodes must take no SSH keys: AWS Systems Manager gives sessions that IAM allows and CloudTrail "
        "records.",
        fix="Remove keyName and remoteAccess; use Session Manager or kubectl debug.",
        types=(LAUNCH_TEMPLATE, NODE_GROUP),
        control=Control(
            checkov=("CKV_AWS_100",),
            guide=f"{_BEST_PRACTICES}/protecting-the-infrastructure.html",
        ),
        severity=Severity.HIGH,
    ),
    _no_ssh,
)

# An access key id, a private key, or an assignment of a secret access key or password.
_SECRETS = (
    ("an AWS access key id", re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")),
    ("a secret access key", re.compile(r"(?i)aws_secret_access_key\s*[=:]\s*\S{20,}")),
    ("a password", re.compile(r"(?i)\bpassw(?:or)?d\s*[=:]\s*[^\s$]{4,}")),
)


def _user_data_holds_no_secret(template: Subject) -> Iterator[str]:
    encoded = read(template.properties, "userData")
    if not isinstance(encoded, str):
        return
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8", errors="replace")
    except binascii.Error:
        text = encoded
    for what, pattern in _SECRETS:
        if pattern.search(text):
            yield f"userData holds {what}: everybody who may describe the launch template or reach the node reads it."


NO_SECRETS_IN_USER_DATA = ResourceRule(
    Definition(
        name="ec2-launch-template-no-secrets",
        title="No secrets in user data",
        description="User data must hold no credentials: it is stored and shown in the clear.",
        fix="Let the node read the secret from Secrets Manager or Parameter Store with its role.",
        types=(LAUNCH_TEMPLATE,),
        control=Control(
            checkov=("CKV_AWS_46",),
            guide=f"{_EC2_GUIDE}/instancedata-add-user-data.html",
        ),
        severity=Severity.CRITICAL,
    ),
    _user_data_holds_no_secret,
)


RULES = (
    IMDSV2,
    HOP_LIMIT,
    ENCRYPTED_VOLUMES,
    NO_PUBLIC_ADDRESS,
    NO_SSH,
    NO_SECRETS_IN_USER_DATA,
)
