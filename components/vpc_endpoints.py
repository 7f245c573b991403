"""VPC endpoints: how nodes and pods reach AWS services without leaving the VPC.

Which endpoints a cluster needs follows from what runs in it: `derived_endpoints` answers that as a pure function, and
`make_endpoints` makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws_sdk

from components import tags
from components.aws_environment import AwsEnvironment

# What every node and Fargate pod calls: EC2 for its addresses, ECR for images (whose layers come from S3 through the
# gateway endpoint), STS for its identity. https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
_ALWAYS = frozenset({"ec2", "ecr.api", "ecr.dkr", "sts"})

_SERVICE = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")


def derived_endpoints(
    *,
    pod_identity: bool = False,
    load_balancer_controller: bool = False,
    cluster_autoscaler: bool = False,
    karpenter: bool = False,
    nodes_describe_cluster: bool = False,
    efs: bool = False,
    fsx: bool = False,
    secrets_manager: bool = False,
    parameter_store: bool = False,
    logs: bool = False,
    metrics: bool = False,
    traces: bool = False,
    managed_prometheus: bool = False,
    session_manager: bool = False,
    guardduty: bool = False,
) -> frozenset[str]:
    """Return exactly the interface endpoints that a cluster with these parts needs when it has no way out.

    S3 is not among them: it has a gateway endpoint in every VPC made here. The EBS CSI driver needs none of its own, it
    calls EC2. IAM, the price list and, in most regions, Route 53 have no endpoint, so parts that call them (Karpenter's
    prices, external-dns, AWS WAF and Shield of the load balancer controller) do not work in a VPC without a way out.

    Args:
        pod_identity: The EKS Pod Identity agent exchanges tokens on the nodes.
        load_balancer_controller: The AWS Load Balancer Controller makes load balancers.
        cluster_autoscaler: Cluster Autoscaler resizes Auto Scaling groups and asks EKS about empty ones.
        karpenter: Karpenter launches nodes, reads AMIs from parameters and interruptions from a queue.
        nodes_describe_cluster: Nodes ask EKS for their cluster when they start (own AMI or own bootstrap).
        efs: The EFS CSI driver makes access points.
        fsx: The FSx CSI driver makes file systems.
        secrets_manager: Pods read secrets from AWS Secrets Manager.
        parameter_store: Pods read parameters from AWS Systems Manager.
        logs: Something writes to CloudWatch Logs, for example Fargate logging or an agent.
        metrics: Something writes to CloudWatch metrics.
        traces: Something writes to AWS X-Ray.
        managed_prometheus: Something writes to Amazon Managed Service for Prometheus.
        session_manager: People open sessions on nodes through AWS Systems Manager.
        guardduty: The GuardDuty agent watches the nodes.

    Returns:
        Short names of the services, for example "ecr.api".

    Source: https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html and
    https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/#private-clusters
    """
    wanted: tuple[tuple[bool, Iterable[str]], ...] = (
        (True, _ALWAYS),
        (pod_identity, ("eks-auth",)),
        (load_balancer_controller, ("elasticloadbalancing",)),
        (cluster_autoscaler, ("autoscaling", "eks")),
        (karpenter, ("eks", "sqs", "ssm")),
        (nodes_describe_cluster, ("eks",)),
        (efs, ("elasticfilesystem",)),
        (fsx, ("fsx",)),
        (secrets_manager, ("secretsmanager",)),
        (parameter_store, ("ssm",)),
        (logs, ("logs",)),
        (metrics, ("monitoring",)),
        (traces, ("xray",)),
        (managed_prometheus, ("aps-workspaces",)),
        (session_manager, ("ec2messages", "ssm", "ssmmessages")),
        (guardduty, ("guardduty-data",)),
    )
    return frozenset(service for needed, services in wanted if needed for service in services)


def check_endpoints(services: Iterable[str]) -> None:
    """Refuse names that cannot be the short name of an endpoint service.

    Raises:
        ValueError: If a name is "s3", which always has a gateway endpoint, or is not a short name such as "ecr.api".
    """
    for service in services:
        if service == "s3":
            raise ValueError('endpoints: "s3" is always there as a gateway endpoint, which costs nothing')
        if service.startswith("com.") or not _SERVICE.fullmatch(service):
            raise ValueError(f'endpoints: {service!r} is not the short name of a service such as "ecr.api"')


def service_names(aws: AwsEnvironment, service: str) -> tuple[str, ...]:
    """Return the names that AWS may have given an endpoint service in this region; one where that is certain.

    In the partitions whose domain is not amazonaws.com some services carry that domain reversed and some do not.
    """
    names = (
        ".".join([*reversed(aws.dns_suffix.split(".")), aws.region, service]),
        f"com.amazonaws.{aws.region}.{service}",
    )
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """The endpoints of a VPC.

    Args:
        gateway: The gateway endpoint of S3.
        interfaces: Interface endpoint by short name of its service.
        rules: Rules that let the VPC reach the interface endpoints.
        security_group: Security group of the interface endpoints; None when there are none.
    """

    gateway: aws_sdk.ec2.VpcEndpoint
    interfaces: Mapping[str, aws_sdk.ec2.VpcEndpoint]
    rules: tuple[aws_sdk.vpc.SecurityGroupIngressRule, ...]
    security_group: aws_sdk.ec2.SecurityGroup | None


def make_endpoints(
    name: str,
    services: Iterable[str],
    *,
    parent: pulumi.Resource,
    aws: AwsEnvironment,
    vpc_id: pulumi.Input[str],
    subnet_ids: Mapping[str, pulumi.Input[str]],
    route_table_ids: Mapping[str, pulumi.Input[str]],
    cidr_blocks: Mapping[str, pulumi.Input[str]],
    ipv6_cidr_block: pulumi.Input[str] | None,
    label: str,
) -> Endpoints:
    """Make the gateway endpoint of S3 and an interface endpoint for each service.

    The interface endpoints answer under the service's own name (private DNS), and share one security group that lets
    in HTTPS from the VPC and nothing else.

    Args:
        name: Logical name of the VPC component; the resources are called after it.
        services: Short names of the services with an interface endpoint.
        parent: Component that owns the resources.
        aws: Where the VPC is.
        vpc_id: Id of the VPC.
        subnet_ids: Subnets of the interface endpoints, by zone key.
        route_table_ids: Route tables that lead to S3 through the gateway endpoint, by zone key.
        cidr_blocks: IPv4 CIDRs that may call the interface endpoints, by a key that names the rule.
        ipv6_cidr_block: IPv6 CIDR that may call them; None for no IPv6.
        label: What the `Name` tags begin with.

    Source: https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
    """
    gateway = aws_sdk.ec2.VpcEndpoint(
        f"{name}-endpoint-s3",
        vpc_id=vpc_id,
        service_name=_service_name(aws, "s3", "Gateway", parent),
        vpc_endpoint_type="Gateway",
        route_table_ids=[route_table_ids[zone] for zone in sorted(route_table_ids)],
        tags=tags.named(f"{label}-s3"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    wanted = sorted(set(services))
    if not wanted:
        return Endpoints(gateway=gateway, interfaces={}, rules=(), security_group=None)

    group = aws_sdk.ec2.SecurityGroup(
        f"{name}-endpoints",
        description="Interface endpoints of the VPC",
        vpc_id=vpc_id,
        tags=tags.named(f"{label}-endpoints"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    rules = [
        _https_rule(f"{name}-endpoints-{key}", group, cidr_ipv4=cidr, parent=parent)
        for key, cidr in cidr_blocks.items()
    ]
    if ipv6_cidr_block is not None:
        rules.append(_https_rule(f"{name}-endpoints-ipv6", group, cidr_ipv6=ipv6_cidr_block, parent=parent))
    interfaces = {
        service: aws_sdk.ec2.VpcEndpoint(
            f"{name}-endpoint-{service}",
            vpc_id=vpc_id,
            service_name=_service_name(aws, service, "Interface", parent),
            vpc_endpoint_type="Interface",
            subnet_ids=[subnet_ids[zone] for zone in sorted(subnet_ids)],
            security_group_ids=[group.id],
            private_dns_enabled=True,
            tags=tags.named(f"{label}-{service}"),
            opts=pulumi.ResourceOptions(parent=parent),
        )
        for service in wanted
    }
    return Endpoints(gateway=gateway, interfaces=interfaces, rules=tuple(rules), security_group=group)


def _https_rule(
    name: str,
    group: aws_sdk.ec2.SecurityGroup,
    *,
    parent: pulumi.Resource,
    cidr_ipv4: pulumi.Input[str] | None = None,
    cidr_ipv6: pulumi.Input[str] | None = None,
) -> aws_sdk.vpc.SecurityGroupIngressRule:
    return aws_sdk.vpc.SecurityGroupIngressRule(
        name,
        security_group_id=group.id,
        description="HTTPS from the VPC",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_ipv4=cidr_ipv4,
        cidr_ipv6=cidr_ipv6,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _service_name(aws: AwsEnvironment, service: str, kind: str, parent: pulumi.Resource) -> pulumi.Input[str]:
    names = service_names(aws, service)
    if len(names) == 1:
        return names[0]
    found = aws_sdk.ec2.get_vpc_endpoint_service_output(
        service_type=kind,
        filters=[{"name": "service-name", "values": list(names)}],
        opts=pulumi.InvokeOptions(parent=parent),
    )
    return found.service_name
