"""Which orders between resources AWS and Kubernetes force, beside those that references force by themselves.

A resource whose id or ARN stands in another's inputs must exist first: that needs no table. The rows here are the
orders that no reference shows: what must be finished so that something else works, not just so that it can be named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.graph import Resource

_EKS = "https://docs.aws.amazon.com/eks/latest/userguide"
_CLUSTERS = frozenset({"aws:eks/cluster:Cluster", "eks:index:Cluster"})
_COMPUTE = frozenset({"aws:eks/nodeGroup:NodeGroup", "aws:eks/fargateProfile:FargateProfile"})
_PERMISSIONS = frozenset({"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/rolePolicy:RolePolicy"})
_RULES = frozenset(
    {
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    }
)
_WAYS_OUT = frozenset(
    {
        "aws:ec2/route:Route",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:ec2/internetGateway:InternetGateway",
    }
)
_ACCESS = frozenset({"aws:eks/accessEntry:AccessEntry", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"})
_ADDON = frozenset({"aws:eks/addon:Addon"})
_RELEASE = frozenset({"kubernetes:helm.sh/v3:Release"})
_POD_IDENTITY = frozenset({"aws:eks/podIdentityAssociation:PodIdentityAssociation"})
_KUBERNETES = frozenset({"kubernetes:*"})
# Add-ons that are DaemonSets: active without a node, and nodes need the first three to become ready.
_NODE_NEEDS = frozenset({"vpc-cni", "kube-proxy", "eks-pod-identity-agent"})
_DAEMON_SETS = _NODE_NEEDS | {"eks-node-monitoring-agent"}


@dataclass(frozen=True, kw_only=True)
class Need:
    """One forced order.

    Args:
        later: Type tokens of what comes later; "package:*" for all types of a package.
        earlier: Type tokens of what must be finished.
        because: What goes wrong otherwise, in a few words.
        source: Page that says so.
        later_addons: Add-on names that it holds for, if `later` are add-ons; None for all.
        earlier_addons: The same for `earlier`.
        but_addons: Add-on names among `later` that it does not hold for.
    """

    later: frozenset[str]
    earlier: frozenset[str]
    because: str
    source: str
    later_addons: frozenset[str] | None = None
    earlier_addons: frozenset[str] | None = None
    but_addons: frozenset[str] = frozenset()

    def holds(self, later: Resource, earlier: Resource) -> bool:
        """Return whether this order holds between two resources."""
        if not (_among(later, self.later) and _among(earlier, self.earlier)):
            return False
        if _addon_name(later) in self.but_addons:
            return False
        if self.later_addons is not None and _addon_name(later) not in self.later_addons:
            return False
        return self.earlier_addons is None or _addon_name(earlier) in self.earlier_addons


NEEDS: tuple[Need, ...] = (
    Need(
        later=_CLUSTERS,
        earlier=_PERMISSIONS,
        because="EKS refuses a role without its policy, and needs it again to delete its network interfaces",
        source=f"{_EKS}/cluster-iam-role.html",
    ),
    Need(
        later=_CLUSTERS,
        earlier=frozenset({"aws:cloudwatch/logGroup:LogGroup"}),
        because="EKS makes the log group itself, kept for ever, if there is none",
        source=f"{_EKS}/control-plane-logs.html",
    ),
    Need(
        later=frozenset({"pulumi:providers:kubernetes", *_KUBERNETES}),
        earlier=_ACCESS,
        because="the API server refuses a deployer without access",
        source=f"{_EKS}/access-entries.html",
    ),
    Need(
        later=_COMPUTE,
        earlier=_ADDON,
        earlier_addons=_NODE_NEEDS,
        because="nodes are not ready without network plugin and kube-proxy; pods get no credentials without agent",
        source=f"{_EKS}/managing-vpc-cni.html",
    ),
    Need(
        later=_COMPUTE,
        earlier=_WAYS_OUT,
        because="nodes that cannot reach the API server and the registry do not join (NodeCreationFailure)",
        source=f"{_EKS}/troubleshooting.html",
    ),
    Need(
        later=_COMPUTE,
        earlier=_PERMISSIONS,
        because="nodes without their policies do not join (NodeCreationFailure)",
        source=f"{_EKS}/create-node-role.html",
    ),
    Need(
        later=_COMPUTE,
        earlier=_RULES,
        because="nodes that the control plane does not let in do not join",
        source=f"{_EKS}/sec-group-reqs.html",
    ),
    Need(
        later=_COMPUTE,
        earlier=_ACCESS,
        because="nodes whose role has no access entry do not join",
        source=f"{_EKS}/access-entries.html",
    ),
    Need(
        later=frozenset({"aws:eks/fargateProfile:FargateProfile"}),
        earlier=frozenset({"aws:eks/fargateProfile:FargateProfile"}),
        because="EKS makes and deletes one profile of a cluster at a time",
        source=f"{_EKS}/fargate-profile.html",
    ),
    Need(
        later=frozenset({"aws:eks/fargateProfile:FargateProfile"}),
        earlier=frozenset({"kubernetes:core/v1:ConfigMap"}),
        because="pods read the logging configuration when they start, and never again",
        source=f"{_EKS}/fargate-logging.html",
    ),
    Need(
        later=_ADDON,
        earlier=_COMPUTE,
        but_addons=_DAEMON_SETS,
        because="an add-on whose pods find no node stays DEGRADED, and its creation fails",
        source=f"{_EKS}/eks-add-ons.html",
    ),
    Need(
        later=_ADDON,
        later_addons=frozenset({"aws-ebs-csi-driver"}),
        earlier=_ADDON,
        earlier_addons=frozenset({"snapshot-controller"}),
        because="the driver leaves its snapshotter out where the custom resources of snapshots are missing",
        source=f"{_EKS}/ebs-csi.html",
    ),
    Need(
        later=_RELEASE,
        earlier=_COMPUTE,
        because="a release waits for its pods, and they for nodes",
        source="https://helm.sh/docs/helm/helm_install/",
    ),
    Need(
        later=_ADDON | _RELEASE,
        earlier=_PERMISSIONS | _POD_IDENTITY,
        because="pods that start before their role is complete and associated run without credentials",
        source=f"{_EKS}/pod-id-association.html",
    ),
    Need(
        later=_POD_IDENTITY,
        earlier=_PERMISSIONS,
        because="an association hands out the role at once",
        source=f"{_EKS}/pod-id-association.html",
    ),
    Need(
        later=_KUBERNETES,
        earlier=frozenset({*_KUBERNETES, *_ADDON}),
        because="namespaces, custom resource definitions, drivers and webhooks come before what uses them",
        source="https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/custom-resources/",
    ),
    Need(
        later=frozenset({"aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip"}),
        earlier=frozenset({"aws:ec2/internetGateway:InternetGateway"}),
        because="a public NAT gateway wants an internet gateway attached to its VPC",
        source="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html",
    ),
    Need(
        later=frozenset({"aws:ec2/subnet:Subnet"}),
        earlier=frozenset({"aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"}),
        because="a subnet lies in an address range that its VPC has",
        source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html",
    ),
    Need(
        later=frozenset({"aws:ec2/flowLog:FlowLog"}),
        earlier=_PERMISSIONS,
        because="flow logs that may not write are lost",
        source="https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html",
    ),
)


def need(later: Resource, earlier: Resource) -> Need | None:
    """Return the row that forces one resource to come after another, or None."""
    return next((row for row in NEEDS if row.holds(later, earlier)), None)


def _among(resource: Resource, types: frozenset[str]) -> bool:
    return resource.type in types or f"{resource.type.partition(':')[0]}:*" in types


def _addon_name(resource: Resource) -> str:
    inputs: Mapping[str, Any] = resource.inputs
    return str(inputs.get("addonName", ""))
