"""What Amazon EKS refuses in the creation of Fargate profiles."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.living_world import CLUSTER, PLACE, trust
from tests.support.refusals import Refusal, refused
from tests.support.refusals_eks import IN_USE, INVALID, MISTRUSTED, ROLES

FARGATE: Sequence[Refusal] = (
    refused(
        "role of the Fargate pods does not exist",
        "fargate",
        INVALID,
        "The role with name nobody cannot be found.",
        podExecutionRoleArn=f"{ROLES}/nobody",
    ),
    refused(
        "role of the Fargate pods trusts another service",
        "fargate",
        INVALID,
        MISTRUSTED,
        podExecutionRoleArn=f"{ROLES}/node-role",
    ),
    Refusal(
        name="role of the Fargate pods trusts profiles of another cluster",
        step="fargate",
        code=INVALID,
        says=MISTRUSTED,
        broken={
            "fargate-role": {
                "assumeRolePolicy": trust(
                    "eks-fargate-pods.amazonaws.com",
                    ArnLike={"aws:SourceArn": PLACE.arn("eks", "fargateprofile/other/*")},
                )
            }
        },
    ),
    Refusal(
        name="role of the Fargate pods without its policy",
        step="fargate",
        code=INVALID,
        says=f"The pod execution role {ROLES}/fargate-role lacks AmazonEKSFargatePodExecutionRolePolicy",
        without=("fargate-policy",),
    ),
    refused(
        "Fargate in a public subnet",
        "fargate",
        INVALID,
        "Subnet {public-a} provided in Fargate Profile is not a private subnet",
        subnetIds=lambda made: [made["public-a"]["id"]],
    ),
    refused(
        "subnet of the Fargate pods does not exist",
        "fargate",
        INVALID,
        "The subnet ID 'subnet-0123' does not exist",
        subnetIds=["subnet-0123"],
    ),
    refused(
        "Fargate profile with a reserved name",
        "fargate",
        INVALID,
        "Fargate profile name eks-batch cannot start with the reserved prefix eks-",
        fargateProfileName="eks-batch",
    ),
    refused(
        "more selectors than a Fargate profile takes",
        "fargate",
        INVALID,
        "The number of selectors must be between 1 and 5",
        selectors=[{"namespace": f"team-{n}"} for n in range(6)],
    ),
    refused(
        "selector without a namespace",
        "fargate",
        INVALID,
        "Fargate profile selector must have a namespace",
        selectors=[{"labels": {"a": "b"}}],
    ),
    refused(
        "more labels than a selector takes",
        "fargate",
        INVALID,
        "The number of label pairs of a selector must not exceed 5",
        selectors=[{"namespace": "batch", "labels": {f"l{n}": "x" for n in range(6)}}],
    ),
    Refusal(
        name="two Fargate profiles of a name",
        step="fargate",
        code=IN_USE,
        says=f"Fargate Profile already exists with name batch and cluster name {CLUSTER}",
        again=True,
    ),
)
