"""One way to build each component, as small as it goes, for rules that all of them keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pulumi

from components.access import AccessEntry
from components.addon import AddonSpec
from components.addons import ClusterAddons, ClusterAddonsArgs
from components.aws_environment import AwsEnvironment
from components.cluster import Cluster
from components.cluster_args import ClusterArgs
from components.cluster_autoscaler import ClusterAutoscaler, ClusterAutoscalerArgs
from components.csi_drivers import CsiDrivers, CsiDriversArgs
from components.ebs_driver import EbsDriver, EbsSnapshots
from components.efs_driver import EfsDriver
from components.existing_vpc import ExistingVpc, ExistingVpcArgs
from components.fargate_logging import FargateLogging, FargateLoggingArgs
from components.fargate_profile import FargateProfile, FargateProfileArgs, FargateSelector
from components.load_balancer_controller import LoadBalancerController, LoadBalancerControllerArgs
from components.node_group import NodeGroup, NodeGroupArgs
from components.node_group_records import NodeTaint
from components.vpc import Vpc
from components.vpc_args import VpcArgs
from components.workload_identity import WorkloadIdentity, WorkloadIdentityArgs
from tests.support.fixtures import AWS, ZONES, cluster_ref, network_ref

BOUNDARY = AWS.iam_arn("policy/boundary")
BOUNDED: AwsEnvironment = replace(AWS, permissions_boundary=BOUNDARY)

Build = Callable[[str, pulumi.ResourceOptions], pulumi.ComponentResource]


@dataclass(frozen=True)
class Example:
    """A component and a way to build it.

    Args:
        component: The class.
        args: The class of its args.
        build: Builds one with a logical name and options; called inside a recorded program.
    """

    component: type[pulumi.ComponentResource]
    args: type
    build: Build


def _vpc(name: str, opts: pulumi.ResourceOptions) -> Vpc:
    args = VpcArgs(
        aws=BOUNDED,
        cluster_name=f"{name}-demo",
        cidr_block="10.20.0.0/16",
        zones=ZONES,
        pod_cidr="100.64.0.0/16",
        ipv6=True,
        endpoints=frozenset({"sts", "ecr.api"}),
    )
    return Vpc(name, args, opts)


def _existing_vpc(name: str, opts: pulumi.ResourceOptions) -> ExistingVpc:
    args = ExistingVpcArgs(
        aws=BOUNDED,
        cluster_name=f"{name}-demo",
        tag_subnets=True,
        vpc_id="vpc-0123456789abcdef0",
        private_subnet_ids={zone: f"subnet-0000000000000000{index}" for index, zone in enumerate(ZONES)},
    )
    return ExistingVpc(name, args, opts)


def _cluster(name: str, opts: pulumi.ResourceOptions) -> Cluster:
    network = network_ref()
    args = ClusterArgs(
        aws=BOUNDED,
        name=f"{name}-demo",
        version="1.35",
        vpc_id=network.vpc_id,
        subnet_ids=network.intra_subnet_ids,
        access={"deployer": AccessEntry(principal=AWS.iam_arn("role/deployer"), policy="ClusterAdmin")},
    )
    return Cluster(name, args, opts)


def _addons(name: str, opts: pulumi.ResourceOptions) -> ClusterAddons:
    specs = {"vpc-cni": AddonSpec(), "kube-proxy": AddonSpec(), "eks-pod-identity-agent": AddonSpec()}
    return ClusterAddons(name, ClusterAddonsArgs(aws=BOUNDED, cluster=_demo(name), addons=specs), opts)


def _workload_identity(name: str, opts: pulumi.ResourceOptions) -> WorkloadIdentity:
    args = WorkloadIdentityArgs(
        aws=BOUNDED,
        cluster=_demo(name),
        namespace="apps",
        service_account=name,
        managed_policies={"read": AWS.managed_policy_arn("ReadOnlyAccess")},
    )
    return WorkloadIdentity(name, args, opts)


def _node_group(name: str, opts: pulumi.ResourceOptions) -> NodeGroup:
    args = NodeGroupArgs(
        aws=BOUNDED,
        cluster=_demo(name),
        name=name,
        subnet_ids=network_ref().private_subnet_ids,
        instance_types=["m7i.large"],
        min_size=0,
        max_size=3,
        autoscaled=True,
        labels={"team": "a"},
        taints=[NodeTaint(key="dedicated", value="a", effect="NoSchedule")],
    )
    return NodeGroup(name, args, opts)


def _fargate_profile(name: str, opts: pulumi.ResourceOptions) -> FargateProfile:
    args = FargateProfileArgs(
        aws=BOUNDED,
        cluster=_demo(name),
        name=name,
        subnet_ids=network_ref().private_subnet_ids,
        selectors=[FargateSelector(namespace="batch")],
        log_group_names=["/aws/eks/demo/fargate"],
    )
    return FargateProfile(name, args, opts)


def _fargate_logging(name: str, opts: pulumi.ResourceOptions) -> FargateLogging:
    return FargateLogging(name, FargateLoggingArgs(aws=BOUNDED, cluster=_demo(name)), opts)


def _load_balancer_controller(name: str, opts: pulumi.ResourceOptions) -> LoadBalancerController:
    args = LoadBalancerControllerArgs(aws=BOUNDED, cluster=_demo(name), vpc_id=network_ref().vpc_id, compute=())
    return LoadBalancerController(name, args, opts)


def _csi_drivers(name: str, opts: pulumi.ResourceOptions) -> CsiDrivers:
    args = CsiDriversArgs(
        aws=BOUNDED,
        cluster=_demo(name),
        compute=(),
        ebs=EbsDriver(snapshots=EbsSnapshots()),
        efs=EfsDriver(),
        network=network_ref(),
    )
    return CsiDrivers(name, args, opts)


def _cluster_autoscaler(name: str, opts: pulumi.ResourceOptions) -> ClusterAutoscaler:
    return ClusterAutoscaler(name, ClusterAutoscalerArgs(aws=BOUNDED, cluster=_demo(name), compute=()), opts)


def _demo(name: str):
    """Return a cluster whose Kubernetes provider is named after the component, so that two can stand side by side."""
    return cluster_ref(provider_name=f"{name}-kubernetes")


EXAMPLES: Mapping[str, Example] = {
    example.component.__name__: example
    for example in (
        Example(Vpc, VpcArgs, _vpc),
        Example(ExistingVpc, ExistingVpcArgs, _existing_vpc),
        Example(Cluster, ClusterArgs, _cluster),
        Example(ClusterAddons, ClusterAddonsArgs, _addons),
        Example(WorkloadIdentity, WorkloadIdentityArgs, _workload_identity),
        Example(NodeGroup, NodeGroupArgs, _node_group),
        Example(FargateProfile, FargateProfileArgs, _fargate_profile),
        Example(FargateLogging, FargateLoggingArgs, _fargate_logging),
        Example(LoadBalancerController, LoadBalancerControllerArgs, _load_balancer_controller),
        Example(CsiDrivers, CsiDriversArgs, _csi_drivers),
        Example(ClusterAutoscaler, ClusterAutoscalerArgs, _cluster_autoscaler),
    )
}
