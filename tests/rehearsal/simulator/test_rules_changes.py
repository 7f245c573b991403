"""What changes in place, what replaces, and which changes AWS refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from rehearsal.simulator.aws_error import AwsError
from tests.support.living_world import CLUSTER, GONE, PLACE, LivingWorld, allow, document, trust


def _id(value: Any) -> str:
    """Return a name of a case without the addresses of functions, which differ between processes."""
    return re.sub(" at 0x[0-9a-f]+", "", str(value))[:60]


OTHER_ROLE = f"arn:aws:iam::{PLACE.account}:role/other"
ROOT = {"AWS": f"arn:aws:iam::{PLACE.account}:root"}
AUTO_MODE: Mapping[str, Any] = {
    "computeConfig": {"enabled": True},
    "kubernetesNetworkConfig": {"elasticLoadBalancing": {"enabled": True}},
    "storageConfig": {"blockStorage": {"enabled": True}},
}

# Step, inputs that change, the input that replaces it; "" for a change in place.
CHANGES: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("cluster", {"name": "other"}, "name"),
    ("cluster", {"roleArn": OTHER_ROLE}, "roleArn"),
    ("cluster", {"bootstrapSelfManagedAddons": True}, "bootstrapSelfManagedAddons"),
    ("cluster", {"accessConfig": {"bootstrapClusterCreatorAdminPermissions": True}}, "accessConfig"),
    ("cluster", {"kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.21.0.0/16"}}, "kubernetesNetworkConfig"),
    ("cluster", {"kubernetesNetworkConfig": {"ipFamily": "ipv6"}}, "kubernetesNetworkConfig"),
    ("cluster", {"outpostConfig": {"controlPlaneInstanceType": "m5.large"}}, "outpostConfig"),
    ("cluster", {"version": "1.35"}, ""),
    ("cluster", {"enabledClusterLogTypes": ["api"]}, ""),
    ("cluster", {"vpcConfig": {"endpointPublicAccess": True}}, ""),
    ("cluster", {"vpcConfig": {"subnetIds": ["subnet-1", "subnet-2"]}}, ""),
    ("cluster", {"accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"}}, ""),
    ("cluster", {"deletionProtection": True}, ""),
    ("cluster", AUTO_MODE, ""),
    ("nodes", {"amiType": "BOTTLEROCKET_x86_64"}, "amiType"),
    ("nodes", {"capacityType": "SPOT"}, "capacityType"),
    ("nodes", {"clusterName": "other"}, "clusterName"),
    ("nodes", {"diskSize": 50}, "diskSize"),
    ("nodes", {"instanceTypes": ["m7i.xlarge"]}, "instanceTypes"),
    ("nodes", {"launchTemplate": {"id": "lt-1"}}, "launchTemplate"),
    ("nodes", {"launchTemplate": {"version": "2"}}, ""),
    ("nodes", {"nodeGroupName": "other"}, "nodeGroupName"),
    ("nodes", {"nodeRoleArn": OTHER_ROLE}, "nodeRoleArn"),
    ("nodes", {"remoteAccess": {"ec2SshKey": "key"}}, "remoteAccess"),
    ("nodes", {"subnetIds": ["subnet-1"]}, "subnetIds"),
    ("nodes", {"labels": {"team": "a"}}, ""),
    ("nodes", {"scalingConfig": {"maxSize": 9}}, ""),
    ("nodes", {"taints": [{"key": "a", "effect": "NO_SCHEDULE"}]}, ""),
    ("nodes", {"version": "1.35"}, ""),
    ("fargate", {"fargateProfileName": "other"}, "fargateProfileName"),
    ("fargate", {"podExecutionRoleArn": OTHER_ROLE}, "podExecutionRoleArn"),
    ("fargate", {"selectors": [{"namespace": "other"}]}, "selectors"),
    ("fargate", {"subnetIds": ["subnet-1"]}, "subnetIds"),
    ("fargate", {"tags": {"a": "b"}}, ""),
    ("coredns", {"addonName": "metrics-server"}, "addonName"),
    ("coredns", {"clusterName": "other"}, "clusterName"),
    ("coredns", {"addonVersion": "v1.2.3-eksbuild.1"}, ""),
    ("coredns", {"configurationValues": "{}"}, ""),
    ("entry", {"principalArn": OTHER_ROLE}, "principalArn"),
    ("entry", {"type": "EC2_LINUX"}, "type"),
    ("entry", {"kubernetesGroups": ["team"]}, ""),
    ("entry-policy", {"accessScope": {"type": "namespace", "namespaces": ["a"]}}, "accessScope"),
    ("entry-policy", {"policyArn": "other"}, "policyArn"),
    ("association", {"namespace": "other"}, "namespace"),
    ("association", {"serviceAccount": "other"}, "serviceAccount"),
    ("association", {"roleArn": OTHER_ROLE}, ""),
    ("app-role", {"name": "other"}, "name"),
    ("app-role", {"path": "/team/"}, "path"),
    ("app-role", {"assumeRolePolicy": trust("ec2.amazonaws.com")}, ""),
    ("app-policy", {"description": "other"}, "description"),
    ("app-policy", {"policy": document(allow("s3:PutObject"))}, ""),
    ("app-inline", {"role": "other"}, "role"),
    ("app-inline", {"policy": document(allow("s3:PutObject"))}, ""),
    ("app-attachment", {"role": "other"}, "role"),
    ("app-attachment", {"policyArn": "other"}, "policyArn"),
    ("oidc", {"url": "https://other"}, "url"),
    ("oidc", {"clientIdLists": ["a"]}, ""),
    ("key", {"keyUsage": "SIGN_VERIFY"}, "keyUsage"),
    ("key", {"multiRegion": True}, "multiRegion"),
    ("key", {"deletionWindowInDays": 30}, ""),
    ("alias", {"name": "alias/other"}, "name"),
    ("alias", {"targetKeyId": "other"}, ""),
    ("logs", {"name": "/other"}, "name"),
    ("logs", {"logGroupClass": "INFREQUENT_ACCESS"}, "logGroupClass"),
    ("logs", {"retentionInDays": 30}, ""),
    ("file-system", {"encrypted": False}, "encrypted"),
    ("file-system", {"kmsKeyId": "other"}, "kmsKeyId"),
    ("file-system", {"performanceMode": "maxIO"}, "performanceMode"),
    ("file-system", {"throughputMode": "elastic"}, ""),
    ("mount-a", {"subnetId": "other"}, "subnetId"),
    ("mount-a", {"ipAddress": "10.0.10.9"}, "ipAddress"),
    ("mount-a", {"securityGroups": ["sg-1"]}, ""),
    ("access-point", {"rootDirectory": {"path": "/a"}}, "rootDirectory"),
    ("access-point", {"posixUser": {"uid": 1, "gid": 1}}, "posixUser"),
    ("backup", {"backupPolicy": {"status": "DISABLED"}}, ""),
    ("backup", {"fileSystemId": "other"}, "fileSystemId"),
    ("file-policy", {"policy": "{}"}, ""),
)


@pytest.fixture(scope="module")
def living() -> LivingWorld:
    """A world in which nothing is changed."""
    return LivingWorld()


@pytest.mark.parametrize(
    ("step", "inputs", "replaces"), CHANGES, ids=lambda value: re.sub(" at 0x[0-9a-f]+", "", str(value))[:60]
)
def test_a_change_replaces_what_aws_cannot_change_in_place_and_nothing_else(
    living: LivingWorld, step: str, inputs: Mapping[str, Any], replaces: str
) -> None:
    assert living.replaced_by(step, **inputs) == ((replaces,) if replaces else ()), (
        "a preview that calls a replacement an update takes a platform down unannounced"
    )


@pytest.mark.parametrize(
    ("step", "inputs", "first"),
    [
        ("cluster", {"roleArn": OTHER_ROLE}, True),
        ("logs", {"logGroupClass": "INFREQUENT_ACCESS"}, True),
        ("mount-a", {"subnetId": "other"}, True),
        ("entry-policy", {"accessScope": {"type": "namespace", "namespaces": ["a"]}}, False),
        ("nodes", {"amiType": "BOTTLEROCKET_x86_64"}, False),
        ("cluster", {"version": "1.35"}, False),
    ],
    ids=str,
)
def test_the_old_one_is_deleted_first_where_the_provider_does_it(
    living: LivingWorld, step: str, inputs: Mapping[str, Any], first: bool
) -> None:
    old = dict(living.record(step).inputs)
    change = living.cloud.diff(living.record(step).type, old, {**old, **inputs})

    assert change.delete_before_replace is first, "a rehearsal in another order than life proves nothing"


# Name, step, inputs that change, code, wording.
REFUSED: tuple[tuple[str, str, Mapping[str, Any], str, str], ...] = (
    (
        "two versions at once",
        "cluster",
        {"version": "1.36"},
        "InvalidParameterException",
        "Unsupported Kubernetes minor version update from 1.34 to 1.36",
    ),
    (
        "an older version",
        "cluster",
        {"version": "1.33"},
        "InvalidParameterException",
        "Unsupported Kubernetes minor version update from 1.34 to 1.33",
    ),
    (
        "both endpoints closed",
        "cluster",
        {"vpcConfig": {"endpointPrivateAccess": False}},
        "InvalidParameterException",
        "Private and public endpoint access cannot be false",
    ),
    (
        "the key taken away",
        "cluster",
        {"encryptionConfig": GONE},
        "InvalidParameterException",
        "Encryption is already enabled on the cluster",
    ),
    (
        "authentication back to the config map",
        "cluster",
        {"accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"}},
        "InvalidParameterException",
        "Unsupported authentication mode update from API to API_AND_CONFIG_MAP",
    ),
    (
        "subnets of a cluster in one zone",
        "cluster",
        {"vpcConfig": lambda made: {"subnetIds": [made["private-a"]["id"]]}},
        "InvalidParameterException",
        "Subnets specified must be in at least two different AZs",
    ),
    (
        "a subnet that does not exist",
        "cluster",
        {"vpcConfig": {"subnetIds": ["subnet-0123"]}},
        "InvalidParameterException",
        "The subnet ID 'subnet-0123' does not exist",
    ),
    (
        "one switch of Auto Mode",
        "cluster",
        {"storageConfig": {"blockStorage": {"enabled": True}}},
        "InvalidParameterException",
        "For EKS Auto Mode, please ensure that all required configs, including computeConfig, "
        "kubernetesNetworkConfig, and blockStorage are all either fully enabled or fully disabled.",
    ),
    (
        "nodes ahead of their control plane",
        "nodes",
        {"version": "1.35"},
        "InvalidParameterException",
        "Nodegroup Kubernetes version should be equal to Cluster kubernetes version 1.34 or NodeGroup kubernetes "
        "version 1.34",
    ),
    (
        "more nodes than there may be",
        "nodes",
        {"scalingConfig": {"desiredSize": 4}},
        "InvalidParameterException",
        "desired capacity 4 can't be greater than max size 3",
    ),
    (
        "a version of the launch template that does not exist",
        "nodes",
        {"launchTemplate": {"version": "9"}},
        "InvalidRequestException",
        "Could not find the specified version 9 for the launch template with ID TEMPLATE.",
    ),
    (
        "an add-on's configuration that is no JSON",
        "coredns",
        {"configurationValues": "{"},
        "InvalidParameterException",
        "ConfigurationValue is not in valid JSON or YAML format",
    ),
    (
        "a reserved group for a principal",
        "entry",
        {"kubernetesGroups": ["system:masters"]},
        "InvalidParameterException",
        "The kubernetes group name system:masters is invalid, it cannot start with system:",
    ),
    (
        "a role that pods cannot assume",
        "association",
        {"roleArn": lambda made: made["node-role"]["arn"]},
        "InvalidParameterException",
        "Trust policy of the role provided is invalid. Ensure that the role trusts the service principal "
        "pods.eks.amazonaws.com for sts:AssumeRole and sts:TagSession.",
    ),
    (
        "a trust policy that is none",
        "app-role",
        {"assumeRolePolicy": "{"},
        "MalformedPolicyDocument",
        "Syntax errors in policy.",
    ),
    ("a policy that is none", "app-policy", {"policy": "{"}, "MalformedPolicyDocument", "Syntax errors in policy."),
    (
        "an inline policy that is none",
        "app-inline",
        {"policy": "{"},
        "MalformedPolicyDocument",
        "Syntax errors in policy.",
    ),
    (
        "a key policy that locks the account out",
        "key",
        {"policy": document(allow("kms:Decrypt", Principal=ROOT))},
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    ),
    (
        "an alias of a key that does not exist",
        "alias",
        {"targetKeyId": PLACE.arn("kms", "key/none")},
        "NotFoundException",
        f"Key '{PLACE.arn('kms', 'key/none')}' does not exist",
    ),
    (
        "logs kept for days that there are not",
        "logs",
        {"retentionInDays": 2},
        "InvalidParameterException",
        "1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy constraint",
    ),
    (
        "a security group of a mount target that does not exist",
        "mount-a",
        {"securityGroups": ["sg-0123"]},
        "SecurityGroupNotFound",
        "The security group ID 'sg-0123' does not exist",
    ),
    (
        "a file system policy that is none",
        "file-policy",
        {"policy": "{"},
        "InvalidPolicyException",
        "File system policy is not valid: it is malformed or has an error.",
    ),
)


@pytest.mark.parametrize(
    ("_name", "step", "inputs", "code", "says"), REFUSED, ids=lambda value: value[:40] if isinstance(value, str) else ""
)
def test_a_change_that_aws_refuses_is_refused_and_changes_nothing(
    living: LivingWorld, _name: str, step: str, inputs: Mapping[str, Any], code: str, says: str
) -> None:
    before = living.record(step)
    with pytest.raises(AwsError) as raised:
        living.change(step, **inputs)

    words = says.replace("TEMPLATE", living.made["template"]["id"])
    assert (raised.value.code, raised.value.reason) == (code, words), "the error must be the one that people will find"
    assert living.record(step) == before, "a refused change that is made all the same hides the drift that it is"


def test_a_cluster_moves_one_version_and_its_nodes_follow() -> None:
    world = LivingWorld()
    world.change("cluster", version="1.35")
    world.change("nodes", version="1.35")

    found = (world.record("cluster").get("version"), world.record("nodes").get("version"))
    assert found == ("1.35", "1.35"), "an upgrade must not stop half way"


def test_a_control_plane_waits_for_nodes_that_would_be_too_old_for_it() -> None:
    world = LivingWorld()
    group = world.record("nodes")
    world.world.update(group, outputs={**group.outputs, "version": "1.31"})
    with pytest.raises(AwsError) as raised:
        world.change("cluster", version="1.35")

    assert raised.value.reason == (
        "Nodegroups system must be updated to match cluster version 1.34 before updating cluster version"
    ), "nodes beyond the skew lose the API server"


def test_authentication_moves_forward_step_by_step() -> None:
    world = LivingWorld(until="entry", broken={"cluster": {"accessConfig": {"authenticationMode": "CONFIG_MAP"}}})
    for mode in ("API_AND_CONFIG_MAP", "API"):
        world.change("cluster", accessConfig={"authenticationMode": mode})

    assert world.record("cluster").get("accessConfig.authenticationMode") == "API", f"{CLUSTER} must get to API"
