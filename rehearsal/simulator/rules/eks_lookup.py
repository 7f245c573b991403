"""What the rules of Amazon EKS have in common: its types, its refusals, what belongs to a cluster."""

from __future__ import annotations

from typing import Any

from rehearsal.errors import RehearsalError
from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.world import Record, World

CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
FARGATE = "aws:eks/fargateProfile:FargateProfile"
ADDON = "aws:eks/addon:Addon"
ACCESS_ENTRY = "aws:eks/accessEntry:AccessEntry"
ACCESS_POLICY = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

SUBNET = "aws:ec2/subnet:Subnet"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
AUTO_SCALING_GROUP = "aws:autoscaling/group:Group"

# https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, as of November 2026.
VERSIONS = ("1.31", "1.32", "1.33", "1.34", "1.35", "1.36")
# The kubelet may be three minor versions older than the API server, never newer.
# https://kubernetes.io/releases/version-skew-policy/#kubelet
KUBELET_SKEW = 3


class NotActiveError(RehearsalError):
    """EKS took the call and failed later; the provider says so when it stops waiting.

    Args:
        what: Kind of resource as the provider names it, for example "EKS Node Group".
        id_: Its id.
        action: "create", "update" or "delete".
        status: Status that was found, for example "CREATE_FAILED".
        wanted: Status that was waited for; "" for none.
        code: Code of the health issue, for example "NodeCreationFailure".
        message: AWS's own wording.
    """

    def __init__(self, what: str, id_: str, action: str, status: str, wanted: str, code: str, message: str) -> None:
        super().__init__(
            f"waiting for {what} ({id_}) {action}: unexpected state '{status}', wanted target '{wanted}'. "
            f"last error: {code}: {message}"
        )
        self.code = code
        self.reason = message


def refuse(operation: str, code: str, message: str, status: int = 400) -> AwsError:
    """Return EKS's refusal of a call."""
    return AwsError("EKS", operation, code, message, status=status)


def invalid(operation: str, message: str) -> AwsError:
    """Return EKS's refusal of a parameter."""
    return refuse(operation, "InvalidParameterException", message)


def in_use(operation: str, message: str) -> AwsError:
    """Return EKS's refusal because of something that exists."""
    return refuse(operation, "ResourceInUseException", message, 409)


def find_cluster(world: World, operation: str, name: Any) -> Record:
    """Return a cluster.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    found = world.get(CLUSTER, name)
    if found is None:
        raise refuse(operation, "ResourceNotFoundException", f"No cluster found for name: {name}.", 404)
    return found


def of_cluster(world: World, cluster: Any, *types: str) -> list[Record]:
    """Return the things of some types that belong to a cluster, by its name."""
    return [record for record in world.of_type(*types) if record.get("clusterName") == cluster]


def minor(version: Any) -> int:
    """Return the minor version of "1.35"; 0 where it is none."""
    part = str(version).partition(".")[2]
    return int(part) if part.isdigit() else 0


def uses_access_entries(cluster: Record) -> bool:
    """Return whether a cluster's authentication mode knows access entries; the API's default does not."""
    return cluster.get("accessConfig.authenticationMode", "CONFIG_MAP") in ("API", "API_AND_CONFIG_MAP")


def has_auto_mode(cluster: Record) -> bool:
    """Return whether EKS Auto Mode runs nodes for a cluster."""
    return bool(cluster.get("computeConfig.enabled"))


def brings_self_managed(cluster: Record) -> bool:
    """Return whether EKS put vpc-cni, kube-proxy and coredns into a cluster by itself."""
    return cluster.inputs.get("bootstrapSelfManagedAddons", True) is not False


def security_group_of(cluster: Record) -> str:
    """Return the id of the cluster security group."""
    return str(cluster.get("vpcConfig.clusterSecurityGroupId", ""))


def own(world: World, cluster: Record, record_type: str, id_: str, outputs: dict[str, Any], owner: str) -> None:
    """Put something into the world that EKS made by itself, unless it is there already.

    Args:
        world: The world.
        cluster: The cluster it is made for.
        record_type: Type token.
        id_: Physical id.
        outputs: What is known of it.
        owner: Id of the EKS resource that it goes with.
    """
    if world.get(record_type, id_) is not None:
        return
    known = {**outputs, "id": id_, "eksOwner": owner}
    world.put(
        Record(
            type=record_type,
            id=id_,
            inputs=known,
            outputs=known,
            region=cluster.region,
            account=cluster.account,
            created=world.clock.now(),
        )
    )


def disown(world: World, owner: str, *types: str) -> None:
    """Take away what EKS made for one of its resources."""
    for record in world.of_type(*types):
        if not record.urn and record.get("eksOwner") == owner:
            world.remove(record.type, record.id)
