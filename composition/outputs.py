"""The outputs of the stack: the contract with app teams.

The fields below are what a stack reference can read, in camelCase; docs/outputs.md describes them. A field that
disappears or changes its type is a new `CONTRACT_VERSION`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pulumi

from components.cluster import Cluster
from components.csi_drivers import CsiDrivers
from components.load_balancer_controller import LoadBalancerController
from components.node_group import NodeGroup
from components.refs import NetworkRef
from settings import Settings

CONTRACT_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class PlatformOutputs:
    """What app teams read of the platform. Nothing in it is secret.

    Something that a stack does not have is an empty string, list or map, never missing: the engine drops outputs that
    are null without a word.

    Args:
        contractVersion: Version of this list, raised when a field disappears or changes its type.
        region: AWS region.
        accountId: AWS account.
        clusterName: Name of the cluster.
        clusterArn: ARN of the cluster.
        kubernetesVersion: Minor version of the control plane, for example "1.35".
        clusterEndpoint: URL of the API server.
        clusterCertificateAuthority: Base64 encoded certificate of the API server's authority.
        kubeconfig: Kubeconfig document as JSON text; it holds no credentials but runs `aws eks get-token`.
        oidcIssuer: Host and path of the OIDC issuer, without the scheme.
        oidcProviderArn: ARN of the IAM OIDC provider, for IRSA.
        vpcId: Id of the VPC.
        vpcCidr: Primary IPv4 CIDR of the VPC.
        subnetIds: Subnet ids by tier ("private", "public", "intra", "pods") and zone key.
        clusterSecurityGroupId: Security group that EKS made for the cluster.
        nodeSecurityGroupId: Security group of the nodes.
        nodeRoleArns: ARN of the node role by node group.
        fargateNamespaces: Namespaces whose pods, or some of them, run on Fargate.
        ingressClass: IngressClass of the load balancer controller; "" without it.
        storageClasses: Names of the storage classes.
        defaultStorageClass: Storage class of claims that name none; "" for none.
        fileSystemId: Id of the EFS file system, for static volumes; "" without one.
        fileSystemAccessPointIds: Ids of its access points by name.
        logGroupName: CloudWatch log group of the control plane; "" without logs.
        kmsKeyArn: KMS key that encrypts Kubernetes secrets; "" for the key that AWS owns.
    """

    contractVersion: int  # noqa: N815 -- the fields are named as they are read
    region: str
    accountId: str  # noqa: N815
    clusterName: pulumi.Output[str]  # noqa: N815
    clusterArn: pulumi.Output[str]  # noqa: N815
    kubernetesVersion: str  # noqa: N815
    clusterEndpoint: pulumi.Output[str]  # noqa: N815
    clusterCertificateAuthority: pulumi.Output[str]  # noqa: N815
    kubeconfig: pulumi.Output[str]
    oidcIssuer: pulumi.Output[str]  # noqa: N815
    oidcProviderArn: pulumi.Output[str]  # noqa: N815
    vpcId: pulumi.Output[str]  # noqa: N815
    vpcCidr: pulumi.Output[str]  # noqa: N815
    subnetIds: Mapping[str, Mapping[str, pulumi.Output[str]]]  # noqa: N815
    clusterSecurityGroupId: pulumi.Output[str]  # noqa: N815
    nodeSecurityGroupId: pulumi.Output[str]  # noqa: N815
    nodeRoleArns: Mapping[str, pulumi.Output[str]]  # noqa: N815
    fargateNamespaces: list[str]  # noqa: N815
    ingressClass: pulumi.Input[str]  # noqa: N815
    storageClasses: pulumi.Input[list[str]]  # noqa: N815
    defaultStorageClass: pulumi.Input[str]  # noqa: N815
    fileSystemId: pulumi.Input[str]  # noqa: N815
    fileSystemAccessPointIds: pulumi.Input[dict[str, str]]  # noqa: N815
    logGroupName: pulumi.Output[str]  # noqa: N815
    kmsKeyArn: pulumi.Output[str]  # noqa: N815

    def export(self) -> None:
        """Export every field as a stack output of the same name."""
        for field in fields(self):
            value: Any = getattr(self, field.name)
            pulumi.export(field.name, value)


def platform_outputs(
    settings: Settings,
    network: NetworkRef,
    cluster: Cluster,
    node_groups: Mapping[str, NodeGroup],
    load_balancers: LoadBalancerController | None,
    storage: CsiDrivers | None,
) -> PlatformOutputs:
    """Return the outputs of the stack."""
    selectors = [selector for profile in settings.fargate_profiles.values() for selector in profile.selectors]
    return PlatformOutputs(
        contractVersion=CONTRACT_VERSION,
        region=settings.region,
        accountId=settings.account,
        clusterName=cluster.name,
        clusterArn=cluster.arn,
        kubernetesVersion=settings.cluster.version,
        clusterEndpoint=cluster.endpoint,
        clusterCertificateAuthority=cluster.certificate_authority,
        kubeconfig=cluster.kubeconfig.apply(_json),
        oidcIssuer=cluster.oidc_issuer,
        oidcProviderArn=cluster.oidc_provider_arn,
        vpcId=network.vpc_id,
        vpcCidr=network.cidr_block,
        subnetIds={
            "private": network.private_subnet_ids,
            "public": network.public_subnet_ids,
            "intra": network.intra_subnet_ids,
            "pods": network.pod_subnet_ids,
        },
        clusterSecurityGroupId=cluster.cluster_security_group_id,
        nodeSecurityGroupId=cluster.node_security_group_id,
        nodeRoleArns={name: group.role_arn for name, group in node_groups.items()},
        fargateNamespaces=sorted({selector.namespace for selector in selectors}),
        ingressClass=load_balancers.ingress_class if load_balancers else "",
        storageClasses=storage.storage_classes if storage else [],
        defaultStorageClass=storage.default_storage_class.apply(_text) if storage else "",
        fileSystemId=storage.file_system_id.apply(_text) if storage else "",
        fileSystemAccessPointIds=storage.access_point_ids.apply(_map) if storage else {},
        logGroupName=cluster.log_group_name,
        kmsKeyArn=cluster.kms_key_arn,
    )


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True)


def _text(value: str | None) -> str:
    return value or ""


def _map(value: dict[str, str]) -> dict[str, str]:
    # The SDK turns an output of an empty map into an empty list.
    return dict(value) if value else {}
