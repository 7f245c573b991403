from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import tags

TAGS = st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=20), max_size=6)


def test_a_load_balancer_finds_its_subnets_by_role():
    assert dict(tags.SUBNET_ROLE_PUBLIC) == {"kubernetes.io/role/elb": "1"}
    assert dict(tags.SUBNET_ROLE_PRIVATE) == {"kubernetes.io/role/internal-elb": "1"}


def test_shared_tags_cannot_be_changed_by_a_caller():
    with pytest.raises(TypeError):
        tags.SUBNET_ROLE_PUBLIC["owner"] = "me"  # pyright: ignore[reportIndexIssue]


def test_a_name_joins_the_other_tags():
    assert tags.named("net", tags.SUBNET_ROLE_PUBLIC, tier="public") == {
        "Name": "net",
        "kubernetes.io/role/elb": "1",
        "tier": "public",
    }


def test_karpenter_discovery_names_the_cluster():
    assert tags.karpenter_discovery("dev") == {"karpenter.sh/discovery": "dev"}


def test_cluster_tags_say_who_deletes_the_resource():
    assert tags.cluster_shared("dev") == {"kubernetes.io/cluster/dev": "shared"}
    assert tags.cluster_owned("dev") == {"kubernetes.io/cluster/dev": "owned"}


def test_cluster_autoscaler_finds_its_groups_by_two_tags():
    assert tags.autoscaler_discovery("dev") == {
        "k8s.io/cluster-autoscaler/enabled": "true",
        "k8s.io/cluster-autoscaler/dev": "owned",
    }


def test_an_empty_group_tells_its_labels_taints_and_resources():
    prefix = "k8s.io/cluster-autoscaler/node-template"
    assert tags.autoscaler_label("team", "web") == {f"{prefix}/label/team": "web"}
    assert tags.autoscaler_taint("gpu", "true", "NO_SCHEDULE") == {f"{prefix}/taint/gpu": "true:NoSchedule"}
    assert tags.autoscaler_taint("gpu", "", "PREFER_NO_SCHEDULE") == {f"{prefix}/taint/gpu": ":PreferNoSchedule"}
    assert tags.autoscaler_resource("ephemeral-storage", "80Gi") == {f"{prefix}/resources/ephemeral-storage": "80Gi"}


def test_a_misspelt_taint_effect_is_refused():
    with pytest.raises(ValueError, match="effect: 'NoSchedule' is not one of NO_SCHEDULE"):
        tags.autoscaler_taint("gpu", "", "NoSchedule")  # pyright: ignore[reportArgumentType]


@given(TAGS, TAGS)
def test_merging_changes_nothing_it_was_given(first: dict[str, str], second: dict[str, str]):
    copies = dict(first), dict(second)
    tags.merge(first, second)["added"] = "later"
    assert (first, second) == copies, "one resource's tags would leak into another's"


@given(TAGS, TAGS)
def test_a_later_map_wins(first: dict[str, str], second: dict[str, str]):
    merged = tags.merge(first, second)
    assert {key: merged[key] for key in second} == second
    assert set(merged) == set(first) | set(second)
