"""What Amazon EKS refuses in the creation of clusters, and its words that other refusals share."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.living_world import CLUSTER, PLACE, trust
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
