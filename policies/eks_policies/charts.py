"""Rules about Helm charts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_policy import EnforcementLevel, Severity

from .reading import is_set, is_true, read
from .rule import Control, Definition, ResourceRule, Subject

RELEASE = "kubernetes:helm.sh/v3:Release"
CHART = "kubernetes:helm.sh/v4:Chart"

_EXACT_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")


def _is_on_disk(release: Subject) -> bool:
    return str(read(release.properties, "chart") or "").startswith((".", "/"))


def _version_is_exact(release: Subject) -> Iterator[str]:
    if _is_on_disk(release):
        return
    version = read(release.properties, "version")
    if version is None:
        yield "version is not set: Helm takes the newest chart of the day."
    elif not _EXACT_VERSION.fullmatch(str(version)):
        yield f"version {version} is a range: Helm takes the newest chart in it."


def _source_is_authentic(release: Subject) -> Iterator[str]:
    if _is_on_disk(release) or str(read(release.properties, "chart") or "").startswith("oci://"):
        return
    repository = read(release.properties, "repositoryOpts", "repo")
    if repository is None:
        yield "repositoryOpts.repo is not set: the chart depends on the Helm settings of who deploys."
    elif not str(repository).startswith(("https://", "oci://")):
        yield "repositoryOpts.repo is neither https nor oci: what comes over the network could be replaced."


def _namespace_is_named(release: Subject) -> Iterator[str]:
    if not is_set(release.properties, "namespace"):
        yield "namespace is not set: the release goes to the default namespace."


PINNED_CHARTS = ResourceRule(
    Definition(
        name="helm-chart-pinned",
        title="Pinned charts",
        description="A chart must come in an exact version from a repository with TLS into a namespace that is named.",
        fix="Set version to an exact version, repositoryOpts.repo to an https or oci address, and namespace.",
        types=(RELEASE, CHART),
        control=Control(cis=("4.5.2",), guide="https://helm.sh/docs/chart_best_practices/dependencies/"),
        severity=Severity.MEDIUM,
    ),
    _version_is_exact,
    _source_is_authentic,
    _namespace_is_named,
)


def _failure_is_undone(release: Subject) -> Iterator[str]:
    for key in ("atomic", "cleanupOnFail"):
        if not is_true(read(release.properties, key)):
            yield f"{key} is not true: a failed upgrade leaves the release half done."
    if is_true(read(release.properties, "skipAwait")):
        yield "skipAwait is true: the update succeeds before the release works."


RECOVERING_RELEASES = ResourceRule(
    Definition(
        name="helm-release-recovers",
        title="Failed releases are undone",
        description="A release that does not come up should fail the update and be rolled back.",
        fix="Set atomic and cleanupOnFail to true and leave skipAwait false.",
        types=(RELEASE,),
        control=Control(guide="https://helm.sh/docs/helm/helm_upgrade/"),
        severity=Severity.LOW,
        level=EnforcementLevel.ADVISORY,
    ),
    _failure_is_undone,
)

RULES = (PINNED_CHARTS, RECOVERING_RELEASES)
