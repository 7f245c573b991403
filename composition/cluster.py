"""Arguments of the control plane."""

from __future__ import annotations

from components.access import AccessEntry
from components.aws_environment import AwsEnvironment
from components.cluster_args import ClusterArgs, ControlPlaneLogs, Endpoint, SecretsEncryption
from components.cluster_network import WEBHOOK_PORTS, NodePorts
from components.refs import NetworkRef
from settings import Settings


def cluster_args(settings: Settings, aws: AwsEnvironment, network: NetworkRef) -> ClusterArgs:
    """Return the arguments of the cluster."""
    cluster = settings.cluster
    return ClusterArgs(
        aws=aws,
        name=cluster.name,
        version=cluster.version,
        vpc_id=network.vpc_id,
        subnet_ids=network.intra_subnet_ids or network.private_subnet_ids,
        access=_access(settings),
        deployer_role_arn=settings.deployer_role,
        endpoint=Endpoint(
            private=cluster.endpoint.private,
            public=cluster.endpoint.public,
            public_cidrs=cluster.endpoint.public_access_cidrs,
        ),
        # EKS chooses the range itself where Services have IPv6 addresses.
        service_cidr=cluster.service_cidr if cluster.ip_family == "ipv4" else None,
        ip_family=cluster.ip_family,
        logs=ControlPlaneLogs(
            types=cluster.logs.types,
            retention_days=cluster.logs.retention_days,
            kms_key_arn=cluster.logs.kms_key_arn,
        ),
        secrets_encryption=_encryption(settings),
        authentication_mode=cluster.authentication_mode,
        deletion_protection=cluster.deletion_protection,
        support_type=cluster.support_type,
        zonal_shift=cluster.zonal_shift,
        control_plane_tier=cluster.control_plane_tier,
        additional_security_group_ids=cluster.additional_security_group_ids,
        # On Windows the control plane gives pods their addresses, with the cluster role.
        security_groups_for_pods=any(group.windows for group in settings.node_groups.values()),
        fargate=bool(settings.fargate_profiles),
        node_ports=NodePorts(webhooks={**WEBHOOK_PORTS, **cluster.node_ports.webhooks}, pods=cluster.node_ports.pods),
    )


def _access(settings: Settings) -> dict[str, AccessEntry]:
    return {
        name: AccessEntry(
            principal=entry.principal,
            policy=entry.policy,
            namespaces=entry.namespaces,
            kubernetes_groups=entry.kubernetes_groups,
        )
        for name, entry in settings.access.items()
    }


def _encryption(settings: Settings) -> SecretsEncryption:
    encryption = settings.cluster.encryption
    if encryption is None:
        return SecretsEncryption(enabled=False)
    return SecretsEncryption(
        kms_key_arn=encryption.kms_key_arn,
        rotation_days=encryption.rotation_days,
        deletion_window_days=encryption.deletion_window_days,
    )
