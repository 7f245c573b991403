"""What neighbours hand to each other: small frozen records of ids and Outputs, never whole components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes


@dataclass(frozen=True, kw_only=True)
class NetworkRef:
    """A VPC that is ready to hold a cluster, made here or by somebody else.

    Subnets are keyed by zone key: the zone's name ("eu-west-1a"), or "zone1", "zone2", ... where AWS chooses the zones.

    Args:
        vpc_id: Id of the VPC.
        cidr_block: Primary IPv4 CIDR of the VPC.
        private_subnet_ids: Subnets for nodes, pods and internal load balancers. Each id resolves only after the
            subnet's routes exist, so that nodes placed there can reach what they need when they start.
        public_subnet_ids: Subnets for internet-facing load balancers and NAT gateways; empty in a private VPC.
        intra_subnet_ids: Subnets for the control plane's network interfaces.
        pod_subnet_ids: Subnets in the secondary CIDR for pods with custom networking; empty when there is none.
        zones: Zone name of each zone key.
    """

    vpc_id: pulumi.Output[str]
    cidr_block: pulumi.Output[str]
    private_subnet_ids: Mapping[str, pulumi.Output[str]]
    public_subnet_ids: Mapping[str, pulumi.Output[str]]
    intra_subnet_ids: Mapping[str, pulumi.Output[str]]
    pod_subnet_ids: Mapping[str, pulumi.Output[str]]
    zones: Mapping[str, pulumi.Output[str]]


@dataclass(frozen=True, kw_only=True)
class ClusterRef:
    """A cluster as its neighbours need it.

    Args:
        name: The cluster's name, as an output of the control plane: whatever takes it is created after the cluster
            and deleted before it.
        literal_name: The same name as a plain string, for names, tags, policy documents and chart values.
        arn: ARN of the cluster.
        version: Kubernetes minor version, for example "1.35".
        endpoint: URL of the API server.
        certificate_authority: Base64 encoded certificate of the API server's authority.
        oidc_issuer: Host and path of the OIDC issuer, without the scheme, as trust policies want it.
        oidc_provider_arn: ARN of the IAM OIDC provider, for IRSA.
        cluster_security_group_id: Security group that EKS makes for the control plane and managed nodes.
        node_security_group_id: Security group for nodes, with the least rules that a cluster needs.
        kubernetes_provider: Provider for Kubernetes objects. It waits for the deployer's access entries, and so does
            every object made with it.
    """

    name: pulumi.Output[str]
    literal_name: str
    arn: pulumi.Output[str]
    version: str
    endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]
    oidc_issuer: pulumi.Output[str]
    oidc_provider_arn: pulumi.Output[str]
    cluster_security_group_id: pulumi.Output[str]
    node_security_group_id: pulumi.Output[str]
    kubernetes_provider: kubernetes.Provider
