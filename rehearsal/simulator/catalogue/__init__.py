"""How each type and each function is answered, one module a service."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.simulator.catalogue import (
    account,
    autoscaling,
    ec2,
    ec2_access,
    efs,
    eks,
    iam,
    kubernetes,
    monitoring,
)
from rehearsal.simulator.context import Answer, ResourceModel

_SERVICES = (account, autoscaling, ec2, ec2_access, efs, eks, iam, kubernetes, monitoring)

RESOURCES: Mapping[str, ResourceModel] = {
    type_: model for service in _SERVICES for type_, model in service.RESOURCES.items()
}
INVOKES: Mapping[str, Answer] = {token: answer for service in _SERVICES for token, answer in service.INVOKES.items()}


def resource_model(type_: str) -> ResourceModel | None:
    """Return how a type is answered, or None if the simulator does not know it.

    Kubernetes objects are all answered alike, so that any type of the SDK will do.
    """
    return RESOURCES.get(type_) or (kubernetes.OBJECT if type_.startswith("kubernetes:") else None)
