"""Configurations with one mistake each, and some with several; what is reported is in misconfigurations.txt."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.settings.examples import MISSING

G = "nodeGroups.system."
B = "fargateProfiles.batch."
R = "arn:aws:iam::111122223333:role/"
KMS = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
POLICY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
OWN_IMAGE = {"image": {"repository": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror"}}
BATCH = {"selectors": [{"namespace": "batch"}]}
SYSTEM = {"selectors": [{"namespace": "kube-system"}]}
CUSTOM_NETWORKING = {"vpc-cni": {"customNetworking": True}}
SUBNETS = {"eu-west-1a": "subnet-01234567", "eu-west-1b": "subnet-11234567"}
EXISTING = {"vpcId": "vpc-01234567", "privateSubnets": SUBNETS}


class Mistake(NamedTuple):
    """A change that makes the right configuration wrong.

    Args:
        what: What is wrong.
        change: Values by path; MISSING takes a key away.
        stack: Name of the stack.
    """

    what: str
    change: dict[str, Any]
    stack: str = "dev"


MISTAKES = [
    # sections, keys, types
    Mistake("an unknown section", {"netwrok": {}}),
    Mistake("an unknown section that resembles nothing", {"xyz": {}}),
    Mistake("a section of a misspelt project", {"eks-platfrm:storage": {}}),
    Mistake("the region under the project's name", {"region": "eu-west-1"}),
    Mistake("an unknown key", {"network.zone": ["eu-west-1a"]}),
    Mistake("a key in snake case", {"nodeGroups.system": {"instance_types": ["m7i.large"]}}),
    Mistake("an unknown key deep down", {G + "disk": {"sizeGib": 80}}),
    Mistake("a section that is no mapping", {"cluster": ["1.35"]}),
    Mistake("a section that is text", {"network": "10.0.0.0/16"}),
    Mistake("a number in quotes", {G + "min": "2"}),
    Mistake("a fraction for a whole number", {G + "min": 1.5}),
    Mistake("a version without quotes", {"cluster.version": 1.35}),
    Mistake("a version without quotes that lost its zero", {"cluster.version": 1.3}),
    Mistake("a cost centre without quotes", {"tags.costCenter": 4711}),
    Mistake("yes for true", {"cluster.deletionProtection": "yes"}),
    Mistake("a single value for a list", {G + "instanceTypes": "m7i.large"}),
    Mistake("a list for a mapping", {"nodeGroups": ["system"]}),
    Mistake("an unknown choice", {"network.nat": "perzone"}),
    Mistake("an unknown choice that resembles nothing", {"network.nat": "xyz"}),
    Mistake("a number that is not one of few", {"network.subnets.slots": 5}),
    # account
    Mistake("a missing region", {"aws:region": MISSING}),
    Mistake("an unknown region", {"aws:region": "eu-wset-1"}),
    Mistake("a missing account", {"account": MISSING}),
    Mistake("a short account", {"account": "11112222333"}),
    Mistake("an account without quotes", {"account": 111122223333}),
    Mistake("missing tags", {"tags": MISSING}),
    Mistake("a missing owner", {"tags.owner": MISSING}),
    Mistake("a misspelt owner", {"tags": {"ownr": "a", "costCenter": "1"}}),
    Mistake("an empty owner", {"tags.owner": " "}),
    Mistake("a bad environment", {"tags.environment": "Dev 1"}),
    Mistake("a tag of AWS", {"tags.additional": {"aws:team": "x"}}),
    Mistake("a tag of the platform", {"tags.additional": {"cost-center": "1"}}),
    Mistake("the project as a tag", {"tags.additional": {"project": "1"}}),
    Mistake("a tag with forbidden characters", {"tags.additional": {"team": "a;b"}}),
    Mistake("a tag name with forbidden characters", {"tags.additional": {"te#am": "a"}}),
    Mistake("too many tags", {"tags.additional": {f"t{i}": "x" for i in range(41)}}),
    Mistake("a role as permissions boundary", {"permissionsBoundary": R + "x"}),
    Mistake("a boundary of another partition", {"permissionsBoundary": "arn:aws-cn:iam::111122223333:policy/x"}),
    # network
    Mistake("a CIDR that is not canonical", {"network.cidr": "10.20.1.0/16"}),
    Mistake("a CIDR that is none", {"network.cidr": "10.20.0.0.0/16"}),
    Mistake("a public CIDR", {"network.cidr": "52.20.0.0/16"}),
    Mistake("a CIDR that is too large", {"network.cidr": "10.0.0.0/8"}),
    Mistake("a CIDR that is too small", {"network.cidr": "10.20.0.0/22"}),
    Mistake("a VPC that overlaps the Services", {"network.cidr": "172.20.0.0/16"}),
    Mistake("one zone", {"network.zones": ["eu-west-1a"]}),
    Mistake("a count of one zone", {"network.zones": 1}),
    Mistake("a count of too many zones", {"network.zones": 5}),
    Mistake("a zone of another region", {"network.zones": ["eu-west-1a", "eu-west-2b"]}),
    Mistake("a zone that is none", {"network.zones": ["eu-west-1a", "eu-west-1"]}),
    Mistake("a zone twice", {"network.zones": ["eu-west-1a", "eu-west-1a"]}),
    Mistake("a zone without a slot", {"network.zones": ["eu-west-1a", "eu-west-1e"], "network.subnets.slots": 4}),
    Mistake("a subnet larger than its place", {"network.subnets.publicPrefix": 20}),
    Mistake("a subnet smaller than AWS allows", {"network.subnets.intraPrefix": 29}),
    Mistake("a pod range without custom networking", {"network.podCidr": "100.64.0.0/16"}),
    Mistake("a pod range that overlaps the VPC", {"network.podCidr": "10.20.0.0/16", "addons": CUSTOM_NETWORKING}),
    Mistake("a pod range of another private range", {"network.podCidr": "192.168.0.0/16", "addons": CUSTOM_NETWORKING}),
    Mistake("a public pod range", {"network.podCidr": "52.0.0.0/16", "addons": CUSTOM_NETWORKING}),
    Mistake("a pod range that is too large", {"network.podCidr": "100.64.0.0/10", "addons": CUSTOM_NETWORKING}),
    Mistake(
        "a pod range that overlaps the Services",
        {"network.cidr": "172.16.0.0/16", "network.podCidr": "172.20.0.0/16", "addons": CUSTOM_NETWORKING},
    ),
    Mistake("flow logs to S3 without a bucket", {"network.flowLogs": {"destination": "s3"}}),
    Mistake("a bucket for CloudWatch flow logs", {"network.flowLogs": {"bucketArn": "arn:aws:s3:::logs"}}),
    Mistake("a bucket's name for its ARN", {"network.flowLogs": {"destination": "s3", "bucketArn": "logs"}}),
    Mistake(
        "a KMS key for flow logs in S3",
        {"network.flowLogs": {"destination": "s3", "bucketArn": "arn:aws:s3:::logs", "kmsKeyArn": KMS}},
    ),
    Mistake("a retention that CloudWatch does not offer", {"network.flowLogs": {"retentionDays": 100}}),
    Mistake("an endpoint's whole name", {"network.endpoints": {"services": ["com.amazonaws.eu-west-1.ecr.api"]}}),
    Mistake("an endpoint that is none", {"network.endpoints": {"services": ["ECR API"]}}),
    Mistake("the endpoint that is always there", {"network.endpoints": {"services": ["s3"]}}),
    Mistake("services without endpoints", {"network.endpoints": {"mode": "none", "services": ["sts"]}}),
    Mistake("a list of no endpoints", {"network.endpoints": {"mode": "list"}}),
    Mistake("endpoints of an existing VPC", {"network": {"existing": EXISTING, "endpoints": {"mode": "none"}}}),
    Mistake(
        "nodes cut off from the API server",
        {
            "network.nat": "none",
            "cluster.endpoint": {"private": False, "public": True, "publicAccessCidrs": ["203.0.113.0/24"]},
        },
    ),
    Mistake(
        "images that nothing reaches",
        {
            "network.nat": "none",
            "loadBalancerController": {},
            "clusterAutoscaler": {"values": {"image": {"tag": "v1.35.2"}}},
        },
    ),
    Mistake("neither NAT nor endpoints", {"network.nat": "none", "network.endpoints": {"mode": "none"}}),
    Mistake("an existing VPC with a CIDR", {"network": {"cidr": "10.0.0.0/16", "existing": EXISTING}}),
    Mistake(
        "an existing VPC with one subnet",
        {"network": {"existing": {"vpcId": "vpc-01234567", "privateSubnets": {"eu-west-1a": "subnet-01234567"}}}},
    ),
    Mistake(
        "ids that are none",
        {
            "network": {
                "existing": {
                    "vpcId": "vpc-1",
                    "privateSubnets": {"eu-west-1a": "subnet-1", "eu-west-1b": "subnet-11234567"},
                }
            }
        },
    ),
    Mistake(
        "an existing subnet in two tiers",
        {"network": {"existing": {**EXISTING, "publicSubnets": {"eu-west-1a": "subnet-01234567"}}}},
    ),
    Mistake(
        "an existing subnet of another region",
        {
            "network": {
                "existing": {
                    "vpcId": "vpc-01234567",
                    "privateSubnets": {"eu-west-2a": "subnet-01234567", "eu-west-1b": "subnet-11234567"},
                }
            }
        },
    ),
    Mistake(
        "one existing intra subnet",
        {"network": {"existing": {**EXISTING, "intraSubnets": {"eu-west-1a": "subnet-21234567"}}}},
    ),
    # cluster
    Mistake("a cluster's name that is too long", {"cluster.name": "c" * 101}),
    Mistake("a cluster's name that begins with a hyphen", {"cluster.name": "-dev"}),
    Mistake("a patch version", {"cluster.version": "1.35.2"}),
    Mistake("a version that is none", {"cluster.version": "latest"}),
    Mistake("a version past standard support", {"cluster.version": "1.33"}),
    Mistake("a version past its support", {"cluster.version": "1.30"}),
    Mistake("a version from long ago", {"cluster.version": "1.21"}),
    Mistake(
        "a public endpoint for all in staging",
        {"cluster.endpoint": {"public": True, "publicAccessCidrs": ["0.0.0.0/0"]}},
        "staging",
    ),
    Mistake(
        "a public IPv6 endpoint for all in production",
        {"cluster.endpoint": {"public": True, "publicAccessCidrs": ["::/0"]}},
        "prod",
    ),
    Mistake("a public endpoint for nobody in particular", {"cluster.endpoint": {"public": True}}),
    Mistake("ranges for a private endpoint", {"cluster.endpoint": {"publicAccessCidrs": ["203.0.113.0/24"]}}),
    Mistake("no endpoint", {"cluster.endpoint": {"private": False}}),
    Mistake("an access range that is none", {"cluster.endpoint": {"public": True, "publicAccessCidrs": ["office"]}}),
    Mistake(
        "an access range that is not canonical",
        {"cluster.endpoint": {"public": True, "publicAccessCidrs": ["203.0.113.7/24"]}},
    ),
    Mistake(
        "an access range without a prefix", {"cluster.endpoint": {"public": True, "publicAccessCidrs": ["203.0.113.7"]}}
    ),
    Mistake(
        "too many access ranges",
        {"cluster.endpoint": {"public": True, "publicAccessCidrs": [f"203.0.113.{i}/32" for i in range(41)]}},
    ),
    Mistake("Services in a public range", {"cluster.serviceCidr": "100.64.0.0/16"}),
    Mistake("too few Services", {"cluster.serviceCidr": "172.20.0.0/25"}),
    Mistake("Services that are not canonical", {"cluster.serviceCidr": "172.20.1.0/16"}),
    Mistake("IPv6 pods in a network without", {"cluster.ipFamily": "ipv6"}),
    Mistake(
        "a range of Services with IPv6",
        {"cluster.ipFamily": "ipv6", "cluster.serviceCidr": "172.20.0.0/16", "network.ipv6": True},
    ),
    Mistake(
        "custom networking with IPv6",
        {
            "cluster.ipFamily": "ipv6",
            "network.ipv6": True,
            "network.podCidr": "100.64.0.0/16",
            "addons": CUSTOM_NETWORKING,
        },
    ),
    Mistake("an unknown log type", {"cluster.logs.types": ["api", "audits"]}),
    Mistake("a retention of the control plane's logs that is not offered", {"cluster.logs.retentionDays": 364}),
    Mistake("a KMS alias", {"cluster.encryption.kmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:alias/x"}),
    Mistake("a KMS key of another region", {"cluster.encryption.kmsKeyArn": KMS.replace("west", "north")}),
    Mistake("a rotation period for an existing key", {"cluster.encryption": {"kmsKeyArn": KMS, "rotationDays": 180}}),
    Mistake("a rotation period that is too short", {"cluster.encryption.rotationDays": 30}),
    Mistake("the ConfigMap alone", {"cluster.authenticationMode": "CONFIG_MAP"}),
    Mistake("an unknown tier", {"cluster.controlPlaneTier": "xl"}),
    Mistake("too many security groups", {"cluster.additionalSecurityGroupIds": [f"sg-0123456{i}" for i in range(5)]}),
    Mistake("a security group's name for its id", {"cluster.additionalSecurityGroupIds": ["default"]}),
    # access
    Mistake("no access", {"access": MISSING}),
    Mistake("nobody as cluster admin", {"access.admin.policy": "View"}),
    Mistake("a session for a role", {"access.admin.principal": "arn:aws:sts::111122223333:assumed-role/admin/me"}),
    Mistake("a role's name for its ARN", {"access.admin.principal": "admin"}),
    Mistake("a principal of another partition", {"access.admin.principal": "arn:aws-cn:iam::111122223333:role/admin"}),
    Mistake(
        "a policy and groups", {"access.dev": {"principal": R + "dev", "policy": "View", "kubernetesGroups": ["dev"]}}
    ),
    Mistake("neither policy nor groups", {"access.dev": {"principal": R + "dev"}}),
    Mistake("an unknown access policy", {"access.dev": {"principal": R + "dev", "policy": "Viewer"}}),
    Mistake("a port that is open already", {"cluster.nodePorts": {"webhooks": {"cert-manager": 10250}}}),
    Mistake("a port that is named twice", {"cluster.nodePorts": {"webhooks": {"a": 8443, "b": 8443}}}),
    Mistake("a port beyond the last", {"cluster.nodePorts": {"webhooks": {"a": 65536}}}),
    Mistake("a port that pods have anyway", {"cluster.nodePorts": {"pods": {"web": 8080}}}),
    Mistake("a port with the name of another rule", {"cluster.nodePorts": {"webhooks": {"kubelet": 8443}}}),
    Mistake("a port with a bad name", {"cluster.nodePorts": {"pods": {"HTTP": 80}}}),
    Mistake("a group of EKS", {"access.dev": {"principal": R + "dev", "kubernetesGroups": ["eks:nodes"]}}),
    Mistake("a system group", {"access.dev": {"principal": R + "dev", "kubernetesGroups": ["system:masters"]}}),
    Mistake(
        "namespaces for groups",
        {"access.dev": {"principal": R + "dev", "kubernetesGroups": ["dev"], "namespaces": ["a"]}},
    ),
    Mistake(
        "a namespace that is none", {"access.dev": {"principal": R + "dev", "policy": "View", "namespaces": ["Team_A"]}}
    ),
    Mistake("one principal twice", {"access.dev": {"principal": R + "admin", "policy": "View"}}),
    Mistake("a deployer without access", {"deployerRole": R + "deployer"}),
    Mistake("a deployer of another account", {"deployerRole": "arn:aws:iam::444455556666:role/admin"}),
    Mistake("a user as deployer", {"deployerRole": "arn:aws:iam::111122223333:user/me"}),
    # addons
    Mistake("an unknown add-on", {"addons": {"cert-manger": {}}}),
    Mistake("an add-on that is none", {"addons": {"karpenter": {}}}),
    Mistake("an add-on that belongs to storage", {"addons": {"aws-ebs-csi-driver": {}}}),
    Mistake("an add-on version that is none", {"addons": {"coredns": {"version": "1.11"}}}),
    Mistake("an add-on's namespace that is none", {"addons": {"cert-manager": {"namespace": "Certs"}}}),
    Mistake("PRESERVE at creation", {"addons": {"coredns": {"resolveConflictsOnCreate": "PRESERVE"}}}),
    Mistake(
        "an add-on's policy that is none",
        {
            "addons": {
                "amazon-cloudwatch-observability": {
                    "serviceAccounts": {"cloudwatch-agent": ["CloudWatchAgentServerPolicy"]}
                }
            }
        },
    ),
    Mistake("service accounts for vpc-cni", {"addons": {"vpc-cni": {"serviceAccounts": {"aws-node": []}}}}),
    Mistake("custom networking without a pod range", {"addons": CUSTOM_NETWORKING}),
    Mistake("no agent for Pod Identity", {"addons": {"eks-pod-identity-agent": False}}),
    Mistake("no vpc-cni", {"addons": {"vpc-cni": False}}),
    Mistake("a misspelt instance type", {G + "instanceTypes": ["m7i.large", "t3.smal"]}),
    Mistake("an instance type twice", {G + "instanceTypes": ["m7i.large", "m7i.large"]}),
    Mistake("no instance type", {G + "instanceTypes": []}),
    Mistake("a group without instance types", {"nodeGroups.system": {"min": 1}}),
    Mistake("too many instance types", {G + "instanceTypes": ["m7i.large"] * 21}),
    Mistake("a Mac", {G + "instanceTypes": ["mac2.metal"]}),
    Mistake("two architectures", {G + "instanceTypes": ["m7i.large", "m7g.large"]}),
    Mistake(
        "ARM instances with an x86 image", {G + "instanceTypes": ["m7g.large"], G + "amiType": "AL2023_x86_64_STANDARD"}
    ),
    Mistake("a misspelt image", {G + "amiType": "AL2023_X86_64"}),
    Mistake("an image that is none", {G + "amiType": "Ubuntu"}),
    Mistake("Amazon Linux 2", {G + "amiType": "AL2_x86_64"}),
    Mistake("Amazon Linux 2 with GPUs", {G + "instanceTypes": ["g5.xlarge"], G + "amiType": "AL2_x86_64_GPU"}),
    Mistake("an own image", {G + "amiType": "CUSTOM"}),
    Mistake("a GPU image without a GPU", {G + "amiType": "AL2023_x86_64_NVIDIA", G + "instanceTypes": ["m7i.large"]}),
    Mistake(
        "a Neuron image without Neuron", {G + "amiType": "AL2023_x86_64_NEURON", G + "instanceTypes": ["g5.xlarge"]}
    ),
    Mistake(
        "a small Windows disk",
        {
            "nodeGroups.win": {
                "instanceTypes": ["m5.large"],
                "amiType": "WINDOWS_CORE_2022_x86_64",
                "disk": {"sizeGiB": 30},
            }
        },
    ),
    Mistake("Windows alone", {G + "amiType": "WINDOWS_CORE_2022_x86_64"}),
    Mistake(
        "Windows with custom networking",
        {
            "nodeGroups.win": {"instanceTypes": ["m5.large"], "amiType": "WINDOWS_CORE_2022_x86_64"},
            "network.podCidr": "100.64.0.0/16",
            "addons": CUSTOM_NETWORKING,
        },
    ),
    Mistake(
        "Windows with IPv6",
        {
            "nodeGroups.win": {"instanceTypes": ["m5.large"], "amiType": "WINDOWS_CORE_2022_x86_64"},
            "network.ipv6": True,
            "cluster.ipFamily": "ipv6",
        },
    ),
    Mistake("a release that is none", {G + "releaseVersion": "latest"}),
    Mistake("min above max", {G + "min": 5}),
    Mistake("desired below min", {G + "desired": 1}),
    Mistake("desired above max", {G + "desired": 9}),
    Mistake("max of nought", {G + "min": 0, G + "max": 0}),
    Mistake("no node to start with", {G + "min": 0}),
    Mistake("an unknown capacity", {G + "capacity": "SPOT"}),
    Mistake("a disk that is too small", {G + "disk": {"sizeGiB": 10}}),
    Mistake("too many IOPS for the size", {G + "disk": {"sizeGiB": 20, "iops": 16000}}),
    Mistake("too few IOPS", {G + "disk": {"iops": 1000}}),
    Mistake("too much throughput for the IOPS", {G + "disk": {"throughput": 1000}}),
    Mistake("a KMS key's id for its ARN", {G + "disk": {"kmsKeyArn": "1234abcd-12ab-34cd-56ef-1234567890ab"}}),
    Mistake("a disk type for nodes that is none", {G + "disk": {"type": "gp2"}}),
    Mistake("a label name that is none", {G + "labels": {"-team": "a"}}),
    Mistake("a label value that is none", {G + "labels": {"team": "a b"}}),
    Mistake("a label of EKS", {G + "labels": {"eks.amazonaws.com/team": "a"}}),
    Mistake("a label of Kubernetes", {G + "labels": {"node-role.kubernetes.io/apps": ""}}),
    Mistake("a label that is a number", {G + "labels": {"tier": 1}}),
    Mistake("a taint effect in the spelling of EKS", {G + "taints": [{"key": "a", "effect": "NO_SCHEDULE"}]}),
    Mistake("a taint without effect", {G + "taints": [{"key": "a"}]}),
    Mistake(
        "a taint twice",
        {
            G + "taints": [
                {"key": "a", "value": "1", "effect": "NoExecute"},
                {"key": "a", "value": "2", "effect": "NoExecute"},
            ]
        },
    ),
    Mistake("a zone that the network does not have", {G + "zones": ["eu-west-1c"]}),
    Mistake("zone names where AWS chooses the zones", {"network.zones": 2, G + "zones": ["eu-west-1a"]}),
    Mistake("no zones", {G + "zones": []}),
    Mistake("an unknown way to spread", {G + "zones": "perzone"}),
    Mistake("two limits of an update", {G + "update": {"maxUnavailable": 1, "maxUnavailablePercentage": 10}}),
    Mistake("an update of none at a time", {G + "update": {"maxUnavailable": 0}}),
    Mistake(
        "two limits of a repair",
        {
            G + "repair": {
                "maxParallelCount": 1,
                "maxParallelPercentage": 10,
                "maxUnhealthyCount": 1,
                "maxUnhealthyPercentage": 10,
            }
        },
    ),
    Mistake(
        "repair overrides without the agent",
        {
            "addons": {"eks-node-monitoring-agent": False},
            G + "repair": {
                "overrides": [
                    {
                        "nodeMonitoringCondition": "A",
                        "nodeUnhealthyReason": "B",
                        "minRepairWaitMinutes": 5,
                        "repairAction": "Reboot",
                    }
                ]
            },
        },
    ),
    Mistake("a warm pool of spot instances", {G + "capacity": "spot", G + "warmPool": {}}),
    Mistake(
        "a Bottlerocket pool that hibernates",
        {G + "amiType": "BOTTLEROCKET_x86_64", G + "warmPool": {"poolState": "hibernated", "reuseOnScaleIn": True}},
    ),
    Mistake("a warm pool smaller than the group", {G + "warmPool": {"maxGroupPreparedCapacity": 1}}),
    Mistake(
        "kubelet flags for Bottlerocket",
        {G + "amiType": "BOTTLEROCKET_x86_64", G + "kubelet": {"flags": ["--max-pods=50"]}},
    ),
    Mistake(
        "a kubelet field that Bottlerocket does not have",
        {G + "amiType": "BOTTLEROCKET_x86_64", G + "kubelet": {"config": {"maxPod": 50, "hairpinMode": "none"}}},
    ),
    Mistake("a kubelet field in kebab case", {G + "kubelet": {"config": {"max-pods": 50}}}),
    Mistake(
        "kubelet settings for Windows",
        {
            "nodeGroups.win": {
                "instanceTypes": ["m5.large"],
                "amiType": "WINDOWS_CORE_2022_x86_64",
                "kubelet": {"config": {"maxPods": 50}},
            }
        },
    ),
    Mistake("user data that is neither script nor NodeConfig", {G + "extraUserData": "yum update"}),
    Mistake("user data that is no YAML", {G + "extraUserData": "a: b: c"}),
    Mistake(
        "user data that names the cluster",
        {G + "extraUserData": "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {cluster: {name: x}}"},
    ),
    Mistake("user data that is no TOML", {G + "amiType": "BOTTLEROCKET_x86_64", G + "extraUserData": "[settings"}),
    Mistake("user data of another table", {G + "amiType": "BOTTLEROCKET_x86_64", G + "extraUserData": "[motd]\na = 1"}),
    Mistake(
        "user data that names the API server",
        {G + "amiType": "BOTTLEROCKET_x86_64", G + "extraUserData": "[settings.kubernetes]\napi-server = 'x'"},
    ),
    Mistake(
        "user data that joins a Windows node",
        {
            "nodeGroups.win": {
                "instanceTypes": ["m5.large"],
                "amiType": "WINDOWS_CORE_2022_x86_64",
                "extraUserData": "Start-EKSBootstrap",
            }
        },
    ),
    Mistake(
        "a policy that every node has", {G + "extraPolicies": ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]}
    ),
    Mistake(
        "two policies of one name",
        {G + "extraPolicies": ["arn:aws:iam::111122223333:policy/a/x", "arn:aws:iam::111122223333:policy/b/x"]},
    ),
    Mistake("a release of another version", {G + "releaseVersion": "1.34.2-20260101"}),
    Mistake(
        "a group named as another in one zone",
        {
            "nodeGroups.apps": {"instanceTypes": ["m7i.large"], "zones": "perZone"},
            "nodeGroups.apps-a": {"instanceTypes": ["m7i.large"]},
        },
    ),
    Mistake(
        "more labels than an Auto Scaling group can tell of",
        {
            "clusterAutoscaler": {},
            "nodeGroups.big": {"instanceTypes": ["m7i.large"], "min": 0, "labels": {f"l{i}": "x" for i in range(40)}},
        },
    ),
    Mistake("a hop limit of three", {G + "imdsHopLimit": 3}),
    Mistake("a threshold of nought", {"clusterAutoscaler": {"scaleDown": {"utilizationThreshold": 0}}}),
    Mistake("an entry's name that is none", {"access.a b": {"principal": R + "dev", "policy": "View"}}),
    Mistake("an empty group", {"access.dev": {"principal": R + "dev", "kubernetesGroups": [""]}}),
    Mistake("a deployer of another partition", {"deployerRole": "arn:aws-cn:iam::111122223333:role/admin"}),
    Mistake("a service account that is none", {"addons": {"adot": {"serviceAccounts": {"ADOT": []}}}}),
    Mistake("custom networking in an existing VPC", {"network": {"existing": EXISTING}, "addons": CUSTOM_NETWORKING}),
    Mistake(
        "no agent for many users of Pod Identity",
        {
            "addons": {"eks-pod-identity-agent": False, "adot": {"serviceAccounts": {"adot": []}}},
            "storage": {"ebs": {}, "efs": {}},
            "loadBalancerController": {},
            "clusterAutoscaler": {"identity": "irsa"},
        },
    ),
    Mistake("a pod range that is not canonical", {"network.podCidr": "100.64.1.0/16", "addons": CUSTOM_NETWORKING}),
    Mistake(
        "Pod Identity without nodes or a profile for all system pods",
        {
            "nodeGroups": {},
            "fargateProfiles.dns": {"selectors": [{"namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}}]},
            "loadBalancerController": {"identity": "podIdentity"},
        },
    ),
    Mistake("a kubelet flag that is none", {G + "kubelet": {"flags": ["max-pods=50"]}}),
    Mistake("a policy's name for its ARN", {G + "extraPolicies": ["AmazonS3ReadOnlyAccess"]}),
    Mistake("too much user data", {G + "extraUserData": "x" * 16385}),
    Mistake("a hop limit of nought", {G + "imdsHopLimit": 0}),
    Mistake("a node group's name that is too long", {"nodeGroups": {"g" * 64: {"instanceTypes": ["m7i.large"]}}}),
    Mistake(
        "too many node groups",
        {"nodeGroups": {f"g{i}": {"instanceTypes": ["m7i.large"], "zones": "perZone"} for i in range(16)}},
    ),
    Mistake("nothing to run pods on", {"nodeGroups": {}}),
    Mistake("six selectors", {B + "selectors": [{"namespace": f"n{i}"} for i in range(6)]}),
    Mistake("no selectors", {B + "selectors": []}),
    Mistake("a profile without selectors", {"fargateProfiles.batch": {}}),
    Mistake("six labels", {B + "selectors": [{"namespace": "batch", "labels": {f"l{i}": "x" for i in range(6)}}]}),
    Mistake("a Fargate namespace that is none", {B + "selectors": [{"namespace": "Batch"}]}),
    Mistake("a Fargate label that is none", {B + "selectors": [{"namespace": "batch", "labels": {"a b": "c"}}]}),
    Mistake("one selector twice", {B + "selectors": [{"namespace": "batch"}, {"namespace": "batch"}]}),
    Mistake("ARM on Fargate", {B + "selectors": [{"namespace": "batch", "labels": {"kubernetes.io/arch": "arm64"}}]}),
    Mistake(
        "Windows on Fargate", {B + "selectors": [{"namespace": "batch", "labels": {"kubernetes.io/os": "windows"}}]}
    ),
    Mistake("GPUs on Fargate", {B + "selectors": [{"namespace": "batch", "labels": {"nvidia.com/gpu": "true"}}]}),
    Mistake("a profile's name that EKS keeps", {"fargateProfiles": {"eks-batch": BATCH}}),
    Mistake("a profile's name that is none", {"fargateProfiles": {"batch jobs": BATCH}}),
    Mistake("eleven profiles", {"fargateProfiles": {f"p{i}": BATCH for i in range(11)}}),
    Mistake(
        "a Fargate zone that the network does not have", {"fargateProfiles.batch": {**BATCH, "zones": ["eu-west-1c"]}}
    ),
    Mistake("Fargate alone without kube-system", {"nodeGroups": {}, "fargateProfiles.batch": BATCH}),
    Mistake(
        "a DaemonSet on Fargate alone",
        {
            "nodeGroups": {},
            "fargateProfiles.all": SYSTEM,
            "addons": {"eks-node-monitoring-agent": {}, "fluent-bit": {}},
        },
    ),
    Mistake("EFS with its driver on Fargate", {"fargateProfiles.all": SYSTEM, "storage.efs": {}}),
    Mistake(
        "an add-on with two roles on Fargate alone",
        {
            "nodeGroups": {},
            "fargateProfiles.all": SYSTEM,
            "addons": {"external-dns": {"serviceAccounts": {"a": [POLICY], "b": [POLICY]}}},
        },
    ),
    Mistake("EBS on Fargate alone", {"nodeGroups": {}, "fargateProfiles.all": SYSTEM, "storage.ebs": {}}),
    Mistake(
        "dynamic EFS volumes on Fargate alone",
        {"nodeGroups": {}, "fargateProfiles.all": SYSTEM, "storage.efs": {"classes": {"efs": {}}}},
    ),
    Mistake(
        "an autoscaler on Fargate alone",
        {"nodeGroups": {}, "fargateProfiles.all": SYSTEM, "clusterAutoscaler": {"identity": "irsa"}},
    ),
    Mistake(
        "Pod Identity on Fargate alone",
        {"nodeGroups": {}, "fargateProfiles.all": SYSTEM, "loadBalancerController": {"identity": "podIdentity"}},
    ),
    Mistake(
        "node ports on Fargate alone",
        {"nodeGroups": {}, "fargateProfiles.all": SYSTEM, "loadBalancerController": {"defaultTargetType": "instance"}},
    ),
    Mistake(
        "controllers with Pod Identity in a namespace on Fargate",
        {"fargateProfiles.all": SYSTEM, "loadBalancerController": {}, "clusterAutoscaler": {}, "storage.ebs": {}},
    ),
    Mistake(
        "WAF where its API cannot be reached",
        {"network.nat": "none", "loadBalancerController": {"waf": True, "shield": True, "values": OWN_IMAGE}},
    ),
    Mistake("an ingress class that is none", {"loadBalancerController": {"ingressClass": "ALB"}}),
    Mistake("no replica", {"loadBalancerController": {"replicas": 0}}),
    Mistake("an expander that AWS does not have", {"clusterAutoscaler": {"expander": "price"}}),
    Mistake("priorities that are missing", {"clusterAutoscaler": {"expander": "priority"}}),
    Mistake("priorities that are not used", {"clusterAutoscaler": {"priorities": {"10": [".*"]}}}),
    Mistake("priorities that are none", {"clusterAutoscaler": {"expander": "priority", "priorities": {"high": ["("]}}}),
    Mistake("a duration without a unit", {"clusterAutoscaler": {"scaleDown": {"unneededTime": "10"}}}),
    Mistake("a threshold above one", {"clusterAutoscaler": {"scaleDown": {"utilizationThreshold": 50}}}),
    Mistake("a default class that is none", {"storage.ebs": {"defaultClass": "gp4"}}),
    Mistake("EKS's own class", {"storage.ebs": {"classes": {"gp2": {}}, "defaultClass": "gp2"}}),
    Mistake("a class name that is none", {"storage.ebs": {"classes": {"GP3": {}}, "defaultClass": "GP3"}}),
    Mistake("an unencrypted class", {"storage.ebs": {"classes": {"gp3": {"encrypted": False}}}}),
    Mistake("too few IOPS for gp3", {"storage.ebs": {"classes": {"gp3": {"iops": 100}}}}),
    Mistake(
        "too much throughput for a class", {"storage.ebs": {"classes": {"gp3": {"iops": 3000, "throughput": 1000}}}}
    ),
    Mistake(
        "throughput of io2",
        {"storage.ebs": {"classes": {"gp3": {}, "fast": {"type": "io2", "iops": 5000, "throughput": 500}}}},
    ),
    Mistake("io2 without IOPS", {"storage.ebs": {"classes": {"gp3": {}, "fast": {"type": "io2"}}}}),
    Mistake("IOPS of st1", {"storage.ebs": {"classes": {"gp3": {}, "cold": {"type": "st1", "iops": 500}}}}),
    Mistake("a driver version that is none", {"storage.ebs": {"version": "1.40"}}),
    Mistake("provisioned EFS without throughput", {"storage.efs": {"throughputMode": "provisioned"}}),
    Mistake("throughput of elastic EFS", {"storage.efs": {"provisionedThroughput": 100}}),
    Mistake("maxIO with elastic EFS", {"storage.efs": {"performanceMode": "maxIO"}}),
    Mistake(
        "an archive for bursting EFS",
        {"storage.efs": {"throughputMode": "bursting", "lifecycle": {"toArchiveDays": 90}}},
    ),
    Mistake("an archive before infrequent access", {"storage.efs": {"lifecycle": {"toArchiveDays": 14}}}),
    Mistake("days that EFS does not offer", {"storage.efs": {"lifecycle": {"toInfrequentAccessDays": 45}}}),
    Mistake("a relative path", {"storage.efs": {"accessPoints": {"data": {"path": "data"}}}}),
    Mistake(
        "permissions that are none",
        {"storage.efs": {"accessPoints": {"data": {"path": "/data", "permissions": "rwx"}}}},
    ),
    Mistake("permissions without quotes", {"storage.efs": {"classes": {"efs": {"directoryPerms": 700}}}}),
    Mistake("one class name in both storages", {"storage.ebs": {}, "storage.efs": {"classes": {"gp3": {}}}}),
    Mistake(
        "Fargate in GovCloud",
        {
            "aws:region": "us-gov-west-1",
            "network.zones": 3,
            "access.admin.principal": "arn:aws-us-gov:iam::111122223333:role/admin",
            "fargateProfiles.batch": BATCH,
        },
    ),
    Mistake(
        "everything at once",
        {
            "aws:region": "eu-wset-1",
            "account": "1",
            "network.nat": "perzone",
            "network.cidr": "10.20.1.0/16",
            "cluster.version": 1.3,
            G + "instanceTypes": ["t3.smal"],
            G + "min": "3",
            "acess": {},
            "storage.ebs": {"defaultClass": "gp4"},
        },
    ),
]
