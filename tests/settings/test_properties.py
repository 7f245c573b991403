"""Whatever stands in a stack file, the answer is settings or lines, never a crash."""

from __future__ import annotations

import datetime
import ipaddress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settings import kubernetes_versions
from settings.base import camel_case, yaml_keys
from settings.model import StackConfig
from settings.problems import nearest, show, yaml_path
from settings.rules.common import Problem, ipv4_network
from settings.shapes import section_of
from tests.settings.examples import BASE, reported

ODD = ["a\nb", "arn:aws:iam::111122223333:role/a\n", "10.0.0.0/16", "1.35", "spread", "", "eu-west-1a", "0.0.0.0/0"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10**6),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(ODD),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


def _paths(model: Any, prefix: str = "") -> list[str]:
    found: list[str] = []
    for key, name in yaml_keys(model).items():
        nested, depth = section_of(model.model_fields[name].annotation)
        found.append(f"{prefix}{key}")
        if nested and not depth:
            found += _paths(nested, f"{prefix}{key}.")
        elif nested and depth == 1 and key in ("nodeGroups", "fargateProfiles", "access"):
            found += _paths(nested, f"{prefix}{key}.some.")
    return found


PATHS = [path for path in _paths(StackConfig) if path not in BASE or path in ("network", "cluster")]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(PATHS), VALUES, min_size=1, max_size=1))
def test_any_value_at_any_key_is_accepted_or_reported_in_single_lines(changes: dict[str, Any]) -> None:
    lines = reported(changes)
    assert all(line.startswith("Pulumi.dev.yaml  ") for line in lines), "users would not know which file is meant"
    assert len("\n".join(lines).splitlines()) == len(lines), "one problem must stay one line"


@settings(max_examples=100, deadline=None)
@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_only_canonical_ranges_are_taken_and_the_cure_is_one(address: ipaddress.IPv4Address, prefix: int) -> None:
    found = ipv4_network(("network", "cidr"), f"{address}/{prefix}")
    if isinstance(found, Problem):
        cure = found.text.rpartition(" ")[2]
        assert address in ipaddress.IPv4Network(cure), "the cure would move the network"
        assert not isinstance(ipv4_network(("network", "cidr"), cure), Problem), "the cure would be refused in turn"
    else:
        assert found.network_address == address


@given(
    st.dates(datetime.date(2024, 1, 1), datetime.date(2030, 1, 1)), st.sampled_from(list(kubernetes_versions.CALENDAR))
)
def test_support_only_ever_gets_less(day: datetime.date, version: str) -> None:
    order = ["standard", "extended", "ended"]
    today = order.index(kubernetes_versions.state_of(version, day))
    tomorrow = order.index(kubernetes_versions.state_of(version, day + datetime.timedelta(days=1)))
    assert today <= tomorrow, "a cluster would be called supported again after its end"


def test_the_calendar_follows_the_rule_of_fourteen_and_twelve_months() -> None:
    for version, support in kubernetes_versions.CALENDAR.items():
        months = (support.extended_until.year - support.standard_until.year) * 12
        assert months == 12, f"extended support of {version} is not a year"
        assert (support.extended_until.month, support.extended_until.day) == (
            support.standard_until.month,
            support.standard_until.day,
        )
    ends = [support.standard_until for support in kubernetes_versions.CALENDAR.values()]
    assert ends == sorted(ends)


def test_the_last_day_of_support_still_counts() -> None:
    end = kubernetes_versions.CALENDAR["1.35"]
    day = datetime.timedelta(days=1)
    assert kubernetes_versions.state_of("1.35", end.standard_until) == "standard"
    assert kubernetes_versions.state_of("1.35", end.standard_until + day) == "extended"
    assert kubernetes_versions.state_of("1.35", end.extended_until) == "extended"
    assert kubernetes_versions.state_of("1.35", end.extended_until + day) == "ended"
    assert kubernetes_versions.state_of("1.99", end.extended_until) == "unknown"


@given(st.lists(st.sampled_from(["retention", "days", "cidr", "kms", "arn"]), min_size=1, max_size=4))
def test_yaml_spelling_is_camel_case(parts: list[str]) -> None:
    spelt = camel_case("_".join(parts))
    assert "_" not in spelt
    assert spelt.lower() == "".join(parts)


@given(st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4)))
def test_a_value_is_shown_in_one_short_line(value: Any) -> None:
    assert len(show(value)) <= 80
    assert "\n" not in show(value)


def test_paths_are_written_as_pulumi_writes_them() -> None:
    path = ("nodeGroups", "system", "labels", "example.com/a", 1)
    assert yaml_path("eks-platform", path) == 'eks-platform:nodeGroups.system.labels["example.com/a"][1]'
    assert yaml_path("eks-platform", ("aws:region",)) == "aws:region"


def test_what_resembles_nothing_has_no_nearest() -> None:
    assert nearest("zzz", ["network", "cluster"]) is None
    assert nearest(3, ["3"]) is None
    assert nearest("NODEGROUPS", ["nodeGroups"]) == "nodeGroups"
