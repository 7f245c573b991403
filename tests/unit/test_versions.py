from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.versions import (
    CLUSTER_AUTOSCALER,
    KUBERNETES_MINORS,
    LOAD_BALANCER_CONTROLLER,
    cluster_autoscaler_tag,
    kubernetes_minor,
)


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        (date(2026, 1, 26), "planned"),
        (date(2026, 1, 27), "standard"),
        (date(2027, 3, 27), "standard"),
        (date(2027, 3, 28), "extended"),
        (date(2028, 3, 27), "extended"),
        (date(2028, 3, 28), "ended"),
    ],
)
def test_support_changes_on_the_days_of_the_release_calendar(day: date, phase: str) -> None:
    assert kubernetes_minor("1.35").support_on(day) == phase, "extended support costs six times as much"


@given(st.sampled_from(sorted(KUBERNETES_MINORS)), st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_support_only_ever_gets_worse(minor: str, day: date) -> None:
    phases = ["planned", "standard", "extended", "ended"]
    entry = kubernetes_minor(minor)

    assert phases.index(entry.support_on(day)) <= phases.index(entry.support_on(day + timedelta(days=1)))


@pytest.mark.parametrize("minor", sorted(KUBERNETES_MINORS))
def test_each_minor_has_fourteen_months_of_standard_and_twelve_of_extended_support(minor: str) -> None:
    entry = kubernetes_minor(minor)
    since, standard, extended = entry.on_eks_since, entry.end_of_standard_support, entry.end_of_extended_support

    assert (standard.year * 12 + standard.month) - (since.year * 12 + since.month) == 14, "a typing error in the table"
    assert extended == standard.replace(year=standard.year + 1), "a typing error in the table"
    assert entry.minor == minor


@pytest.mark.parametrize(
    ("minor", "tag"),
    [
        ("1.36", "v1.36.1"),
        ("1.35", "v1.35.2"),
        ("1.34", "v1.34.5"),
        ("1.33", "v1.33.6"),
        ("1.32", "v1.32.7"),
        ("1.31", "v1.31.5"),
    ],
)
def test_the_autoscaler_image_follows_the_minor_of_the_cluster(minor: str, tag: str) -> None:
    assert cluster_autoscaler_tag(minor) == tag, "an image of another minor simulates another scheduler"


@pytest.mark.parametrize("minor", sorted(KUBERNETES_MINORS))
def test_every_known_minor_has_an_autoscaler_image_of_its_own_minor(minor: str) -> None:
    assert cluster_autoscaler_tag(minor).startswith(f"v{minor}.")


def test_a_minor_without_an_image_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(ValueError, match=r"is pinned for Kubernetes '1\.30'; pinned are 1\.31, 1\.32"):
        cluster_autoscaler_tag("1.30")


def test_an_unknown_minor_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match=r"Kubernetes '1\.99' is not known; known are 1\.31, .*1\.36"):
        kubernetes_minor("1.99")


def test_charts_are_pinned_exactly() -> None:
    pinned = [(chart.name, chart.repository, chart.version) for chart in (LOAD_BALANCER_CONTROLLER, CLUSTER_AUTOSCALER)]

    assert pinned == [
        ("aws-load-balancer-controller", "https://aws.github.io/eks-charts", "3.5.0"),
        ("cluster-autoscaler", "https://kubernetes.github.io/autoscaler", "9.59.0"),
    ], "a chart version that changes here changes every cluster"
