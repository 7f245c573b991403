"""Amazon VPC: networks, subnets, routes, gateways, endpoints."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.simulator.context import Answer, Creation, Question, ResourceModel


def ec2_id(prefix: str) -> Callable[[Creation], str]:
    """Return a function that makes EC2's ids, for example "vpc-0a1b2c3d4e5f60718"."""
    return lambda creation: f"{prefix}-0{creation.hex(16)}"


def ec2_model(
    prefix: str,
    arn_type: str = "",
    outputs: Callable[[Creation, str], Mapping[str, Any]] | None = None,
    *,
    owned: bool = True,
) -> ResourceModel:
    """Return the model of an EC2 type.

    Args:
        prefix: Start of the id.
        arn_type: Resource type in the ARN, which is made from the id; "" for a type without ARN.
        outputs: Returns what else the type computes.
        owned: Whether the type says which account owns it.
    """

    def computed(creation: Creation, id_: Any) -> dict[str, Any]:
        arn = {"arn": creation.place.arn("ec2", f"{arn_type}/{id_}")} if arn_type else {}
        owner = {"ownerId": creation.place.account} if owned else {}
        return {**arn, **owner, **(outputs(creation, id_) if outputs else {})}

    return ResourceModel(id=ec2_id(prefix), outputs=computed)


def _vpc(creation: Creation, _id: str) -> dict[str, Any]:
    ipv6 = creation.input("assignGeneratedIpv6CidrBlock")
    return {
        "cidrBlock": creation.input("cidrBlock", "10.0.0.0/16"),
        "defaultSecurityGroupId": f"sg-0{creation.hex(16, 'default')}",
        "defaultRouteTableId": f"rtb-0{creation.hex(16, 'default')}",
        "defaultNetworkAclId": f"acl-0{creation.hex(16, 'default')}",
        "mainRouteTableId": f"rtb-0{creation.hex(16, 'default')}",
        "dhcpOptionsId": f"dopt-0{creation.hex(16)}",
        "enableDnsSupport": creation.input("enableDnsSupport", True),
        "enableDnsHostnames": creation.input("enableDnsHostnames", False),
        "instanceTenancy": creation.input("instanceTenancy", "default"),
        "ipv6CidrBlock": f"2600:1f14:{creation.hex(3)}:{creation.hex(2)}00::/56" if ipv6 else "",
        "ipv6AssociationId": f"vpc-cidr-assoc-0{creation.hex(16)}" if ipv6 else "",
    }


def _subnet(creation: Creation, _id: str) -> dict[str, Any]:
    zone = creation.input("availabilityZone", creation.place.zones[0])
    return {
        "availabilityZone": zone,
        "availabilityZoneId": f"az-{zone}",
        "mapPublicIpOnLaunch": creation.input("mapPublicIpOnLaunch", False),
        "assignIpv6AddressOnCreation": creation.input("assignIpv6AddressOnCreation", False),
    }


def _address(creation: Creation) -> str:
    """Return an address of the documentation range 203.0.113.0/24."""
    return f"203.0.113.{int(creation.hex(2), 16)}"


def _eip(creation: Creation, id_: str) -> dict[str, Any]:
    return {"allocationId": id_, "publicIp": _address(creation), "domain": "vpc"}


def _nat_gateway(creation: Creation, _id: str) -> dict[str, Any]:
    if creation.input("availabilityMode") == "regional":
        return {
            "autoProvisionZones": "enabled",
            "autoScalingIps": "enabled",
            "regionalNatGatewayAutoMode": "enabled",
            "regionalNatGatewayAddresses": [
                {"availabilityZone": creation.place.zones[0], "publicIp": _address(creation), "status": "succeeded"}
            ],
            "routeTableId": f"rtb-0{creation.hex(16, 'nat')}",
        }
    return {
        "publicIp": _address(creation),
        "privateIp": "10.0.0.10",
        "networkInterfaceId": f"eni-0{creation.hex(16)}",
        "connectivityType": creation.input("connectivityType", "public"),
    }


def _endpoint(creation: Creation, _id: str) -> dict[str, Any]:
    interface = creation.input("vpcEndpointType", "Gateway") == "Interface"
    dns = f"vpce-0{creation.hex(16)}-{creation.hex(8)}.vpce.{creation.place.dns_suffix}"
    return {
        "state": "available",
        "dnsEntries": [{"dnsName": dns, "hostedZoneId": "Z7HUB22UULQXV"}] if interface else [],
        "networkInterfaceIds": [f"eni-0{creation.hex(16)}"] if interface else [],
        "cidrBlocks": [],
        "prefixListId": "" if interface else f"pl-{creation.hex(8)}",
        "requesterManaged": False,
    }


def _zones_of(question: Question) -> dict[str, Any]:
    subnet = question.args.get("id", "")
    zones = question.place.zones
    # An unknown subnet has no zone of its own: its id decides, so that every run gives the same one.
    zone = zones[sum(subnet.encode()) % len(zones)]
    return {
        "id": subnet,
        "arn": question.place.arn("ec2", f"subnet/{subnet}"),
        "availabilityZone": zone,
        "availabilityZoneId": f"az-{zone}",
        "cidrBlock": str(ipaddress.ip_network("10.0.0.0/24")),
        "vpcId": question.args.get("vpcId", ""),
        "mapPublicIpOnLaunch": False,
        "tags": {},
        "ownerId": question.place.account,
    }


def _get_vpc(question: Question) -> dict[str, Any]:
    id_ = question.args.get("id", "vpc-00000000000000000")
    made = question.lookup(id_) or {}
    return {
        "id": id_,
        "arn": question.place.arn("ec2", f"vpc/{id_}"),
        "cidrBlock": "10.0.0.0/16",
        "enableDnsHostnames": True,
        "enableDnsSupport": True,
        "ownerId": question.place.account,
        "tags": {},
        **made,
    }


def _get_subnet(question: Question) -> dict[str, Any]:
    return {**_zones_of(question), **(question.lookup(question.args.get("id", "")) or {})}


def _filters(question: Question) -> dict[str, list[str]]:
    return {item["name"]: list(item["values"]) for item in question.args.get("filters", ())}


def _get_subnets(question: Question) -> dict[str, Any]:
    """Answer which of the subnets that are asked for by id match; one not made here is taken to be as it is said."""
    filters = _filters(question)
    wanted = {"vpc-id": "vpcId", "availability-zone": "availabilityZone"}
    ids = [
        id_
        for id_ in filters.get("subnet-id", ())
        if all(
            (question.lookup(id_) or {key: values[0]}).get(key) in values
            for name, values in filters.items()
            if (key := wanted.get(name, ""))
        )
    ]
    return {"id": question.place.region, "ids": ids, "tags": {}}


def _get_vpc_endpoint_service(question: Question) -> dict[str, Any]:
    names = _filters(question).get("service-name") or [f"com.amazonaws.{question.place.region}.s3"]
    name = question.args.get("serviceName", names[0])
    return {
        "id": name,
        "serviceName": name,
        "serviceType": question.args.get("serviceType", "Interface"),
        "availabilityZones": question.place.zones,
        "owner": "amazon",
        "region": question.place.region,
    }


RESOURCES: Mapping[str, ResourceModel] = {
    "aws:ec2/vpc:Vpc": ec2_model("vpc", "vpc", _vpc),
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": ec2_model("vpc-cidr-assoc", owned=False),
    "aws:ec2/subnet:Subnet": ec2_model("subnet", "subnet", _subnet),
    "aws:ec2/internetGateway:InternetGateway": ec2_model("igw", "internet-gateway"),
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": ResourceModel(id=ec2_id("eigw")),
    "aws:ec2/eip:Eip": ec2_model("eipalloc", "elastic-ip", _eip, owned=False),
    "aws:ec2/natGateway:NatGateway": ResourceModel(id=ec2_id("nat"), outputs=_nat_gateway),
    "aws:ec2/routeTable:RouteTable": ec2_model("rtb", "route-table"),
    "aws:ec2/route:Route": ResourceModel(
        id=ec2_id("r"), outputs=lambda _creation, _id: {"state": "active", "origin": "CreateRoute"}
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ResourceModel(id=ec2_id("rtbassoc")),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ec2_model("vpce", "vpc-endpoint", _endpoint),
    "aws:ec2/flowLog:FlowLog": ec2_model("fl", "vpc-flow-log", owned=False),
    "aws:ec2/tag:Tag": ResourceModel(id=lambda c: f"{c.input('resourceId')},{c.input('key')}"),
}

INVOKES: Mapping[str, Answer] = {
    "aws:ec2/getVpc:getVpc": _get_vpc,
    "aws:ec2/getSubnet:getSubnet": _get_subnet,
    "aws:ec2/getSubnets:getSubnets": _get_subnets,
    "aws:ec2/getVpcEndpointService:getVpcEndpointService": _get_vpc_endpoint_service,
}
