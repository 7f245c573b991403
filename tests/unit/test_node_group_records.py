from typing import Any

import pytest

from components import node_group_checks
from components.node_group_inputs import repair_config, taint_inputs, update_config, warm_pool_config
from components.node_group_records import (
    NodeDisk,
    NodeGroupUpdate,
    NodeRepair,
    NodeTaint,
    RepairOverride,
    WarmPool,
)

KEY = "k" * 63


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"size_gib": 19}, r"disk.size_gib: 19 is not between 20 and 65536"),
        ({"size_gib": 65537}, r"disk.size_gib"),
        ({"type": "gp2"}, r"disk.type: 'gp2' is not one of gp3, io2"),
        ({"iops": 2999}, r"disk.iops: 2999 is not between 3000 and 80000"),
        ({"size_gib": 20, "iops": 10001}, r"disk.iops: 10001 is over 500 for each GiB"),
        ({"throughput": 124}, r"disk.throughput: 124 is not between 125 and 2000"),
        ({"throughput": 751}, r"disk.throughput: 751 MiB/s is over a quarter of 3000 IOPS"),
        ({"type": "io2"}, r'disk.iops: a volume of type "io2" needs'),
        ({"type": "io2", "iops": 100, "throughput": 125}, r'is for "gp3" only'),
    ],
)
def test_a_disk_that_ebs_would_not_make_is_refused(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        NodeDisk(**values)


def test_disks_at_the_limits_are_accepted() -> None:
    assert NodeDisk(size_gib=20, iops=10000, throughput=2000).iops == 10000, "500 IOPS for each GiB are allowed"
    assert NodeDisk(size_gib=20, throughput=750).throughput == 750, "the base of 3000 IOPS carries 750 MiB/s"
    assert NodeDisk(size_gib=20, iops=3000).iops == 3000, "the base of 3000 IOPS comes with every size"
    assert NodeDisk(type="io2", iops=100).throughput is None, "io2 has no throughput setting"


@pytest.mark.parametrize(
    ("effect", "spelling"),
    [("NoSchedule", "NO_SCHEDULE"), ("NoExecute", "NO_EXECUTE"), ("PreferNoSchedule", "PREFER_NO_SCHEDULE")],
)
def test_taints_are_written_as_the_eks_api_spells_them(effect: Any, spelling: str) -> None:
    (taint,) = taint_inputs([NodeTaint(key="gpu", value="true", effect=effect)])
    assert (taint.key, taint.value, taint.effect) == ("gpu", "true", spelling), "EKS refuses the Kubernetes spelling"


def test_a_taint_without_value_sends_none() -> None:
    (taint,) = taint_inputs([NodeTaint(key="gpu", effect="NoSchedule")])
    assert taint.value is None, "an empty value would be a change that comes back at every update"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"key": "a", "effect": "NO_SCHEDULE"}, r"taints\[\].effect: 'NO_SCHEDULE' is not one of NoSchedule"),
        ({"key": "", "effect": "NoSchedule"}, r"taints\[\].key: ''"),
        ({"key": KEY + "k", "effect": "NoSchedule"}, r"at most 63"),
        ({"key": "a", "value": "b c", "effect": "NoSchedule"}, r"taints\[\].value: 'b c'"),
    ],
)
def test_a_malformed_taint_is_refused(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        NodeTaint(**values)


@pytest.mark.parametrize(
    ("record", "values", "reason"),
    [
        (NodeGroupUpdate, {"max_unavailable": 0}, "update.max_unavailable: 0 is not between 1 and 100"),
        (NodeGroupUpdate, {"max_unavailable_percentage": 101}, "update.max_unavailable_percentage: 101"),
        (NodeGroupUpdate, {"max_unavailable": 1, "max_unavailable_percentage": 1}, "not both"),
        (NodeGroupUpdate, {"strategy": "MINIMAL"}, "update.strategy: 'MINIMAL' is not one of default, minimal"),
        (NodeRepair, {"max_parallel_count": 1, "max_parallel_percentage": 1}, "repair.max_parallel_count: .*not both"),
        (NodeRepair, {"max_unhealthy_count": 1, "max_unhealthy_percentage": 1}, "repair.max_unhealthy_count"),
        (NodeRepair, {"max_unhealthy_percentage": 0}, "repair.max_unhealthy_percentage: 0"),
        (
            RepairOverride,
            {"condition": "a", "reason": "b", "action": "Restart", "wait_minutes": 1},
            "'Restart' is not one of Replace, Reboot, NoAction",
        ),
        (
            RepairOverride,
            {"condition": "a", "reason": "b", "action": "Reboot", "wait_minutes": 0},
            "wait_minutes: 0 is less than 1",
        ),
        (WarmPool, {"min_size": -1}, "warm_pool.min_size: -1"),
        (WarmPool, {"max_prepared": -2}, "warm_pool.max_prepared: -2"),
        (WarmPool, {"state": "STOPPED"}, "warm_pool.state: 'STOPPED'"),
    ],
)
def test_settings_that_eks_would_not_take_are_refused(record: Any, values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        record(**values)


def test_an_update_takes_one_node_at_a_time_unless_told_otherwise() -> None:
    default = update_config(NodeGroupUpdate())
    assert (default.max_unavailable, default.max_unavailable_percentage) == (1, None), "EKS wants exactly one limit"
    assert default.update_strategy == "DEFAULT"
    part = update_config(NodeGroupUpdate(max_unavailable_percentage=33, strategy="minimal"))
    assert (part.max_unavailable, part.max_unavailable_percentage) == (None, 33), "EKS wants exactly one limit"
    assert part.update_strategy == "MINIMAL"


def test_repair_is_a_switch_or_details() -> None:
    assert repair_config(False).enabled is False, "repair that is switched off must not replace nodes"
    override = RepairOverride(condition="DiskReady", reason="Full", action="NoAction", wait_minutes=10)
    details = repair_config(NodeRepair(max_parallel_percentage=50, max_unhealthy_count=3, overrides=(override,)))
    assert (details.enabled, details.max_parallel_nodes_repaired_percentage) == (True, 50)
    assert details.max_unhealthy_node_threshold_count == 3, "without the limit, repair goes on in a zone failure"
    assert isinstance(details.node_repair_config_overrides, list)
    (written,) = details.node_repair_config_overrides
    assert (written.node_monitoring_condition, written.node_unhealthy_reason) == ("DiskReady", "Full")  # pyright: ignore
    assert (written.repair_action, written.min_repair_wait_time_mins) == ("NoAction", 10)  # pyright: ignore


def test_a_warm_pool_is_written_in_capitals_or_not_at_all() -> None:
    assert warm_pool_config(None) is None, "the presence of the block is the switch"
    pool = warm_pool_config(WarmPool(min_size=2, max_prepared=-1, state="hibernated", reuse_on_scale_in=True))
    assert pool is not None
    assert (pool.min_size, pool.max_group_prepared_capacity, pool.pool_state, pool.reuse_on_scale_in) == (
        2,
        -1,
        "HIBERNATED",
        True,
    ), "EKS knows the states in capitals only"


@pytest.mark.parametrize(
    "key", ["kubernetes.io/os", "node-role.kubernetes.io/worker", "k8s.io/x", "a.k8s.io/x", "eks.amazonaws.com/x"]
)
def test_labels_that_stop_the_kubelet_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"labels"):
        node_group_checks.check_labels({key: "x"})


@pytest.mark.parametrize("key", ["team", "example.com/team", "node.kubernetes.io/lifecycle", "x.node.kubernetes.io/y"])
def test_labels_that_a_node_may_set_are_accepted(key: str) -> None:
    node_group_checks.check_labels({key: "x"})
    assert NodeTaint(key=key, effect="NoSchedule").key == key, "the same key is good for a taint"


@pytest.mark.parametrize("name", ["", "-a", "a-", "a b", "a" * 64, "a.b"])
def test_a_name_that_eks_refuses_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name: "):
        node_group_checks.check_name(name)


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ((-1, None, 1), "min_size: -1"),
        ((0, None, 0), "max_size: 0 is less than 1"),
        ((3, None, 2), "max_size: 2 is less than 3"),
        ((1, 0, 2), "desired_size: 0 is not between min_size 1 and max_size 2"),
        ((1, 3, 2), "desired_size: 3"),
    ],
)
def test_sizes_out_of_order_are_refused(sizes: tuple[int, int | None, int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        node_group_checks.check_sizes(*sizes)


@pytest.mark.parametrize(
    ("types", "reason"),
    [
        ([], "0 given"),
        ([f"m{index}.large" for index in range(21)], "21 given"),
        (["m7i"], r"instance_types\[0\]: 'm7i'"),
        (["m7i.large", "m7i.large"], r"instance_types\[1\]: 'm7i.large' is named twice"),
    ],
)
def test_instance_types_that_eks_refuses_are_refused(types: list[str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        node_group_checks.check_instance_types(types)


def test_large_groups_may_repair_more_than_a_hundred_nodes_at_a_time() -> None:
    assert NodeRepair(max_parallel_count=157).max_parallel_count == 157, "the limit of 100 is one of updates only"
    with pytest.raises(ValueError, match=r"repair.max_unhealthy_count: 0 is not 1 or more"):
        NodeRepair(max_unhealthy_count=0)
    with pytest.raises(ValueError, match=r"update.max_unavailable: 101 is not between 1 and 100"):
        NodeGroupUpdate(max_unavailable=101)
