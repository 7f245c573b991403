"""Defaults are right for production, and those that depend on other values follow them."""

from __future__ import annotations

from typing import Any

import pydantic
import pytest

from tests.settings.examples import accepted, reported
from tests.settings.misconfigurations import OWN_IMAGE, SYSTEM

FARGATE_ALONE: dict[str, Any] = {"nodeGroups": {}, "fargateProfiles.all": SYSTEM}


def test_the_cluster_is_named_after_project_and_stack() -> None:
    assert accepted({}, stack="prod").cluster.name == "eks-platform-prod"
    assert accepted({"cluster.name": "blue"}, stack="prod").cluster.name == "blue"


def test_the_environment_is_the_stack_unless_named() -> None:
    assert accepted({}, stack="staging").environment == "staging"
    assert accepted({"tags.environment": "dev"}, stack="anna").environment == "dev"


def test_tags_are_handed_out_as_one_flat_mapping() -> None:
    settings = accepted({"tags.additional": {"team": "blue"}}, stack="prod")
    assert settings.default_tags == {
        "owner": "platform",
        "environment": "prod",
        "project": "eks-platform",
        "cost-center": "4711",
        "team": "blue",
    }, "bills could not be split by cost centre"


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eusc-de-east-1", "aws-eusc")],
)
def test_the_partition_follows_from_the_region(region: str, partition: str) -> None:
    changes = {
        "aws:region": region,
        "network.zones": 3,
        "access.admin.principal": f"arn:{partition}:iam::111122223333:role/admin",
    }
    assert accepted(changes).partition == partition, "every ARN would be wrong"


@pytest.mark.parametrize(
    ("instance_type", "ami_type"),
    [
        ("m7i.large", "AL2023_x86_64_STANDARD"),
        ("m7g.large", "AL2023_ARM_64_STANDARD"),
        ("g6.xlarge", "AL2023_x86_64_NVIDIA"),
        ("g5g.xlarge", "AL2023_ARM_64_NVIDIA"),
        ("inf2.xlarge", "AL2023_x86_64_NEURON"),
    ],
)
def test_the_image_follows_from_the_instance_type(instance_type: str, ami_type: str) -> None:
    settings = accepted({"nodeGroups.more": {"instanceTypes": [instance_type]}})
    assert settings.node_groups["more"].ami_type == ami_type, "nodes would not boot, or have no driver"
    assert settings.warnings == ()


def test_an_image_that_is_named_stays() -> None:
    settings = accepted({"nodeGroups.system.amiType": "BOTTLEROCKET_x86_64"})
    assert settings.node_groups["system"].ami_type == "BOTTLEROCKET_x86_64"


def test_a_group_starts_with_its_least_number_of_nodes() -> None:
    assert accepted({}).node_groups["system"].initial_size == 2
    assert accepted({"nodeGroups.system.desired": 3}).node_groups["system"].initial_size == 3


def test_add_ons_that_run_on_every_node_are_left_out_where_there_are_no_nodes() -> None:
    addons = accepted(FARGATE_ALONE).addons
    assert addons.eks_pod_identity_agent is None
    assert addons.eks_node_monitoring_agent is None
    assert addons.metrics_server is not None
    assert accepted({}).addons.eks_pod_identity_agent is not None, "no pod would get its IAM role"


def test_controllers_use_irsa_where_there_are_no_nodes() -> None:
    controller = accepted({**FARGATE_ALONE, "loadBalancerController": {}}).load_balancer_controller
    assert controller is not None
    assert controller.identity == "irsa", "Pod Identity does not work on Fargate"


def test_waf_is_off_where_its_api_cannot_be_reached() -> None:
    own = {"values": OWN_IMAGE}
    private = accepted({"network.nat": "none", "loadBalancerController": own}).load_balancer_controller
    public = accepted({"loadBalancerController": {}}).load_balancer_controller
    assert private is not None
    assert public is not None
    assert (private.waf, public.waf) == (False, True), "the controller would hang at its first load balancer"


def test_parts_are_left_out_unless_asked_for() -> None:
    settings = accepted({})
    assert settings.load_balancer_controller is None
    assert settings.cluster_autoscaler is None
    assert (settings.storage.ebs, settings.storage.efs) == (None, None)


def test_an_empty_section_turns_a_part_on_with_its_defaults() -> None:
    settings = accepted({"storage.ebs": {}, "storage.efs": {}, "clusterAutoscaler": {}})
    assert settings.storage.ebs is not None
    assert list(settings.storage.ebs.classes) == ["gp3"]
    assert settings.storage.ebs.default_class == "gp3"
    assert settings.storage.efs is not None
    assert settings.storage.efs.throughput_mode == "elastic"
    assert settings.cluster_autoscaler is not None
    assert settings.cluster_autoscaler.expander == "least-waste"


@pytest.mark.parametrize("off", [False, None])
def test_false_and_null_switch_a_part_off(off: bool | None) -> None:
    settings = accepted(
        {
            "network.flowLogs": off,
            "cluster.encryption": off,
            "storage": {"ebs": off, "efs": off},
            "addons": {"metrics-server": off, "eks-node-monitoring-agent": off},
            "nodeGroups.system.repair": off,
        }
    )
    assert settings.network.flow_logs is None
    assert settings.cluster.encryption is None
    assert (settings.storage.ebs, settings.storage.efs) == (None, None)
    assert settings.addons.metrics_server is None
    assert settings.addons.eks_node_monitoring_agent is None
    assert settings.node_groups["system"].repair is None


def test_a_part_that_is_not_enabled_is_as_if_not_there() -> None:
    settings = accepted({"loadBalancerController": {"enabled": False}, "clusterAutoscaler": {"enabled": False}})
    assert settings.load_balancer_controller is None
    assert settings.cluster_autoscaler is None


def test_production_is_safe_without_a_word() -> None:
    cluster = accepted({}, stack="prod").cluster
    assert (cluster.endpoint.private, cluster.endpoint.public) == (True, False)
    assert cluster.deletion_protection is True
    assert cluster.encryption is not None
    assert cluster.authentication_mode == "API"
    assert cluster.logs.types == ("api", "audit", "authenticator", "controllerManager", "scheduler")


def test_other_add_ons_are_found_by_name() -> None:
    addons = accepted({"addons": {"cert-manager": {"version": "v1.18.2-eksbuild.1"}}}).addons
    assert {name: addon.version for name, addon in addons.others.items()} == {"cert-manager": "v1.18.2-eksbuild.1"}


def test_lists_in_a_part_that_can_be_switched_off_stay_lists() -> None:
    override = {
        "nodeMonitoringCondition": "AcceleratedHardwareReady",
        "nodeUnhealthyReason": "NvidiaXID13Error",
        "minRepairWaitMinutes": 10,
        "repairAction": "Reboot",
    }
    repair = accepted({"nodeGroups.system.repair": {"overrides": [override]}}).node_groups["system"].repair
    assert repair is not None
    assert [entry.repair_action for entry in repair.overrides] == ["Reboot"]
    policy = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
    addon = {"serviceAccounts": {"cloudwatch-agent": [policy]}}
    addons = accepted({"addons": {"amazon-cloudwatch-observability": addon}}).addons
    assert addons.others["amazon-cloudwatch-observability"].service_accounts == {"cloudwatch-agent": (policy,)}


def test_settings_cannot_be_changed() -> None:
    settings = accepted({})
    with pytest.raises(pydantic.ValidationError):
        settings.cluster.version = "1.36"


@pytest.mark.parametrize(
    ("changes", "stack"),
    [
        ({"cluster.endpoint": {"public": True, "publicAccessCidrs": ["0.0.0.0/0"]}}, "dev"),
        ({"cluster.endpoint": {"public": True, "publicAccessCidrs": ["203.0.113.0/24"]}}, "prod"),
        ({"cluster": {"version": "1.33", "supportType": "extended"}}, "prod"),
        ({"network": {"cidr": "10.20.0.0/21", "zones": ["eu-west-1a", "eu-west-1c"]}}, "dev"),
        ({"network": {"cidr": "10.20.0.0/22", "zones": 2, "subnets": {"slots": 4}}}, "dev"),
        ({"network.podCidr": "100.64.0.0/16", "addons": {"vpc-cni": {"customNetworking": True}}}, "dev"),
        ({"network.ipv6": True, "cluster.ipFamily": "ipv6"}, "dev"),
        ({"network.nat": "none", "network.endpoints": {"services": ["bedrock-runtime"]}}, "dev"),
        ({"deployerRole": "arn:aws:iam::111122223333:role/admin"}, "prod"),
        ({"access.sso": {"principal": "arn:aws:iam::111122223333:role/aws-reserved/x/Y", "policy": "View"}}, "prod"),
        ({"access.bot": {"principal": "arn:aws:iam::111122223333:user/bot", "kubernetesGroups": ["bots"]}}, "prod"),
        ({"addons": {"kubecost_kubecost": {"version": "v2.0.0-eksbuild.1"}}}, "dev"),
        ({"nodeGroups.gpu": {"instanceTypes": ["p5.48xlarge"], "min": 0}}, "dev"),
        ({"nodeGroups.one": {"instanceTypes": ["m7i.large"], "zones": ["eu-west-1b"]}}, "dev"),
        ({"nodeGroups.fast": {"instanceTypes": ["m7i.large"], "disk": {"iops": 16000, "throughput": 1000}}}, "dev"),
        ({"nodeGroups.system.labels": {"node.kubernetes.io/pool": "a", "team.example.com/name": "b"}}, "dev"),
        ({"nodeGroups.system.extraUserData": "#!/bin/bash\necho hello"}, "dev"),
        ({"nodeGroups.system.extraUserData": "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n"}, "dev"),
        (
            {
                "nodeGroups.system": {
                    "instanceTypes": ["m7i.large"],
                    "amiType": "BOTTLEROCKET_x86_64",
                    "kubelet": {"config": {"maxPods": 50}},
                    "extraUserData": "[settings.motd]\ntext = 'hello'",
                }
            },
            "dev",
        ),
        ({"nodeGroups.system.kubelet": {"config": {"maxPods": 50}, "flags": ["--v=2"]}}, "dev"),
        ({"nodeGroups.system.releaseVersion": "1.35.0-20260101"}, "dev"),
        ({"nodeGroups.system.warmPool": {"minSize": 1, "poolState": "hibernated"}}, "dev"),
        ({"fargateProfiles.team": {"selectors": [{"namespace": "team-*", "labels": {"app": "web-?"}}]}}, "dev"),
        ({"clusterAutoscaler": {"expander": "priority", "priorities": {"10": [".*spot.*"]}}}, "dev"),
        ({"storage.ebs": {"classes": {"gp3": {}, "fast": {"type": "io2", "iops": 64000}}, "snapshots": {}}}, "dev"),
        ({"storage.ebs": {"defaultClass": None}}, "dev"),
        ({"storage.efs": {"throughputMode": "provisioned", "provisionedThroughput": 128}}, "dev"),
        ({"storage.efs": {"lifecycle": {"toInfrequentAccessDays": 30, "toArchiveDays": 90}}}, "dev"),
        (
            {
                "network": {
                    "existing": {
                        "vpcId": "vpc-0123456789abcdef0",
                        "privateSubnets": {"eu-west-1a": "subnet-01234567", "eu-west-1b": "subnet-11234567"},
                    }
                }
            },
            "prod",
        ),
    ],
)
def test_what_is_right_is_accepted(changes: dict[str, Any], stack: str) -> None:
    assert reported(changes, stack=stack) == [], "users could not deploy what AWS allows"
