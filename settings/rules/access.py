"""Rules for access entries and the deployer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from settings.access import AccessEntry
from settings.model import StackConfig
from settings.problems import Path, Problem, show
from settings.rules.common import Context

_PRINCIPAL = re.compile(r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):(?P<kind>role|user)/[\w+=,.@/-]+")
_SESSION = re.compile(r"arn:(?P<partition>aws[a-z-]*):sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/.*")
_NAMESPACE = re.compile(r"[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?")
# https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
_RESERVED_GROUPS = ("system:", "eks:", "aws:", "amazon:", "iam:")
_ENTRY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with access entries and the deployer."""
    seen: dict[str, str] = {}
    for name, entry in config.access.items():
        path: Path = ("access", name)
        if not _ENTRY_NAME.fullmatch(name):
            yield Problem(
                path, f"{show(name)} is not a name: up to 63 letters, digits, - and _, first a letter or digit"
            )
        yield from _principal((*path, "principal"), entry.principal, context)
        yield from _grant(path, entry)
        if entry.principal in seen:
            text = f"{show(entry.principal)} already has the entry {seen[entry.principal]}; EKS allows one a principal"
            yield Problem((*path, "principal"), text)
        seen.setdefault(entry.principal, name)
    admins = [entry.principal for entry in config.access.values() if _is_cluster_admin(entry)]
    if not admins:
        text = "no entry has the policy ClusterAdmin for the whole cluster: nobody could administer it"
        yield Problem(("access",), text)
    yield from _deployer(config, admins, context)


def _is_cluster_admin(entry: AccessEntry) -> bool:
    return entry.policy == "ClusterAdmin" and not entry.namespaces


def _principal(path: Path, principal: str, context: Context) -> Iterator[Problem]:
    partition = context.partition or "aws"
    session = _SESSION.fullmatch(principal)
    if session:
        role = f"arn:{session['partition']}:iam::{session['account']}:role/{session['role']}"
        yield Problem(path, f"{show(principal)} is a session; use the role's own ARN, {role} (with its path, if any)")
        return
    found = _PRINCIPAL.fullmatch(principal)
    if not found:
        example = f"arn:{partition}:iam::111122223333:role/name"
        yield Problem(path, f"{show(principal)} is not the ARN of an IAM role or user such as {example}")
    elif context.partition and found["partition"] != context.partition:
        text = f"{show(principal)} is of partition {found['partition']}; {context.region} is in {context.partition}"
        yield Problem(path, text, related=(("aws:region",),))


def _grant(path: Path, entry: AccessEntry) -> Iterator[Problem]:
    if entry.policy and entry.kubernetes_groups:
        yield Problem(path, "has both policy and kubernetesGroups; give one of them")
    if not entry.policy and not entry.kubernetes_groups:
        yield Problem(path, "has neither policy nor kubernetesGroups, and so no access; give one of them")
    if entry.namespaces and not entry.policy:
        yield Problem((*path, "namespaces"), "bounds a policy; what groups may do is in their RoleBindings")
    if entry.namespaces and entry.policy == "ClusterAdmin":
        text = "ClusterAdmin is meant for the whole cluster; for namespaces use Admin"
        yield Problem((*path, "namespaces"), text, warning=True)
    for index, group in enumerate(entry.kubernetes_groups):
        reserved = next((prefix for prefix in _RESERVED_GROUPS if group.startswith(prefix)), None)
        if reserved:
            text = f"{show(group)} is refused by EKS, as all groups that begin with {reserved}"
            yield Problem((*path, "kubernetesGroups", index), text + _policy_for(group))
        elif not group.strip():
            yield Problem((*path, "kubernetesGroups", index), "is empty")
    for index, namespace in enumerate(entry.namespaces):
        if not _NAMESPACE.fullmatch(namespace):
            text = f"{show(namespace)} is not a namespace: 1 to 63 of a-z, 0-9, - and the wildcard *"
            yield Problem((*path, "namespaces", index), text)


def _policy_for(group: str) -> str:
    return "; use policy ClusterAdmin" if group == "system:masters" else ""


def _deployer(config: StackConfig, admins: list[str], context: Context) -> Iterator[Problem]:
    role = config.deployer_role
    if role is None:
        return
    found = _PRINCIPAL.fullmatch(role)
    path: Path = ("deployerRole",)
    if not found or found["kind"] != "role":
        example = f"arn:{context.partition or 'aws'}:iam::{config.account}:role/deployer"
        yield Problem(path, f"{show(role)} is not the ARN of an IAM role such as {example}", related=(("account",),))
        return
    if context.partition and found["partition"] != context.partition:
        text = f"{show(role)} is of partition {found['partition']}; {context.region} is in {context.partition}"
        yield Problem(path, text, related=(("aws:region",),))
    elif found["account"] != config.account:
        text = f"{show(role)} is of account {found['account']}; the stack is in {config.account}"
        yield Problem(path, text, related=(("account",),))
    elif role not in admins:
        text = f"{show(role)} has no access entry with the policy ClusterAdmin for the whole cluster; add one to access"
        yield Problem(path, text, related=(("access",),))
