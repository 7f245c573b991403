"""Amazon EKS control planes: creation, and what EKS makes with them.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html,
https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html. What replaces: `ForceNew` in
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/eks/cluster.go; changes in place are
judged in `eks_cluster_changes`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Creation
from rehearsal.simulator.durations import duration
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.eks_cluster_changes import check_delete, check_update
from rehearsal.simulator.rules.eks_lookup import (
    ACCESS_ENTRY,
    ACCESS_POLICY,
    ADDON,
    CLUSTER,
    POD_IDENTITY,
    SECURITY_GROUP,
    SUBNET,
    VERSIONS,
    in_use,
    invalid,
    of_cluster,
    own,
    refuse,
    security_group_of,
)
from rehearsal.simulator.rules.iam_lookup import has_managed, role_by_arn, trusts
from rehearsal.simulator.rules.kms import key_of
from rehearsal.simulator.rules.logs import GROUP
from rehearsal.simulator.world import Record, World

_CREATE = "CreateCluster"
# https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
_CLUSTERS = 100
_SECURITY_GROUPS = 4
_PUBLIC_CIDRS = 40
_SERVICE_RANGES = tuple(ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_VPC = "aws:ec2/vpc:Vpc"
_RULES = (
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
)


def _version(_world: World, creation: Creation) -> None:
    if creation.input("version", VERSIONS[-1]) not in VERSIONS:
        raise invalid(_CREATE, "unsupported Kubernetes version")


def _role(world: World, creation: Creation) -> None:
    arn = creation.input("roleArn")
    role = role_by_arn(world, arn)
    services = ("eks.amazonaws.com", f"eks.{creation.place.dns_suffix}")
    if role is None or not any(trusts(role, service) for service in services):
        message = (
            f"Role with arn: {arn}, could not be assumed because it does not exist or the trusted entity is not correct"
        )
        raise invalid(_CREATE, message)
    if not has_managed(world, role, "AmazonEKSClusterPolicy"):
        policy = f"arn:{creation.place.partition}:iam::aws:policy/AmazonEKSClusterPolicy"
        message = (
            "The provided role doesn't have the Amazon EKS Managed Policies associated with it. "
            f"Please ensure the following policy is attached: {policy}"
        )
        raise invalid(_CREATE, message)


def _network(world: World, creation: Creation) -> None:
    given: Mapping[str, Any] = creation.input("vpcConfig", {})
    subnets = [_subnet(world, id_) for id_ in given.get("subnetIds") or []]
    if len({subnet.get("vpcId") for subnet in subnets}) > 1:
        raise invalid(_CREATE, "Subnets specified must belong to the same VPC")
    if len({subnet.get("availabilityZone") for subnet in subnets}) < 2:
        raise invalid(_CREATE, "Subnets specified must be in at least two different AZs")
    vpc = world.get(_VPC, subnets[0].get("vpcId"))
    if vpc is not None and not (vpc.get("enableDnsSupport", True) and vpc.get("enableDnsHostnames", False)):
        message = f"The VPC {vpc.id} must have DNS hostnames and DNS resolution enabled"
        raise invalid(_CREATE, message)
    groups = given.get("securityGroupIds") or []
    if len(groups) > _SECURITY_GROUPS:
        raise invalid(_CREATE, f"The number of security groups must not exceed {_SECURITY_GROUPS}")
    for group in groups:
        found = world.get(SECURITY_GROUP, group)
        if found is None or found.get("vpcId") != subnets[0].get("vpcId"):
            raise invalid(_CREATE, f"Security group(s) [{group}] are not in the same VPC as the subnets.")
    _endpoint(given)
    if vpc is not None:
        _service_range(creation, vpc)


def _subnet(world: World, id_: Any) -> Record:
    found = world.get(SUBNET, id_)
    if found is None:
        raise invalid(_CREATE, f"The subnet ID '{id_}' does not exist")
    return found


def _endpoint(given: Mapping[str, Any]) -> None:
    if not given.get("endpointPublicAccess", True) and not given.get("endpointPrivateAccess", False):
        raise invalid(_CREATE, "Private and public endpoint access cannot be false")
    if len(given.get("publicAccessCidrs") or []) > _PUBLIC_CIDRS:
        raise invalid(_CREATE, f"The number of public access CIDRs must not exceed {_PUBLIC_CIDRS}")


def _service_range(creation: Creation, vpc: Record) -> None:
    text = creation.input("kubernetesNetworkConfig", {}).get("serviceIpv4Cidr")
    if not text:
        return
    given = ipaddress.IPv4Network(text, strict=False)
    inside = any(given.subnet_of(allowed) for allowed in _SERVICE_RANGES if isinstance(allowed, ipaddress.IPv4Network))
    if not inside or not 12 <= given.prefixlen <= 24:
        message = (
            f"serviceIpv4Cidr {text} must be a /24 to /12 block within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
        )
        raise invalid(_CREATE, message)
    if given.overlaps(ipaddress.IPv4Network(vpc.get("cidrBlock"), strict=False)):
        raise invalid(_CREATE, f"serviceIpv4Cidr {text} overlaps with the CIDR block of the VPC {vpc.id}")


def _encryption(world: World, creation: Creation) -> None:
    key = creation.input("encryptionConfig", {}).get("provider", {}).get("keyArn")
    if key and key_of(world, key) is None:
        raise invalid(_CREATE, f"The keyArn in encryptionConfig provider is invalid: Key '{key}' does not exist")


def _auto_mode(_world: World, creation: Creation) -> None:
    compute = creation.input("computeConfig", {})
    switches = {
        bool(compute.get("enabled")),
        bool(creation.input("kubernetesNetworkConfig", {}).get("elasticLoadBalancing", {}).get("enabled")),
        bool(creation.input("storageConfig", {}).get("blockStorage", {}).get("enabled")),
    }
    if len(switches) > 1:
        message = (
            "For EKS Auto Mode, please ensure that all required configs, including computeConfig, "
            "kubernetesNetworkConfig, and blockStorage are all either fully enabled or fully disabled."
        )
        raise invalid(_CREATE, message)
    if compute.get("enabled") and creation.input("accessConfig", {}).get("authenticationMode") not in (
        "API",
        "API_AND_CONFIG_MAP",
    ):
        raise invalid(_CREATE, "EKS Auto Mode requires the authentication mode API or API_AND_CONFIG_MAP.")
    if compute.get("enabled") and compute.get("nodePools") and not compute.get("nodeRoleArn"):
        raise invalid(_CREATE, "nodeRoleArn is required when nodePools are specified.")


def _name(world: World, creation: Creation) -> None:
    name = str(creation.physical_name())
    if len(world.of_type(CLUSTER)) >= _CLUSTERS:
        raise refuse(_CREATE, "ResourceLimitExceededException", f"You have reached the limit of {_CLUSTERS} clusters")
    if world.get(CLUSTER, name) or world.hold(f"{CLUSTER} {name}", name, duration(CLUSTER, creation.inputs).create):
        raise in_use(_CREATE, f"Cluster already exists with name: {name}")


def _settle(world: World, cluster: Record) -> None:
    """Make the cluster security group, and the log group if there is none."""
    group = security_group_of(cluster)
    tags = {f"kubernetes.io/cluster/{cluster.id}": "owned", "aws:eks:cluster-name": cluster.id}
    outputs = {
        "name": f"eks-cluster-sg-{cluster.id}-{group[-9:]}",
        "description": "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes",
        "vpcId": cluster.get("vpcConfig.vpcId"),
        "arn": str(cluster.get("arn")).replace(":eks:", ":ec2:").rpartition(":")[0] + f":security-group/{group}",
        "tags": tags,
    }
    own(world, cluster, SECURITY_GROUP, group, outputs, cluster.id)
    _write_logs(world, cluster)


def _write_logs(world: World, cluster: Record) -> None:
    """Make the log group as EKS does when it finds none: without expiry, and nobody's to delete.

    https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
    """
    name = f"/aws/eks/{cluster.id}/cluster"
    if cluster.get("enabledClusterLogTypes") and world.get(GROUP, name) is None:
        arn = str(cluster.get("arn")).replace(":eks:", ":logs:").rpartition(":")[0] + f":log-group:{name}"
        outputs = {"name": name, "arn": arn, "retentionInDays": 0}
        world.put(Record(type=GROUP, id=name, inputs=outputs, outputs=outputs, created=world.clock.now()))


def _unsettle(world: World, cluster: Record) -> None:
    """Take away what goes with the cluster; a security group that others refer to stays behind, as in life."""
    _write_logs(world, cluster)
    for record in of_cluster(world, cluster.id, ADDON, ACCESS_ENTRY, ACCESS_POLICY, POD_IDENTITY):
        world.remove(record.type, record.id)
    group = security_group_of(cluster)
    rules = [record for record in world.referring(group) if record.type in _RULES]
    inside = [record for record in rules if record.get("securityGroupId") == group]
    if len(inside) == len(rules):
        for record in inside:
            world.remove(record.type, record.id)
        world.remove(SECURITY_GROUP, group)


RULES: Mapping[str, TypeRules] = {
    CLUSTER: TypeRules(
        create=(_version, _role, _network, _encryption, _auto_mode, _name),
        update=(check_update,),
        delete=(check_delete,),
        settle=(_settle,),
        unsettle=(_unsettle,),
        replaces=frozenset(
            {
                "name",
                "roleArn",
                "bootstrapSelfManagedAddons",
                "accessConfig.bootstrapClusterCreatorAdminPermissions",
                "kubernetesNetworkConfig.ipFamily",
                "kubernetesNetworkConfig.serviceIpv4Cidr",
                "outpostConfig.controlPlaneInstanceType",
                "outpostConfig.controlPlanePlacement",
            }
        ),
        # The provider deletes first what the program named itself ("nameRequiresDeleteBeforeReplace" in
        # https://github.com/pulumi/pulumi-terraform-bridge/blob/main/pkg/tfbridge/provider.go); clusters are named.
        delete_before_replace=True,
    ),
}
