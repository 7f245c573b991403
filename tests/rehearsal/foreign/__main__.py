"""A small web shop: a network, a cluster, a chart, and secrets of several kinds."""

from __future__ import annotations

import json

import network
import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pulumi_kubernetes as kubernetes

config = pulumi.Config()
region = aws.get_region()
account = aws.get_caller_identity_output()
platform = pulumi.StackReference("acme/network/dev")

shop = network.Network("shop", config.require_object("zones"))
old = aws.ec2.Vpc.get("old", "vpc-0123456789abcdef0")

trust = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }
)
role = aws.iam.Role("cluster", assume_role_policy=trust, opts=pulumi.ResourceOptions(protect=True))


def keep_zones_movable(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    if args.type_ != "aws:eks/cluster:Cluster":
        return None
    props = {**args.props, "zonalShiftConfig": {"enabled": True}}
    return pulumi.ResourceTransformResult(props=props, opts=args.opts)


cluster = eks.Cluster(
    "shop",
    name="shop",
    version="1.35",
    vpc_id=shop.vpc.id,
    subnet_ids=[subnet.id for subnet in shop.subnets],
    service_role=role,
    skip_default_node_group=True,
    skip_default_security_groups=True,
    use_default_vpc_cni=True,
    coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
    kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=False),
    opts=pulumi.ResourceOptions(transforms=[keep_zones_movable]),
)
provider = kubernetes.Provider("shop", kubeconfig=cluster.kubeconfig_json, cluster_identifier="shop")
inside = pulumi.ResourceOptions(provider=provider)
namespace = kubernetes.core.v1.Namespace("web", metadata={"name": "web"}, opts=inside)
kubernetes.core.v1.Secret(
    "database",
    metadata={"namespace": namespace.metadata.name},
    string_data={"password": config.require_secret("token")},
    opts=inside,
)
kubernetes.helm.v3.Release(
    "web",
    chart="web",
    version="1.2.3",
    namespace=namespace.metadata.name,
    values={"replicas": config.require_int("replicas"), "host": platform.require_output("zoneName")},
    opts=inside,
)

pulumi.log.warn("the shop is closed on Sundays")
pulumi.export("region", region.region)
pulumi.export("account", account.account_id)
pulumi.export("endpoint", cluster.eks_cluster.endpoint)
pulumi.export("oldCidr", old.cidr_block)
pulumi.export("token", config.require_secret("token"))
pulumi.export("apiKey", platform.require_output("apiKey"))
pulumi.export("database", config.require_secret_object("database").apply(lambda database: database["name"]))
print("hello from the shop")
