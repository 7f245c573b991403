"""Rules about what the control plane logs and where the logs go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulumi_policy import EnforcementLevel, PolicyResource, Severity
from pulumi_policy.proxy import UnknownValueError

from .cluster import CLUSTER
from .reading import as_sequence, is_set, read
from .rule import Check, Control, Definition, ResourceRule, Stack, StackRule, Subject, whole_number

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")

_LOGS_PAGE = "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html"


def _sends(*required: str) -> Check:
    def check(cluster: Subject) -> Iterator[str]:
        enabled = list(as_sequence(read(cluster.properties, "enabledClusterLogTypes")))
        missing = [type_ for type_ in required if type_ not in enabled]
        if missing:
            yield f"enabledClusterLogTypes lacks {', '.join(missing)}."

    return check


AUDIT_LOG = ResourceRule(
    Definition(
        name="eks-cluster-audit-log",
        title="Audit log",
        description="The control plane must send its audit log, the only record of who did what in the cluster.",
        fix='Add "audit" to enabledClusterLogTypes.',
        types=(CLUSTER,),
        control=Control(cis=("2.1.1",), security_hub=("EKS.8",), guide=_LOGS_PAGE),
        severity=Severity.HIGH,
    ),
    _sends("audit"),
)

ALL_LOGS = ResourceRule(
    Definition(
        name="eks-cluster-all-logs",
        title="All control plane logs",
        description="The control plane should send all five types of logs; the audit log alone does not explain why "
        "something was not scheduled.",
        fix=f"Set enabledClusterLogTypes to {', '.join(LOG_TYPES)}.",
        types=(CLUSTER,),
        control=Control(cis=("2.1.1",), checkov=("CKV_AWS_37",), guide=_LOGS_PAGE),
        severity=Severity.LOW,
        level=EnforcementLevel.ADVISORY,
    ),
    _sends(*LOG_TYPES),
)


def _needed_first(resource: PolicyResource) -> list[PolicyResource]:
    """Return what exists before a resource: what it or a component around it waits for, and what those wait for.

    The children of a remote component do not carry its dependencies, so the chain of parents is part of the way.
    """
    found: dict[str, PolicyResource] = {}
    waiting = [resource]
    while waiting:
        current = waiting.pop()
        needed = [*current.dependencies, *(one for many in current.property_dependencies.values() for one in many)]
        if current.parent:
            needed.append(current.parent)
        for other in needed:
            if other.urn not in found:
                found[other.urn] = other
                waiting.append(other)
    return list(found.values())


def _group_of(cluster: PolicyResource, groups: Sequence[PolicyResource]) -> PolicyResource | None:
    """Return the log group that EKS will write to.

    Raises:
        UnknownValueError: If no known name matches, and a name is unknown.
    """
    wanted = f"/aws/eks/{read(cluster.props, 'name')}/cluster"
    unknown: UnknownValueError | None = None
    for group in groups:
        try:
            if read(group.props, "name") == wanted:
                return group
        except UnknownValueError as error:
            unknown = unknown or error
    if unknown:
        raise unknown
    return None


def _log_group_comes_first(cluster: PolicyResource, stack: Stack) -> Iterator[str]:
    if not list(as_sequence(read(cluster.props, "enabledClusterLogTypes"))):
        return
    group = _group_of(cluster, stack.of_type(LOG_GROUP))
    if group is None:
        yield f"No log group named /aws/eks/{read(cluster.props, 'name')}/cluster: EKS makes one that never expires."
        return
    if group.urn not in {needed.urn for needed in _needed_first(cluster)}:
        yield f"The cluster does not wait for log group {group.name}: EKS may make it first, and the update then fails."
    days = read(group.props, "retentionInDays")
    shortest = int(stack.options["minimumRetentionDays"])
    if not days:
        yield f"Log group {group.name} never expires: set retentionInDays."
    elif days < shortest:
        yield f"Log group {group.name} keeps {int(days)} days of logs, fewer than {shortest}."


LOG_GROUP_FIRST = StackRule(
    Definition(
        name="eks-cluster-log-group",
        title="Log group of the control plane",
        description="The log group of the control plane must be declared before the cluster and expire; the one that "
        "EKS makes by itself keeps everything for ever and stays when the cluster is gone.",
        fix="Declare an aws.cloudwatch.LogGroup named /aws/eks/CLUSTER/cluster with retention_in_days, and let the "
        "cluster depend on it.",
        types=(CLUSTER,),
        control=Control(cis=("2.1.2",), checkov=("CKV_AWS_66", "CKV_AWS_338"), guide=_LOGS_PAGE),
        severity=Severity.MEDIUM,
        settings={"minimumRetentionDays": whole_number("Days that the logs must be kept at least.", 30, 1, 3653)},
    ),
    _log_group_comes_first,
)


def _group_has_a_key(group: Subject) -> Iterator[str]:
    if not is_set(group.properties, "kmsKeyId"):
        yield "kmsKeyId is not set: the logs are encrypted with a key that AWS owns."


LOG_GROUP_KEY = ResourceRule(
    Definition(
        name="cloudwatch-log-group-key",
        title="Logs encrypted with an own KMS key",
        description="Log groups should be encrypted with a KMS key of this account.",
        fix="Set kmsKeyId to a key whose policy lets logs.REGION.amazonaws.com use it.",
        types=(LOG_GROUP,),
        control=Control(
            checkov=("CKV_AWS_158",),
            guide="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        ),
        severity=Severity.LOW,
        level=EnforcementLevel.ADVISORY,
    ),
    _group_has_a_key,
)

RULES = (AUDIT_LOG, ALL_LOGS, LOG_GROUP_FIRST, LOG_GROUP_KEY)
