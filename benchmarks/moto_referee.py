"""Asks moto what it says to the programs that EC2 refuses: how far can a library stand for our own rules?

moto is no dependency of the project (docs/decisions says why). To repeat the measurement, install it into an
environment of its own beside requirements-dev.txt and run `python -m benchmarks.moto_referee` from the project folder.
"""

from __future__ import annotations

import collections
import importlib
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.simulator.rules import ec2_compute
from rehearsal.simulator.rules import ec2_lookup as ec2
from rehearsal.simulator.world import Record
from tests.support.ec2_cases import Case, Network
from tests.support.ec2_network import REGION

_TABLES = ("network", "gateways", "routing", "endpoints", "access")
# Pulumi's name of an input -> EC2's, where it is more than a capital first letter.
_RENAMED = {"name": "GroupName", "egressOnlyGatewayId": "EgressOnlyInternetGatewayId"}
# Type -> (operation, key of the answer, key of the id).
_CALLS = {
    ec2.VPC: ("create_vpc", "Vpc", "VpcId"),
    ec2.CIDR_ASSOCIATION: ("associate_vpc_cidr_block", "CidrBlockAssociation", "AssociationId"),
    ec2.SUBNET: ("create_subnet", "Subnet", "SubnetId"),
    ec2.EGRESS_ONLY_GATEWAY: (
        "create_egress_only_internet_gateway",
        "EgressOnlyInternetGateway",
        "EgressOnlyInternetGatewayId",
    ),
    ec2.ADDRESS: ("allocate_address", "", "AllocationId"),
    ec2.NAT_GATEWAY: ("create_nat_gateway", "NatGateway", "NatGatewayId"),
    ec2.ROUTE_TABLE: ("create_route_table", "RouteTable", "RouteTableId"),
    ec2.ROUTE: ("create_route", "", ""),
    ec2.ROUTE_TABLE_ASSOCIATION: ("associate_route_table", "", "AssociationId"),
    ec2.ENDPOINT: ("create_vpc_endpoint", "VpcEndpoint", "VpcEndpointId"),
}


class Referee(Network):
    """The network of the cases, made by moto.

    Args:
        client: Returns a client of a service.
    """

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
        self.ec2 = client("ec2")
        super().__init__()

    def make(self, type_: str, name: str, /, **inputs: Any) -> Record:
        """Create a resource with moto."""
        id_ = self._make(type_, name, inputs)
        return Record(type=type_, id=id_, inputs=inputs, outputs={**inputs, "prefixListId": "pl-1"})

    def place_record(self, type_: str, id_: str, /, **inputs: Any) -> Record:
        """Create a role with moto; nothing else that services make is needed."""
        if type_ == ec2.ROLE:
            self.client("iam").create_role(RoleName=id_, AssumeRolePolicyDocument=inputs["assumeRolePolicy"])
        return Record(type=type_, id=id_, inputs=inputs, outputs=inputs)

    def _make(self, type_: str, name: str, inputs: Mapping[str, Any]) -> str:
        if type_ == ec2.INTERNET_GATEWAY:
            gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
            self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=inputs["vpcId"])
            return gateway
        if type_ == ec2.SECURITY_GROUP:
            given = _renamed({"description": name, **inputs})
            return self.ec2.create_security_group(**given)["GroupId"]
        if type_ in (ec2.INGRESS_RULE, ec2.EGRESS_RULE):
            return self._rule(type_, inputs)
        if type_ == ec2.FLOW_LOG:
            return self._flow_log(inputs)
        if type_ == ec2.LAUNCH_TEMPLATE:
            data = {"InstanceType": "m7i.large"}
            answer = self.ec2.create_launch_template(LaunchTemplateName=inputs["name"], LaunchTemplateData=data)
            return answer["LaunchTemplate"]["LaunchTemplateId"]
        if type_ == ec2.PLACEMENT_GROUP:
            # moto has no placement groups: the network of the cases must do without.
            return self.ec2.create_placement_group(GroupName=name, Strategy="cluster") if name == "new" else ""
        if type_ == ec2_compute.TAG:
            tags = [{"Key": inputs["key"], "Value": inputs["value"]}]
            self.ec2.create_tags(Resources=[inputs["resourceId"]], Tags=tags)
            return ""
        operation, outer, key = _CALLS[type_]
        answer = getattr(self.ec2, operation)(**_renamed(inputs))
        return (answer[outer] if outer else answer).get(key, "")

    def _rule(self, type_: str, inputs: Mapping[str, Any]) -> str:
        permission: dict[str, Any] = {"IpProtocol": inputs["ipProtocol"]}
        permission |= {"FromPort": inputs["fromPort"], "ToPort": inputs["toPort"]} if "fromPort" in inputs else {}
        if "cidrIpv4" in inputs:
            permission["IpRanges"] = [{"CidrIp": inputs["cidrIpv4"]}]
        if "referencedSecurityGroupId" in inputs:
            permission["UserIdGroupPairs"] = [{"GroupId": inputs["referencedSecurityGroupId"]}]
        direction = "ingress" if type_ == ec2.INGRESS_RULE else "egress"
        authorize = getattr(self.ec2, f"authorize_security_group_{direction}")
        authorize(GroupId=inputs["securityGroupId"], IpPermissions=[permission])
        return ""

    def _flow_log(self, inputs: Mapping[str, Any]) -> str:
        answer = self.ec2.create_flow_logs(
            ResourceIds=[inputs["vpcId"]],
            ResourceType="VPC",
            TrafficType=inputs["trafficType"],
            LogDestination=inputs["logDestination"],
            DeliverLogsPermissionArn=inputs["iamRoleArn"],
        )
        if answer["Unsuccessful"]:
            error = answer["Unsuccessful"][0]["Error"]
            raise UnsuccessfulError(error)
        return answer["FlowLogIds"][0]


class UnsuccessfulError(Exception):
    """An error that came inside an answer.

    Args:
        error: Code and message.
    """

    def __init__(self, error: Mapping[str, str]) -> None:
        super().__init__(error["Message"])
        self.response = {"Error": error}


def _renamed(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as EC2 names them; what is set by a call of its own is left out."""
    own = ("enableDnsHostnames", "enableDnsSupport", "availabilityMode")
    return {_RENAMED.get(key, key[:1].upper() + key[1:]): value for key, value in inputs.items() if key not in own}


def verdict(case: Case, client: Callable[[str], Any]) -> tuple[str, str]:
    """Return how moto's answer compares with AWS's, and what it says."""
    _what, type_, broken, _right, _operation, code, message = case
    network = Referee(client)
    try:
        network.make(type_, "new", **broken(network))
    except Exception as error:  # noqa: BLE001 -- whatever it raises is its answer
        if isinstance(error, NotImplementedError):
            return "not implemented", str(error)
        answer: Mapping[str, Any] = getattr(error, "response", {}).get("Error", {})
        if answer.get("Code") != code:
            return "another refusal", f"{answer.get('Code', type(error).__name__)}: {error}"
        same = answer.get("Message") == message.format(**network.ids)
        return ("same code and words" if same else "same code, other words"), str(answer.get("Message"))
    return "taken", ""


def main() -> int:
    """Print a line for each case and the totals."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": REGION}
    started = time.perf_counter()
    boto3 = importlib.import_module("boto3")
    mock_aws = importlib.import_module("moto").mock_aws
    totals: collections.Counter[str] = collections.Counter()
    for table in _TABLES:
        for case in importlib.import_module(f"tests.rehearsal.simulator.test_rules_ec2_{table}").CASES:
            with mock_aws():
                kind, said = verdict(case, boto3.client)
            totals[kind] += 1
            sys.stdout.write(f"{kind:24}{case[0]:50}{case[5]:36}{said}\n")
    for kind, number in sorted(totals.items()):
        sys.stdout.write(f"{number:4} of {totals.total()} {kind}\n")
    sys.stdout.write(f"{time.perf_counter() - started:.1f} s\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
