"""What is refused in add-ons, access entries, access policies and EKS Pod Identity."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.living_world import PLACE, trust
from tests.support.refusals import Refusal, refused
from tests.support.refusals_eks import FEW_REPLICAS, IN_USE, INVALID, NOT_FOUND, REQUEST, ROLES

UNTRUSTED = (
    "Trust policy of the role provided is invalid. Ensure that the role trusts the service principal "
    "pods.eks.amazonaws.com for sts:AssumeRole and sts:TagSession."
)
ABSENT = f"{ROLES}/nobody"
_SERVICE_LINKED = f"arn:aws:iam::{PLACE.account}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"

ADDONS: Sequence[Refusal] = (
    refused(
        "add-on that EKS does not offer",
        "coredns",
        INVALID,
        "Addon karpenter specified is not supported in 1.34 kubernetes version",
        addonName="karpenter",
    ),
    refused(
        "version of an add-on that cannot be",
        "coredns",
        INVALID,
        "Addon version specified is not supported",
        addonVersion="1.2.3",
    ),
    refused(
        "configuration of an add-on that is no JSON",
        "coredns",
        INVALID,
        "ConfigurationValue is not in valid JSON or YAML format",
        configurationValues='{"replicas": }',
    ),
    Refusal(
        name="two add-ons of a name",
        step="coredns",
        code=IN_USE,
        says="Addon already exists with name: coredns",
        again=True,
    ),
    refused(
        "role of an add-on does not exist",
        "vpc-cni",
        INVALID,
        "Role provided in the request does not exist.",
        podIdentityAssociations=[{"roleArn": ABSENT, "serviceAccount": "aws-node"}],
    ),
    refused(
        "role of an add-on that pods cannot assume",
        "vpc-cni",
        INVALID,
        UNTRUSTED,
        podIdentityAssociations=[{"roleArn": f"{ROLES}/node-role", "serviceAccount": "aws-node"}],
    ),
    refused(
        "role for a service account that the add-on does not have",
        "vpc-cni",
        INVALID,
        "Service account default in pod identity configuration is not supported for addon vpc-cni",
        podIdentityAssociations=[{"roleArn": f"{ROLES}/cni-role", "serviceAccount": "default"}],
    ),
    refused(
        "both kinds of role for an add-on",
        "vpc-cni",
        INVALID,
        "Cannot specify both serviceAccountRoleArn and podIdentityAssociations for the same add-on",
        serviceAccountRoleArn=f"{ROLES}/cni-role",
    ),
    Refusal(
        name="association of an add-on's service account exists already",
        step="vpc-cni",
        code=IN_USE,
        says="Association already exists: {association}",
        first=("association",),
        broken={"association": {"namespace": "kube-system", "serviceAccount": "aws-node"}},
    ),
    Refusal(
        name="add-on with pods and no nodes",
        step="coredns",
        code="InsufficientNumberOfReplicas",
        says=FEW_REPLICAS,
        without=("nodes",),
    ),
    Refusal(
        name="add-on with pods and a node group of no nodes",
        step="coredns",
        code="InsufficientNumberOfReplicas",
        says=FEW_REPLICAS,
        broken={"nodes": {"scalingConfig": {"minSize": 0, "desiredSize": 0}}},
    ),
    Refusal(
        name="add-on with pods that no node takes",
        step="coredns",
        code="InsufficientNumberOfReplicas",
        says=FEW_REPLICAS,
        broken={"nodes": {"taints": [{"key": "team", "value": "a", "effect": "NO_SCHEDULE"}]}},
    ),
    Refusal(
        name="add-on for Fargate and no profile for it",
        step="coredns",
        code="InsufficientNumberOfReplicas",
        says=FEW_REPLICAS,
        broken={"coredns": {"configurationValues": '{"computeType": "Fargate"}'}},
    ),
)

ACCESS: Sequence[Refusal] = (
    refused(
        "principal that is no role and no user",
        "entry",
        INVALID,
        "The specified principalArn is invalid: invalid principal.",
        principalArn=f"arn:aws:sts::{PLACE.account}:assumed-role/a/b",
    ),
    refused(
        "principal that belongs to a service",
        "entry",
        INVALID,
        "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role",
        principalArn=_SERVICE_LINKED,
    ),
    refused(
        "group of an access entry that Kubernetes keeps for itself",
        "entry",
        INVALID,
        "The kubernetes group name system:masters is invalid, it cannot start with system:",
        kubernetesGroups=["system:masters"],
    ),
    refused(
        "groups for an entry of nodes",
        "entry",
        INVALID,
        "The username and kubernetesGroups of an access entry of type EC2_LINUX cannot be specified",
        type="EC2_LINUX",
        kubernetesGroups=["team"],
    ),
    Refusal(
        name="two access entries of a principal",
        step="entry",
        code=IN_USE,
        says="The specified access entry resource is already in use on this cluster.",
        again=True,
    ),
    Refusal(
        name="access entry on a cluster that knows none",
        step="entry",
        code=REQUEST,
        says=(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this "
            "operation."
        ),
        broken={"cluster": {"accessConfig": {"authenticationMode": "CONFIG_MAP"}}},
    ),
    Refusal(
        name="access policy without its entry",
        step="entry-policy",
        code=NOT_FOUND,
        says=(
            "The specified principalArn could not be found. You can view your available access entries with "
            "'list-access-entries'."
        ),
        without=("entry",),
    ),
    refused(
        "access policy that EKS does not have",
        "entry-policy",
        NOT_FOUND,
        "The specified policyArn could not be found. You can view the available access policies with "
        "'list-access-policies'.",
        policyArn="arn:aws:iam::aws:policy/AdministratorAccess",
    ),
    Refusal(
        name="access policy for an entry of nodes",
        step="entry-policy",
        code=REQUEST,
        says="Access policies cannot be associated with an access entry of type EC2_LINUX",
        broken={"entry": {"type": "EC2_LINUX"}},
    ),
    refused(
        "access to namespaces that are not named",
        "entry-policy",
        INVALID,
        "Namespaces must be specified when the type of the access scope is namespace.",
        accessScope={"type": "namespace"},
    ),
    refused(
        "access to the cluster that names namespaces",
        "entry-policy",
        INVALID,
        "Namespaces cannot be specified when the type of the access scope is cluster.",
        accessScope={"namespaces": ["team"]},
    ),
    refused(
        "role of a workload does not exist",
        "association",
        INVALID,
        "Role provided in the request does not exist.",
        roleArn=ABSENT,
    ),
    Refusal(
        name="role of a workload that may not tag its session",
        step="association",
        code=INVALID,
        says=UNTRUSTED,
        broken={"app-role": {"assumeRolePolicy": trust("pods.eks.amazonaws.com", "sts:AssumeRole")}},
    ),
    Refusal(
        name="two associations of a service account",
        step="association",
        code=IN_USE,
        says="Association already exists: {association}",
        again=True,
    ),
    refused(
        "session policy together with session tags",
        "association",
        INVALID,
        "disableSessionTags must be true when a session policy is specified.",
        policy="{}",
    ),
    Refusal(
        name="association on a cluster that does not exist",
        step="association",
        code=NOT_FOUND,
        says="No cluster found for name: other.",
        broken={"association": {"clusterName": "other"}},
    ),
)
