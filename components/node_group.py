"""A managed node group: role, launch template, group, and the tags that reach its Auto Scaling group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import pulumi
import pulumi_aws as aws

from components import naming, node_group_checks
from components.aws_environment import AwsEnvironment
from components.launch_template import node_launch_template
from components.node_group_inputs import (
    auto_scaling_group_names,
    repair_config,
    taint_inputs,
    update_config,
    warm_pool_config,
)
from components.node_group_records import NodeDisk, NodeGroupUpdate, NodeRepair, NodeTaint, WarmPool, one_of, within
from components.node_role import check_extra_policies, node_role
from components.refs import ClusterRef
from components.scale_from_zero import EBS_ZONE_LABEL, scale_from_zero_tags
from components.tags import autoscaler_label
from components.user_data import OsFamily, node_user_data, os_family

Capacity = Literal["onDemand", "spot"]

# Label that selects the nodes of a group whatever physical name it has at the moment.
GROUP_LABEL = "eks-platform/node-group"

_CAPACITY_LABEL = "eks.amazonaws.com/capacityType"
_CAPACITY_TYPES: Mapping[Capacity, str] = {"onDemand": "ON_DEMAND", "spot": "SPOT"}
# A node group name has 63 characters, of which the AWS provider uses 26 to make a prefix unique.
_LONGEST_PREFIX = 63 - 26


@dataclass(frozen=True, kw_only=True)
class NodeGroupArgs:
    """What a managed node group is made of.

    Args:
        aws: Account and region.
        cluster: The cluster that the nodes join.
        name: Name of the group, 1 to 63 letters, digits, "-" and "_"; also the value of the label
            eks-platform/node-group. AWS sees it as a prefix of the physical name.
        subnet_ids: Subnet of each zone key, private, and with routes that let nodes reach the cluster.
        instance_types: 1 to 20 instance types. On demand takes them in this order; spot takes what is deepest.
        min_size: Fewest nodes, 0 or more.
        max_size: Most nodes, 1 or more.
        desired_size: Nodes at the start; None for min_size.
        autoscaled: Whether an autoscaler owns the number of nodes. Then desired_size counts at creation only, so a
            later min_size above the nodes there are is refused by EKS until the autoscaler has more; and a group with
            min_size 0 gets the tags that describe its next node.
        capacity: "onDemand" (default) or "spot".
        ami_type: AMI type as EKS spells it; begins with AL2023_, BOTTLEROCKET_ or WINDOWS_.
        release_version: AMI release to stay on; None for the newest at creation and at each change of version.
        disk: Volume for images and ephemeral storage.
        labels: Labels of the nodes.
        taints: Taints of the nodes.
        update: How nodes are replaced on a change.
        repair: Whether unhealthy nodes are replaced (True, default), or the details.
        warm_pool: Booted instances in reserve; None for none.
        detailed_monitoring: CloudWatch metrics each minute instead of each five; costs extra.
        ssm: Whether Session Manager can open a shell on the nodes.
        extra_policies: More managed policies of the node role: ARN by key. Every pod on the node network can use them;
            give pods a role of their own instead where possible.
        extra_user_data: nodeadm YAML or a shell script (Amazon Linux 2023), TOML (Bottlerocket), PowerShell (Windows).
        kubelet: Kubelet settings by their Kubernetes names, for example {"maxPods": 110}.
        kubelet_flags: Kubelet flags, each beginning with "--"; Amazon Linux 2023 only.
        imds_hop_limit: 1 (default) keeps pods from the node's metadata and credentials. 2 opens them to every pod of
            the group: only for software that cannot do without.
            https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html
        node_resources: Extended resources of a node as quantities, for scaling from zero, for example
            {"nvidia.com/gpu": "1"}.
        zone: Zone name, where the group lives in one zone only; lets pods with EBS volumes scale it from zero.
        group: Name of the whole of which this group is one zone's part; None for name.
        before: Resources that must exist before the first node boots, such as the add-ons vpc-cni and kube-proxy.
            Only the group waits for them; role and launch template do not.

    Raises:
        ValueError: If a value is one that EKS, EC2 or the node's operating system does not accept.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
    """

    aws: AwsEnvironment
    cluster: ClusterRef
    name: str
    subnet_ids: Mapping[str, pulumi.Input[str]]
    instance_types: Sequence[str]
    min_size: int
    max_size: int
    desired_size: int | None = None
    autoscaled: bool = False
    capacity: Capacity = "onDemand"
    ami_type: str = "AL2023_x86_64_STANDARD"
    release_version: str | None = None
    disk: NodeDisk = field(default_factory=NodeDisk)
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    taints: Sequence[NodeTaint] = ()
    update: NodeGroupUpdate = field(default_factory=NodeGroupUpdate)
    repair: NodeRepair | bool = True
    warm_pool: WarmPool | None = None
    detailed_monitoring: bool = False
    ssm: bool = False
    extra_policies: Mapping[str, str] = field(default_factory=dict[str, str])
    extra_user_data: str | None = None
    kubelet: Mapping[str, Any] = field(default_factory=dict[str, Any])
    kubelet_flags: Sequence[str] = ()
    imds_hop_limit: int = 1
    node_resources: Mapping[str, str] = field(default_factory=dict[str, str])
    zone: pulumi.Input[str] | None = None
    group: str | None = None
    before: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        node_group_checks.check_name(self.name)
        node_group_checks.check_name(self.group or self.name)
        if not self.subnet_ids:
            raise ValueError("subnet_ids: a node group needs at least one subnet")
        if self.zone is not None and len(self.subnet_ids) > 1:
            raise ValueError(f"zone: a group in one zone has one subnet, not {len(self.subnet_ids)}")
        node_group_checks.check_instance_types(self.instance_types)
        node_group_checks.check_sizes(self.min_size, self.desired_size, self.max_size)
        one_of("capacity", self.capacity, get_args(Capacity))
        node_group_checks.check_release_version(self.release_version, self.family, self.cluster.version)
        node_group_checks.check_disk(self.disk, self.family)
        node_group_checks.check_labels(self.labels)
        node_group_checks.check_taints(self.taints)
        node_group_checks.check_warm_pool(self.warm_pool, self.family, self.capacity)
        within("imds_hop_limit", self.imds_hop_limit, 1, 2)
        check_extra_policies(self.extra_policies)
        self.user_data()
        node_group_checks.check_group_tags(self.group_tags, self.aws.tags)

    @property
    def family(self) -> OsFamily:
        """Operating system family of the AMI type."""
        return os_family(self.ami_type)

    def user_data(self) -> str | None:
        """User data of the nodes in plain text; None where there is nothing to tell."""
        return node_user_data(
            self.family, kubelet=self.kubelet, kubelet_flags=self.kubelet_flags, extra=self.extra_user_data
        )

    @property
    def node_labels(self) -> dict[str, str]:
        """All labels that the nodes get from this group."""
        return {GROUP_LABEL: self.group or self.name, **self.labels}

    @property
    def group_tags(self) -> dict[str, pulumi.Input[str]]:
        """What the Auto Scaling group says of its next node; empty where no autoscaler needs to know."""
        if not self.autoscaled or self.min_size > 0:
            return {}
        labels = {**self.node_labels, _CAPACITY_LABEL: _CAPACITY_TYPES[self.capacity]}
        found: dict[str, pulumi.Input[str]] = {}
        found.update(
            scale_from_zero_tags(
                labels=labels, taints=self.taints, disk_gib=self.disk.size_gib, resources=self.node_resources
            )
        )
        if self.zone is not None:
            (key,) = autoscaler_label(EBS_ZONE_LABEL, "")
            found[key] = self.zone
        return found


class NodeGroup(pulumi.ComponentResource):
    """One EKS managed node group with a role of its own.

    Creates the node role with its policies, a launch template (IMDSv2 only, encrypted volumes, no public address, tags
    on instances, volumes and interfaces), the node group, and tags on its Auto Scaling group. The group has a generated
    physical name, so that a change that EKS cannot make in place (instance types, AMI type, capacity, subnets) brings
    up the new nodes before the old ones are drained.

    Attributes:
        node_group_name: Physical name of the group.
        arn: ARN of the group.
        role_arn: ARN of the node role.
        role_name: Name of the node role.
        launch_template_id: Id of the launch template.
        auto_scaling_group_names: Names of the Auto Scaling groups behind the node group; EKS makes one.
        resource: The node group itself, for what must wait until nodes run.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
    """

    node_group_name: pulumi.Output[str]
    arn: pulumi.Output[str]
    role_arn: pulumi.Output[str]
    role_name: pulumi.Output[str]
    launch_template_id: pulumi.Output[str]
    auto_scaling_group_names: pulumi.Output[list[str]]
    resource: aws.eks.NodeGroup

    def __init__(self, name: str, args: NodeGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:NodeGroup", name, None, opts)
        role, attachments = node_role(
            f"{name}-role",
            aws=args.aws,
            description=f"Nodes of group {args.name} of EKS cluster {args.cluster.literal_name}",
            ssm=args.ssm,
            extra_policies=args.extra_policies,
            opts=pulumi.ResourceOptions(parent=self),
        )
        template = node_launch_template(
            f"{name}-launch-template",
            node_name=f"{args.cluster.literal_name}-{args.name}",
            security_group_id=args.cluster.node_security_group_id,
            disk=args.disk,
            family=args.family,
            launch_tags=args.aws.tags,
            imds_hop_limit=args.imds_hop_limit,
            detailed_monitoring=args.detailed_monitoring,
            user_data_text=args.user_data(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.resource = aws.eks.NodeGroup(
            f"{name}-group",
            cluster_name=args.cluster.name,
            node_group_name_prefix=f"{naming.physical_name(args.name, limit=_LONGEST_PREFIX - 1)}-",
            node_role_arn=role.arn,
            subnet_ids=[args.subnet_ids[key] for key in sorted(args.subnet_ids)],
            # Without a version the nodes would stay behind when the cluster is upgraded.
            version=args.cluster.version,
            release_version=args.release_version,
            ami_type=args.ami_type,
            capacity_type=_CAPACITY_TYPES[args.capacity],
            instance_types=list(args.instance_types),
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=args.min_size,
                max_size=args.max_size,
                desired_size=args.min_size if args.desired_size is None else args.desired_size,
            ),
            update_config=update_config(args.update),
            node_repair_config=repair_config(args.repair),
            warm_pool_config=warm_pool_config(args.warm_pool),
            labels=args.node_labels,
            taints=taint_inputs(args.taints),
            # A pod that a disruption budget protects stops an update instead of being killed by it.
            force_update_version=False,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[*attachments, *args.before],
                ignore_changes=["scalingConfig.desiredSize"] if args.autoscaled else None,
            ),
        )
        self.node_group_name = self.resource.node_group_name
        self.arn = self.resource.arn
        self.role_arn = role.arn
        self.role_name = role.name
        self.launch_template_id = template.id
        self.auto_scaling_group_names = self.resource.resources.apply(auto_scaling_group_names)
        self._tag_auto_scaling_group(name, args)
        self.register_outputs(
            {
                "node_group_name": self.node_group_name,
                "arn": self.arn,
                "role_arn": self.role_arn,
                "role_name": self.role_name,
                "launch_template_id": self.launch_template_id,
                "auto_scaling_group_names": self.auto_scaling_group_names,
            }
        )

    def _tag_auto_scaling_group(self, name: str, args: NodeGroupArgs) -> None:
        """Tag the Auto Scaling group, which EKS makes and to which it passes no tags of the node group."""
        found: dict[str, pulumi.Input[str]] = {**args.aws.tags, **args.group_tags}
        group_name = self.auto_scaling_group_names.apply(lambda names: names[0])
        for key, value in found.items():
            aws.autoscaling.Tag(
                f"{name}-asg-tag-{key}",
                autoscaling_group_name=group_name,
                tag=aws.autoscaling.TagTagArgs(key=key, value=value, propagate_at_launch=False),
                opts=pulumi.ResourceOptions(parent=self),
            )
