"""Cases of the rules about the control plane."""

from __future__ import annotations

from policies.eks_policies.cluster import CLUSTER, CONFIG_MAPS
from policies.eks_policies.cluster_logs import LOG_GROUP
from tests.policies.support import CANNOT_RUN, REMOVED, UNKNOWN, Broken, Case

# Numbers are floats, as they arrive from the engine.
COMPLIANT = {
    "name": "demo",
    "version": "1.35",
    "roleArn": "arn:aws:iam::111122223333:role/demo",
    "vpcConfig": {
        "subnetIds": ["subnet-1", "subnet-2"],
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
    },
    "encryptionConfig": {
        "provider": {"keyArn": "arn:aws:kms:eu-west-1:111122223333:key/0a"},
        "resources": ["secrets"],
    },
    "enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
    "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
    "upgradePolicy": {"supportType": "STANDARD"},
    "deletionProtection": True,
    "zonalShiftConfig": {"enabled": True},
}

NO_PRIVATE = "vpcConfig.endpointPrivateAccess is not true: nodes reach the API server through the internet."
PUBLIC = "vpcConfig.endpointPublicAccess is not false: the API server answers on the internet."
OPEN = "vpcConfig.publicAccessCidrs is not set: the public endpoint is open to 0.0.0.0/0."
NO_CREATOR = (
    "accessConfig.bootstrapClusterCreatorAdminPermissions is not false: whoever creates the cluster stays its "
    "administrator without an entry that says so."
)
NO_PROTECTION = "deletionProtection is not true: one call deletes the cluster."
NO_SHIFT = "zonalShiftConfig.enabled is not true: traffic cannot be moved away from an impaired zone."
NO_LOG_KEY = "kmsKeyId is not set: the logs are encrypted with a key that AWS owns."


def _public(*networks: str) -> dict[str, object]:
    return {"vpcConfig.endpointPublicAccess": True, "vpcConfig.publicAccessCidrs": list(networks)}


CASES = (
    Case(
        rule="eks-cluster-private-endpoint",
        type=CLUSTER,
        compliant=COMPLIANT,
        broken=(
            Broken(changes={"vpcConfig.endpointPrivateAccess": False}, says=[NO_PRIVATE]),
            Broken(changes={"vpcConfig.endpointPrivateAccess": REMOVED}, says=[NO_PRIVATE]),
            Broken(changes={"vpcConfig.endpointPublicAccess": True}, says=[PUBLIC]),
            Broken(
                changes={"vpcConfig.endpointPublicAccess": REMOVED},
                says=[PUBLIC],
                outage="AWS opens the public endpoint where the property is missing",
            ),
            Broken(changes={"vpcConfig": REMOVED}, says=[NO_PRIVATE, PUBLIC]),
        ),
        unknown=(
            Broken(changes={"vpcConfig.endpointPublicAccess": UNKNOWN}, says=[CANNOT_RUN]),
            Broken(
                changes={"vpcConfig.endpointPrivateAccess": UNKNOWN, "vpcConfig.endpointPublicAccess": True},
                says=[PUBLIC, CANNOT_RUN],
                outage="an unknown switch would hide that the other one is wrong",
            ),
        ),
        configured=(
            Broken(changes={"vpcConfig.endpointPublicAccess": True}, config={"allowPublicEndpoint": True}, says=[]),
            Broken(
                changes={"vpcConfig.endpointPrivateAccess": False},
                config={"allowPublicEndpoint": True},
                says=[NO_PRIVATE],
            ),
        ),
    ),
    Case(
        rule="eks-cluster-public-cidrs",
        type=CLUSTER,
        compliant=COMPLIANT,
        also_compliant=(
            _public("203.0.113.0/24", "2001:db8::/48"),
            {"vpcConfig.publicAccessCidrs": ["0.0.0.0/0"]},
        ),
        broken=(
            Broken(changes={"vpcConfig.endpointPublicAccess": True}, says=[OPEN]),
            Broken(changes={"vpcConfig.endpointPublicAccess": REMOVED}, says=[OPEN]),
            Broken(changes=_public(), says=[OPEN]),
            Broken(
                changes=_public("0.0.0.0/0"),
                says=["vpcConfig.publicAccessCidrs holds 0.0.0.0/0, which is wider than /8."],
            ),
            Broken(
                changes=_public("0.0.0.0/1", "128.0.0.0/1"),
                says=[
                    "vpcConfig.publicAccessCidrs holds 0.0.0.0/1, which is wider than /8.",
                    "vpcConfig.publicAccessCidrs holds 128.0.0.0/1, which is wider than /8.",
                ],
                outage="two halves of the internet are the internet",
            ),
            Broken(changes=_public("::/0"), says=["vpcConfig.publicAccessCidrs holds ::/0, which is wider than /32."]),
            Broken(
                changes=_public("office"),
                says=["vpcConfig.publicAccessCidrs holds 'office', which is not a CIDR block."],
            ),
        ),
        unknown=(
            Broken(
                changes=_public(UNKNOWN, "0.0.0.0/0"),
                says=["vpcConfig.publicAccessCidrs holds 0.0.0.0/0, which is wider than /8.", CANNOT_RUN],
                outage="one unknown address would hide the open one behind it",
            ),
            Broken(changes={"vpcConfig.endpointPublicAccess": UNKNOWN}, says=[CANNOT_RUN]),
        ),
        configured=(
            Broken(
                changes=_public("203.0.113.0/24"),
                config={"shortestPrefixIpv4": 28.0},
                says=["vpcConfig.publicAccessCidrs holds 203.0.113.0/24, which is wider than /28."],
            ),
            Broken(changes=_public("::/0"), config={"shortestPrefixIpv6": 0.0}, says=[]),
        ),
    ),
    Case(
        rule="eks-cluster-secrets-encryption",
        type=CLUSTER,
        compliant=COMPLIANT,
        also_compliant=({"encryptionConfig.provider.keyArn": UNKNOWN},),
        broken=(
            Broken(
                changes={"encryptionConfig": REMOVED},
                says=["encryptionConfig is not set: secrets are encrypted with a key that AWS owns."],
            ),
            Broken(
                changes={"encryptionConfig.provider.keyArn": ""},
                says=["encryptionConfig.provider.keyArn is not set: no KMS key of this account encrypts the secrets."],
            ),
            Broken(
                changes={"encryptionConfig.provider": {}},
                says=["encryptionConfig.provider.keyArn is not set: no KMS key of this account encrypts the secrets."],
            ),
            Broken(
                changes={"encryptionConfig.resources": []},
                says=['encryptionConfig.resources does not hold "secrets".'],
            ),
        ),
        unknown=(
            Broken(changes={"encryptionConfig": UNKNOWN}, says=[CANNOT_RUN]),
            Broken(
                changes={"encryptionConfig.provider.keyArn": None, "encryptionConfig.resources": UNKNOWN},
                says=[
                    "encryptionConfig.provider.keyArn is not set: no KMS key of this account encrypts the secrets.",
                    CANNOT_RUN,
                ],
            ),
        ),
    ),
    Case(
        rule="eks-cluster-version",
        type=CLUSTER,
        compliant=COMPLIANT,
        broken=(
            Broken(changes={"version": "1.33"}, says=["version 1.33 is not one of 1.34, 1.35, 1.36."]),
            Broken(
                changes={"version": REMOVED},
                says=["version is not set: EKS chooses one, so two environments may differ."],
            ),
            Broken(
                changes={"upgradePolicy": REMOVED},
                says=["upgradePolicy.supportType is not set (EXTENDED), not STANDARD."],
                outage="EKS goes into extended support by itself and charges six times as much",
            ),
            Broken(
                changes={"upgradePolicy.supportType": "EXTENDED"},
                says=["upgradePolicy.supportType is EXTENDED, not STANDARD."],
            ),
        ),
        unknown=(
            Broken(
                changes={"version": UNKNOWN, "upgradePolicy.supportType": "EXTENDED"},
                says=["upgradePolicy.supportType is EXTENDED, not STANDARD.", CANNOT_RUN],
            ),
        ),
        configured=(
            Broken(changes={"version": "1.33"}, config={"supportedVersions": ["1.33"]}, says=[]),
            Broken(
                changes={},
                config={"supportedVersions": ["1.36"]},
                says=["version 1.35 is not one of 1.36."],
            ),
            Broken(changes={"upgradePolicy": REMOVED}, config={"allowExtendedSupport": True}, says=[]),
        ),
    ),
    Case(
        rule="eks-cluster-access-entries",
        type=CLUSTER,
        compliant=COMPLIANT,
        broken=(
            Broken(
                changes={"accessConfig.authenticationMode": "API_AND_CONFIG_MAP"},
                says=[
                    "accessConfig.authenticationMode is API_AND_CONFIG_MAP, not API: "
                    "the aws-auth ConfigMap grants access."
                ],
            ),
            Broken(
                changes={"accessConfig": REMOVED},
                says=["accessConfig.authenticationMode is not set, not API: the aws-auth ConfigMap grants access."],
            ),
        ),
        unknown=(Broken(changes={"accessConfig.authenticationMode": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="eks-cluster-creator-not-admin",
        type=CLUSTER,
        compliant=COMPLIANT,
        broken=(
            Broken(changes={"accessConfig.bootstrapClusterCreatorAdminPermissions": True}, says=[NO_CREATOR]),
            Broken(changes={"accessConfig.bootstrapClusterCreatorAdminPermissions": REMOVED}, says=[NO_CREATOR]),
        ),
        unknown=(Broken(changes={"accessConfig.bootstrapClusterCreatorAdminPermissions": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    *(
        Case(
            rule="eks-no-aws-auth-config-map",
            type=type_,
            compliant={"metadata": {"name": "aws-logging", "namespace": "aws-observability"}},
            also_compliant=(
                {"metadata.name": "aws-auth"},
                {"metadata.namespace": UNKNOWN},
                {"metadata": REMOVED},
            ),
            broken=(
                Broken(
                    changes={"metadata.name": "aws-auth", "metadata.namespace": "kube-system"},
                    says=["kube-system/aws-auth grants access to the cluster beside its access entries."],
                ),
            ),
            unknown=(
                Broken(changes={"metadata.name": "aws-auth", "metadata.namespace": UNKNOWN}, says=[CANNOT_RUN]),
                Broken(changes={"metadata.name": UNKNOWN}, says=[CANNOT_RUN]),
            ),
        )
        for type_ in CONFIG_MAPS
    ),
    Case(
        rule="eks-cluster-deletion-protection",
        type=CLUSTER,
        compliant=COMPLIANT,
        broken=(
            Broken(changes={"deletionProtection": False}, says=[NO_PROTECTION]),
            Broken(changes={"deletionProtection": REMOVED}, says=[NO_PROTECTION]),
        ),
        unknown=(Broken(changes={"deletionProtection": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="eks-cluster-zonal-shift",
        type=CLUSTER,
        compliant=COMPLIANT,
        broken=(
            Broken(changes={"zonalShiftConfig.enabled": False}, says=[NO_SHIFT]),
            Broken(changes={"zonalShiftConfig": REMOVED}, says=[NO_SHIFT]),
        ),
        unknown=(Broken(changes={"zonalShiftConfig.enabled": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="eks-cluster-audit-log",
        type=CLUSTER,
        compliant=COMPLIANT,
        also_compliant=({"enabledClusterLogTypes": ["audit"]},),
        broken=(
            Broken(changes={"enabledClusterLogTypes": ["api"]}, says=["enabledClusterLogTypes lacks audit."]),
            Broken(changes={"enabledClusterLogTypes": REMOVED}, says=["enabledClusterLogTypes lacks audit."]),
        ),
        unknown=(Broken(changes={"enabledClusterLogTypes": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="eks-cluster-all-logs",
        type=CLUSTER,
        compliant=COMPLIANT,
        broken=(
            Broken(
                changes={"enabledClusterLogTypes": ["audit", "api"]},
                says=["enabledClusterLogTypes lacks authenticator, controllerManager, scheduler."],
            ),
        ),
        unknown=(Broken(changes={"enabledClusterLogTypes": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="cloudwatch-log-group-key",
        type=LOG_GROUP,
        compliant={"name": "/aws/eks/demo/cluster", "kmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/0a"},
        also_compliant=({"kmsKeyId": UNKNOWN},),
        broken=(Broken(changes={"kmsKeyId": REMOVED}, says=[NO_LOG_KEY]),),
        unknown=(Broken(changes={"name": UNKNOWN, "kmsKeyId": ""}, says=[NO_LOG_KEY]),),
    ),
)
