"""Which changes replace a resource and which are made in place, as the AWS provider documents."""

from __future__ import annotations

import pytest

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.rules import autoscaling, ec2_compute
from rehearsal.simulator.rules import ec2_lookup as ec2
from rehearsal.simulator.rules.registry import rules_of
from rehearsal.simulator.schema import resource_class
from rehearsal.simulator.world import World
from rehearsal.wire import UNKNOWN
from tests.support.ec2_network import MISSING, Account

# Type -> inputs whose change replaces, inputs that change in place.
PATHS: dict[str, tuple[list[str], list[str]]] = {
    ec2.VPC: (["cidrBlock"], ["enableDnsHostnames", "enableDnsSupport", "tags"]),
    ec2.CIDR_ASSOCIATION: (["cidrBlock", "vpcId"], []),
    ec2.SUBNET: (
        ["availabilityZone", "cidrBlock", "vpcId"],
        ["assignIpv6AddressOnCreation", "mapPublicIpOnLaunch", "tags"],
    ),
    ec2.INTERNET_GATEWAY: ([], ["tags", "vpcId"]),
    ec2.EGRESS_ONLY_GATEWAY: (["vpcId"], ["tags"]),
    ec2.ADDRESS: (["domain", "publicIpv4Pool"], ["tags"]),
    ec2.NAT_GATEWAY: (
        ["allocationId", "availabilityMode", "connectivityType", "subnetId", "vpcId"],
        ["secondaryAllocationIds", "tags"],
    ),
    ec2.ROUTE_TABLE: (["vpcId"], ["routes", "tags"]),
    ec2.ROUTE: (
        ["destinationCidrBlock", "destinationIpv6CidrBlock", "routeTableId"],
        ["egressOnlyGatewayId", "gatewayId", "natGatewayId"],
    ),
    ec2.ROUTE_TABLE_ASSOCIATION: (["subnetId"], ["routeTableId"]),
    ec2.ENDPOINT: (
        ["serviceName", "vpcEndpointType", "vpcId"],
        ["policy", "privateDnsEnabled", "routeTableIds", "securityGroupIds", "subnetIds", "tags"],
    ),
    ec2.FLOW_LOG: (
        ["iamRoleArn", "logDestination", "logFormat", "maxAggregationInterval", "trafficType", "vpcId"],
        ["tags"],
    ),
    ec2.SECURITY_GROUP: (["description", "name", "vpcId"], ["egress", "ingress", "tags"]),
    ec2.DEFAULT_SECURITY_GROUP: (["vpcId"], ["egress", "ingress", "tags"]),
    ec2.INGRESS_RULE: (["securityGroupId"], ["description", "fromPort", "ipProtocol", "toPort"]),
    ec2.EGRESS_RULE: (["securityGroupId"], ["description", "fromPort", "ipProtocol", "toPort"]),
    ec2.LAUNCH_TEMPLATE: (["name"], ["blockDeviceMappings", "metadataOptions", "tags", "userData"]),
    ec2.PLACEMENT_GROUP: (["name", "partitionCount", "strategy"], ["tags"]),
    ec2_compute.TAG: (["key", "resourceId"], ["value"]),
    autoscaling.TAG: (["autoscalingGroupName"], []),
}


@pytest.mark.parametrize("type_", PATHS, ids=lambda type_: type_.rpartition(":")[2])
def test_a_change_replaces_where_the_provider_says_so_and_nowhere_else(type_: str) -> None:
    replacing, in_place = PATHS[type_]
    cloud = Cloud(World())
    for path in [*replacing, "region"]:
        change = cloud.diff(type_, {path: "old"}, {path: "new"})
        assert change.replaces == (path,), f"a change of {path} cannot be made in place, and a preview must say so"
    for path in in_place:
        change = cloud.diff(type_, {path: "old"}, {path: "new"})
        assert (change.paths, change.replaces) == ((path,), ()), f"a change of {path} must not cost the resource"


def test_of_an_auto_scaling_groups_tag_the_key_replaces_and_the_value_does_not() -> None:
    cloud = Cloud(World())
    old = {"tag": {"key": "a", "value": "1"}}
    assert cloud.diff(autoscaling.TAG, old, {"tag": {"key": "b", "value": "1"}}).replaces == ("tag",)
    assert cloud.diff(autoscaling.TAG, old, {"tag": {"key": "a", "value": "2"}}).replaces == ()


@pytest.mark.parametrize("type_", PATHS, ids=lambda type_: type_.rpartition(":")[2])
def test_every_replacing_path_is_an_input_of_the_sdk(type_: str) -> None:
    resource = resource_class(type_)
    assert resource is not None, f"the SDK must know {type_}"
    wire = {"".join(part.title() if i else part for i, part in enumerate(name.split("_"))) for name in dir(resource)}
    unknown = {path for path in rules_of(type_).replaces if path.partition(".")[0] not in wire}
    # What is an input only, the class has no property for.
    assert unknown <= {"region"}, "a misspelt path would let a change in place through that the provider replaces"


def test_an_internet_gateway_moves_to_another_vpc_unless_public_addresses_keep_it() -> None:
    account = Account()
    here, there = account.vpc(), account.vpc("there", cidrBlock="10.1.0.0/16")
    internet = account.internet(here)
    nat = account.nat(account.subnet(here))
    with pytest.raises(AwsError, match=r"api error DependencyViolation: Network .* has some mapped public address"):
        account.change(internet, vpcId=there.id)
    account.delete(nat)
    account.change(internet, vpcId=there.id)
    assert [gateway.get("vpcId") for gateway in account.world.of_type(ec2.INTERNET_GATEWAY)] == [there.id]


def test_a_route_cannot_be_led_to_what_is_not_there() -> None:
    account = Account()
    vpc = account.vpc()
    internet = account.internet(vpc)
    route = account.make(
        ec2.ROUTE,
        "default",
        routeTableId=account.table(vpc).id,
        destinationCidrBlock="0.0.0.0/0",
        gatewayId=internet.id,
    )
    with pytest.raises(AwsError, match=f"ReplaceRoute, .* The natGateway ID 'nat-{MISSING}' does not exist"):
        account.change(route, gatewayId=None, natGatewayId=f"nat-{MISSING}")


def test_a_rule_cannot_be_changed_into_one_that_is_there_but_into_itself() -> None:
    account = Account()
    group = account.group(account.vpc())
    rule = {"securityGroupId": group.id, "ipProtocol": "-1"}
    account.make(ec2.INGRESS_RULE, "first", **rule, cidrIpv4="10.1.0.0/16")
    second = account.make(ec2.INGRESS_RULE, "second", **rule, cidrIpv4="10.2.0.0/16")
    with pytest.raises(AwsError, match=r'the specified rule "peer: 10.1.0.0/16, ALL, ALLOW" already exists'):
        account.change(second, cidrIpv4="10.1.0.0/16")
    account.change(second, description="said otherwise")
    assert account.world.where(ec2.INGRESS_RULE, description="said otherwise"), "the description is no part of the rule"


def test_the_rules_that_eks_gives_the_clusters_own_group_are_there_already() -> None:
    account = Account()
    vpc = account.vpc()
    config = {"vpcId": vpc.id, "clusterSecurityGroupId": "sg-cluster", "subnetIds": []}
    account.place_record(ec2.CLUSTER, "demo", vpcConfig=config)
    own = {"securityGroupId": "sg-cluster", "ipProtocol": "-1"}
    with pytest.raises(AwsError, match=r'the specified rule "peer: sg-cluster, ALL, ALLOW" already exists'):
        account.make(ec2.INGRESS_RULE, "self", **own, referencedSecurityGroupId="sg-cluster")
    with pytest.raises(AwsError, match=r'the specified rule "peer: 0.0.0.0/0, ALL, ALLOW" already exists'):
        account.make(ec2.EGRESS_RULE, "all", **own, cidrIpv4="0.0.0.0/0")
    account.make(ec2.INGRESS_RULE, "nodes", **own, cidrIpv4="10.0.0.0/16")


def test_a_rule_for_a_range_is_replaced_by_one_for_a_group_but_changes_its_range_in_place() -> None:
    cloud = Cloud(World())
    old = {"cidrIpv4": "10.0.0.0/16"}
    assert cloud.diff(ec2.INGRESS_RULE, old, {"cidrIpv4": "10.1.0.0/16"}).replaces == ()
    change = cloud.diff(ec2.INGRESS_RULE, old, {"referencedSecurityGroupId": "sg-1"})
    assert change.replaces == ("cidrIpv4", "referencedSecurityGroupId"), (
        "EC2 modifies the value of a peer, not its kind"
    )


def test_a_vpc_is_replaced_on_the_way_to_dedicated_tenancy_only() -> None:
    cloud = Cloud(World())
    default, dedicated = {"instanceTenancy": "default"}, {"instanceTenancy": "dedicated"}
    assert cloud.diff(ec2.VPC, default, dedicated).replaces == ("instanceTenancy",)
    assert cloud.diff(ec2.VPC, dedicated, default).replaces == ()


def test_a_change_of_a_launch_template_makes_a_version_that_a_preview_does_not_know_yet() -> None:
    account = Account()
    template = account.make(ec2.LAUNCH_TEMPLATE, "nodes", name="nodes", instanceType="m7i.large")
    inputs = {**template.inputs, "instanceType": "m7i.xlarge"}
    arguments = (template.type, template.id, template.urn, inputs, account.place)
    assert account.cloud.update(*arguments, preview=True)["latestVersion"] is UNKNOWN, "node groups follow the version"
    assert account.cloud.update(*arguments, preview=False)["latestVersion"] == 2, "node groups follow the version"

    changed = account.world.get(template.type, template.id)
    assert changed is not None, "a change in place keeps the template"
    account.change(changed, tags={"Name": "nodes"})
    assert [record.get("latestVersion") for record in account.world.of_type(ec2.LAUNCH_TEMPLATE)] == [2]
