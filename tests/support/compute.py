"""A node group for programs whose subject only waits for one."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.refs import ClusterRef


def node_group(cluster: ClusterRef, provider: pulumi.ProviderResource, name: str = "nodes") -> aws.eks.NodeGroup:
    """Declare a node group that pods can run on."""
    return aws.eks.NodeGroup(
        name,
        cluster_name=cluster.name,
        node_role_arn="arn:aws:iam::111122223333:role/nodes",
        subnet_ids=["subnet-private-eu-west-1a"],
        scaling_config=aws.eks.NodeGroupScalingConfigArgs(min_size=1, max_size=2, desired_size=1),
        opts=pulumi.ResourceOptions(provider=provider),
    )
