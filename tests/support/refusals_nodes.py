"""What Amazon EKS refuses in the creation of node groups."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.living_world import CLUSTER, GONE
from tests.support.refusals import Refusal, refused
from tests.support.refusals_eks import (
    IN_USE,
    INVALID,
    NO_CLUSTER,
    NODES,
    NOT_FOUND,
    NOT_JOINED,
    REQUEST,
    ROLES,
    UNHEALTHY,
)

NODE_GROUPS: Sequence[Refusal] = (
    Refusal(
        name="node group without a cluster",
        step="nodes",
        code=NOT_FOUND,
        says=NO_CLUSTER,
        without=(
            "cluster",
            "api-from-nodes",
            "oidc",
            "entry",
            "entry-policy",
            "agent",
            "kube-proxy",
            "vpc-cni",
        ),
    ),
    refused(
        "role of the nodes does not exist",
        "nodes",
        INVALID,
        "The role with name nobody cannot be found.",
        nodeRoleArn=f"{ROLES}/nobody",
    ),
    refused(
        "role of the nodes trusts another service",
        "nodes",
        INVALID,
        "Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of "
        f"nodeRole {ROLES}/cluster-role",
        nodeRoleArn=f"{ROLES}/cluster-role",
    ),
    refused(
        "subnet of the nodes does not exist",
        "nodes",
        INVALID,
        "The subnet ID 'subnet-0123' does not exist",
        subnetIds=["subnet-0123"],
    ),
    refused(
        "nodes newer than their control plane",
        "nodes",
        INVALID,
        "Nodegroup Kubernetes version should be equal to Cluster kubernetes version 1.34",
        version="1.35",
    ),
    refused(
        "Amazon Linux 2 on a version that has none",
        "nodes",
        INVALID,
        "AMI Type AL2_x86_64 is only supported for kubernetes versions 1.32 or earlier",
        amiType="AL2_x86_64",
    ),
    refused(
        "instances of another architecture than their image",
        "nodes",
        INVALID,
        "[m7i.large] is not a valid instance type for requested amiType AL2023_ARM_64_STANDARD",
        amiType="AL2023_ARM_64_STANDARD",
    ),
    refused(
        "Graviton instances for an image that is not theirs",
        "nodes",
        INVALID,
        "[m7g.large, c7gn.large] is not a valid instance type for requested amiType AL2023_x86_64_STANDARD",
        instanceTypes=["g4dn.xlarge", "m7g.large", "c7gn.large"],
    ),
    refused(
        "launch template does not exist",
        "nodes",
        REQUEST,
        "The specified launch template, with template ID lt-0123, does not exist.",
        launchTemplate={"id": "lt-0123"},
    ),
    refused(
        "version of the launch template does not exist",
        "nodes",
        REQUEST,
        "Could not find the specified version 7 for the launch template with ID {template}.",
        launchTemplate={"version": "7"},
    ),
    refused(
        "disk size beside a launch template",
        "nodes",
        INVALID,
        "Disk size cannot be specified within Nodegroup when using a launch template.",
        diskSize=50,
    ),
    refused(
        "remote access beside a launch template",
        "nodes",
        INVALID,
        "Remote access configuration cannot be specified within Nodegroup when using a launch template.",
        remoteAccess={"ec2SshKey": "key"},
    ),
    Refusal(
        name="instance types in both places",
        step="nodes",
        code=INVALID,
        says="Instance type cannot be specified both within Nodegroup and its launch template.",
        broken={"template": {"instanceType": "m7i.large"}},
    ),
    Refusal(
        name="image of one's own with an AMI type",
        step="nodes",
        code=INVALID,
        says="You cannot specify an AMI Type other than CUSTOM, when specifying an image id in your launch template.",
        broken={"template": {"imageId": "ami-0123456789abcdef0"}},
    ),
    refused(
        "custom AMI type without an image",
        "nodes",
        INVALID,
        "You must specify an image id within the launch template when AMI type is CUSTOM.",
        amiType="CUSTOM",
    ),
    refused(
        "fewest nodes above the most",
        "nodes",
        INVALID,
        "Minimum capacity 4 can't be greater than maximum size 3",
        scalingConfig={"minSize": 4},
    ),
    refused(
        "fewer nodes wanted than there must be",
        "nodes",
        INVALID,
        "Minimum capacity 3 can't be greater than desired size 2",
        scalingConfig={"minSize": 3},
    ),
    refused(
        "more nodes wanted than there may be",
        "nodes",
        INVALID,
        "desired capacity 9 can't be greater than max size 3",
        scalingConfig={"desiredSize": 9},
    ),
    refused(
        "label of the nodes in a reserved namespace",
        "nodes",
        INVALID,
        "Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]",
        labels={"eks.amazonaws.com/team": "a"},
    ),
    refused(
        "label of the nodes too long",
        "nodes",
        INVALID,
        "Label cannot contain a name or a value of more than 63 characters: team",
        labels={"team": "a" * 64},
    ),
    refused(
        "taint of the nodes given twice",
        "nodes",
        INVALID,
        "Duplicate taints are not allowed: key and effect must be unique",
        taints=[{"key": "a", "value": value, "effect": "NO_SCHEDULE"} for value in "xy"],
    ),
    refused(
        "more instance types than a node group takes",
        "nodes",
        INVALID,
        "The number of instance types must not exceed 20",
        instanceTypes=[f"m{n}.large" for n in range(21)],
    ),
    Refusal(
        name="two node groups of a name",
        step="nodes",
        code=IN_USE,
        says=f"NodeGroup already exists with name system and cluster name {CLUSTER}",
        again=True,
    ),
    Refusal(name="nodes without the CNI", step="nodes", code=NODES[0], says=UNHEALTHY, without=("vpc-cni",)),
    Refusal(name="nodes without kube-proxy", step="nodes", code=NODES[0], says=UNHEALTHY, without=("kube-proxy",)),
    Refusal(
        name="nodes whose CNI has no agent for its role",
        step="nodes",
        code=NODES[0],
        says=UNHEALTHY,
        without=("agent",),
    ),
    Refusal(
        name="nodes whose CNI has no permissions",
        step="nodes",
        code=NODES[0],
        says=UNHEALTHY,
        broken={"vpc-cni": {"podIdentityAssociations": GONE}},
    ),
    Refusal(
        name="nodes that may not pull images", step="nodes", code=NODES[0], says=UNHEALTHY, without=("image-policy",)
    ),
    Refusal(name="nodes without their policy", step="nodes", code=NODES[0], says=NOT_JOINED, without=("node-policy",)),
    Refusal(name="nodes without a way out", step="nodes", code=NODES[0], says=NOT_JOINED, without=("private-route",)),
    Refusal(
        name="nodes whose NAT gateway has no way out",
        step="nodes",
        code=NODES[0],
        says=NOT_JOINED,
        without=("public-route",),
    ),
    Refusal(name="nodes that may not send", step="nodes", code=NODES[0], says=NOT_JOINED, without=("node-egress",)),
    Refusal(
        name="control plane that lets no nodes in",
        step="nodes",
        code=NODES[0],
        says=NOT_JOINED,
        without=("api-from-nodes",),
    ),
    Refusal(
        name="control plane that lets nodes in on another port",
        step="nodes",
        code=NODES[0],
        says=NOT_JOINED,
        broken={"api-from-nodes": {"fromPort": 10250, "toPort": 10250}},
    ),
    Refusal(
        name="nodes in a public subnet without public addresses",
        step="nodes",
        code="Ec2SubnetInvalidConfiguration",
        says=(
            "One or more Amazon EC2 Subnets of [{public-a}] for node group does not automatically assign public IP "
            "addresses to instances launched into it. If you want your instances to be assigned a public IP address, "
            "then you need to enable auto-assign public IP address for this subnet."
        ),
        broken={
            "public-a": {"mapPublicIpOnLaunch": False},
            "nodes": {"subnetIds": lambda made: [made["public-a"]["id"]]},
        },
    ),
)
