"""Platforms that no stack of the repository shows: what the settings allow, the components must build."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from rehearsal.graph import Graph
from rehearsal.inprocess import run_project
from tests.program.stacks import ROOT

ADDON = "aws:eks/addon:Addon"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
RELEASE = "kubernetes:helm.sh/v3:Release"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"


def _dev() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = copy.deepcopy(dict(base))
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else value
    return {key: value for key, value in merged.items() if value is not None}


def platform(over: Mapping[str, Any], *, known: bool = True) -> Graph:
    """Return what dev with other settings asks for; None takes a key away."""
    given = {key if ":" in key else f"eks-platform:{key}": value for key, value in over.items()}
    config = _merged(_dev(), given)
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    run = run_project(ROOT, project="eks-platform", stack="dev", config=texts, known=known)
    if run.error is not None:
        raise run.error
    return run.graph


def both_modes(over: Mapping[str, Any]) -> Graph:
    """Return what a platform asks for, after the first preview was found to show the same."""
    graph = platform(over)
    assert set(platform(over, known=False).resources) == set(graph.resources)
    return graph


def addon_names(graph: Graph) -> set[str]:
    """Return the names of the EKS add-ons."""
    return {addon.inputs["addonName"] for addon in graph.of_type(ADDON)}


MIRROR = {"values": {"image": {"repository": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror"}}}
OWN_IMAGES = {"loadBalancerController": MIRROR, "clusterAutoscaler": MIRROR}
FARGATE_ONLY = {
    "nodeGroups": None,
    "fargateProfiles": {"batch": None, "system": {"selectors": [{"namespace": "kube-system"}]}},
    "clusterAutoscaler": None,
    "storage": None,
}


def test_fargate_only_has_no_daemon_sets_and_uses_irsa() -> None:
    graph = both_modes(FARGATE_ONLY)
    assert graph.of_type(NODE_GROUP) == []
    assert addon_names(graph) == {"coredns", "metrics-server"}, "DaemonSets never become ready without nodes"
    coredns = next(a for a in graph.of_type(ADDON) if a.inputs["addonName"] == "coredns")
    assert json.loads(coredns.inputs["configurationValues"])["computeType"] == "Fargate"
    assert graph.of_type(ASSOCIATION) == [], "Pod Identity does not work on Fargate"
    (release,) = graph.of_type(RELEASE)
    role = release.inputs["values"]["serviceAccount"]["annotations"]["eks.amazonaws.com/role-arn"]
    assert role.startswith("arn:aws:iam::111122223333:role/")
    (profile,) = graph.of_type("aws:eks/fargateProfile:FargateProfile")
    assert graph.depends_on(coredns, profile), "CoreDNS would wait for compute until it times out"


def test_addons_on_fargate_alone_get_their_role_by_irsa() -> None:
    policy = "arn:aws:iam::aws:policy/AmazonRoute53FullAccess"
    graph = both_modes({**FARGATE_ONLY, "addons": {"external-dns": {"serviceAccounts": {"external-dns": [policy]}}}})
    addon = next(a for a in graph.of_type(ADDON) if a.inputs["addonName"] == "external-dns")
    assert "podIdentityAssociations" not in addon.inputs, "Pod Identity does not work on Fargate"
    assert addon.inputs["serviceAccountRoleArn"].startswith("arn:aws:iam::111122223333:role/")


def test_fargate_only_offers_static_efs_volumes() -> None:
    graph = both_modes(
        {**FARGATE_ONLY, "storage": {"ebs": False, "efs": {"accessPoints": {"shop": {"path": "/shop"}}}}}
    )
    assert graph.of_type("kubernetes:storage.k8s.io/v1:StorageClass") == [], "no driver would make its volumes"
    assert set(graph.outputs["fileSystemAccessPointIds"]) == {"shop"}
    assert addon_names(graph) == {"coredns", "metrics-server"}


def test_ingress_class_can_be_renamed() -> None:
    graph = platform({"loadBalancerController": {"ingressClass": "internal"}})
    assert graph.outputs["ingressClass"] == "internal"


def test_private_cluster_gets_exactly_the_endpoints_of_its_parts() -> None:
    graph = both_modes(
        {
            "network": {"nat": "none"},
            "cluster": {"endpoint": {"private": True, "public": False, "publicAccessCidrs": []}},
            **OWN_IMAGES,
        }
    )
    services = {
        e.inputs["serviceName"].removeprefix("com.amazonaws.eu-west-1.")
        for e in graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
    }
    assert services == {
        *("s3", "ec2", "ecr.api", "ecr.dkr", "sts", "eks-auth", "eks", "elasticloadbalancing", "autoscaling"),
        *("elasticfilesystem", "logs", "ssm", "ssmmessages", "ec2messages"),
    }, "too few cut a part off from AWS, too many cost by the hour"
    assert graph.of_type("aws:ec2/natGateway:NatGateway") == []
    assert graph.of_type("aws:ec2/internetGateway:InternetGateway") == []
    endpoints = graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
    for group in graph.of_type(NODE_GROUP):
        assert all(graph.depends_on(group, endpoint) for endpoint in endpoints), "nodes could not pull their images"


def test_private_cluster_gets_the_endpoints_of_its_addons() -> None:
    graph = platform(
        {
            "network": {"nat": "none"},
            "cluster": {"endpoint": {"private": True, "public": False, "publicAccessCidrs": []}},
            "addons": {
                "amazon-cloudwatch-observability": {},
                "aws-fsx-csi-driver": {},
                "aws-guardduty-agent": {},
                "aws-secrets-store-csi-driver-provider": {},
            },
            **OWN_IMAGES,
        }
    )
    services = {
        e.inputs["serviceName"].removeprefix("com.amazonaws.eu-west-1.")
        for e in graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
    }
    wanted = {"logs", "monitoring", "xray", "fsx", "guardduty-data", "secretsmanager", "ssm"}
    assert wanted <= services, "the add-ons would run and reach nothing"


def test_existing_vpc_is_used_and_not_made() -> None:
    zones = ("eu-west-1a", "eu-west-1b")
    subnets = {zone: f"subnet-0{index:016x}" for index, zone in enumerate(zones, start=1)}
    network = {"existing": {"vpcId": "vpc-0123456789abcdef0", "privateSubnets": subnets}}
    config = _dev()
    config["eks-platform:network"] = network
    run = run_project(
        ROOT,
        project="eks-platform",
        stack="dev",
        config={k: v if isinstance(v, str) else json.dumps(v) for k, v in config.items()},
        known=False,
    )
    assert run.error is None
    assert run.graph.of_type("aws:ec2/vpc:Vpc") == []
    assert run.graph.of_type("aws:ec2/subnet:Subnet") == []
    tokens = {invoke.token for invoke in run.graph.invokes}
    assert {"aws:ec2/getVpc:getVpc", "aws:ec2/getSubnet:getSubnet"} <= tokens, "nobody looked at the network"


def test_existing_pod_subnets_reach_the_cni() -> None:
    zones = ("eu-west-1a", "eu-west-1b")

    def subnets(first: int) -> dict[str, str]:
        return {zone: f"subnet-0{index:016x}" for index, zone in enumerate(zones, start=first)}

    network = {"vpcId": "vpc-0123456789abcdef0", "privateSubnets": subnets(1), "podSubnets": subnets(5)}
    config = _dev() | {"eks-platform:network": {"existing": network}}
    config["eks-platform:addons"] = {"vpc-cni": {"customNetworking": True}}
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    run = run_project(ROOT, project="eks-platform", stack="dev", config=texts, known=False)
    assert run.error is None
    looked_up = {invoke.args.get("id") for invoke in run.graph.invokes if invoke.token == "aws:ec2/getSubnet:getSubnet"}
    assert set(subnets(5).values()) <= looked_up, "pods would be placed in subnets that nobody checked"


def test_zone_count_asks_aws_and_keeps_stable_keys() -> None:
    graph = both_modes({"network": {"zones": 3}, "nodeGroups": {"apps": {"zones": "perZone"}}})
    names = {s.name for s in graph.of_type("aws:ec2/subnet:Subnet") if "private" in s.name}
    assert names == {"network-private-zone1", "network-private-zone2", "network-private-zone3"}
    assert {i.token for i in graph.invokes} >= {"aws:index/getAvailabilityZones:getAvailabilityZones"}
    assert len(graph.of_type(NODE_GROUP)) == 4, "one group a zone for apps, one for system"


def test_custom_networking_names_the_pod_subnets() -> None:
    graph = both_modes({"network": {"podCidr": "100.64.0.0/16"}, "addons": {"vpc-cni": {"customNetworking": True}}})
    cni = next(a for a in graph.of_type(ADDON) if a.inputs["addonName"] == "vpc-cni")
    values = json.loads(cni.inputs["configurationValues"])
    assert values["env"]["AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"] == "true"
    zones = values["eniConfig"]["subnets"]
    assert set(zones) == {"eu-west-1a", "eu-west-1b", "eu-west-1c"}
    pods = {s.id for s in graph.of_type("aws:ec2/subnet:Subnet") if "-pod-" in s.name}
    assert {zone["id"] for zone in zones.values()} == pods, "pods of a zone without a subnet get no address"


def test_ipv6_cluster_has_ipv6_all_the_way() -> None:
    graph = both_modes({"network": {"ipv6": True}, "cluster": {"ipFamily": "ipv6", "serviceCidr": None}})
    (cluster,) = graph.of_type("aws:eks/cluster:Cluster")
    assert cluster.inputs["kubernetesNetworkConfig"] == {"ipFamily": "ipv6"}
    assert all("ipv6CidrBlock" in s.inputs for s in graph.of_type("aws:ec2/subnet:Subnet"))
    assert graph.of_type("aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway")


def test_own_configuration_of_an_addon_wins_over_the_platforms() -> None:
    graph = platform({"addons": {"vpc-cni": {"configuration": {"env": {"WARM_PREFIX_TARGET": "3"}}}}})
    cni = next(a for a in graph.of_type(ADDON) if a.inputs["addonName"] == "vpc-cni")
    env = json.loads(cni.inputs["configurationValues"])["env"]
    assert env == {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "3"}


def test_any_addon_by_name_gets_its_identity() -> None:
    policy = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    graph = both_modes(
        {"addons": {"aws-mountpoint-s3-csi-driver": {"serviceAccounts": {"s3-csi-driver-sa": [policy]}}}}
    )
    addon = next(a for a in graph.of_type(ADDON) if a.inputs["addonName"] == "aws-mountpoint-s3-csi-driver")
    (association,) = addon.inputs["podIdentityAssociations"]
    assert association["serviceAccount"] == "s3-csi-driver-sa"


def test_bare_platform_has_nothing_optional() -> None:
    graph = both_modes(
        {
            "fargateProfiles": None,
            "loadBalancerController": None,
            "storage": None,
            "clusterAutoscaler": None,
            "addons": {
                "metrics-server": False,
                "eks-node-monitoring-agent": False,
            },
        }
    )
    assert graph.of_type(RELEASE) == []
    assert addon_names(graph) == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns"}
    assert graph.outputs["ingressClass"] == ""
    assert graph.outputs["fileSystemId"] == ""
    assert graph.outputs["fileSystemAccessPointIds"] == {}, "an output that is null disappears from stack references"
    for group in graph.of_type(NODE_GROUP):
        assert group.ignore_changes == (), "without an autoscaler a changed desired size must reach AWS"


def test_deployer_role_is_assumed_by_aws_and_kubernetes_alike() -> None:
    role = "arn:aws:iam::111122223333:role/deployer"
    graph = platform({"deployerRole": role})
    aws = graph.named("aws", "pulumi:providers:aws")
    assert json.loads(aws.inputs["assumeRoles"]) == [{"roleArn": role}]
    kubeconfig = graph.named("cluster-kubernetes").inputs["kubeconfig"]
    assert role in str(kubeconfig), "AWS and Kubernetes would see two different deployers"


@pytest.mark.parametrize("mode", ["none", "single", "perZone", "regional"])
def test_every_nat_mode_builds(mode: str) -> None:
    private = {"endpoint": {"private": True, "public": False, "publicAccessCidrs": []}}
    graph = both_modes({"network": {"nat": mode}, "cluster": private, **OWN_IMAGES})
    gateways = len(graph.of_type("aws:ec2/natGateway:NatGateway"))
    assert gateways == {"none": 0, "single": 1, "perZone": 3, "regional": 1}[mode]


def test_secrets_can_be_left_to_the_key_of_aws() -> None:
    graph = platform({"cluster": {"encryption": False}})
    (cluster,) = graph.of_type("aws:eks/cluster:Cluster")
    assert "encryptionConfig" not in cluster.inputs
    assert graph.of_type("aws:kms/key:Key") == [], "a key that nothing uses costs a dollar a month"
    assert graph.outputs["kmsKeyArn"] == ""


def test_flow_logs_can_go_to_a_bucket_or_nowhere() -> None:
    bucket = "arn:aws:s3:::acme-flow-logs"
    (log,) = platform(
        {"network": {"flowLogs": {"destination": "s3", "bucketArn": bucket, "retentionDays": None}}}
    ).of_type("aws:ec2/flowLog:FlowLog")
    assert (log.inputs["logDestinationType"], log.inputs["logDestination"]) == ("s3", bucket)
    assert platform({"network": {"flowLogs": False}}).of_type("aws:ec2/flowLog:FlowLog") == []


@pytest.mark.parametrize(
    ("endpoints", "services"),
    [
        ({"mode": "none"}, set()),
        ({"mode": "list", "services": ["sts"]}, {"sts"}),
        ({"mode": "derived", "services": ["sqs"]}, {"sqs"}),
    ],
    ids=["none", "list", "derived-with-nat"],
)
def test_interface_endpoints_are_the_chosen_ones(endpoints: dict[str, Any], services: set[str]) -> None:
    graph = platform({"network": {"endpoints": endpoints}})
    made = {
        e.inputs["serviceName"].removeprefix("com.amazonaws.eu-west-1.")
        for e in graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
        if e.inputs["vpcEndpointType"] == "Interface"
    }
    assert made == services, "every interface endpoint costs by the hour and zone"


def test_node_group_settings_reach_eks() -> None:
    graph = platform(
        {
            "nodeGroups": {
                "apps": None,
                "system": {
                    "zones": ["eu-west-1b"],
                    "repair": False,
                    "warmPool": {"minSize": 1, "poolState": "stopped"},
                    "min": 1,
                    "desired": 2,
                    "disk": {"sizeGiB": 100, "iops": 4000, "throughput": 250},
                    "taints": [{"key": "dedicated", "value": "system", "effect": "NoSchedule"}],
                    "update": {"maxUnavailablePercentage": 25, "strategy": "minimal"},
                    "imdsHopLimit": 2,
                    "kubelet": {"config": {"maxPods": 58}},
                },
            }
        }
    )
    (group,) = graph.of_type(NODE_GROUP)
    assert len(group.inputs["subnetIds"]) == 1
    assert group.inputs["nodeRepairConfig"] == {"enabled": False}
    assert group.inputs["warmPoolConfig"]["minSize"] == 1
    assert group.inputs["scalingConfig"] == {"minSize": 1, "maxSize": 3, "desiredSize": 2}
    assert group.inputs["taints"] == [{"key": "dedicated", "value": "system", "effect": "NO_SCHEDULE"}]
    assert group.inputs["updateConfig"] == {"maxUnavailablePercentage": 25, "updateStrategy": "MINIMAL"}
    (template,) = graph.of_type("aws:ec2/launchTemplate:LaunchTemplate")
    assert template.inputs["metadataOptions"]["httpPutResponseHopLimit"] == 2
    (disk,) = template.inputs["blockDeviceMappings"]
    assert (disk["ebs"]["volumeSize"], disk["ebs"]["iops"], disk["ebs"]["throughput"]) == (100, 4000, 250)
    assert "userData" in template.inputs, "the kubelet would keep its default number of pods"


def test_node_repair_thresholds_reach_eks() -> None:
    override = {
        "nodeMonitoringCondition": "AcceleratedHardwareReady",
        "nodeUnhealthyReason": "NvidiaXID13Error",
        "minRepairWaitMinutes": 10,
        "repairAction": "Reboot",
    }
    repair = {"maxUnhealthyPercentage": 20, "maxParallelCount": 1, "overrides": [override]}
    graph = platform({"nodeGroups": {"apps": {"repair": repair}}})
    config = graph.named("nodes-apps-group").inputs["nodeRepairConfig"]
    assert config["enabled"] is True
    assert config["maxUnhealthyNodeThresholdPercentage"] == 20
    assert config["maxParallelNodesRepairedCount"] == 1
    (given,) = config["nodeRepairConfigOverrides"]
    assert given == {
        "nodeMonitoringCondition": "AcceleratedHardwareReady",
        "nodeUnhealthyReason": "NvidiaXID13Error",
        "minRepairWaitTimeMins": 10,
        "repairAction": "Reboot",
    }


def test_fargate_profiles_can_do_without_logs() -> None:
    graph = platform({"fargateProfiles": {"batch": {"logging": False, "zones": ["eu-west-1a", "eu-west-1b"]}}})
    assert graph.of_type("eks-platform:index:FargateLogging") == []
    (profile,) = graph.of_type("aws:eks/fargateProfile:FargateProfile")
    assert len(profile.inputs["subnetIds"]) == 2


def test_windows_nodes_get_addresses_for_their_pods() -> None:
    windows = {"instanceTypes": ["m6i.large"], "amiType": "WINDOWS_CORE_2022_x86_64", "min": 1, "max": 2}
    graph = both_modes({"nodeGroups": {"windows": windows}})
    cni = next(a for a in graph.of_type(ADDON) if a.inputs["addonName"] == "vpc-cni")
    assert json.loads(cni.inputs["configurationValues"])["enableWindowsIpam"] == "true", "no Windows pod would start"
    (cluster,) = graph.of_type("aws:eks/cluster:Cluster")
    managed = {
        attachment.inputs["policyArn"].rpartition("/")[2]
        for attachment in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if attachment.name.startswith("cluster-role-") and graph.depends_on(cluster, attachment)
    }
    assert managed == {"AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"}, (
        "the control plane could not attach addresses to Windows nodes"
    )


def test_ports_can_be_opened_on_nodes() -> None:
    graph = both_modes({"cluster": {"nodePorts": {"webhooks": {"karpenter": 8443}, "pods": {"http": 80}}}})
    webhook = graph.named("cluster-ingress-karpenter-from-control-plane").inputs
    pods = graph.named("cluster-ingress-http-between-nodes").inputs
    assert (webhook["fromPort"], pods["fromPort"]) == (8443, 80), "webhooks would time out, pods not find each other"
    kept = graph.named("cluster-ingress-load-balancer-controller-from-control-plane").inputs
    assert kept["fromPort"] == 9443, "a port of one's own must not close those of the platform"
