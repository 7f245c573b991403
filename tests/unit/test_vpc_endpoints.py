from __future__ import annotations

from typing import Any

import pytest

from components.aws_environment import AwsEnvironment
from components.vpc_endpoints import derived_endpoints, service_names
from tests.support.vpc import COMPONENT, ENDPOINT, SUBNET, TABLE, VPC, ZONES, recorded

GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

NODES = {"ec2", "ecr.api", "ecr.dkr", "sts"}


def test_nodes_alone_need_addresses_images_and_an_identity():
    assert derived_endpoints() == NODES


@pytest.mark.parametrize(
    ("part", "services"),
    [
        ("pod_identity", {"eks-auth"}),
        ("load_balancer_controller", {"elasticloadbalancing"}),
        ("cluster_autoscaler", {"autoscaling", "eks"}),
        ("karpenter", {"eks", "sqs", "ssm"}),
        ("nodes_describe_cluster", {"eks"}),
        ("efs", {"elasticfilesystem"}),
        ("fsx", {"fsx"}),
        ("secrets_manager", {"secretsmanager"}),
        ("parameter_store", {"ssm"}),
        ("logs", {"logs"}),
        ("metrics", {"monitoring"}),
        ("traces", {"xray"}),
        ("managed_prometheus", {"aps-workspaces"}),
        ("session_manager", {"ec2messages", "ssm", "ssmmessages"}),
        ("guardduty", {"guardduty-data"}),
    ],
)
def test_each_part_adds_exactly_the_endpoints_that_it_calls(part: str, services: set[str]):
    switched_on: dict[str, bool] = {part: True}
    assert derived_endpoints(**switched_on) - NODES == services, f"{part} would hang in a private cluster"


def test_parts_that_share_an_endpoint_ask_for_it_once():
    derived = derived_endpoints(karpenter=True, cluster_autoscaler=True, session_manager=True, parameter_store=True)
    assert sorted(derived - NODES) == ["autoscaling", "ec2messages", "eks", "sqs", "ssm", "ssmmessages"]


def test_every_vpc_reaches_s3_through_its_private_route_tables():
    graph = recorded(nat="none")
    assert graph.named("network-endpoint-s3", ENDPOINT).inputs == {
        "vpcId": graph.named("network", VPC).id,
        "serviceName": "com.amazonaws.eu-west-1.s3",
        "vpcEndpointType": "Gateway",
        "routeTableIds": [graph.named(f"network-private-{zone}-routes", TABLE).id for zone in ZONES],
        "tags": {"Name": "demo-s3"},
    }, "image layers come from S3: over NAT each one is paid for, without NAT none arrives"


def test_an_interface_endpoint_answers_under_the_name_of_its_service():
    graph = recorded(endpoints=["ecr.api"])
    assert graph.named("network-endpoint-ecr.api", ENDPOINT).inputs == {
        "vpcId": graph.named("network", VPC).id,
        "serviceName": "com.amazonaws.eu-west-1.ecr.api",
        "vpcEndpointType": "Interface",
        "subnetIds": [graph.named(f"network-private-{zone}", SUBNET).id for zone in ZONES],
        "securityGroupIds": [graph.named("network-endpoints", GROUP).id],
        "privateDnsEnabled": True,
        "tags": {"Name": "demo-ecr.api"},
    }, "without private DNS nodes go to the public address, which they cannot reach"


def test_endpoints_let_in_https_from_the_vpc_and_nothing_else():
    graph = recorded(endpoints=["sts"], pod_cidr="100.64.0.0/16", ipv6=True)
    group = graph.named("network-endpoints", GROUP)
    assert group.inputs == {
        "description": "Interface endpoints of the VPC",
        "vpcId": graph.named("network", VPC).id,
        "tags": {"Name": "demo-endpoints"},
    }
    https = {
        "securityGroupId": group.id,
        "description": "HTTPS from the VPC",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
    }
    assert {rule.name: rule.inputs for rule in graph.of_type(RULE)} == {
        "network-endpoints-vpc": {**https, "cidrIpv4": "10.20.0.0/16"},
        "network-endpoints-pods": {**https, "cidrIpv4": "100.64.0.0/16"},
        "network-endpoints-ipv6": {**https, "cidrIpv6": graph.named("network", VPC).outputs["ipv6CidrBlock"]},
    }, "pods with custom networking call from the secondary range"


def test_endpoints_wait_for_no_route_and_for_no_other_endpoint():
    graph = recorded(endpoints=["ecr.api", "sts"])
    waits = {graph.resources[urn].type for urn in graph.ancestors(graph.named("network-endpoint-sts", ENDPOINT))}
    assert waits == {COMPONENT, SUBNET, GROUP, VPC, "pulumi:providers:aws", "pulumi:pulumi:Stack"}


def test_without_interface_endpoints_there_is_no_group_for_them():
    assert recorded().of_type(GROUP) == []


def test_endpoints_are_made_once_in_any_order():
    one, other = recorded(endpoints=["sts", "ecr.api", "sts"]), recorded(endpoints=frozenset({"ecr.api", "sts"}))
    assert {urn: r.inputs for urn, r in one.resources.items()} == {urn: r.inputs for urn, r in other.resources.items()}


def test_the_endpoints_are_outputs_by_service():
    graph = recorded(endpoints=["sts"])
    assert graph.of_type(COMPONENT)[0].outputs["endpoint_ids"] == {
        "s3": graph.named("network-endpoint-s3", ENDPOINT).id,
        "sts": graph.named("network-endpoint-sts", ENDPOINT).id,
    }


@pytest.mark.parametrize("name", ["com.amazonaws.eu-west-1.sts", "ECR", "ecr/api", "", "sts."])
def test_what_is_no_short_name_of_a_service_is_refused(name: str):
    with pytest.raises(ValueError, match="is not the short name of a service"):
        recorded(endpoints=[name])


@pytest.mark.parametrize(
    ("region", "names"),
    [
        ("eu-west-1", ("com.amazonaws.eu-west-1.sts",)),
        ("us-gov-west-1", ("com.amazonaws.us-gov-west-1.sts",)),
        ("cn-north-1", ("cn.com.amazonaws.cn-north-1.sts", "com.amazonaws.cn-north-1.sts")),
        ("eusc-de-east-1", ("eu.amazonaws.eusc-de-east-1.sts", "com.amazonaws.eusc-de-east-1.sts")),
    ],
)
def test_the_name_of_a_service_is_known_where_it_is_certain(region: str, names: tuple[str, ...]):
    assert service_names(AwsEnvironment(region=region, account="111122223333"), "sts") == names


def test_aws_is_asked_where_the_name_of_a_service_is_not_certain():
    china: dict[str, Any] = {
        "aws": AwsEnvironment(region="cn-north-1", account="111122223333"),
        "zones": ["cn-north-1a", "cn-north-1b"],
    }
    graph = recorded(endpoints=["sts"], **china)
    assert [invoke.args for invoke in graph.invokes] == [
        {
            "serviceType": kind,
            "filters": [
                {
                    "name": "service-name",
                    "values": [f"cn.com.amazonaws.cn-north-1.{name}", f"com.amazonaws.cn-north-1.{name}"],
                }
            ],
        }
        for kind, name in (("Gateway", "s3"), ("Interface", "sts"))
    ]
    assert graph.named("network-endpoint-sts", ENDPOINT).inputs["serviceName"] == "cn.com.amazonaws.cn-north-1.sts"
