"""What the plugins of remote components register when a program asks for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rehearsal.errors import RehearsalError
from rehearsal.graph import Resource
from rehearsal.simulator import eks_component, manifest_component
from rehearsal.simulator.registrar import Expansion, Registrar

_COMPONENTS: Mapping[str, Callable[[Registrar, Resource], Expansion]] = {
    "eks:index:Cluster": eks_component.expand_cluster,
    "kubernetes:yaml/v2:ConfigFile": manifest_component.expand_manifests,
    "kubernetes:yaml/v2:ConfigGroup": manifest_component.expand_manifests,
}


def expand(registrar: Registrar, component: Resource) -> Expansion:
    """Register the children of a remote component.

    Args:
        registrar: Where the children are registered.
        component: The component, already registered.

    Returns:
        The component's outputs, and for each output the URNs of the resources that it comes from.

    Raises:
        RehearsalError: If the simulator does not know the component.
    """
    function = _COMPONENTS.get(component.type)
    if function is None:
        raise RehearsalError(f"{component.urn}: the simulator does not know the component {component.type}")
    return function(registrar, component)
