"""Cases of the rules about keys and storage."""

from __future__ import annotations

import json
from typing import Any

from policies.eks_policies.storage import FILE_SYSTEM, KMS_KEY, KMS_KEY_POLICY, STORAGE_CLASS
from tests.policies.support import CANNOT_RUN, REMOVED, UNKNOWN, Broken, Case

NOT_ENCRYPTED = 'parameters.encrypted is not "true": volumes of pods are not encrypted.'
NOT_WAITING = "volumeBindingMode is not WaitForFirstConsumer: a volume may be made in a zone where its pod cannot run."
PUBLIC_KEY = "policy lets every AWS account use the key."
LOCKOUT = "bypassPolicyLockoutSafetyCheck is true: a policy may be set that nobody can change any more."


def _usable_by(principal: Any, condition: Any = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": principal}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition} if condition else statement]}


CASES = (
    Case(
        rule="kms-key-rotation",
        type=KMS_KEY,
        compliant={"enableKeyRotation": True, "rotationPeriodInDays": 365.0, "isEnabled": True},
        also_compliant=(
            {"rotationPeriodInDays": REMOVED, "isEnabled": REMOVED},
            {"customerMasterKeySpec": "RSA_4096", "enableKeyRotation": REMOVED},
        ),
        broken=(
            Broken(changes={"enableKeyRotation": False}, says=["enableKeyRotation is not true."]),
            Broken(changes={"enableKeyRotation": REMOVED}, says=["enableKeyRotation is not true."]),
            Broken(changes={"rotationPeriodInDays": 730.0}, says=["rotationPeriodInDays is 730, more than 365."]),
            Broken(changes={"isEnabled": False}, says=["isEnabled is false: what the key encrypts cannot be read."]),
        ),
        unknown=(
            Broken(
                changes={"enableKeyRotation": UNKNOWN, "isEnabled": False},
                says=["isEnabled is false: what the key encrypts cannot be read.", CANNOT_RUN],
            ),
        ),
        configured=(
            Broken(
                changes={},
                config={"maximumRotationDays": 180.0},
                says=["rotationPeriodInDays is 365, more than 180."],
            ),
        ),
    ),
    Case(
        rule="efs-file-system-encrypted",
        type=FILE_SYSTEM,
        compliant={"encrypted": True, "throughputMode": "elastic"},
        also_compliant=({"kmsKeyId": UNKNOWN},),
        broken=(
            Broken(changes={"encrypted": False}, says=["encrypted is not true, and cannot be changed later."]),
            Broken(changes={"encrypted": REMOVED}, says=["encrypted is not true, and cannot be changed later."]),
        ),
        unknown=(Broken(changes={"encrypted": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="kubernetes-storage-class-ebs",
        type=STORAGE_CLASS,
        compliant={
            "metadata": {"name": "gp3"},
            "provisioner": "ebs.csi.aws.com",
            "parameters": {"type": "gp3", "encrypted": "true"},
            "volumeBindingMode": "WaitForFirstConsumer",
        },
        also_compliant=({"provisioner": "efs.csi.aws.com", "parameters": {}, "volumeBindingMode": "Immediate"},),
        broken=(
            Broken(changes={"parameters.encrypted": "false"}, says=[NOT_ENCRYPTED]),
            Broken(changes={"parameters.encrypted": REMOVED}, says=[NOT_ENCRYPTED]),
            Broken(changes={"volumeBindingMode": "Immediate"}, says=[NOT_WAITING]),
            Broken(changes={"volumeBindingMode": REMOVED, "parameters": REMOVED}, says=[NOT_ENCRYPTED, NOT_WAITING]),
        ),
        unknown=(
            Broken(changes={"parameters": UNKNOWN, "volumeBindingMode": "Immediate"}, says=[NOT_WAITING, CANNOT_RUN]),
        ),
    ),
    *(
        Case(
            rule="kms-key-policy",
            type=type_,
            compliant={"policy": json.dumps(_usable_by({"AWS": "arn:aws:iam::111122223333:root"}))},
            also_compliant=(
                {"policy": _usable_by({"AWS": UNKNOWN[:8]})},
                {"policy": json.dumps(_usable_by("*", {"StringEquals": {"kms:CallerAccount": "111122223333"}}))},
                {"bypassPolicyLockoutSafetyCheck": False},
            ),
            broken=(
                Broken(changes={"policy": json.dumps(_usable_by("*"))}, says=[PUBLIC_KEY]),
                Broken(changes={"policy": json.dumps(_usable_by({"AWS": ["*"]}))}, says=[PUBLIC_KEY]),
                Broken(changes={"bypassPolicyLockoutSafetyCheck": True}, says=[LOCKOUT]),
                Broken(changes={"policy": "{"}, says=["policy is not JSON at character 1."]),
            ),
            unknown=(
                Broken(changes={"policy": UNKNOWN, "bypassPolicyLockoutSafetyCheck": True}, says=[LOCKOUT, CANNOT_RUN]),
            ),
        )
        for type_ in (KMS_KEY, KMS_KEY_POLICY)
    ),
    Case(
        rule="kms-key-deletion-window",
        type=KMS_KEY,
        compliant={"deletionWindowInDays": 30.0},
        also_compliant=({"deletionWindowInDays": REMOVED},),
        broken=(Broken(changes={"deletionWindowInDays": 7.0}, says=["deletionWindowInDays is 7, fewer than 30."]),),
        unknown=(Broken(changes={"deletionWindowInDays": UNKNOWN}, says=[CANNOT_RUN]),),
        configured=(Broken(changes={"deletionWindowInDays": 14.0}, config={"minimumDays": 14.0}, says=[]),),
    ),
)
