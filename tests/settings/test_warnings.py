"""What is allowed but rarely meant is said, and does not stop anything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.settings.examples import accepted

GROUP = "nodeGroups.system."
TAINT = {"key": "team", "value": "a", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("changes", "stack", "warnings"),
    [
        (
            {f"{GROUP}capacity": "spot", f"{GROUP}instanceTypes": ["m7i.large"]},
            "dev",
            [
                "nodeGroups.system.instanceTypes: is one type only: when its spot capacity runs out, there are no "
                "nodes; name several of the same size"
            ],
        ),
        (
            {"network.nat": "single"},
            "prod",
            [
                "network.nat: one NAT gateway: when its zone fails, no private subnet reaches the internet; use "
                "perZone or regional"
            ],
        ),
        ({"network.nat": "single"}, "dev", []),
        (
            {"aws:region": "us-east-1", "network.zones": ["us-east-1a", "us-east-1b"]},
            "dev",
            [
                "network.zones: EKS refuses zone use1-az3 of us-east-1, whose name differs by account; a count "
                "leaves it out"
            ],
        ),
        ({"aws:region": "us-east-1", "network.zones": 3}, "dev", []),
        (
            {"cluster.version": "1.37"},
            "dev",
            [
                'cluster.version: "1.37" is newer than the versions known here (1.31, 1.32, 1.33, 1.34, 1.35, 1.36); '
                "check that EKS has it"
            ],
        ),
        (
            {"cluster.endpoint": {"private": False, "public": True, "publicAccessCidrs": ["203.0.113.0/24"]}},
            "dev",
            [
                "cluster.endpoint.private: is false: nodes reach the API server over the internet, and their addresses "
                "must be in publicAccessCidrs"
            ],
        ),
        (
            {"cluster.endpoint": {"public": True, "publicAccessCidrs": ["10.0.0.0/8"]}},
            "dev",
            [
                'cluster.endpoint.publicAccessCidrs[0]: "10.0.0.0/8" is private: no request from the internet comes '
                "from there"
            ],
        ),
        (
            {f"{GROUP}instanceTypes": ["g5.xlarge"], f"{GROUP}amiType": "AL2023_x86_64_STANDARD"},
            "dev",
            [
                'nodeGroups.system.instanceTypes[0]: "g5.xlarge" has an NVIDIA GPU, for which amiType '
                "AL2023_x86_64_STANDARD has no driver"
            ],
        ),
        (
            {f"{GROUP}taints": [TAINT]},
            "dev",
            [
                "nodeGroups: all have taints: coredns and other system pods find no node; leave one without, or use "
                "CriticalAddonsOnly"
            ],
        ),
        ({f"{GROUP}taints": [{"key": "CriticalAddonsOnly", "effect": "NoSchedule"}]}, "dev", []),
        (
            {f"{GROUP}min": 4, "clusterAutoscaler": {}},
            "dev",
            ["clusterAutoscaler: has nothing to scale: min and max are the same in every node group"],
        ),
        (
            {"loadBalancerController": {"replicas": 1}},
            "prod",
            [
                "loadBalancerController.replicas: 1 means that no load balancer follows its pods while the controller "
                "moves to another node; use 2"
            ],
        ),
        (
            {
                "access.ops": {
                    "principal": "arn:aws:iam::111122223333:role/ops",
                    "policy": "ClusterAdmin",
                    "namespaces": ["a"],
                }
            },
            "dev",
            ["access.ops.namespaces: ClusterAdmin is meant for the whole cluster; for namespaces use Admin"],
        ),
    ],
)
def test_a_risk_is_named_but_allowed(changes: dict[str, Any], stack: str, warnings: list[str]) -> None:
    expected = [f"Pulumi.{stack}.yaml  eks-platform:{warning}" for warning in warnings]
    assert list(accepted(changes, stack=stack).warnings) == expected, "users would meet the risk as an outage"


def test_a_key_of_the_aws_provider_that_nobody_reads_is_named() -> None:
    assert accepted({"aws:profile": "work"}).warnings == (
        "Pulumi.dev.yaml  aws:profile: is not read: the platform makes its own AWS provider; use environment variables",
    ), "users would deploy with other credentials than they wrote down"
