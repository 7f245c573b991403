"""Rules about managed node groups: updates, repair, operating system."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import EnforcementLevel, Severity

from .nodes import NODE_GROUP
from .reading import is_true, read
from .rule import Control, Definition, ResourceRule, Subject, text_list, whole_number

_USER_GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide"
_BEST_PRACTICES = "https://docs.aws.amazon.com/eks/latest/best-practices"


def _update_is_bounded(group: Subject) -> Iterator[str]:
    update = read(group.properties, "updateConfig")
    count, percentage = read(update, "maxUnavailable"), read(update, "maxUnavailablePercentage")
    if count is None and percentage is None:
        yield "updateConfig names neither maxUnavailable nor maxUnavailablePercentage."
    limit = int(group.options["maximumPercentage"])
    if percentage is not None and percentage > limit:
        yield f"updateConfig.maxUnavailablePercentage is {int(percentage)}, more than {limit}."
    desired = read(group.properties, "scalingConfig", "desiredSize")
    if count is not None and desired is not None and count > 1 and count * 100 > desired * limit:
        yield f"updateConfig.maxUnavailable is {int(count)} of {int(desired)} nodes, more than {limit} %."


BOUNDED_UPDATE = ResourceRule(
    Definition(
        name="eks-node-group-bounded-update",
        title="Bounded node updates",
        description="An update of a node group must say how many nodes may be missing at a time, and leave most of "
        "them running.",
        fix="Set updateConfig.maxUnavailablePercentage, for example to 33, or updateConfig.maxUnavailable to 1.",
        types=(NODE_GROUP,),
        control=Control(guide=f"{_USER_GUIDE}/managed-node-update-behavior.html"),
        severity=Severity.MEDIUM,
        settings={
            "maximumPercentage": whole_number("Percentage of the nodes that may be missing at most.", 50, 1, 100)
        },
    ),
    _update_is_bounded,
)


def _is_repaired(group: Subject) -> Iterator[str]:
    if not is_true(read(group.properties, "nodeRepairConfig", "enabled")):
        yield "nodeRepairConfig.enabled is not true: a broken node stays until somebody notices."


AUTO_REPAIR = ResourceRule(
    Definition(
        name="eks-node-group-auto-repair",
        title="Automatic node repair",
        description="Nodes that are broken should be replaced without a person.",
        fix="Set nodeRepairConfig.enabled to true and run the node monitoring agent.",
        types=(NODE_GROUP,),
        control=Control(guide=f"{_USER_GUIDE}/node-health.html"),
        severity=Severity.LOW,
        level=EnforcementLevel.ADVISORY,
    ),
    _is_repaired,
)


def _runs_a_container_system(group: Subject) -> Iterator[str]:
    # Without a type EKS takes AL2023, or what the launch template names.
    type_ = read(group.properties, "amiType")
    prefixes = tuple(group.options["allowedPrefixes"])
    if type_ is not None and not str(type_).startswith(prefixes):
        yield f"amiType is {type_}, which begins with none of {', '.join(prefixes)}."


CONTAINER_SYSTEM = ResourceRule(
    Definition(
        name="eks-node-group-container-os",
        title="Operating systems for containers",
        description="Nodes must run an operating system that is made for containers and still gets updates. Amazon "
        "Linux 2 gets none since Kubernetes 1.33.",
        fix="Set amiType to one of AL2023, Bottlerocket or Windows Server Core.",
        types=(NODE_GROUP,),
        control=Control(guide=f"{_BEST_PRACTICES}/protecting-the-infrastructure.html"),
        severity=Severity.MEDIUM,
        settings={
            "allowedPrefixes": text_list("What amiType may begin with.", "AL2023_", "BOTTLEROCKET_", "WINDOWS_CORE_")
        },
    ),
    _runs_a_container_system,
)

RULES = (BOUNDED_UPDATE, AUTO_REPAIR, CONTAINER_SYSTEM)
