"""Changes and deletions of Amazon EKS control planes.

https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html,
https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html and API_DeleteCluster.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.rules.eks_lookup import (
    FARGATE,
    KUBELET_SKEW,
    NODE_GROUP,
    SUBNET,
    VERSIONS,
    in_use,
    invalid,
    minor,
    of_cluster,
    refuse,
)
from rehearsal.simulator.rules.kms import key_of
from rehearsal.simulator.world import Record, World

_CONFIG = "UpdateClusterConfig"
_VERSION = "UpdateClusterVersion"
# One way only. https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html
_MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")


def check_update(world: World, cluster: Record, inputs: Mapping[str, Any]) -> None:
    """Refuse changes that a control plane cannot make.

    Raises:
        AwsError: In EKS's words.
    """
    _authentication(cluster, inputs)
    _network(world, cluster, inputs)
    _encryption(world, cluster, inputs)
    _auto_mode(inputs)
    _version(world, cluster, inputs)


def _authentication(cluster: Record, inputs: Mapping[str, Any]) -> None:
    old = cluster.get("accessConfig.authenticationMode", _MODES[0])
    new = (inputs.get("accessConfig") or {}).get("authenticationMode", old)
    if new not in _MODES or _MODES.index(new) < _MODES.index(old):
        message = f"Unsupported authentication mode update from {old} to {new}"
        raise invalid(_CONFIG, message)


def _network(world: World, cluster: Record, inputs: Mapping[str, Any]) -> None:
    given: Mapping[str, Any] = inputs.get("vpcConfig") or {}
    if not given.get("endpointPublicAccess", True) and not given.get("endpointPrivateAccess", False):
        raise invalid(_CONFIG, "Private and public endpoint access cannot be false")
    subnets: list[Record] = []
    for id_ in given.get("subnetIds") or []:
        found = world.get(SUBNET, id_)
        if found is None:
            raise invalid(_CONFIG, f"The subnet ID '{id_}' does not exist")
        subnets.append(found)
    # Subnets may change in place, within the VPC and over at least two zones.
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html
    if any(subnet.get("vpcId") != cluster.get("vpcConfig.vpcId") for subnet in subnets):
        raise invalid(_CONFIG, "Provided subnets belong to a different VPC than the cluster")
    if subnets and len({subnet.get("availabilityZone") for subnet in subnets}) < 2:
        raise invalid(_CONFIG, "Subnets specified must be in at least two different AZs")


def _encryption(world: World, cluster: Record, inputs: Mapping[str, Any]) -> None:
    old = (cluster.inputs.get("encryptionConfig") or {}).get("provider", {}).get("keyArn")
    new = (inputs.get("encryptionConfig") or {}).get("provider", {}).get("keyArn")
    if old and new != old:
        # It cannot be taken away nor moved to another key.
        # https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
        raise invalid("AssociateEncryptionConfig", "Encryption is already enabled on the cluster")
    if new and key_of(world, new) is None:
        message = f"The keyArn in encryptionConfig provider is invalid: Key '{new}' does not exist"
        raise invalid("AssociateEncryptionConfig", message)


def _auto_mode(inputs: Mapping[str, Any]) -> None:
    switches = {
        bool((inputs.get("computeConfig") or {}).get("enabled")),
        bool(((inputs.get("kubernetesNetworkConfig") or {}).get("elasticLoadBalancing") or {}).get("enabled")),
        bool(((inputs.get("storageConfig") or {}).get("blockStorage") or {}).get("enabled")),
    }
    if len(switches) > 1:
        message = (
            "For EKS Auto Mode, please ensure that all required configs, including computeConfig, "
            "kubernetesNetworkConfig, and blockStorage are all either fully enabled or fully disabled."
        )
        raise invalid(_CONFIG, message)


def _version(world: World, cluster: Record, inputs: Mapping[str, Any]) -> None:
    old = str(cluster.get("version"))
    new = str(inputs.get("version", old))
    if new == old:
        return
    if minor(new) != minor(old) + 1:
        raise invalid(_VERSION, f"Unsupported Kubernetes minor version update from {old} to {new}")
    if new not in VERSIONS:
        raise invalid(_VERSION, "unsupported Kubernetes version")
    behind = [
        str(group.get("nodeGroupName"))
        for group in of_cluster(world, cluster.id, NODE_GROUP)
        if minor(group.get("version")) < minor(new) - KUBELET_SKEW
    ]
    if behind:
        message = (
            f"Nodegroups {', '.join(sorted(behind))} must be updated to match cluster version {old} before updating "
            f"cluster version"
        )
        raise refuse(_VERSION, "InvalidRequestException", message)


def check_delete(world: World, cluster: Record) -> None:
    """Refuse the deletion of a control plane that is protected or has nodes.

    Raises:
        AwsError: In EKS's words.
    """
    if cluster.get("deletionProtection"):
        message = (
            f"Cluster deletion protection is enabled for cluster {cluster.id}. Disable deletion protection before "
            "deleting the cluster."
        )
        raise refuse("DeleteCluster", "InvalidRequestException", message)
    if of_cluster(world, cluster.id, NODE_GROUP):
        raise in_use("DeleteCluster", "Cluster has nodegroups attached")
    if of_cluster(world, cluster.id, FARGATE):
        raise in_use("DeleteCluster", "Cluster has Fargate profiles attached")
