"""Arguments of the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

import pulumi

from components.address_plan import Tier
from components.aws_environment import AwsEnvironment
from components.existing_vpc import ExistingVpc, ExistingVpcArgs
from components.flow_logs import FlowLogSettings, TrafficType
from components.vpc import Vpc, VpcArgs
from components.vpc_endpoints import derived_endpoints
from settings import Settings

_CLOUDWATCH = "amazon-cloudwatch-observability"


def make_network(settings: Settings, aws: AwsEnvironment, options: pulumi.ResourceOptions) -> Vpc | ExistingVpc:
    """Make the VPC, or look up the one that exists."""
    if settings.network.existing is not None:
        return ExistingVpc("network", existing_vpc_args(settings, aws), options)
    return Vpc("network", vpc_args(settings, aws), options)


def vpc_args(settings: Settings, aws: AwsEnvironment) -> VpcArgs:
    """Return the arguments of a new VPC."""
    network = settings.network
    return VpcArgs(
        aws=aws,
        cluster_name=settings.cluster.name,
        cidr_block=network.cidr,
        zones=network.zones,
        slots=network.subnets.slots,
        subnet_prefixes=_prefixes(settings),
        pod_cidr=network.pod_cidr,
        ipv6=network.ipv6,
        nat=network.nat,
        flow_logs=_flow_logs(settings),
        endpoints=interface_endpoints(settings),
    )


def existing_vpc_args(settings: Settings, aws: AwsEnvironment) -> ExistingVpcArgs:
    """Return the arguments of a VPC that somebody else made."""
    existing = settings.network.existing
    if existing is None:
        raise ValueError("network.existing is not set")
    return ExistingVpcArgs(
        aws=aws,
        cluster_name=settings.cluster.name,
        vpc_id=existing.vpc_id,
        private_subnet_ids=existing.private_subnets,
        public_subnet_ids=existing.public_subnets,
        intra_subnet_ids=existing.intra_subnets,
        pod_subnet_ids=existing.pod_subnets,
        tag_subnets=existing.tag_subnets,
    )


def interface_endpoints(settings: Settings) -> frozenset[str]:
    """Return the interface endpoints of the VPC: derived from what is enabled, listed, or none."""
    chosen = settings.network.endpoints
    listed = frozenset(chosen.services)
    if chosen.mode == "none":
        return frozenset()
    if chosen.mode == "list" or settings.network.nat != "none":
        return listed
    groups = settings.node_groups.values()
    addons = settings.addons.others
    return listed | derived_endpoints(
        pod_identity=settings.addons.eks_pod_identity_agent is not None and bool(settings.node_groups),
        load_balancer_controller=settings.load_balancer_controller is not None,
        cluster_autoscaler=settings.cluster_autoscaler is not None,
        efs=settings.storage.efs is not None,
        fsx="aws-fsx-csi-driver" in addons,
        secrets_manager="aws-secrets-store-csi-driver-provider" in addons,
        parameter_store="aws-secrets-store-csi-driver-provider" in addons,
        logs=_CLOUDWATCH in addons or any(profile.logging for profile in settings.fargate_profiles.values()),
        metrics=_CLOUDWATCH in addons,
        traces=_CLOUDWATCH in addons,
        session_manager=any(group.ssm for group in groups),
        guardduty="aws-guardduty-agent" in addons,
    )


def _prefixes(settings: Settings) -> Mapping[Tier, int]:
    subnets = settings.network.subnets
    given: dict[Tier, int | None] = {
        "private": subnets.private_prefix,
        "public": subnets.public_prefix,
        "intra": subnets.intra_prefix,
    }
    return {tier: prefix for tier, prefix in given.items() if prefix is not None}


def _flow_logs(settings: Settings) -> FlowLogSettings | None:
    logs = settings.network.flow_logs
    if logs is None:
        return None
    traffic = cast(TrafficType, logs.traffic_type.upper())
    seconds: Literal[60, 600] = logs.aggregation_seconds
    if logs.destination == "s3":
        return FlowLogSettings(
            destination="s3", bucket_arn=logs.bucket_arn, traffic_type=traffic, aggregation_seconds=seconds
        )
    return FlowLogSettings(
        retention_days=logs.retention_days,
        kms_key_arn=logs.kms_key_arn,
        traffic_type=traffic,
        aggregation_seconds=seconds,
    )
