"""What the world knows of IAM roles and their policies, for the services that take roles."""

from __future__ import annotations

import difflib
import re
from typing import Any

from rehearsal.simulator.rules.iam_documents import allows
from rehearsal.simulator.world import Record, World

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

_MANAGED = re.compile(r"arn:[a-z-]+:iam::aws:policy/(?P<name>.+)")
_CLOSE = 0.85

# Managed policies that clusters, nodes and add-ons use.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
MANAGED_POLICIES = frozenset(
    {
        "AmazonEC2ContainerRegistryPowerUser",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEC2ContainerRegistryReadOnly",
        "AmazonEKSBlockStoragePolicy",
        "AmazonEKSClusterPolicy",
        "AmazonEKSComputePolicy",
        "AmazonEKSFargatePodExecutionRolePolicy",
        "AmazonEKSLoadBalancingPolicy",
        "AmazonEKSNetworkingPolicy",
        "AmazonEKSServicePolicy",
        "AmazonEKSVPCResourceController",
        "AmazonEKSWorkerNodeMinimalPolicy",
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKS_CNI_Policy",
        "AmazonFSxFullAccess",
        "AmazonFSxReadOnlyAccess",
        "AmazonRoute53FullAccess",
        "AmazonRoute53ReadOnlyAccess",
        "AmazonSSMManagedInstanceCore",
        "AWSSecretsManagerClientReadOnlyAccess",
        "AWSXRayDaemonWriteAccess",
        "AWSXrayWriteOnlyAccess",
        "CloudWatchAgentAdminPolicy",
        "CloudWatchAgentServerPolicy",
        "CloudWatchNetworkFlowMonitorAgentPublishPolicy",
        "service-role/AmazonEBSCSIDriverPolicy",
        "service-role/AmazonEBSCSIDriverPolicyV2",
        "service-role/AmazonEFSCSIDriverPolicy",
    }
)


def role_by_arn(world: World, arn: Any) -> Record | None:
    """Return the role with an ARN, or None."""
    found = world.by_arn(arn)
    return found if found is not None and found.type == ROLE else None


def was_deleted(world: World, arn: Any) -> bool:
    """Return whether a role was made in this world and is gone; of one that was never made here nothing is known."""
    name = str(arn).rpartition("/")[2]
    gone = any(event.action == "delete" and event.type == ROLE and event.id == name for event in world.events)
    return gone and role_by_arn(world, arn) is None


def trusts(role: Record, service: str, *actions: str) -> bool:
    """Return whether a role's trust policy lets a service assume it."""
    return allows(role.inputs.get("assumeRolePolicy"), "Service", service, *(actions or ("sts:AssumeRole",)))


def attached(world: World, role: Record) -> set[str]:
    """Return the ARNs of the managed policies that are attached to a role."""
    given: list[str] = role.inputs.get("managedPolicyArns") or []
    return {*given, *(str(item.inputs["policyArn"]) for item in world.of_type(ATTACHMENT) if of_role(item, role))}


def inline(world: World, role: Record) -> list[Record]:
    """Return the inline policies of a role."""
    return [item for item in world.of_type(ROLE_POLICY) if of_role(item, role)]


def of_role(record: Record, role: Record) -> bool:
    """Return whether an attachment or an inline policy belongs to a role, which may be given by name or by id."""
    return record.inputs.get("role") in (role.id, role.get("name"))


def has_managed(world: World, role: Record, *names: str) -> bool:
    """Return whether one of some AWS managed policies is attached to a role."""
    return any(str(arn).endswith(f":aws:policy/{name}") for arn in attached(world, role) for name in names)


def misspelt(arn: str) -> bool:
    """Return whether an ARN names an AWS managed policy that does not exist.

    Not all of AWS's policies are known here: a name is taken for misspelt if it is very like a known one.
    """
    match = _MANAGED.fullmatch(arn)
    if match is None or match["name"] in MANAGED_POLICIES:
        return False
    return bool(difflib.get_close_matches(match["name"], MANAGED_POLICIES, 1, _CLOSE))
