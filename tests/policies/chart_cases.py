"""Cases of the rules about Helm charts."""

from __future__ import annotations

from policies.eks_policies.charts import CHART, RELEASE
from tests.policies.support import CANNOT_RUN, REMOVED, UNKNOWN, Broken, Case

NO_VERSION = "version is not set: Helm takes the newest chart of the day."
NO_NAMESPACE = "namespace is not set: the release goes to the default namespace."
NO_REPOSITORY = "repositoryOpts.repo is not set: the chart depends on the Helm settings of who deploys."


def _range(version: str) -> str:
    return f"version {version} is a range: Helm takes the newest chart in it."


_PINNED = tuple(
    Case(
        rule="helm-chart-pinned",
        type=type_,
        compliant={
            "chart": "aws-load-balancer-controller",
            "version": "3.5.0",
            "repositoryOpts": {"repo": "https://aws.github.io/eks-charts"},
            "namespace": "kube-system",
        },
        also_compliant=(
            {"chart": "oci://public.ecr.aws/karpenter/karpenter", "repositoryOpts": REMOVED},
            {"chart": "./charts/own", "repositoryOpts": REMOVED, "version": REMOVED},
            {"version": "v1.2.3-rc.1+build"},
            {"namespace": UNKNOWN},
        ),
        broken=(
            Broken(changes={"version": REMOVED}, says=[NO_VERSION]),
            Broken(changes={"version": "^3.5.0"}, says=[_range("^3.5.0")]),
            Broken(changes={"version": "3.5"}, says=[_range("3.5")]),
            Broken(changes={"repositoryOpts": REMOVED}, says=[NO_REPOSITORY]),
            Broken(
                changes={"repositoryOpts.repo": "http://charts.example.com"},
                says=["repositoryOpts.repo is neither https nor oci: what comes over the network could be replaced."],
            ),
            Broken(changes={"namespace": REMOVED}, says=[NO_NAMESPACE]),
        ),
        unknown=(
            Broken(
                changes={"version": UNKNOWN, "repositoryOpts.repo": UNKNOWN, "namespace": ""},
                says=[NO_NAMESPACE, CANNOT_RUN],
            ),
        ),
    )
    for type_ in (RELEASE, CHART)
)

_HALF_DONE = "{} is not true: a failed upgrade leaves the release half done."

CASES = (
    *_PINNED,
    Case(
        rule="helm-release-recovers",
        type=RELEASE,
        compliant={"chart": "x", "atomic": True, "cleanupOnFail": True},
        also_compliant=({"skipAwait": False},),
        broken=(
            Broken(changes={"atomic": REMOVED}, says=[_HALF_DONE.format("atomic")]),
            Broken(changes={"cleanupOnFail": False}, says=[_HALF_DONE.format("cleanupOnFail")]),
            Broken(
                changes={"skipAwait": True}, says=["skipAwait is true: the update succeeds before the release works."]
            ),
        ),
        unknown=(
            Broken(
                changes={"atomic": REMOVED, "cleanupOnFail": UNKNOWN},
                says=[_HALF_DONE.format("atomic"), CANNOT_RUN],
            ),
        ),
    ),
)
