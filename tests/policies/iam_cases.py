"""Cases of the rules about what roles and policies allow."""

from __future__ import annotations

from policies.eks_policies.iam import ACCESS_KEY, ATTACHMENTS, POLICY, ROLE, ROLE_POLICY, USER
from tests.policies.iam_documents import PODS, document, everything, grant, policy, trust
from tests.policies.support import CANNOT_RUN, REMOVED, UNKNOWN, Broken, Case

KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a"


def with_every_key(action: str) -> str:
    return f"A statement allows {action} with every key."


CASES = (
    *(
        Case(
            rule="iam-no-administrator-access",
            type=type_,
            compliant={"policyArn": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"},
            also_compliant=(
                {"policyArn": "arn:aws:iam::111122223333:policy/AdministratorAccess"},
                {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess-Amplify"},
            ),
            broken=(
                Broken(
                    changes={"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
                    says=["policyArn names AdministratorAccess."],
                ),
                Broken(
                    changes={"policyArn": "arn:aws-us-gov:iam::aws:policy/IAMFullAccess"},
                    says=["policyArn names IAMFullAccess."],
                    outage="the rule would hold in one partition only",
                ),
            ),
            unknown=(
                Broken(
                    changes={"policyArn": UNKNOWN},
                    says=[],
                    outage="every policy of the platform's own would be noise in a first preview",
                ),
            ),
            configured=(
                Broken(
                    changes={"policyArn": "arn:aws:iam::aws:policy/job-function/SystemAdministrator"},
                    config={"forbiddenPolicies": ["SystemAdministrator"]},
                    says=["policyArn names SystemAdministrator."],
                ),
                Broken(
                    changes={"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
                    config={"allowedResources": ["break-glass*"]},
                    name="break-glass-admin",
                    says=[],
                ),
            ),
        )
        for type_ in ATTACHMENTS
    ),
    Case(
        rule="iam-no-administrator-access",
        type=ROLE,
        compliant={**trust(PODS), "managedPolicyArns": ["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"]},
        also_compliant=({"managedPolicyArns": REMOVED},),
        broken=(
            Broken(
                changes={"managedPolicyArns.0": "arn:aws-cn:iam::aws:policy/AdministratorAccess"},
                says=["managedPolicyArns names AdministratorAccess."],
            ),
        ),
        unknown=(
            Broken(
                changes={"managedPolicyArns": [UNKNOWN, "arn:aws:iam::aws:policy/IAMFullAccess"]},
                says=["managedPolicyArns names IAMFullAccess."],
                outage="one unknown policy would hide the one behind it",
            ),
        ),
    ),
    *(
        Case(
            rule="iam-no-full-access",
            type=type_,
            compliant=policy(grant(["ec2:Describe*", "s3:GetObject"])),
            also_compliant=(
                {"policy": document(grant())},
                policy(grant("*", "arn:aws:s3:::bucket/*")),
                policy({**grant("*"), "Effect": "Deny"}),
            ),
            broken=(
                Broken(changes=policy(grant("*")), says=[everything("*")]),
                Broken(changes=policy(grant(), grant(["s3:GetObject", "*:*"], ["*"])), says=[everything("*:*")]),
                Broken(changes={"policy": document(grant("IAM:*"))}, says=[everything("IAM:*")]),
                Broken(
                    changes=policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
                    says=["A statement allows all actions but those of a NotAction, on every resource."],
                ),
                Broken(changes={"policy": "nonsense"}, says=["policy is not JSON at character 0."]),
            ),
            unknown=(
                Broken(changes={"policy": UNKNOWN}, says=[CANNOT_RUN]),
                Broken(
                    changes={"policy": document(grant("s3:*", [UNKNOWN]), grant("*"))},
                    says=[everything("*"), CANNOT_RUN],
                    outage="an unknown ARN would hide the statement behind it",
                ),
            ),
        )
        for type_ in (POLICY, ROLE_POLICY)
    ),
    Case(
        rule="iam-no-full-access",
        type=ROLE,
        compliant={**trust(PODS), "inlinePolicies": [{"name": "read", **policy(grant())}]},
        also_compliant=({"inlinePolicies": REMOVED},),
        broken=(
            Broken(
                changes={"inlinePolicies": [{"name": "all", **policy(grant("*"))}]},
                says=[everything("*")],
            ),
        ),
        unknown=(
            Broken(
                changes={"inlinePolicies": [{"policy": UNKNOWN}, {"name": "all", **policy(grant("*"))}]},
                says=[everything("*"), CANNOT_RUN],
            ),
        ),
    ),
    *(
        Case(
            rule="iam-decrypts-with-named-keys",
            type=type_,
            compliant=policy(grant("kms:Decrypt", KEY), grant("kms:DescribeKey")),
            also_compliant=(
                policy(grant("kms:Decrypt", Condition={"StringEquals": {"kms:ViaService": "s3.amazonaws.com"}})),
            ),
            broken=(
                Broken(changes=policy(grant("kms:Decrypt")), says=[with_every_key("kms:Decrypt")]),
                Broken(
                    changes=policy(grant(["s3:GetObject", "kms:ReEncrypt*"], ["*"])),
                    says=[with_every_key("kms:ReEncrypt*")],
                ),
                Broken(changes=policy(grant("kms:*")), says=[with_every_key("kms:*")]),
            ),
            unknown=(
                Broken(changes={"policy": UNKNOWN}, says=[CANNOT_RUN]),
                Broken(
                    changes={"policy": document(grant("kms:Decrypt", [UNKNOWN]), grant("kms:Decrypt"))},
                    says=[with_every_key("kms:Decrypt"), CANNOT_RUN],
                    outage="a key that is not known yet would hide the statement behind it",
                ),
            ),
        )
        for type_ in (POLICY, ROLE_POLICY)
    ),
    Case(
        rule="iam-decrypts-with-named-keys",
        type=ROLE,
        compliant={**trust(PODS), "inlinePolicies": [{"name": "read", **policy(grant())}]},
        broken=(
            Broken(
                changes={"inlinePolicies": [{"name": "read", **policy(grant("kms:Decrypt"))}]},
                says=[with_every_key("kms:Decrypt")],
            ),
        ),
        unknown=(Broken(changes={"inlinePolicies": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    *(
        Case(
            rule="iam-no-users",
            type=type_,
            compliant={},
            compliant_config={"allowedResources": ["thing"]},
            broken=(Broken(changes={}, says=["Users and access keys are long-lived credentials."]),),
            unknown=(Broken(changes={key: UNKNOWN}, says=["Users and access keys are long-lived credentials."]),),
            configured=(Broken(changes={}, config={"allowedResources": ["mail-*"]}, name="mail-sender", says=[]),),
        )
        for type_, key in ((USER, "name"), (ACCESS_KEY, "user"))
    ),
)
