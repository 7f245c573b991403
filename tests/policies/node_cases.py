"""Cases of the rules about worker nodes."""

from __future__ import annotations

import base64

from policies.eks_policies.nodes import LAUNCH_TEMPLATE, NODE_GROUP
from tests.policies.support import CANNOT_RUN, REMOVED, UNKNOWN, Broken, Case

TEMPLATE = {
    "namePrefix": "demo-system-",
    "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1.0},
    "blockDeviceMappings": [
        {"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp3", "volumeSize": 50.0, "encrypted": "true"}},
        {"deviceName": "/dev/xvdb", "ebs": {"volumeType": "gp3", "volumeSize": 80.0, "encrypted": "true"}},
    ],
    "networkInterfaces": [{"deviceIndex": 0.0, "associatePublicIpAddress": "false"}],
}
GROUP = {
    "clusterName": "demo",
    "nodeRoleArn": "arn:aws:iam::111122223333:role/demo-node",
    "subnetIds": ["subnet-1"],
    "scalingConfig": {"minSize": 2.0, "maxSize": 6.0, "desiredSize": 3.0},
    "updateConfig": {"maxUnavailablePercentage": 33.0},
}

NO_TOKEN = 'metadataOptions.httpTokens is not "required": the metadata service answers without a session token.'
TWO_HOPS = "metadataOptions.httpPutResponseHopLimit is 2, not 1: pods reach the credentials of the node."
NO_HOPS = "metadataOptions.httpPutResponseHopLimit is not set: pods reach the credentials of the node."
NO_MAPPING = "blockDeviceMappings is not set: the root volume is as the AMI has it, not encrypted."
PUBLIC = "networkInterfaces.associatePublicIpAddress is true: nodes can be reached from the internet."

NO_REPAIR = "nodeRepairConfig.enabled is not true: a broken node stays until somebody notices."


def _plain(device: str) -> str:
    return f'The volume at {device} is not encrypted: set ebs.encrypted to "true".'


def _leak(what: str) -> str:
    return f"userData holds {what}: everybody who may describe the launch template or reach the node reads it."


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FAKE_KEY_ID = "AKIA" + "EXAMPLEEXAMPLE12"

CASES = (
    Case(
        rule="ec2-launch-template-imdsv2",
        type=LAUNCH_TEMPLATE,
        compliant=TEMPLATE,
        also_compliant=({"metadataOptions": {"httpEndpoint": "disabled"}},),
        broken=(
            Broken(changes={"metadataOptions.httpTokens": "optional"}, says=[NO_TOKEN]),
            Broken(changes={"metadataOptions.httpTokens": REMOVED}, says=[NO_TOKEN]),
            Broken(changes={"metadataOptions": REMOVED}, says=[NO_TOKEN]),
        ),
        unknown=(Broken(changes={"metadataOptions.httpTokens": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="ec2-launch-template-hop-limit",
        type=LAUNCH_TEMPLATE,
        compliant=TEMPLATE,
        also_compliant=({"metadataOptions": {"httpEndpoint": "disabled"}},),
        broken=(
            Broken(changes={"metadataOptions.httpPutResponseHopLimit": 2.0}, says=[TWO_HOPS]),
            Broken(
                changes={"metadataOptions.httpPutResponseHopLimit": REMOVED},
                says=[NO_HOPS],
                outage="the AMIs of EKS ask for two hops themselves",
            ),
            Broken(changes={"metadataOptions": REMOVED}, says=[NO_HOPS]),
        ),
        unknown=(Broken(changes={"metadataOptions.httpPutResponseHopLimit": UNKNOWN}, says=[CANNOT_RUN]),),
        configured=(
            Broken(
                changes={"metadataOptions.httpPutResponseHopLimit": 2.0},
                config={"allowedLaunchTemplates": ["legacy-*"]},
                name="legacy-launch-template",
                says=[],
            ),
            Broken(
                changes={"metadataOptions.httpPutResponseHopLimit": 2.0},
                config={"allowedLaunchTemplates": ["legacy-*"]},
                name="system-launch-template",
                says=[TWO_HOPS],
            ),
        ),
    ),
    Case(
        rule="ec2-launch-template-encrypted-volumes",
        type=LAUNCH_TEMPLATE,
        compliant=TEMPLATE,
        also_compliant=(
            {"blockDeviceMappings/0/ebs/encrypted": True},
            {"blockDeviceMappings/1": {"deviceName": "/dev/sdc", "virtualName": "ephemeral0"}},
        ),
        broken=(
            Broken(changes={"blockDeviceMappings/0/ebs/encrypted": "false"}, says=[_plain("/dev/xvda")]),
            Broken(changes={"blockDeviceMappings/1/ebs/encrypted": REMOVED}, says=[_plain("/dev/xvdb")]),
            Broken(changes={"blockDeviceMappings": []}, says=[NO_MAPPING]),
            Broken(changes={"blockDeviceMappings": REMOVED}, says=[NO_MAPPING]),
        ),
        unknown=(
            Broken(
                changes={
                    "blockDeviceMappings/0/ebs/encrypted": UNKNOWN,
                    "blockDeviceMappings/1/ebs/encrypted": "false",
                },
                says=[_plain("/dev/xvdb"), CANNOT_RUN],
                outage="an unknown first volume would hide the unencrypted second one",
            ),
        ),
    ),
    Case(
        rule="ec2-launch-template-no-public-ip",
        type=LAUNCH_TEMPLATE,
        compliant=TEMPLATE,
        also_compliant=({"networkInterfaces": REMOVED}, {"networkInterfaces/0/associatePublicIpAddress": REMOVED}),
        broken=(
            Broken(changes={"networkInterfaces/0/associatePublicIpAddress": "true"}, says=[PUBLIC]),
            Broken(changes={"networkInterfaces/0/associatePublicIpAddress": True}, says=[PUBLIC]),
        ),
        unknown=(Broken(changes={"networkInterfaces/0/associatePublicIpAddress": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="eks-node-no-ssh",
        type=LAUNCH_TEMPLATE,
        compliant=TEMPLATE,
        broken=(
            Broken(changes={"keyName": "ops"}, says=["keyName is set: whoever has the key logs in to nodes past IAM."]),
        ),
        unknown=(
            Broken(
                changes={"keyName": UNKNOWN}, says=["keyName is set: whoever has the key logs in to nodes past IAM."]
            ),
        ),
    ),
    Case(
        rule="eks-node-no-ssh",
        type=NODE_GROUP,
        compliant=GROUP,
        broken=(
            Broken(
                changes={"remoteAccess": {"ec2SshKey": "ops"}},
                says=[
                    "remoteAccess.ec2SshKey is set: "
                    "port 22 of the nodes is open, to all unless security groups are named."
                ],
            ),
        ),
        unknown=(Broken(changes={"remoteAccess": {"sourceSecurityGroupIds": [UNKNOWN]}}, says=[]),),
    ),
    Case(
        rule="ec2-launch-template-no-secrets",
        type=LAUNCH_TEMPLATE,
        compliant=TEMPLATE,
        also_compliant=(
            {"userData": _encoded("apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n")},
            {"userData": _encoded("PASSWORD=$(aws ssm get-parameter --name x)")},
        ),
        broken=(
            Broken(changes={"userData": _encoded(f"export KEY={FAKE_KEY_ID}")}, says=[_leak("an AWS access key id")]),
            Broken(
                changes={"userData": _encoded("-----BEGIN RSA PRIVATE KEY-----\nabc")}, says=[_leak("a private key")]
            ),
            Broken(
                changes={"userData": _encoded("aws_secret_access_key = " + "x" * 40)},
                says=[_leak("a secret access key")],
            ),
            Broken(
                changes={"userData": "#!/bin/sh\npassword: hunter22\n"},
                says=[_leak("a password")],
                outage="user data that is not base64 would not be looked at",
            ),
        ),
        unknown=(Broken(changes={"userData": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="eks-node-group-bounded-update",
        type=NODE_GROUP,
        compliant=GROUP,
        also_compliant=(
            {"updateConfig": {"maxUnavailable": 1.0}, "scalingConfig.desiredSize": 1.0},
            {"updateConfig": {"maxUnavailable": 2.0}, "scalingConfig.desiredSize": 4.0},
        ),
        broken=(
            Broken(
                changes={"updateConfig": REMOVED},
                says=["updateConfig names neither maxUnavailable nor maxUnavailablePercentage."],
            ),
            Broken(
                changes={"updateConfig.maxUnavailablePercentage": 100.0},
                says=["updateConfig.maxUnavailablePercentage is 100, more than 50."],
            ),
            Broken(
                changes={"updateConfig": {"maxUnavailable": 2.0}},
                says=["updateConfig.maxUnavailable is 2 of 3 nodes, more than 50 %."],
                outage="an update would take most of the group away at once",
            ),
        ),
        unknown=(
            Broken(
                changes={"updateConfig.maxUnavailablePercentage": 100.0, "scalingConfig.desiredSize": UNKNOWN},
                says=["updateConfig.maxUnavailablePercentage is 100, more than 50.", CANNOT_RUN],
            ),
        ),
        configured=(
            Broken(
                changes={"updateConfig.maxUnavailablePercentage": 100.0}, config={"maximumPercentage": 100.0}, says=[]
            ),
            Broken(
                changes={},
                config={"maximumPercentage": 25.0},
                says=["updateConfig.maxUnavailablePercentage is 33, more than 25."],
            ),
        ),
    ),
    Case(
        rule="eks-node-group-auto-repair",
        type=NODE_GROUP,
        compliant={**GROUP, "nodeRepairConfig": {"enabled": True}},
        broken=(
            Broken(changes={"nodeRepairConfig": REMOVED}, says=[NO_REPAIR]),
            Broken(changes={"nodeRepairConfig.enabled": False}, says=[NO_REPAIR]),
        ),
        unknown=(Broken(changes={"nodeRepairConfig.enabled": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="eks-node-group-container-os",
        type=NODE_GROUP,
        compliant={**GROUP, "amiType": "AL2023_x86_64_STANDARD"},
        also_compliant=(
            {"amiType": REMOVED},
            {"amiType": "BOTTLEROCKET_ARM_64_NVIDIA"},
            {"amiType": "WINDOWS_CORE_2022_x86_64"},
        ),
        broken=(
            Broken(
                changes={"amiType": "AL2_x86_64"},
                says=["amiType is AL2_x86_64, which begins with none of AL2023_, BOTTLEROCKET_, WINDOWS_CORE_."],
            ),
        ),
        unknown=(Broken(changes={"amiType": UNKNOWN}, says=[CANNOT_RUN]),),
        configured=(
            Broken(
                changes={},
                config={"allowedPrefixes": ["BOTTLEROCKET_"]},
                says=["amiType is AL2023_x86_64_STANDARD, which begins with none of BOTTLEROCKET_."],
            ),
        ),
    ),
)
