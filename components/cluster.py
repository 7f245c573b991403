"""An EKS control plane with everything that must be there before anything runs in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws_sdk
import pulumi_eks as eks
import pulumi_kubernetes as kubernetes

from components.access import grant_access
from components.cluster_args import ClusterArgs
from components.cluster_network import ingress_rules, node_security_group, open_ports
from components.cluster_transforms import ControlPlaneExtras, control_plane_transform
from components.iam.document import to_json
from components.iam.kms import cluster_key_policy
from components.iam.trust import WEB_IDENTITY_AUDIENCE, eks_cluster_trust
from components.kubeconfig import kubeconfig_document, kubeconfig_json
from components.refs import ClusterRef
from components.tags import named


def control_plane_log_group(cluster_name: str) -> str:
    """Return the log group that EKS writes a cluster's control plane logs to; the name is fixed by EKS."""
    return f"/aws/eks/{cluster_name}/cluster"


class Cluster(pulumi.ComponentResource):
    """An EKS cluster without nodes or add-ons.

    Creates a KMS key with alias, the log group with its retention, the cluster role with its policies, the control
    plane itself (a lean `pulumi_eks.Cluster`), an IAM OIDC provider, access entries with their policies, the nodes'
    security group with the least rules, and a provider for Kubernetes objects.

    Needs an AWS provider and an EKS provider in its options: `providers=[aws_provider, eks_provider]`.

    Args:
        name: Logical name; children are called after it.
        args: The cluster.
        opts: Resource options of the component.
    """

    name: pulumi.Output[str]
    """Name of the cluster, as the control plane's output."""
    arn: pulumi.Output[str]
    """ARN of the cluster."""
    version: pulumi.Output[str]
    """Kubernetes minor version that the control plane runs."""
    endpoint: pulumi.Output[str]
    """URL of the API server."""
    certificate_authority: pulumi.Output[str]
    """Base64 encoded certificate of the API server's authority."""
    oidc_issuer: pulumi.Output[str]
    """Host and path of the OIDC issuer, without the scheme."""
    oidc_provider_arn: pulumi.Output[str]
    """ARN of the IAM OIDC provider."""
    cluster_security_group_id: pulumi.Output[str]
    """Security group that EKS makes for the control plane and pods on Fargate."""
    node_security_group_id: pulumi.Output[str]
    """Security group for nodes, once its rules exist: nodes and all that runs on them go before the rules do."""
    role_arn: pulumi.Output[str]
    """ARN of the cluster role."""
    log_group_name: pulumi.Output[str]
    """Log group of the control plane; "" if nothing is logged."""
    kms_key_arn: pulumi.Output[str]
    """Key that encrypts Kubernetes secrets; "" for the key of EKS."""
    kubeconfig: pulumi.Output[dict[str, Any]]
    """Kubeconfig document without credentials, for people: it uses the AWS identity of their own session."""
    kubernetes_provider: kubernetes.Provider
    """Provider for Kubernetes objects; it waits until the deployer may create them."""
    ref: ClusterRef
    """What neighbours get of the cluster."""

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:Cluster", name, None, opts)
        self._base = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)

        key = self._make_key()
        log_group = self._make_log_group(key)
        role, attachments = self._make_role()
        nodes = node_security_group(f"{name}-nodes", parent=self, cluster_name=args.name, vpc_id=args.vpc_id)
        control_plane = self._make_control_plane(
            role, self._secrets_key_arn(key), [*attachments, *([log_group] if log_group else [])]
        )
        self._read_control_plane(control_plane)
        rules = open_ports(
            name,
            parent=self,
            nodes=nodes.id,
            control_plane=self.cluster_security_group_id,
            rules=ingress_rules(args.node_ports, fargate=args.fargate),
            ipv6=args.ip_family == "ipv6",
        )
        oidc_provider = self._make_oidc_provider(control_plane)
        administrators = grant_access(name, parent=self, aws=args.aws, cluster_name=self.name, entries=args.access)

        self.oidc_provider_arn = oidc_provider.arn
        self.node_security_group_id = pulumi.Output.all(nodes.id, *[rule.id for rule in rules]).apply(_first)
        self.role_arn = role.arn
        self.log_group_name = log_group.name if log_group else pulumi.Output.from_input("")
        self.kms_key_arn = pulumi.Output.from_input(self._secrets_key_arn(key) or "")
        self.kubeconfig = self._kubeconfig(role_arn=None)
        self.kubernetes_provider = self._make_kubernetes_provider(
            [association for entry, association in administrators.items() if entry in args.deployer_entries]
        )
        self.ref = self._make_ref()
        self.register_outputs(
            {
                "name": self.name,
                "arn": self.arn,
                "version": self.version,
                "endpoint": self.endpoint,
                "certificate_authority": self.certificate_authority,
                "oidc_issuer": self.oidc_issuer,
                "oidc_provider_arn": self.oidc_provider_arn,
                "cluster_security_group_id": self.cluster_security_group_id,
                "node_security_group_id": self.node_security_group_id,
                "role_arn": self.role_arn,
                "log_group_name": self.log_group_name,
                "kms_key_arn": self.kms_key_arn,
                "kubeconfig": self.kubeconfig,
            }
        )

    def _make_key(self) -> aws_sdk.kms.Key | None:
        args = self._args
        if not args.secrets_encryption.makes_key:
            return None
        encrypts_logs = bool(args.logs.types) and args.logs.kms_key_arn is None
        log_groups = [control_plane_log_group(args.name)] if encrypts_logs else []
        key = aws_sdk.kms.Key(
            f"{self._base}-key",
            description=f"Secrets and logs of EKS cluster {args.name}",
            policy=to_json(cluster_key_policy(args.aws, log_groups)),
            enable_key_rotation=True,
            rotation_period_in_days=args.secrets_encryption.rotation_days,
            deletion_window_in_days=args.secrets_encryption.deletion_window_days,
            opts=self._child,
        )
        aws_sdk.kms.Alias(
            f"{self._base}-key-alias", name=f"alias/eks/{args.name}", target_key_id=key.key_id, opts=self._child
        )
        return key

    def _secrets_key_arn(self, key: aws_sdk.kms.Key | None) -> pulumi.Input[str] | None:
        return key.arn if key else self._args.secrets_encryption.kms_key_arn

    def _make_log_group(self, key: aws_sdk.kms.Key | None) -> aws_sdk.cloudwatch.LogGroup | None:
        args = self._args
        if not args.logs.types:
            return None
        # EKS would make the group itself, with no end to what it keeps.
        return aws_sdk.cloudwatch.LogGroup(
            f"{self._base}-logs",
            name=control_plane_log_group(args.name),
            retention_in_days=args.logs.retention_days,
            kms_key_id=args.logs.kms_key_arn or (key.arn if key else None),
            opts=self._child,
        )

    def _make_role(self) -> tuple[aws_sdk.iam.Role, list[aws_sdk.iam.RolePolicyAttachment]]:
        args = self._args
        role = aws_sdk.iam.Role(
            f"{self._base}-role",
            description=f"Control plane of EKS cluster {args.name}",
            assume_role_policy=to_json(eks_cluster_trust()),
            permissions_boundary=args.aws.permissions_boundary,
            opts=self._child,
        )
        policies = ["AmazonEKSClusterPolicy"]
        if args.security_groups_for_pods:
            policies.append("AmazonEKSVPCResourceController")
        attachments = [
            aws_sdk.iam.RolePolicyAttachment(
                f"{self._base}-role-{policy}",
                role=role.name,
                policy_arn=args.aws.managed_policy_arn(policy),
                opts=self._child,
            )
            for policy in policies
        ]
        return role, attachments

    def _make_control_plane(
        self,
        role: aws_sdk.iam.Role,
        key_arn: pulumi.Input[str] | None,
        after: Sequence[pulumi.Resource],
    ) -> eks.Cluster:
        args = self._args
        extras = ControlPlaneExtras(
            zonal_shift=args.zonal_shift,
            authentication_mode=args.authentication_mode,
            tier=args.control_plane_tier,
            security_group_ids=args.additional_security_group_ids,
        )
        return eks.Cluster(
            f"{self._base}-control-plane",
            name=args.name,
            version=args.version,
            vpc_id=args.vpc_id,
            subnet_ids=[args.subnet_ids[key] for key in sorted(args.subnet_ids)],
            service_role=role,
            endpoint_private_access=args.endpoint.private,
            endpoint_public_access=args.endpoint.public,
            public_access_cidrs=list(args.endpoint.public_cidrs) or None,
            kubernetes_service_ip_address_range=args.service_cidr,
            ip_family=args.ip_family,
            enabled_cluster_log_types=list(args.logs.types) or None,
            encryption_config_key_arn=key_arn,
            authentication_mode=eks.AuthenticationMode.API,
            deletion_protection=args.deletion_protection,
            cluster_tags=named(args.name),
            upgrade_policy=aws_sdk.eks.ClusterUpgradePolicyArgs(support_type=args.support_type.upper()),
            # Everything else is a resource of its own, with options that this component does not have.
            skip_default_node_group=True,
            skip_default_security_groups=True,
            create_instance_role=False,
            create_oidc_provider=False,
            use_default_vpc_cni=True,
            coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
            kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=False),
            bootstrap_self_managed_addons=False,
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=list(after), transforms=[control_plane_transform(extras)]
            ),
        )

    def _read_control_plane(self, component: eks.Cluster) -> None:
        control_plane = component.eks_cluster
        self.name = control_plane.apply(lambda cluster: cluster.name)
        self.arn = control_plane.apply(lambda cluster: cluster.arn)
        self.version = control_plane.apply(lambda cluster: cluster.version)
        self.endpoint = control_plane.apply(lambda cluster: cluster.endpoint)
        self.certificate_authority = control_plane.apply(lambda cluster: cluster.certificate_authority).apply(
            lambda authority: authority.data or ""
        )
        self.oidc_issuer = component.oidc_issuer
        # From the component: within the resource, an object that is known in part loses the rest in a preview.
        self.cluster_security_group_id = component.cluster_security_group_id

    def _make_oidc_provider(self, component: eks.Cluster) -> aws_sdk.iam.OpenIdConnectProvider:
        # Without thumbprints: IAM trusts the certificate authorities behind EKS, so none must be fetched here.
        return aws_sdk.iam.OpenIdConnectProvider(
            f"{self._base}-oidc",
            url=component.oidc_provider_url,
            client_id_lists=[WEB_IDENTITY_AUDIENCE],
            opts=self._child,
        )

    def _kubeconfig(self, role_arn: str | None) -> pulumi.Output[dict[str, Any]]:
        region = self._args.aws.region

        def build(values: Mapping[str, str]) -> dict[str, Any]:
            return kubeconfig_document(
                values["name"], values["endpoint"], values["certificate_authority"], region, role_arn
            )

        return pulumi.Output.all(
            name=self.name, endpoint=self.endpoint, certificate_authority=self.certificate_authority
        ).apply(build)

    def _make_kubernetes_provider(self, access: Sequence[pulumi.Resource]) -> kubernetes.Provider:
        args = self._args
        return kubernetes.Provider(
            f"{self._base}-kubernetes",
            kubeconfig=self._kubeconfig(args.deployer_role_arn).apply(kubeconfig_json),
            # Known before anything exists and the same for ever: without it an unknown or changed kubeconfig would
            # replace the provider and every object made with it.
            cluster_identifier=f"{args.aws.account}/{args.aws.region}/{args.name}/{args.generation}",
            enable_server_side_apply=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(access)),
        )

    def _make_ref(self) -> ClusterRef:
        return ClusterRef(
            name=self.name,
            literal_name=self._args.name,
            arn=self.arn,
            version=self._args.version,
            endpoint=self.endpoint,
            certificate_authority=self.certificate_authority,
            oidc_issuer=self.oidc_issuer,
            oidc_provider_arn=self.oidc_provider_arn,
            cluster_security_group_id=self.cluster_security_group_id,
            node_security_group_id=self.node_security_group_id,
            kubernetes_provider=self.kubernetes_provider,
        )


def _first(values: Sequence[str]) -> str:
    return values[0]
