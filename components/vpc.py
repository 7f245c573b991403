"""A VPC for an EKS cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws_sdk

from components import tags
from components.flow_logs import make_flow_log
from components.refs import NetworkRef
from components.vpc_args import VpcArgs
from components.vpc_endpoints import Endpoints, make_endpoints
from components.vpc_nat import NatGateways, make_nat_gateways
from components.vpc_subnets import (
    SubnetSpec,
    associate,
    make_internet_routes,
    make_route_table,
    make_subnets,
    ready_ids,
)
from components.vpc_zones import zone_names

__all__ = ["Vpc", "VpcArgs"]


class Vpc(pulumi.ComponentResource):
    """A VPC with subnets of up to four tiers in each zone, and their way out.

    Creates the VPC (DNS support and hostnames on) with its default security group emptied; in each zone a private
    subnet with its own route table, an intra subnet without any route out for the control plane's network interfaces,
    and, if wanted, a public subnet and a pod subnet in a secondary CIDR; internet gateway and NAT gateways by mode;
    egress-only gateway for IPv6; a gateway endpoint for S3, interface endpoints; and flow logs.

    Args:
        name: Logical name; children are called after it, their noun and their zone key.
        args: Addresses, zones and ways out.
        opts: Resource options of the component.
    """

    vpc_id: pulumi.Output[str]
    """Id of the VPC."""
    cidr_block: pulumi.Output[str]
    """Primary IPv4 CIDR."""
    ipv6_cidr_block: pulumi.Output[str]
    """IPv6 /56 of the VPC; empty without IPv6."""
    private_subnet_ids: Mapping[str, pulumi.Output[str]]
    """Private subnet by zone key, once it has its routes and the endpoints that it cannot do without."""
    public_subnet_ids: Mapping[str, pulumi.Output[str]]
    """Public subnet by zone key, once it has its route to the internet; empty if there are none."""
    intra_subnet_ids: Mapping[str, pulumi.Output[str]]
    """Intra subnet by zone key."""
    pod_subnet_ids: Mapping[str, pulumi.Output[str]]
    """Pod subnet by zone key, once it has its routes; empty without a secondary CIDR."""
    zones: Mapping[str, pulumi.Output[str]]
    """Zone name by zone key."""
    private_route_table_ids: Mapping[str, pulumi.Output[str]]
    """Route table of the private and pod subnets by zone key, for peering and transit gateways."""
    nat_public_ips: pulumi.Output[Sequence[str]]
    """Public IPv4 addresses that traffic to the internet comes from, for allow lists of others."""
    endpoint_ids: Mapping[str, pulumi.Output[str]]
    """VPC endpoint by short name of its service, "s3" included."""
    flow_log_group_name: pulumi.Output[str | None]
    """Log group of the flow logs; None where there is none."""
    ref: NetworkRef
    """What neighbours need."""

    def __init__(self, name: str, args: VpcArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:Vpc", name, None, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)

        vpc = self._make_vpc()
        spec = SubnetSpec(
            name=name,
            label=args.cluster_name,
            parent=self,
            vpc_id=vpc.id,
            ipv6_cidr_block=vpc.ipv6_cidr_block if args.ipv6 else None,
            zones=zone_names(args.zones, parent=self),
            keep_zones=isinstance(args.zones, int),
        )
        internet = self._make_internet_gateway(vpc) if args.has_internet_gateway else None
        public_ids = self._make_public_tier(spec, internet)
        nat = make_nat_gateways(
            name,
            args.nat,
            parent=self,
            vpc_id=vpc.id,
            internet_gateway=internet,
            zones=args.zone_keys,
            single_zone=args.nat_zone or args.zone_keys[0],
            public_subnet_ids=public_ids,
            label=args.cluster_name,
        )
        private = make_subnets(spec, "private", args.cidr_blocks("private"), role=self._private_role())
        tables = {zone: make_route_table(spec, f"private-{zone}") for zone in private}
        endpoints = self._make_endpoints(spec, private, tables)
        needs = self._private_needs(spec, tables, nat, endpoints)

        self.vpc_id = vpc.id
        self.cidr_block = vpc.cidr_block
        self.ipv6_cidr_block = vpc.ipv6_cidr_block
        self.private_subnet_ids = ready_ids(private, associate(spec, "private", private, tables), needs)
        self.public_subnet_ids = public_ids
        self.intra_subnet_ids = self._make_intra_tier(spec)
        self.pod_subnet_ids = self._make_pod_tier(spec, tables, needs)
        self.zones = {zone: subnet.availability_zone for zone, subnet in private.items()}
        self.private_route_table_ids = {zone: table.id for zone, table in tables.items()}
        self.nat_public_ips = nat.public_ips
        self.endpoint_ids = {"s3": endpoints.gateway.id} | {key: e.id for key, e in endpoints.interfaces.items()}
        self.flow_log_group_name = self._make_flow_log(vpc)
        self.ref = NetworkRef(
            vpc_id=self.vpc_id,
            cidr_block=self.cidr_block,
            private_subnet_ids=self.private_subnet_ids,
            public_subnet_ids=self.public_subnet_ids,
            intra_subnet_ids=self.intra_subnet_ids,
            pod_subnet_ids=self.pod_subnet_ids,
            zones=self.zones,
        )
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "cidr_block": self.cidr_block,
                "ipv6_cidr_block": self.ipv6_cidr_block,
                "private_subnet_ids": self.private_subnet_ids,
                "public_subnet_ids": self.public_subnet_ids,
                "intra_subnet_ids": self.intra_subnet_ids,
                "pod_subnet_ids": self.pod_subnet_ids,
                "zones": self.zones,
                "private_route_table_ids": self.private_route_table_ids,
                "nat_public_ips": self.nat_public_ips,
                "endpoint_ids": self.endpoint_ids,
                "flow_log_group_name": self.flow_log_group_name,
            }
        )

    def _make_vpc(self) -> aws_sdk.ec2.Vpc:
        args = self._args
        vpc = aws_sdk.ec2.Vpc(
            self._name,
            cidr_block=args.cidr_block,
            assign_generated_ipv6_cidr_block=args.ipv6,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=tags.named(args.cluster_name),
            opts=self._child,
        )
        # AWS makes this group with every VPC, open between its members; nothing here uses it.
        aws_sdk.ec2.DefaultSecurityGroup(
            f"{self._name}-default",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags=tags.named(f"{args.cluster_name}-default"),
            opts=self._child,
        )
        return vpc

    def _make_internet_gateway(self, vpc: aws_sdk.ec2.Vpc) -> aws_sdk.ec2.InternetGateway:
        return aws_sdk.ec2.InternetGateway(
            f"{self._name}-internet",
            vpc_id=vpc.id,
            tags=tags.named(self._args.cluster_name),
            opts=self._child,
        )

    def _make_public_tier(
        self, spec: SubnetSpec, internet: aws_sdk.ec2.InternetGateway | None
    ) -> dict[str, pulumi.Output[str]]:
        if internet is None or not self._args.has_public_subnets:
            return {}
        cidr_blocks = self._args.cidr_blocks("public")
        subnets = make_subnets(spec, "public", cidr_blocks, role=tags.SUBNET_ROLE_PUBLIC)
        table = make_route_table(spec, "public")
        routes = make_internet_routes(spec, "public", table, ipv4_gateway=internet, ipv6_gateway=internet)
        associations = associate(spec, "public", subnets, dict.fromkeys(subnets, table))
        return ready_ids(subnets, associations, dict.fromkeys(subnets, routes))

    def _make_intra_tier(self, spec: SubnetSpec) -> dict[str, pulumi.Output[str]]:
        subnets = make_subnets(spec, "intra", self._args.cidr_blocks("intra"), role={})
        # An own table without routes: the VPC's main table is open to whoever adds a route to it.
        table = make_route_table(spec, "intra")
        return ready_ids(subnets, associate(spec, "intra", subnets, dict.fromkeys(subnets, table)), {})

    def _make_pod_tier(
        self,
        spec: SubnetSpec,
        tables: Mapping[str, aws_sdk.ec2.RouteTable],
        needs: Mapping[str, Sequence[pulumi.CustomResource]],
    ) -> dict[str, pulumi.Output[str]]:
        if self._args.pod_cidr is None:
            return {}
        pods = aws_sdk.ec2.VpcIpv4CidrBlockAssociation(
            f"{self._name}-pods", vpc_id=spec.vpc_id, cidr_block=self._args.pod_cidr, opts=self._child
        )
        # The VPC id comes from the association, because only then the range is the VPC's.
        subnets = make_subnets(spec, "pod", self._args.pod_cidr_blocks(), role={}, vpc_id=pods.vpc_id)
        return ready_ids(subnets, associate(spec, "pod", subnets, tables), needs)

    def _private_role(self) -> dict[str, str]:
        return tags.merge(tags.SUBNET_ROLE_PRIVATE, tags.karpenter_discovery(self._args.cluster_name))

    def _make_endpoints(
        self,
        spec: SubnetSpec,
        private: Mapping[str, aws_sdk.ec2.Subnet],
        tables: Mapping[str, aws_sdk.ec2.RouteTable],
    ) -> Endpoints:
        args = self._args
        return make_endpoints(
            self._name,
            args.endpoints,
            parent=self,
            aws=args.aws,
            vpc_id=spec.vpc_id,
            subnet_ids={zone: subnet.id for zone, subnet in private.items()},
            route_table_ids={zone: table.id for zone, table in tables.items()},
            cidr_blocks={"vpc": args.cidr_block} | ({"pods": args.pod_cidr} if args.pod_cidr else {}),
            ipv6_cidr_block=spec.ipv6_cidr_block,
            label=args.cluster_name,
        )

    def _private_needs(
        self,
        spec: SubnetSpec,
        tables: Mapping[str, aws_sdk.ec2.RouteTable],
        nat: NatGateways,
        endpoints: Endpoints,
    ) -> Mapping[str, Sequence[pulumi.CustomResource]]:
        """Make the routes out of each private subnet, and return what nodes there cannot start without."""
        if not nat.by_zone:
            # With no way out, the endpoints are all that nodes can reach.
            return dict.fromkeys(tables, (endpoints.gateway, *endpoints.interfaces.values(), *endpoints.rules))
        egress_only = self._make_egress_only_gateway(spec) if spec.ipv6_cidr_block is not None else None
        return {
            zone: [
                endpoints.gateway,
                *make_internet_routes(
                    spec, f"private-{zone}", table, ipv4_gateway=nat.by_zone[zone], ipv6_gateway=egress_only
                ),
            ]
            for zone, table in tables.items()
        }

    def _make_egress_only_gateway(self, spec: SubnetSpec) -> aws_sdk.ec2.EgressOnlyInternetGateway:
        return aws_sdk.ec2.EgressOnlyInternetGateway(
            f"{self._name}-egress-only",
            vpc_id=spec.vpc_id,
            tags=tags.named(self._args.cluster_name),
            opts=self._child,
        )

    def _make_flow_log(self, vpc: aws_sdk.ec2.Vpc) -> pulumi.Output[str | None]:
        settings = self._args.flow_logs
        if settings is None:
            return pulumi.Output.from_input(None)
        group = make_flow_log(
            f"{self._name}-flow-logs",
            settings,
            parent=self,
            aws=self._args.aws,
            vpc_id=vpc.id,
            label=self._args.cluster_name,
        )
        return pulumi.Output.from_input(None if group is None else group.name)
