"""Cases of the rules about who may take a role."""

from __future__ import annotations

from policies.eks_policies.iam import ROLE
from policies.eks_policies.iam_trust import FARGATE_PODS
from tests.policies.iam_documents import (
    ACCOUNT,
    EXTERNAL_ID,
    ISSUER,
    NO_AUDIENCE,
    NO_SUBJECT,
    PINNED,
    PODS,
    PROVIDER,
    SUBJECT,
    allow,
    any_principal,
    everybody,
    shape,
    trust,
    web,
)
from tests.policies.support import CANNOT_RUN, REMOVED, UNKNOWN, Broken, Case

FARGATE = {"Service": FARGATE_PODS}
ANY_CLUSTER = "assumeRolePolicy lets Fargate use the role for the profiles of any cluster: aws:SourceArn is missing."

CASES = (
    Case(
        rule="iam-trust-names-principals",
        type=ROLE,
        compliant=trust(PODS, web(PINNED)),
        also_compliant=(
            shape(PODS),
            {"assumeRolePolicy": {"Version": "2012-10-17", "Statement": PODS}},
            trust(allow({"AWS": ACCOUNT}, condition=EXTERNAL_ID)),
            trust(allow({"AWS": "arn:aws:iam::111122223333:role/ci"})),
            trust({"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"}),
            shape({**PODS, "__defaults": []}),
        ),
        broken=(
            Broken(changes=trust(allow("*")), says=[any_principal("AWS")]),
            Broken(changes=shape(allow("*")), says=[any_principal("AWS")]),
            Broken(changes=trust(allow({"AWS": "*"})), says=[any_principal("AWS")]),
            Broken(
                changes=trust(allow({"AWS": ["arn:aws:iam::111122223333:role/*", ACCOUNT]})),
                says=[any_principal("AWS", "arn:aws:iam::111122223333:role/*"), everybody()],
            ),
            Broken(changes=trust(allow({"Service": "*"})), says=[any_principal("Service")]),
            Broken(changes=trust(allow({"AWS": ACCOUNT})), says=[everybody()]),
            Broken(changes=trust(allow({"AWS": "444455556666"})), says=[everybody("444455556666")]),
            Broken(
                changes=trust(PODS, allow("*")),
                says=[any_principal("AWS")],
                outage="only the first statement would be looked at",
            ),
            Broken(
                changes=trust({"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": ACCOUNT}}),
                says=["assumeRolePolicy allows everybody but a NotPrincipal."],
            ),
            Broken(
                changes=trust({"Effect": "Allow", "Action": "sts:AssumeRole"}),
                says=["assumeRolePolicy has a statement without a principal."],
            ),
            Broken(changes={"assumeRolePolicy": "{oops"}, says=["assumeRolePolicy is not JSON at character 1."]),
            Broken(changes={"assumeRolePolicy": "[]"}, says=["assumeRolePolicy is not a JSON object."]),
            Broken(changes={"assumeRolePolicy": REMOVED}, says=["assumeRolePolicy is not set."]),
        ),
        unknown=(
            Broken(changes={"assumeRolePolicy": UNKNOWN}, says=[CANNOT_RUN]),
            Broken(
                changes=shape(allow({"AWS": [UNKNOWN, "*"]}), allow("*")),
                says=[any_principal("AWS"), any_principal("AWS"), CANNOT_RUN],
                outage="an unknown role ARN would hide the wildcard behind it",
            ),
        ),
        configured=(
            Broken(changes=trust(allow({"AWS": ACCOUNT})), config={"allowedAccounts": ["111122223333"]}, says=[]),
            Broken(
                changes=trust(allow({"AWS": ACCOUNT})),
                config={"allowedAccounts": ["444455556666"]},
                says=[everybody()],
            ),
        ),
    ),
    Case(
        rule="iam-web-identity-pins-subject",
        type=ROLE,
        compliant=trust(web(PINNED)),
        also_compliant=(
            trust(PODS),
            shape(web(PINNED)),
            trust(allow({"Federated": "arn:aws:iam::111122223333:saml-provider/okta"}, "sts:AssumeRoleWithSAML")),
            trust(web({"StringLike": {**PINNED["StringEquals"]}})),
            trust({**web(None), "Effect": "Deny"}),
        ),
        broken=(
            Broken(changes=trust(web(None)), says=[NO_SUBJECT, NO_AUDIENCE]),
            Broken(changes=trust(web({"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}})), says=[NO_SUBJECT]),
            Broken(changes=trust(web({"StringEquals": {f"{ISSUER}:sub": SUBJECT}})), says=[NO_AUDIENCE]),
            Broken(
                changes=trust(
                    web(
                        {
                            "StringLike": {f"{ISSUER}:sub": "system:serviceaccount:kube-system:*"},
                            "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"},
                        }
                    )
                ),
                says=[
                    f"assumeRolePolicy lets {ISSUER}:sub be system:serviceaccount:kube-system:*: "
                    "no wildcard may stand there."
                ],
                outage="whoever makes a service account in the namespace takes the role",
            ),
            Broken(
                changes=trust(web({"StringEqualsIfExists": PINNED["StringEquals"]})),
                says=[
                    f"assumeRolePolicy compares {ISSUER}:sub by StringEqualsIfExists, which does not pin it.",
                    NO_SUBJECT,
                    f"assumeRolePolicy compares {ISSUER}:aud by StringEqualsIfExists, which does not pin it.",
                    NO_AUDIENCE,
                ],
                outage="a condition that holds where the claim is missing pins nothing",
            ),
            Broken(
                changes=trust(
                    web({"StringEquals": {f"{ISSUER}:sub": SUBJECT, f"{ISSUER}:aud": ["sts.amazonaws.com", "mine"]}})
                ),
                says=[f"assumeRolePolicy lets {ISSUER}:aud be mine, an audience that is not expected."],
            ),
            Broken(
                changes=trust(web(PINNED), web(None, provider=[PROVIDER])),
                says=[NO_SUBJECT, NO_AUDIENCE],
                outage="only the first statement would be looked at",
            ),
        ),
        unknown=(
            Broken(changes={"assumeRolePolicy": UNKNOWN}, says=[CANNOT_RUN]),
            Broken(
                changes=shape(web({"StringEquals": {f"{ISSUER}:sub": UNKNOWN, "other:aud": "mine"}})),
                says=["assumeRolePolicy lets other:aud be mine, an audience that is not expected."],
                outage="a subject that is not known yet would hide the wrong audience",
            ),
            Broken(
                changes=shape(web({"StringLike": {f"{ISSUER}:sub": UNKNOWN}})),
                says=[NO_AUDIENCE, CANNOT_RUN],
            ),
        ),
        configured=(
            Broken(
                changes=trust(
                    web({"StringLike": {"x:sub": "repo:org/*"}, "StringEquals": {"x:aud": "https://github.com/org"}})
                ),
                config={"allowedSubjectPatterns": ["repo:org/*"], "audiences": ["https://github.com/org"]},
                says=[],
            ),
            Broken(
                changes={},
                config={"audiences": ["other"]},
                says=[f"assumeRolePolicy lets {ISSUER}:aud be sts.amazonaws.com, an audience that is not expected."],
            ),
        ),
    ),
    Case(
        rule="iam-fargate-trust-names-source",
        type=ROLE,
        compliant=trust(
            allow(FARGATE, condition={"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:*:fargateprofile/demo/*"}})
        ),
        also_compliant=(
            trust(PODS),
            shape(allow(FARGATE, condition={"ArnLike": {"AWS:SourceARN": UNKNOWN}})),
        ),
        broken=(
            Broken(changes=trust(allow(FARGATE)), says=[ANY_CLUSTER]),
            Broken(
                changes=trust(allow(FARGATE, condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})),
                says=[ANY_CLUSTER],
                outage="another cluster of the account could use the role",
            ),
            Broken(changes=trust(PODS, allow({"Service": [FARGATE["Service"], "x"]})), says=[ANY_CLUSTER]),
        ),
        unknown=(
            Broken(changes={"assumeRolePolicy": UNKNOWN}, says=[CANNOT_RUN]),
            Broken(changes=shape(allow({"Service": UNKNOWN}), allow(FARGATE)), says=[ANY_CLUSTER, CANNOT_RUN]),
        ),
    ),
)
