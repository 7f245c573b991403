"""The rules of the pack, in the order in which reports list them."""

from __future__ import annotations

from . import cluster, cluster_logs, iam, network, nodes
from .rule import Rule

NAME = "eks-platform"
DESCRIPTION = "Security and reliability rules for Amazon EKS: CIS EKS, AWS Security Hub, EKS best practices guide."

RULES: tuple[Rule, ...] = (
    *cluster.RULES,
    *cluster_logs.RULES,
    *nodes.RULES,
    *network.RULES,
    *iam.RULES,
)
