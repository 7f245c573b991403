"""What Amazon EKS refuses in the creation of clusters, node groups and Fargate profiles."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.living_world import CLUSTER, GONE, PLACE, trust
from tests.support.refusals import Refusal, refused

INVALID = "InvalidParameterException"
IN_USE = "ResourceInUseException"
NOT_FOUND = "ResourceNotFoundException"
REQUEST = "InvalidRequestException"
ROLES = f"arn:aws:iam::{PLACE.account}:role"
NO_CLUSTER = f"No cluster found for name: {CLUSTER}."
SWITCHES = (
    "For EKS Auto Mode, please ensure that all required configs, including computeConfig, kubernetesNetworkConfig, "
    "and blockStorage are all either fully enabled or fully disabled."
)
NOT_ASSUMED = (
    f"Role with arn: {ROLES}/cluster-role, could not be assumed because it does not exist or the trusted entity is "
    "not correct"
)
NOT_JOINED = "Instances failed to join the kubernetes cluster"
UNHEALTHY = "Unhealthy nodes in the kubernetes cluster"
MISTRUSTED = (
    "Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com Service Principal"
)
NODES = ("NodeCreationFailure", NOT_JOINED)
FEW_REPLICAS = "The add-on is unhealthy because it doesn't have the desired number of replicas."

CLUSTERS: Sequence[Refusal] = (
    refused("version that EKS does not have", "cluster", INVALID, "unsupported Kubernetes version", version="1.99"),
    Refusal(
        name="role of the cluster does not exist",
        step="cluster",
        code=INVALID,
        says=NOT_ASSUMED.replace("cluster-role", "nobody"),
        broken={"cluster": {"roleArn": f"{ROLES}/nobody"}},
    ),
    Refusal(
        name="role of the cluster trusts another service",
        step="cluster",
        code=INVALID,
        says=NOT_ASSUMED,
        broken={"cluster-role": {"assumeRolePolicy": trust("ec2.amazonaws.com")}},
    ),
    Refusal(
        name="role of the cluster without its policy",
        step="cluster",
        code=INVALID,
        says=(
            "The provided role doesn't have the Amazon EKS Managed Policies associated with it. Please ensure the "
            "following policy is attached: arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
        ),
        without=("cluster-policy",),
    ),
    refused(
        "subnet of the cluster does not exist",
        "cluster",
        INVALID,
        "The subnet ID 'subnet-0123' does not exist",
        vpcConfig=lambda made: {"subnetIds": [made["private-a"]["id"], "subnet-0123"]},
    ),
    refused(
        "subnets of the cluster in one zone",
        "cluster",
        INVALID,
        "Subnets specified must be in at least two different AZs",
        vpcConfig=lambda made: {"subnetIds": [made["private-a"]["id"], made["public-a"]["id"]]},
    ),
    Refusal(
        name="VPC of the cluster without DNS hostnames",
        step="cluster",
        code=INVALID,
        says="The VPC {vpc} must have DNS hostnames and DNS resolution enabled",
        broken={"vpc": {"enableDnsHostnames": False}},
    ),
    refused(
        "both endpoints of the cluster closed",
        "cluster",
        INVALID,
        "Private and public endpoint access cannot be false",
        vpcConfig={"endpointPrivateAccess": False},
    ),
    refused(
        "public endpoint of the cluster open to more ranges than there may be",
        "cluster",
        INVALID,
        "The number of public access CIDRs must not exceed 40",
        vpcConfig={"endpointPublicAccess": True, "publicAccessCidrs": [f"203.0.113.{n}/32" for n in range(41)]},
    ),
    refused(
        "security group of the cluster does not exist",
        "cluster",
        INVALID,
        "Security group(s) [sg-0123] are not in the same VPC as the subnets.",
        vpcConfig={"securityGroupIds": ["sg-0123"]},
    ),
    refused(
        "more security groups than a cluster takes",
        "cluster",
        INVALID,
        "The number of security groups must not exceed 4",
        vpcConfig=lambda made: {"securityGroupIds": [made["node-group-sg"]["id"]] * 5},
    ),
    refused(
        "service range overlaps the VPC",
        "cluster",
        INVALID,
        "serviceIpv4Cidr 10.0.0.0/16 overlaps with the CIDR block of the VPC {vpc}",
        kubernetesNetworkConfig={"serviceIpv4Cidr": "10.0.0.0/16"},
    ),
    refused(
        "service range outside the private ranges",
        "cluster",
        INVALID,
        "serviceIpv4Cidr 100.64.0.0/16 must be a /24 to /12 block within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
        kubernetesNetworkConfig={"serviceIpv4Cidr": "100.64.0.0/16"},
    ),
    refused(
        "service range too small",
        "cluster",
        INVALID,
        "serviceIpv4Cidr 172.20.0.0/25 must be a /24 to /12 block within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
        kubernetesNetworkConfig={"serviceIpv4Cidr": "172.20.0.0/25"},
    ),
    refused(
        "key of the cluster does not exist",
        "cluster",
        INVALID,
        f"The keyArn in encryptionConfig provider is invalid: Key '{PLACE.arn('kms', 'key/none')}' does not exist",
        encryptionConfig={"provider": {"keyArn": PLACE.arn("kms", "key/none")}},
    ),
    refused(
        "one switch of Auto Mode without the others",
        "cluster",
        INVALID,
        SWITCHES,
        computeConfig={"enabled": True},
    ),
    refused(
        "Auto Mode with node pools and no role for nodes",
        "cluster",
        INVALID,
        "nodeRoleArn is required when nodePools are specified.",
        computeConfig={"enabled": True, "nodePools": ["system"]},
        kubernetesNetworkConfig={"elasticLoadBalancing": {"enabled": True}},
        storageConfig={"blockStorage": {"enabled": True}},
    ),
    refused(
        "Auto Mode with the aws-auth config map",
        "cluster",
        INVALID,
        "EKS Auto Mode requires the authentication mode API or API_AND_CONFIG_MAP.",
        accessConfig={"authenticationMode": "CONFIG_MAP"},
        computeConfig={"enabled": True},
        kubernetesNetworkConfig={"elasticLoadBalancing": {"enabled": True}},
        storageConfig={"blockStorage": {"enabled": True}},
    ),
    Refusal(
        name="two clusters of a name",
        step="cluster",
        code=IN_USE,
        says=f"Cluster already exists with name: {CLUSTER}",
        again=True,
    ),
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

FARGATE: Sequence[Refusal] = (
    refused(
        "role of the Fargate pods does not exist",
        "fargate",
        INVALID,
        "The role with name nobody cannot be found.",
        podExecutionRoleArn=f"{ROLES}/nobody",
    ),
    refused(
        "role of the Fargate pods trusts another service",
        "fargate",
        INVALID,
        MISTRUSTED,
        podExecutionRoleArn=f"{ROLES}/node-role",
    ),
    Refusal(
        name="role of the Fargate pods trusts profiles of another cluster",
        step="fargate",
        code=INVALID,
        says=MISTRUSTED,
        broken={
            "fargate-role": {
                "assumeRolePolicy": trust(
                    "eks-fargate-pods.amazonaws.com",
                    ArnLike={"aws:SourceArn": PLACE.arn("eks", "fargateprofile/other/*")},
                )
            }
        },
    ),
    Refusal(
        name="role of the Fargate pods without its policy",
        step="fargate",
        code=INVALID,
        says=f"The pod execution role {ROLES}/fargate-role lacks AmazonEKSFargatePodExecutionRolePolicy",
        without=("fargate-policy",),
    ),
    refused(
        "Fargate in a public subnet",
        "fargate",
        INVALID,
        "Subnet {public-a} provided in Fargate Profile is not a private subnet",
        subnetIds=lambda made: [made["public-a"]["id"]],
    ),
    refused(
        "subnet of the Fargate pods does not exist",
        "fargate",
        INVALID,
        "The subnet ID 'subnet-0123' does not exist",
        subnetIds=["subnet-0123"],
    ),
    refused(
        "Fargate profile with a reserved name",
        "fargate",
        INVALID,
        "Fargate profile name eks-batch cannot start with the reserved prefix eks-",
        fargateProfileName="eks-batch",
    ),
    refused(
        "more selectors than a Fargate profile takes",
        "fargate",
        INVALID,
        "The number of selectors must be between 1 and 5",
        selectors=[{"namespace": f"team-{n}"} for n in range(6)],
    ),
    refused(
        "selector without a namespace",
        "fargate",
        INVALID,
        "Fargate profile selector must have a namespace",
        selectors=[{"labels": {"a": "b"}}],
    ),
    refused(
        "more labels than a selector takes",
        "fargate",
        INVALID,
        "The number of label pairs of a selector must not exceed 5",
        selectors=[{"namespace": "batch", "labels": {f"l{n}": "x" for n in range(6)}}],
    ),
    Refusal(
        name="two Fargate profiles of a name",
        step="fargate",
        code=IN_USE,
        says=f"Fargate Profile already exists with name batch and cluster name {CLUSTER}",
        again=True,
    ),
)
