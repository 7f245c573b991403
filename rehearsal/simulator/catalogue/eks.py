"""Amazon EKS: clusters, access, add-ons, node groups, Fargate profiles, Pod Identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Answer, Creation, ResourceModel

# Any text will do where a certificate is expected: nothing connects to the simulated endpoint.
_CERTIFICATE = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tClJFSEVBUlNBTAotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg=="


def _cluster(creation: Creation, name: str) -> dict[str, Any]:
    place = creation.place
    identity = creation.hex(32, "oidc").upper()
    given = creation.input("vpcConfig", {})
    vpc_config = {
        "endpointPrivateAccess": False,
        "endpointPublicAccess": True,
        "publicAccessCidrs": ["0.0.0.0/0"],
        **given,
        "clusterSecurityGroupId": f"sg-0{creation.hex(16)}",
        "vpcId": _vpc_of(creation, given),
    }
    return {
        "name": name,
        "arn": place.arn("eks", f"cluster/{name}"),
        "certificateAuthority": {"data": _CERTIFICATE},
        "createdAt": "2026-01-01T00:00:00Z",
        "endpoint": f"https://{creation.hex(32).upper()}.gr7.{place.region}.eks.{place.dns_suffix}",
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{place.region}.{place.dns_suffix}/id/{identity}"}]}],
        "platformVersion": "eks.1",
        "status": "ACTIVE",
        "version": creation.input("version", "1.35"),
        "vpcConfig": vpc_config,
    }


def _vpc_of(creation: Creation, vpc_config: Mapping[str, Any]) -> str:
    subnets = vpc_config.get("subnetIds") or []
    first = creation.lookup(subnets[0]) if subnets and isinstance(subnets[0], str) else None
    return (first or {}).get("vpcId", "")


def _addon(creation: Creation, _id: str) -> dict[str, Any]:
    name = f"{creation.input('clusterName')}/{creation.input('addonName')}/{creation.uuid()}"
    return {
        "arn": creation.place.arn("eks", f"addon/{name}"),
        "addonVersion": creation.input("addonVersion", "v1.0.0-eksbuild.1"),
        "configurationValues": creation.input("configurationValues", ""),
        "createdAt": "2026-01-01T00:00:00Z",
        "modifiedAt": "2026-01-01T00:00:00Z",
    }


def _node_group_name(creation: Creation) -> Any:
    return creation.physical_name("nodeGroupName", "nodeGroupNamePrefix")


def _node_group(creation: Creation, _id: str) -> dict[str, Any]:
    name = _node_group_name(creation)
    cluster = creation.input("clusterName")
    return {
        "nodeGroupName": name,
        "arn": creation.place.arn("eks", f"nodegroup/{cluster}/{name}/{creation.uuid()}"),
        "resources": [
            {
                "autoscalingGroups": [{"name": f"eks-{name}-{creation.uuid()}"}],
                "remoteAccessSecurityGroupId": "",
            }
        ],
        "status": "ACTIVE",
        "releaseVersion": creation.input("releaseVersion", "1.35.0-20260101"),
        "version": creation.input("version", _cluster_version(creation)),
        "amiType": creation.input("amiType", "AL2023_x86_64_STANDARD"),
        "capacityType": creation.input("capacityType", "ON_DEMAND"),
    }


def _cluster_version(creation: Creation) -> str:
    """Return the version of the cluster, which nodes get that are given none."""
    cluster = creation.input("clusterName")
    found = creation.lookup(cluster) if isinstance(cluster, str) else None
    return str((found or {}).get("version", "1.35"))


def _fargate_name(creation: Creation) -> Any:
    return creation.physical_name("fargateProfileName", "")


def _fargate(creation: Creation, _id: str) -> dict[str, Any]:
    name = _fargate_name(creation)
    return {
        "fargateProfileName": name,
        "arn": creation.place.arn("eks", f"fargateprofile/{creation.input('clusterName')}/{name}/{creation.uuid()}"),
        "status": "ACTIVE",
    }


def _access_entry(creation: Creation, _id: str) -> dict[str, Any]:
    return {
        "accessEntryArn": creation.place.arn("eks", f"access-entry/{creation.input('clusterName')}/{creation.uuid()}"),
        "createdAt": "2026-01-01T00:00:00Z",
        "modifiedAt": "2026-01-01T00:00:00Z",
        "userName": creation.input("userName", creation.input("principalArn")),
        "type": creation.input("type", "STANDARD"),
        "kubernetesGroups": creation.input("kubernetesGroups", []),
    }


def _association(_creation: Creation, _id: str) -> dict[str, Any]:
    return {"associatedAt": "2026-01-01T00:00:00Z", "modifiedAt": "2026-01-01T00:00:00Z"}


def _pod_identity(creation: Creation, id_: str) -> dict[str, Any]:
    return {
        "associationId": id_,
        "associationArn": creation.place.arn("eks", f"podidentityassociation/{creation.input('clusterName')}/{id_}"),
        "externalId": creation.uuid(),
    }


_NAMES = frozenset({"name", "tagsAll", "region", "nodeGroupName", "fargateProfileName"})

RESOURCES: Mapping[str, ResourceModel] = {
    "aws:eks/cluster:Cluster": ResourceModel(id=lambda c: c.physical_name(), outputs=_cluster),
    "aws:eks/addon:Addon": ResourceModel(
        id=lambda c: f"{c.input('clusterName')}:{c.input('addonName')}", outputs=_addon
    ),
    "aws:eks/nodeGroup:NodeGroup": ResourceModel(
        id=lambda c: f"{c.input('clusterName')}:{_node_group_name(c)}", outputs=_node_group, known=_NAMES
    ),
    "aws:eks/fargateProfile:FargateProfile": ResourceModel(
        id=lambda c: f"{c.input('clusterName')}:{_fargate_name(c)}", outputs=_fargate, known=_NAMES
    ),
    "aws:eks/accessEntry:AccessEntry": ResourceModel(
        id=lambda c: f"{c.input('clusterName')}:{c.input('principalArn')}", outputs=_access_entry
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": ResourceModel(
        id=lambda c: f"{c.input('clusterName')}#{c.input('principalArn')}#{c.input('policyArn')}",
        outputs=_association,
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": ResourceModel(
        id=lambda c: f"a-{c.hex(17)}", outputs=_pod_identity
    ),
}

INVOKES: Mapping[str, Answer] = {}
