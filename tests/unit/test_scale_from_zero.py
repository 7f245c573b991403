from hypothesis import given
from hypothesis import strategies as st

from components.node_group_records import NodeTaint
from components.scale_from_zero import scale_from_zero_tags

PREFIX = "k8s.io/cluster-autoscaler/node-template"


def test_labels_taints_and_resources_of_the_next_node_are_told() -> None:
    assert scale_from_zero_tags(
        labels={"team": "data", "example.com/tier": "batch"},
        taints=[NodeTaint(key="gpu", value="true", effect="NoSchedule"), NodeTaint(key="own", effect="NoExecute")],
        disk_gib=80,
        resources={"nvidia.com/gpu": "1"},
    ) == {
        f"{PREFIX}/label/example.com/tier": "batch",
        f"{PREFIX}/label/team": "data",
        f"{PREFIX}/resources/ephemeral-storage": "80Gi",
        f"{PREFIX}/resources/nvidia.com/gpu": "1",
        f"{PREFIX}/taint/gpu": "true:NoSchedule",
        f"{PREFIX}/taint/own": ":NoExecute",
    }, "what the autoscaler does not know of an empty group it does not scale up for"


@given(st.permutations(["NoSchedule", "NoExecute", "PreferNoSchedule"]))
def test_of_taints_with_one_key_the_hardest_is_told_in_any_order(effects: list[str]) -> None:
    taints = [NodeTaint(key="own", value=effect, effect=effect) for effect in effects]  # pyright: ignore[reportArgumentType]
    found = scale_from_zero_tags(labels={}, taints=taints, disk_gib=20, resources={})
    assert found[f"{PREFIX}/taint/own"] == "NoExecute:NoExecute", (
        "told of the soft taint only, the autoscaler starts nodes that the pod may not run on, over and over"
    )


@given(st.dictionaries(st.text("abc.-/", min_size=1), st.text("xyz")))
def test_a_label_never_hides_the_disk(labels: dict[str, str]) -> None:
    found = scale_from_zero_tags(labels=labels, taints=(), disk_gib=20, resources={})
    assert found == dict(sorted(found.items())), "an order that moves makes differences where nothing changed"
    assert len(found) == len(labels) + 1, "each label and the disk must have a tag of its own"
