"""Cases of the rules about the VPC that look at one resource."""

from __future__ import annotations

from policies.eks_policies.network import INGRESS_RULE, SECURITY_GROUP, SECURITY_GROUP_RULE, SUBNET
from tests.policies.support import CANNOT_RUN, REMOVED, UNKNOWN, Broken, Case

PUBLIC = "mapPublicIpOnLaunch is true: whatever starts in the subnet can be reached from the internet."


def _open(ports: str, network: str = "0.0.0.0/0") -> str:
    return f"{ports} are open to {network}."


CASES = (
    Case(
        rule="vpc-subnet-no-public-ip",
        type=SUBNET,
        compliant={
            "vpcId": "vpc-1",
            "cidrBlock": "10.20.0.0/20",
            "mapPublicIpOnLaunch": False,
            "tags": {"Name": "demo-public-eu-west-1a", "kubernetes.io/role/elb": "1"},
        },
        also_compliant=({"mapPublicIpOnLaunch": REMOVED}, {"assignIpv6AddressOnCreation": True}),
        broken=(Broken(changes={"mapPublicIpOnLaunch": True}, says=[PUBLIC]),),
        unknown=(
            Broken(changes={"mapPublicIpOnLaunch": UNKNOWN}, says=[CANNOT_RUN]),
            Broken(
                changes={"mapPublicIpOnLaunch": True, "tags": UNKNOWN, "vpcId": UNKNOWN},
                says=[PUBLIC],
                outage="an id that is not known yet has no part in the verdict",
            ),
        ),
        configured=(
            Broken(
                changes={"mapPublicIpOnLaunch": True}, config={"allowedTags": ["kubernetes.io/role/elb=1"]}, says=[]
            ),
            Broken(
                changes={"mapPublicIpOnLaunch": True, "tags": REMOVED},
                config={"allowedTags": ["kubernetes.io/role/elb=1"]},
                says=[PUBLIC],
            ),
            Broken(
                changes={"mapPublicIpOnLaunch": True},
                config={"allowedSubnets": ["network-public-*"]},
                name="network-public-eu-west-1a",
                says=[],
            ),
            Broken(
                changes={"mapPublicIpOnLaunch": True},
                config={"allowedSubnets": ["network-public-*"]},
                name="network-private-eu-west-1a",
                says=[PUBLIC],
            ),
        ),
    ),
    Case(
        rule="ec2-security-group-no-open-ports",
        type=SECURITY_GROUP,
        compliant={
            "vpcId": "vpc-1",
            "ingress": [
                {"protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlocks": ["0.0.0.0/0"]},
                {"protocol": "tcp", "fromPort": 10250.0, "toPort": 10250.0, "securityGroups": ["sg-1"]},
                {"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "self": True},
                {"protocol": "icmp", "fromPort": 3.0, "toPort": 4.0, "cidrBlocks": ["0.0.0.0/0"]},
            ],
        },
        also_compliant=({"ingress": REMOVED}, {"ingress.1.cidrBlocks": ["10.0.0.0/8"]}),
        broken=(
            Broken(changes={"ingress/1/cidrBlocks": ["10.0.0.0/8", "0.0.0.0/0"]}, says=[_open("ports 10250 to 10250")]),
            Broken(changes={"ingress/2/ipv6CidrBlocks": ["::/0"]}, says=[_open("all protocols and ports", "::/0")]),
            Broken(
                changes={"ingress/0/toPort": 8443.0},
                says=[_open("ports 443 to 8443")],
                outage="a range that begins with an allowed port would pass",
            ),
            Broken(
                changes={"ingress/0/protocol": "-1"},
                says=[_open("all protocols and ports")],
                outage="with all protocols the ports mean nothing",
            ),
            Broken(
                changes={"ingress": [{"cidrBlocks": ["0.0.0.0/0"], "ipv6CidrBlocks": ["::/0"], "protocol": "tcp"}]},
                says=[_open("all ports"), _open("all ports", "::/0")],
            ),
        ),
        unknown=(
            Broken(
                changes={"ingress/1/cidrBlocks": [UNKNOWN], "ingress/2/cidrBlocks": ["0.0.0.0/0"]},
                says=[_open("all protocols and ports"), CANNOT_RUN],
                outage="an unknown network would hide the open one behind it",
            ),
            Broken(changes={"vpcId": UNKNOWN}, says=[]),
        ),
        configured=(
            Broken(changes={}, config={"allowedPorts": []}, says=[_open("ports 443 to 443")]),
            Broken(changes={"ingress/1/cidrBlocks": ["0.0.0.0/0"]}, config={"allowedPorts": [443.0, 10250.0]}, says=[]),
        ),
    ),
    Case(
        rule="ec2-security-group-no-open-ports",
        type=SECURITY_GROUP_RULE,
        compliant={
            "type": "ingress",
            "securityGroupId": "sg-1",
            "protocol": "tcp",
            "fromPort": 22.0,
            "toPort": 22.0,
            "cidrBlocks": ["10.0.0.0/8"],
        },
        also_compliant=({"type": "egress", "cidrBlocks": ["0.0.0.0/0"]},),
        broken=(Broken(changes={"cidrBlocks": ["0.0.0.0/0"]}, says=[_open("ports 22 to 22")]),),
        unknown=(
            Broken(
                changes={"cidrBlocks": UNKNOWN, "ipv6CidrBlocks": ["::/0"]},
                says=[_open("ports 22 to 22", "::/0"), CANNOT_RUN],
            ),
        ),
    ),
    Case(
        rule="ec2-security-group-no-open-ports",
        type=INGRESS_RULE,
        compliant={
            "securityGroupId": "sg-1",
            "ipProtocol": "tcp",
            "fromPort": 3389.0,
            "toPort": 3389.0,
            "referencedSecurityGroupId": "sg-2",
        },
        also_compliant=({"cidrIpv4": "10.0.0.0/8"}, {"fromPort": 80.0, "toPort": 80.0, "cidrIpv4": "0.0.0.0/0"}),
        broken=(
            Broken(changes={"cidrIpv4": "0.0.0.0/0"}, says=[_open("ports 3389 to 3389")]),
            Broken(changes={"cidrIpv6": "::/0"}, says=[_open("ports 3389 to 3389", "::/0")]),
            Broken(changes={"ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}, says=[_open("all protocols and ports")]),
        ),
        unknown=(Broken(changes={"cidrIpv4": UNKNOWN, "securityGroupId": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
)
