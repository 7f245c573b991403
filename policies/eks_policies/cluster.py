"""Rules about the control plane: endpoint, encryption, version, authentication, protection."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from pulumi_policy import EnforcementLevel, Severity

from .reading import as_sequence, each, is_set, is_true, read
from .rule import Control, Definition, ResourceRule, Subject, switch, text_list, whole_number

CLUSTER = "aws:eks/cluster:Cluster"
CONFIG_MAPS = ("kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:ConfigMapPatch")

# Standard support by Amazon EKS ends for 1.34 on 2026-12-02, for 1.35 on 2027-03-27 and for 1.36 on 2027-08-02.
# https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
VERSIONS_IN_STANDARD_SUPPORT = ("1.34", "1.35", "1.36")

_USER_GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide"
_BEST_PRACTICES = "https://docs.aws.amazon.com/eks/latest/best-practices"


def _private_endpoint_on(cluster: Subject) -> Iterator[str]:
    if not is_true(read(cluster.properties, "vpcConfig", "endpointPrivateAccess")):
        yield "vpcConfig.endpointPrivateAccess is not true: nodes reach the API server through the internet."


def _public_endpoint_is_on(cluster: Subject) -> bool:
    # AWS opens the public endpoint where nothing is said.
    public = read(cluster.properties, "vpcConfig", "endpointPublicAccess")
    return public is None or is_true(public)


def _public_endpoint_off(cluster: Subject) -> Iterator[str]:
    if not cluster.options["allowPublicEndpoint"] and _public_endpoint_is_on(cluster):
        yield "vpcConfig.endpointPublicAccess is not false: the API server answers on the internet."


PRIVATE_ENDPOINT = ResourceRule(
    Definition(
        name="eks-cluster-private-endpoint",
        title="Private API endpoint",
        description="The Kubernetes API server must be reached through the VPC and not through the internet.",
        fix="Set vpcConfig.endpointPrivateAccess to true and vpcConfig.endpointPublicAccess to false. "
        "Make sure first that the VPC can be reached (VPN, Direct Connect or a host with Session Manager).",
        types=(CLUSTER,),
        control=Control(
            cis=("5.4.2",),
            security_hub=("EKS.1",),
            checkov=("CKV_AWS_39",),
            guide=f"{_USER_GUIDE}/cluster-endpoint.html",
        ),
        severity=Severity.HIGH,
        settings={
            "allowPublicEndpoint": switch(
                "Let the public endpoint stay open beside the private one; its networks are judged by "
                "eks-cluster-public-cidrs.",
                False,
            )
        },
    ),
    _private_endpoint_on,
    _public_endpoint_off,
)


def _public_networks_are_narrow(cluster: Subject) -> Iterator[str]:
    if not _public_endpoint_is_on(cluster):
        return
    networks = as_sequence(read(cluster.properties, "vpcConfig", "publicAccessCidrs"))
    if not networks:
        yield "vpcConfig.publicAccessCidrs is not set: the public endpoint is open to 0.0.0.0/0."
    shortest = {4: int(cluster.options["shortestPrefixIpv4"]), 6: int(cluster.options["shortestPrefixIpv6"])}

    def narrow(text: Any) -> Iterator[str]:
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            yield f"vpcConfig.publicAccessCidrs holds {text!r}, which is not a CIDR block."
            return
        limit = shortest[network.version]
        if network.prefixlen < limit:
            yield f"vpcConfig.publicAccessCidrs holds {text}, which is wider than /{limit}."

    yield from each(networks, narrow)


PUBLIC_NETWORKS = ResourceRule(
    Definition(
        name="eks-cluster-public-cidrs",
        title="Public API endpoint for known networks only",
        description="A public API endpoint must be open to named networks only. AWS opens it to the world by default.",
        fix="List the office and pipeline networks in vpcConfig.publicAccessCidrs, or close the public endpoint.",
        types=(CLUSTER,),
        control=Control(cis=("5.4.1",), checkov=("CKV_AWS_38",), guide=f"{_USER_GUIDE}/cluster-endpoint.html"),
        severity=Severity.CRITICAL,
        settings={
            "shortestPrefixIpv4": whole_number("Length of the shortest IPv4 prefix that may be listed.", 8, 0, 32),
            "shortestPrefixIpv6": whole_number("Length of the shortest IPv6 prefix that may be listed.", 32, 0, 128),
        },
    ),
    _public_networks_are_narrow,
)


def _secrets_are_encrypted(cluster: Subject) -> Iterator[str]:
    configuration = read(cluster.properties, "encryptionConfig")
    if configuration is None:
        yield "encryptionConfig is not set: secrets are encrypted with a key that AWS owns."
        return
    if not is_set(configuration, "provider", "keyArn"):
        yield "encryptionConfig.provider.keyArn is not set: no KMS key of this account encrypts the secrets."
    if "secrets" not in list(as_sequence(read(configuration, "resources"))):
        yield 'encryptionConfig.resources does not hold "secrets".'


SECRETS_ENCRYPTION = ResourceRule(
    Definition(
        name="eks-cluster-secrets-encryption",
        title="Secrets encrypted with an own KMS key",
        description="Kubernetes secrets must be encrypted with a KMS key of this account, whose use can be audited "
        "and stopped.",
        fix='Set encryptionConfig.provider.keyArn to a KMS key and encryptionConfig.resources to ["secrets"]. '
        "Encryption cannot be switched off again on a cluster.",
        types=(CLUSTER,),
        control=Control(
            cis=("5.3.1",),
            security_hub=("EKS.3",),
            checkov=("CKV_AWS_58",),
            guide=f"{_BEST_PRACTICES}/data-encryption-and-secrets-management.html",
        ),
        severity=Severity.HIGH,
    ),
    _secrets_are_encrypted,
)


def _version_is_supported(cluster: Subject) -> Iterator[str]:
    supported = list(cluster.options["supportedVersions"])
    version = read(cluster.properties, "version")
    if version is None:
        yield "version is not set: EKS chooses one, so two environments may differ."
    elif str(version) not in supported:
        yield f"version {version} is not one of {', '.join(supported)}."


def _upgrade_policy_is_standard(cluster: Subject) -> Iterator[str]:
    support = read(cluster.properties, "upgradePolicy", "supportType")
    if support != "STANDARD" and not cluster.options["allowExtendedSupport"]:
        # EKS enters extended support, at six times the price, where nothing is said.
        yield f"upgradePolicy.supportType is {support or 'not set (EXTENDED)'}, not STANDARD."


VERSION = ResourceRule(
    Definition(
        name="eks-cluster-version",
        title="Kubernetes version in standard support",
        description="The control plane must run a Kubernetes version in standard support, and be upgraded by EKS "
        "rather than slip into extended support.",
        fix="Upgrade one minor version at a time, and set upgradePolicy.supportType to STANDARD.",
        types=(CLUSTER,),
        control=Control(
            security_hub=("EKS.2",),
            checkov=("CKV_AWS_339",),
            guide=f"{_USER_GUIDE}/kubernetes-versions.html",
        ),
        severity=Severity.HIGH,
        settings={
            "supportedVersions": text_list("Kubernetes versions that may run.", *VERSIONS_IN_STANDARD_SUPPORT),
            "allowExtendedSupport": switch("Let a cluster enter extended support.", False),
        },
    ),
    _version_is_supported,
    _upgrade_policy_is_standard,
)


def _authentication_by_access_entries(cluster: Subject) -> Iterator[str]:
    mode = read(cluster.properties, "accessConfig", "authenticationMode")
    if mode != "API":
        yield f"accessConfig.authenticationMode is {mode or 'not set'}, not API: the aws-auth ConfigMap grants access."


ACCESS_ENTRIES = ResourceRule(
    Definition(
        name="eks-cluster-access-entries",
        title="Access by access entries",
        description="Access to the cluster must be granted by access entries, which IAM and CloudTrail see, and not by "
        "the aws-auth ConfigMap, where one mistake locks everybody out.",
        fix="Set accessConfig.authenticationMode to API. A cluster that uses CONFIG_MAP goes to API_AND_CONFIG_MAP "
        "first, and never back.",
        types=(CLUSTER,),
        control=Control(cis=("5.5.1",), guide=f"{_USER_GUIDE}/access-entries.html"),
        severity=Severity.HIGH,
    ),
    _authentication_by_access_entries,
)


def _creator_is_not_admin(cluster: Subject) -> Iterator[str]:
    bootstrap = read(cluster.properties, "accessConfig", "bootstrapClusterCreatorAdminPermissions")
    # AWS grants them where nothing is said.
    if bootstrap is None or is_true(bootstrap):
        yield (
            "accessConfig.bootstrapClusterCreatorAdminPermissions is not false: whoever creates the cluster stays its "
            "administrator without an entry that says so."
        )


CREATOR_NOT_ADMIN = ResourceRule(
    Definition(
        name="eks-cluster-creator-not-admin",
        title="No silent administrator",
        description="The principal that creates the cluster must get its access from an access entry like everybody.",
        fix="Set accessConfig.bootstrapClusterCreatorAdminPermissions to false and give the deployer an access entry. "
        "The property counts at creation only.",
        types=(CLUSTER,),
        control=Control(cis=("4.1.7",), guide=f"{_BEST_PRACTICES}/identity-and-access-management.html"),
        severity=Severity.MEDIUM,
        level=EnforcementLevel.ADVISORY,
    ),
    _creator_is_not_admin,
)


def _is_not_aws_auth(config_map: Subject) -> Iterator[str]:
    metadata = read(config_map.properties, "metadata")
    if read(metadata, "name") == "aws-auth" and read(metadata, "namespace") == "kube-system":
        yield "kube-system/aws-auth grants access to the cluster beside its access entries."


NO_AWS_AUTH = ResourceRule(
    Definition(
        name="eks-no-aws-auth-config-map",
        title="No aws-auth ConfigMap",
        description="Nothing may write the aws-auth ConfigMap: access entries take its place.",
        fix="Move each mapRoles and mapUsers entry to an aws.eks.AccessEntry and remove the ConfigMap.",
        types=CONFIG_MAPS,
        control=Control(cis=("5.5.1",), guide=f"{_USER_GUIDE}/migrating-access-entries.html"),
        severity=Severity.HIGH,
    ),
    _is_not_aws_auth,
)


def _deletion_is_refused(cluster: Subject) -> Iterator[str]:
    if not is_true(read(cluster.properties, "deletionProtection")):
        yield "deletionProtection is not true: one call deletes the cluster."


DELETION_PROTECTION = ResourceRule(
    Definition(
        name="eks-cluster-deletion-protection",
        title="Deletion protection",
        description="A cluster that people rely on must not be deleted by one call.",
        fix="Set deletionProtection to true; set it to false in an update of its own before the cluster is destroyed.",
        types=(CLUSTER,),
        control=Control(guide=f"{_USER_GUIDE}/deletion-protection.html"),
        severity=Severity.HIGH,
    ),
    _deletion_is_refused,
)


def _zonal_shift_is_on(cluster: Subject) -> Iterator[str]:
    if not is_true(read(cluster.properties, "zonalShiftConfig", "enabled")):
        yield "zonalShiftConfig.enabled is not true: traffic cannot be moved away from an impaired zone."


ZONAL_SHIFT = ResourceRule(
    Definition(
        name="eks-cluster-zonal-shift",
        title="Zonal shift",
        description="Traffic must be movable away from an Availability Zone that is impaired.",
        fix="Set zonalShiftConfig.enabled to true.",
        types=(CLUSTER,),
        control=Control(guide=f"{_USER_GUIDE}/zone-shift.html"),
        severity=Severity.LOW,
        level=EnforcementLevel.ADVISORY,
    ),
    _zonal_shift_is_on,
)

RULES = (
    PRIVATE_ENDPOINT,
    PUBLIC_NETWORKS,
    SECRETS_ENCRYPTION,
    VERSION,
    ACCESS_ENTRIES,
    CREATOR_NOT_ADMIN,
    NO_AWS_AUTH,
    DELETION_PROTECTION,
    ZONAL_SHIFT,
)
