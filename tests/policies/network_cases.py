"""Cases of the rules about the VPC that look at one resource."""

from __future__ import annotations

from policies.eks_policies.network import SUBNET
from tests.policies.support import CANNOT_RUN, REMOVED, UNKNOWN, Broken, Case

PUBLIC = "mapPublicIpOnLaunch is true: whatever starts in the subnet can be reached from the internet."

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
)
