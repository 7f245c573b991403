"""How long AWS takes, in seconds, and who says so.

AWS promises no durations. Its pages say "several minutes"; SDK waiters and the time limits of the Terraform AWS
provider, whose code pulumi-aws carries, bound them from above. The figures are therefore what people measured and
published, most of it as logs of `terraform apply` and `terraform destroy`, which call the same APIs through the same
waiters. A figure is the middle of those, not the best case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Origin = Literal["documented", "measured by others", "estimate"]


@dataclass(frozen=True)
class Duration:
    """Seconds that the operations on one type take.

    Args:
        create: Seconds of a creation, until the service calls the resource ready.
        update: Seconds of a change in place.
        delete: Seconds of a deletion, until the service no longer knows the resource.
        origin: "documented": the vendor says so. "measured by others": published logs. "estimate": nobody published
            one that was found; taken from similar resources, within the time limits that the source names.
        source: Where the figures come from.
    """

    create: float
    update: float
    delete: float
    origin: Origin
    source: str


@dataclass(frozen=True)
class Variant:
    """A duration that holds for some resources of a type only.

    Args:
        type: Type token.
        input: Input that tells them.
        values: Values of that input; an input that is not given counts as None.
        duration: Seconds for them.
    """

    type: str
    input: str
    values: frozenset[Any]
    duration: Duration


def _logs(create: float, update: float, delete: float, seen: str) -> Duration:
    return Duration(create, update, delete, "measured by others", f"published apply and destroy logs: {seen}")


def _guess(create: float, update: float, delete: float, why: str) -> Duration:
    return Duration(create, update, delete, "estimate", why)


_IAM = "IAM answers at once and spreads changes within seconds: IAM User Guide, troubleshoot (eventual consistency)"
_RULE = "one EC2 API call without a waiter"
_EKS_CALL = "one EKS API call; access entries and associations are listed 1 s later in published logs"

_CLUSTER = _logs(
    560,
    600,
    180,
    "10 creations from 7m27s to 11m23s, middle 9m20s; 8 deletions from 1m09s to 8m42s, middle 3m. AWS announced in "
    "March 2021 9 minutes or less on average. Updates: estimate, a version takes about as long as a creation "
    "(EKS User Guide, update-cluster: several minutes); SDK waiters give up after 20 minutes",
)
_NODE_GROUP = _logs(
    120,
    600,
    300,
    "9 creations from 1m28s to 3m41s, middle 2m; 5 deletions from 4m12s to 8m21s, middle 6m with pods to drain, 4m12s "
    "without. Updates: estimate, one node after the other; SDK waiters give up after 40 minutes",
)
_ADDON = _logs(
    45,
    60,
    8,
    "aws-ebs-csi-driver 7 creations from 45s to 1m05s, coredns 10 from 14s to 56s; deletions 7s and 9s. Updates: "
    "estimate; SDK waiters give up after 10 minutes",
)
_DAEMON_ADDON = _logs(30, 60, 8, "vpc-cni before nodes: 24s and 35s; kube-proxy 24s and 25s")
_NAT = _logs(105, 5, 60, "7 creations from 1m25s to 2m05s, middle 1m45s; 8 deletions from 37s to 1m19s, middle 58s")
_INTERFACE_ENDPOINT = _logs(110, 60, 60, "interface endpoint for ec2: 1m53s. Updates and deletions: estimate")
_GATEWAY_ENDPOINT = _logs(6, 5, 8, "gateway endpoint for s3: 6 creations of 6s. Deletions: estimate")
_KUBERNETES = _guess(1, 1, 1, "one request to the API server; nothing is awaited but its answer")

DURATIONS: Mapping[str, Duration] = {
    "aws:autoscaling/tag:Tag": _guess(2, 2, 2, "one Auto Scaling API call and a read"),
    "aws:cloudwatch/logGroup:LogGroup": _logs(1, 1, 1, "8 creations from 0s to 2s"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _guess(
        2, 1, 1, "adopted and emptied, never deleted: some EC2 API calls"
    ),
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": _guess(
        2, 1, 1, "as internet gateways, which take 1s"
    ),
    "aws:ec2/eip:Eip": _logs(2, 1, 3, "a deletion of 3s; creation: estimate"),
    "aws:ec2/flowLog:FlowLog": _guess(2, 1, 1, "one EC2 API call and a read"),
    "aws:ec2/internetGateway:InternetGateway": _logs(1, 1, 5, "deletions from 1s to 10s once no address is mapped"),
    "aws:ec2/launchTemplate:LaunchTemplate": _logs(4, 1, 1, "10 creations from 1s to 7s"),
    "aws:ec2/natGateway:NatGateway": _NAT,
    "aws:ec2/placementGroup:PlacementGroup": _guess(2, 1, 2, "waits for the state available, SDK default 5 minutes"),
    "aws:ec2/route:Route": _guess(1, 1, 1, _RULE),
    "aws:ec2/routeTable:RouteTable": _guess(1, 1, 1, _RULE),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _logs(1, 1, 1, "9 creations from 0s to 3s"),
    "aws:ec2/securityGroup:SecurityGroup": _logs(3, 1, 1, "creations of 2s to 3s"),
    "aws:ec2/subnet:Subnet": _logs(1, 1, 1, "creations of 1s to 5s"),
    "aws:ec2/tag:Tag": _guess(1, 1, 1, _RULE),
    "aws:ec2/vpc:Vpc": _logs(12, 10, 1, "with DNS host names 12s to 15s, 1s to 5s without; 9 deletions from 0s to 3s"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _GATEWAY_ENDPOINT,
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": _guess(
        10, 1, 10, "the provider waits for the state associated, for 10 minutes at most"
    ),
    "aws:efs/accessPoint:AccessPoint": _guess(5, 1, 5, "waits for the state available"),
    "aws:efs/backupPolicy:BackupPolicy": _guess(5, 5, 5, "waits for ENABLED or DISABLED"),
    "aws:efs/fileSystem:FileSystem": _guess(6, 5, 6, "waits for the state available, usually the first or second poll"),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": _guess(2, 2, 2, "one EFS API call and a read"),
    "aws:efs/mountTarget:MountTarget": _guess(
        90, 60, 15, "a network interface and its DNS name: about 1.5 minutes; provider's time limit 30 minutes"
    ),
    "aws:eks/accessEntry:AccessEntry": _logs(1, 1, 1, _EKS_CALL),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _guess(1, 1, 1, _EKS_CALL),
    "aws:eks/addon:Addon": _ADDON,
    "aws:eks/cluster:Cluster": _CLUSTER,
    "aws:eks/fargateProfile:FargateProfile": Duration(
        90,
        1,
        95,
        "measured by others",
        "published destroy log: 1m35s. Creation: estimate of 1 to 2 minutes; SDK waiters give up after 10 minutes, "
        "30 minutes for deletions",
    ),
    "aws:eks/nodeGroup:NodeGroup": _NODE_GROUP,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _guess(1, 1, 1, _EKS_CALL),
    "aws:iam/instanceProfile:InstanceProfile": _guess(7, 1, 1, f"the provider waits for it to be found; {_IAM}"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _guess(1, 1, 1, _IAM),
    "aws:iam/policy:Policy": _guess(1, 1, 1, _IAM),
    "aws:iam/role:Role": _logs(2, 1, 1, f"10 creations from 1s to 3s; {_IAM}"),
    "aws:iam/rolePolicy:RolePolicy": _guess(1, 1, 1, _IAM),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _guess(1, 1, 1, _IAM),
    "aws:kms/alias:Alias": _guess(1, 1, 1, "one KMS API call and a read"),
    "aws:kms/key:Key": _logs(
        21,
        10,
        1,
        "10 creations from 12s to 29s: the provider waits until policy and rotation are seen; deletion is "
        "only scheduled",
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _guess(1, 1, 1, _RULE),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _guess(1, 1, 1, _RULE),
    "kubernetes:core/v1:Namespace": _guess(1, 1, 10, "deletion waits until the namespace controller emptied it"),
    "kubernetes:helm.sh/v3:Release": _logs(
        60,
        45,
        15,
        "helm_release of the load balancer controller 45s, of Cluster Autoscaler 1m34s. Updates and "
        "deletions: estimate",
    ),
}

_PUBLIC_SUBNET = _logs(
    11, 11, 1, "5 creations from 10s to 14s with a public address on launch, which is set and awaited"
)
_DAEMON_SETS = frozenset({"vpc-cni", "kube-proxy", "eks-pod-identity-agent", "eks-node-monitoring-agent"})

VARIANTS: tuple[Variant, ...] = (
    Variant("aws:ec2/subnet:Subnet", "mapPublicIpOnLaunch", frozenset({True}), _PUBLIC_SUBNET),
    Variant("aws:ec2/vpcEndpoint:VpcEndpoint", "vpcEndpointType", frozenset({"Interface"}), _INTERFACE_ENDPOINT),
    Variant("aws:eks/addon:Addon", "addonName", _DAEMON_SETS, _DAEMON_ADDON),
)

_USUAL = _guess(1, 1, 1, "nothing is known of the type: API calls that answer at once")
_NOTHING = _guess(0, 0, 0, "the engine's own resource: no API is called")


def duration(type_: str, inputs: Mapping[str, Any] | None = None) -> Duration:
    """Return how long AWS takes for a resource; one second where nothing is known of its type.

    Args:
        type_: Type token.
        inputs: Inputs of the resource, where a type's resources differ; None for the type's usual figures.
    """
    if type_.startswith("pulumi:"):
        return _NOTHING
    for variant in VARIANTS:
        if variant.type == type_ and inputs is not None and _plain(inputs.get(variant.input)) in variant.values:
            return variant.duration
    usual = _KUBERNETES if type_.startswith("kubernetes:") else _USUAL
    return DURATIONS.get(type_, usual)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | bool | int) else None
