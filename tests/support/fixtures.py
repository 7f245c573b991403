"""Ready-made neighbours for component tests; call them inside the recorded program."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pulumi_kubernetes as kubernetes

from components.aws_environment import AwsEnvironment
from components.refs import ClusterRef, NetworkRef

AWS = AwsEnvironment(
    region="eu-west-1",
    account="111122223333",
    tags={"owner": "platform", "environment": "test", "project": "eks-platform", "cost-center": "4711"},
)
ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")


def aws_providers() -> list[pulumi.ProviderResource]:
    """Return explicit aws and eks providers, as the platform's program makes them."""
    return [
        aws.Provider(
            "aws",
            region=AWS.region,
            allowed_account_ids=[AWS.account],
            default_tags=aws.ProviderDefaultTagsArgs(tags=AWS.tags),
        ),
        eks.Provider("eks"),
    ]


def component_options() -> pulumi.ResourceOptions:
    """Return the options that give a component its explicit providers."""
    return pulumi.ResourceOptions(providers=aws_providers())


def network_ref() -> NetworkRef:
    """Return a network with three zones that exists already."""

    def subnets(tier: str) -> dict[str, pulumi.Output[str]]:
        return {zone: pulumi.Output.from_input(f"subnet-{tier}-{zone}") for zone in ZONES}

    return NetworkRef(
        vpc_id=pulumi.Output.from_input("vpc-0123456789abcdef0"),
        cidr_block=pulumi.Output.from_input("10.20.0.0/16"),
        private_subnet_ids=subnets("private"),
        public_subnet_ids=subnets("public"),
        intra_subnet_ids=subnets("intra"),
        pod_subnet_ids={},
        zones={zone: pulumi.Output.from_input(zone) for zone in ZONES},
    )


def cluster_ref(version: str = "1.35", provider_name: str = "kubernetes") -> ClusterRef:
    """Return a cluster that exists already, with an explicit Kubernetes provider."""
    output = pulumi.Output.from_input
    return ClusterRef(
        name=output("demo"),
        literal_name="demo",
        arn=output(AWS.arn("eks", "cluster/demo")),
        version=version,
        endpoint=output("https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com"),
        certificate_authority=output("Y2VydGlmaWNhdGU="),
        oidc_issuer=output("oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"),
        oidc_provider_arn=output(AWS.iam_arn("oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF")),
        cluster_security_group_id=output("sg-0c1c1c1c1c1c1c1c1"),
        node_security_group_id=output("sg-0a0a0a0a0a0a0a0a0"),
        kubernetes_provider=kubernetes.Provider(provider_name, kubeconfig="{}", cluster_identifier="test"),
    )
