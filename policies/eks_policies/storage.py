"""Rules about keys and storage: KMS, EFS, storage classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_policy import EnforcementLevel, Severity

from . import documents
from .reading import is_true, read
from .rule import Control, Definition, ResourceRule, Subject, whole_number

KMS_KEY = "aws:kms/key:Key"
KMS_KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
EBS_DRIVER = "ebs.csi.aws.com"

_BEST_PRACTICES = "https://docs.aws.amazon.com/eks/latest/best-practices"


def _key_is_rotated(key: Subject) -> Iterator[str]:
    spec = read(key.properties, "customerMasterKeySpec")
    if spec not in (None, "SYMMETRIC_DEFAULT"):
        # KMS rotates symmetric keys only.
        return
    if not is_true(read(key.properties, "enableKeyRotation")):
        yield "enableKeyRotation is not true."
        return
    days, most = read(key.properties, "rotationPeriodInDays"), int(key.options["maximumRotationDays"])
    if days is not None and days > most:
        yield f"rotationPeriodInDays is {int(days)}, more than {most}."


def _key_is_enabled(key: Subject) -> Iterator[str]:
    if read(key.properties, "isEnabled") is False:
        yield "isEnabled is false: what the key encrypts cannot be read."


KEY_ROTATION = ResourceRule(
    Definition(
        name="kms-key-rotation",
        title="KMS keys rotate",
        description="KMS keys must be enabled and rotate, so that one leaked generation opens a part of the data only.",
        fix="Set enableKeyRotation to true.",
        types=(KMS_KEY,),
        control=Control(
            security_hub=("KMS.4",),
            checkov=("CKV_AWS_7", "CKV_AWS_227"),
            guide="https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
        ),
        severity=Severity.MEDIUM,
        settings={"maximumRotationDays": whole_number("Days between rotations at most.", 365, 90, 2560)},
    ),
    _key_is_rotated,
    _key_is_enabled,
)


def _key_is_not_public(key: Subject) -> Iterator[str]:
    def named(statement: Any) -> Iterator[str]:
        open_to = [value for _, values in documents.principals(statement) for value in values if value == "*"]
        if open_to and not any(True for _ in documents.conditions(statement)):
            yield "policy lets every AWS account use the key."

    policy = read(key.properties, "policy")
    if policy is not None:
        yield from documents.judge_statements("policy", policy, named)


def _lockout_check_is_kept(key: Subject) -> Iterator[str]:
    if is_true(read(key.properties, "bypassPolicyLockoutSafetyCheck")):
        yield "bypassPolicyLockoutSafetyCheck is true: a policy may be set that nobody can change any more."


KEY_POLICY = ResourceRule(
    Definition(
        name="kms-key-policy",
        title="KMS keys for own principals",
        description="The policy of a KMS key must name who may use it, and must not shut everybody out of changing it.",
        fix="Name principals, or add a condition such as kms:CallerAccount, and keep the lockout safety check.",
        types=(KMS_KEY, KMS_KEY_POLICY),
        control=Control(
            security_hub=("KMS.5",),
            checkov=("CKV_AWS_33",),
            guide="https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
        ),
        severity=Severity.CRITICAL,
    ),
    _key_is_not_public,
    _lockout_check_is_kept,
)


def _deletion_takes_time(key: Subject) -> Iterator[str]:
    days, shortest = read(key.properties, "deletionWindowInDays"), int(key.options["minimumDays"])
    # KMS waits 30 days where nothing is said.
    if days is not None and days < shortest:
        yield f"deletionWindowInDays is {int(days)}, fewer than {shortest}."


DELETION_WINDOW = ResourceRule(
    Definition(
        name="kms-key-deletion-window",
        title="KMS keys are deleted slowly",
        description="There must be time to notice that a key is about to be deleted, and with it all that it encrypts.",
        fix="Leave deletionWindowInDays at 30.",
        types=(KMS_KEY,),
        control=Control(
            security_hub=("KMS.3",), guide="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html"
        ),
        severity=Severity.MEDIUM,
        level=EnforcementLevel.ADVISORY,
        settings={"minimumDays": whole_number("Days that a key must wait at least.", 30, 7, 30)},
    ),
    _deletion_takes_time,
)


def _file_system_is_encrypted(system: Subject) -> Iterator[str]:
    if not is_true(read(system.properties, "encrypted")):
        yield "encrypted is not true, and cannot be changed later."


FILE_SYSTEM_ENCRYPTION = ResourceRule(
    Definition(
        name="efs-file-system-encrypted",
        title="Encrypted file systems",
        description="EFS file systems must be encrypted at rest.",
        fix="Set encrypted to true when the file system is made; an existing one has to be replaced.",
        types=(FILE_SYSTEM,),
        control=Control(
            security_hub=("EFS.1", "EFS.8"),
            checkov=("CKV_AWS_42",),
            guide=f"{_BEST_PRACTICES}/data-encryption-and-secrets-management.html",
        ),
        severity=Severity.HIGH,
    ),
    _file_system_is_encrypted,
)


def _makes_ebs_volumes(storage: Subject) -> bool:
    return read(storage.properties, "provisioner") == EBS_DRIVER


def _volumes_are_encrypted(storage: Subject) -> Iterator[str]:
    if _makes_ebs_volumes(storage) and not is_true(read(storage.properties, "parameters", "encrypted")):
        yield 'parameters.encrypted is not "true": volumes of pods are not encrypted.'


def _volumes_wait_for_pods(storage: Subject) -> Iterator[str]:
    if _makes_ebs_volumes(storage) and read(storage.properties, "volumeBindingMode") != "WaitForFirstConsumer":
        yield "volumeBindingMode is not WaitForFirstConsumer: a volume may be made in a zone where its pod cannot run."


STORAGE_CLASSES = ResourceRule(
    Definition(
        name="kubernetes-storage-class-ebs",
        title="Encrypted EBS volumes in the right zone",
        description="Storage classes for EBS must encrypt their volumes and make them in the zone of the pod.",
        fix='Set parameters.encrypted to the text "true" and volumeBindingMode to WaitForFirstConsumer.',
        types=(STORAGE_CLASS,),
        control=Control(guide="https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html"),
        severity=Severity.HIGH,
    ),
    _volumes_are_encrypted,
    _volumes_wait_for_pods,
)

RULES = (KEY_ROTATION, KEY_POLICY, DELETION_WINDOW, FILE_SYSTEM_ENCRYPTION, STORAGE_CLASSES)
