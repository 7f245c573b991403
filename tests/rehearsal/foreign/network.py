"""A component of the shop's own."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws


class Network(pulumi.ComponentResource):
    def __init__(self, name: str, zones: Sequence[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("shop:network:Network", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block="10.1.0.0/16", opts=child)
        self.subnets = [
            aws.ec2.Subnet(f"{name}-{zone}", vpc_id=self.vpc.id, cidr_block=f"10.1.{number}.0/24", opts=child)
            for number, zone in enumerate(zones)
        ]
        self.register_outputs({"vpcId": self.vpc.id})
