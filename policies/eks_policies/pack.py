"""The rules of the pack, in the order in which reports list them."""

from __future__ import annotations

from collections.abc import Mapping

from . import access, charts, cluster, cluster_logs, iam, iam_trust, network, node_groups, nodes, storage
from .rule import Rule

NAME = "eks-platform"
DESCRIPTION = "Security and reliability rules for Amazon EKS: CIS EKS, AWS Security Hub, EKS best practices guide."

SECTIONS: Mapping[str, tuple[Rule, ...]] = {
    "Control plane": cluster.RULES,
    "Control plane logs": cluster_logs.RULES,
    "Access and workloads": access.RULES,
    "Nodes": (*nodes.RULES, *node_groups.RULES),
    "Network": network.RULES,
    "IAM": (*iam.RULES, *iam_trust.RULES),
    "Keys and storage": storage.RULES,
    "Helm charts": charts.RULES,
}
RULES: tuple[Rule, ...] = tuple(rule for rules in SECTIONS.values() for rule in rules)
