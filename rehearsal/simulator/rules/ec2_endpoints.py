"""Amazon VPC: endpoints and flow logs.

Replacement: `ForceNew` in the schemas of the AWS provider,
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/ec2 (vpc_endpoint.go, vpc_flow_log.go).
Quotas: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Creation
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.ec2_lookup import (
    ENDPOINT,
    FLOW_LOG,
    ROLE,
    ROUTE_TABLE,
    SUBNET,
    VPC,
    claimed,
    found,
    group_vpc,
    refused,
    strings,
)
from rehearsal.simulator.world import Record, World

INTERFACE_ENDPOINTS_A_VPC = 50
_FLOW_LOGS_SERVICE = "vpc-flow-logs.amazonaws.com"
# "com.amazonaws.REGION.SERVICE", in China with "cn." before it for some services.
_SERVICE = re.compile(r"(?:cn\.)?com\.amazonaws\.(?:vpce\.)?(?P<region>[a-z]+(?:-[a-z]+)+-\d)\.(?P<service>.+)")
_GLOBAL_SERVICE = re.compile(r"com\.amazonaws\.(?:s3-global\.accesspoint|route53|iam)")


def _type_of(inputs: Mapping[str, Any]) -> str:
    return str(inputs.get("vpcEndpointType", "Gateway"))


def _endpoint(world: World, creation: Creation) -> None:
    operation = "CreateVpcEndpoint"
    vpc = found(world, operation, VPC, creation.input("vpcId"))
    service = creation.input("serviceName")
    region = creation.input("serviceRegion", creation.place.region)
    if service is not None and not _is_service_of(str(service), str(region)):
        message = f"The Vpc Endpoint Service '{service}' does not exist"
        raise refused(operation, "InvalidServiceName", message)
    _endpoint_parts(world, operation, vpc.id, creation.inputs)
    others = world.where(ENDPOINT, vpcId=vpc.id)
    if _type_of(creation.inputs) == "Gateway":
        _gateway_routes(creation.inputs, others)
        return
    if sum(_type_of(other.inputs) != "Gateway" for other in others) >= INTERFACE_ENDPOINTS_A_VPC:
        message = "The maximum number of VPC endpoints has been reached."
        raise refused(operation, "VpcEndpointLimitExceeded", message)
    if creation.input("privateDnsEnabled"):
        domain = _private_domain(str(service), str(region), creation.place.dns_suffix)
        taken = claimed(world, creation, f"{vpc.id} {domain}")
        _private_dns(vpc, domain, creation.inputs, others, taken=taken)


def _is_service_of(service: str, region: str) -> bool:
    match = _SERVICE.fullmatch(service)
    return match["region"] == region if match else bool(_GLOBAL_SERVICE.fullmatch(service))


def _private_domain(service: str, region: str, suffix: str) -> str:
    """Return the name that private DNS answers for, for example "api.ecr.eu-west-1.amazonaws.com"."""
    match = _SERVICE.fullmatch(service)
    labels = match["service"].split(".") if match else [service]
    return f"{'.'.join(reversed(labels))}.{region}.{suffix}"


def _private_dns(vpc: Record, domain: str, inputs: Mapping[str, Any], others: list[Record], *, taken: bool) -> None:
    if not (vpc.get("enableDnsSupport", True) and vpc.get("enableDnsHostnames", False)):
        message = (
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true "
            f"for {vpc.id}"
        )
        raise refused("CreateVpcEndpoint", "InvalidParameter", message)
    same = [other for other in others if other.get("serviceName") == inputs.get("serviceName")]
    if taken or any(other.get("privateDnsEnabled") for other in same):
        message = (
            f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {domain} in the "
            f"VPC {vpc.id}"
        )
        raise refused("CreateVpcEndpoint", "InvalidParameter", message)


def _gateway_routes(inputs: Mapping[str, Any], others: list[Record]) -> None:
    """Refuse a second gateway endpoint of a service in a route table: the table has one route for each prefix list."""
    for other in others:
        if _type_of(other.inputs) != "Gateway" or other.get("serviceName") != inputs.get("serviceName"):
            continue
        shared = [id_ for id_ in strings(inputs.get("routeTableIds")) if id_ in strings(other.get("routeTableIds"))]
        if shared:
            message = (
                f"route table {shared[0]} already has a route with destination-prefix-list-id "
                f"{other.get('prefixListId')}"
            )
            raise refused("CreateVpcEndpoint", "RouteAlreadyExists", message)


def _endpoint_parts(world: World, operation: str, vpc_id: str, inputs: Mapping[str, Any]) -> None:
    zones: dict[Any, str] = {}
    for subnet_id in strings(inputs.get("subnetIds")):
        subnet = found(world, operation, SUBNET, subnet_id)
        if subnet.get("vpcId") != vpc_id:
            raise refused(operation, "InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist")
        zone = subnet.get("availabilityZone")
        if zone in zones:
            message = (
                f"Found another VPC endpoint subnet in the availability zone of {zones[zone]}. VPC endpoint subnets "
                "should be in different availability zones supported by the VPC endpoint service."
            )
            raise refused(operation, "DuplicateSubnetsInSameZone", message)
        zones[zone] = subnet_id
    for group_id in strings(inputs.get("securityGroupIds")):
        if group_vpc(world, operation, group_id) != vpc_id:
            message = f"The security group '{group_id}' does not exist in VPC '{vpc_id}'"
            raise refused(operation, "InvalidGroup.NotFound", message)
    for table_id in strings(inputs.get("routeTableIds")):
        if not world.where(VPC, mainRouteTableId=table_id):
            found(world, operation, ROUTE_TABLE, table_id)


def _endpoint_changed(world: World, endpoint: Record, inputs: Mapping[str, Any]) -> None:
    _endpoint_parts(world, "ModifyVpcEndpoint", str(endpoint.get("vpcId")), inputs)


def _flow_log(world: World, creation: Creation) -> None:
    operation = "CreateFlowLogs"
    for key, type_ in (("vpcId", VPC), ("subnetId", SUBNET)):
        if creation.input(key) is not None:
            found(world, operation, type_, creation.input(key))
    role_arn = creation.input("iamRoleArn")
    if role_arn is not None and not _may_deliver(world.by_arn(role_arn)):
        raise refused(operation, "InvalidParameter", "Unable to assume given IAM role")
    same = ("vpcId", "subnetId", "eniId", "trafficType", "logDestination")
    if any(all(log.get(key) == creation.input(key) for key in same) for log in world.of_type(FLOW_LOG)):
        message = "Error. There is an existing Flow Log with the same configuration and log destination."
        raise refused(operation, "FlowLogAlreadyExists", message)


def _may_deliver(role: Record | None) -> bool:
    """Return whether there is a role and VPC Flow Logs may assume it.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    return role is not None and role.type == ROLE and _FLOW_LOGS_SERVICE in str(role.get("assumeRolePolicy"))


RULES: Mapping[str, TypeRules] = {
    ENDPOINT: TypeRules(
        create=(_endpoint,),
        update=(_endpoint_changed,),
        replaces=frozenset(
            {
                "dnsOptions.privateDnsPreference",
                "dnsOptions.privateDnsSpecifiedDomains",
                "region",
                "resourceConfigurationArn",
                "serviceName",
                "serviceNetworkArn",
                "serviceRegion",
                "vpcEndpointType",
                "vpcId",
            }
        ),
    ),
    FLOW_LOG: TypeRules(
        create=(_flow_log,),
        # Everything but the tags.
        replaces=frozenset(
            {
                "deliverCrossAccountRole",
                "destinationOptions",
                "eniId",
                "iamRoleArn",
                "logDestination",
                "logDestinationType",
                "logFormat",
                "maxAggregationInterval",
                "region",
                "regionalNatGatewayId",
                "subnetId",
                "trafficType",
                "transitGatewayAttachmentId",
                "transitGatewayId",
                "vpcId",
            }
        ),
    ),
}
