"""The members that the Kubernetes plugin registers for `kubernetes.yaml.v2.ConfigGroup` and `ConfigFile`.

Manifests are not read: most stand at an address, and nothing here asks the network. Of those, only custom resource
definitions are known, by the name of their file; they are registered with a schema that takes any fields. Other
manifests are left out. Before the cluster can be reached, in a first preview and in every preview in process, the
component is shown without its members, as by the plugin itself.
https://www.pulumi.com/registry/packages/kubernetes/api-docs/yaml/v2/configgroup/
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi.runtime import rpc

from rehearsal.graph import Resource
from rehearsal.simulator.kubernetes.definitions import Definition, named_by
from rehearsal.simulator.kubernetes.objects import DEFINITION
from rehearsal.simulator.registrar import Child, Expansion, Registrar
from rehearsal.wire import UNKNOWN, ResourceReference

_ID_LENGTH = len(rpc.UNKNOWN)


def expand_manifests(registrar: Registrar, component: Resource) -> Expansion:
    """Register the members that are known, and return the component's outputs: references to them."""
    provider = component.providers.get("kubernetes", "")
    if not _reachable(provider):
        return {"resources": [] if registrar.known else UNKNOWN}, {"resources": [component.urn]}
    dependencies = frozenset[str]().union(*component.property_dependencies.values())
    members = [
        registrar.add(
            component,
            Child(
                type=DEFINITION,
                name=f"{component.inputs.get('resourcePrefix', component.name)}:{definition.name}",
                inputs=definition.inputs(),
                dependencies=dependencies,
                provider=provider,
                version=component.version,
            ),
        )
        for definition in _definitions(component)
    ]
    references = [ResourceReference(member.urn, member.id or UNKNOWN, member.version) for member in members]
    return {"resources": references}, {"resources": [component.urn, *(member.urn for member in members)]}


def _definitions(component: Resource) -> Iterator[Definition]:
    files = component.inputs.get("files")
    addresses = [*(files if isinstance(files, list) else ()), component.inputs.get("file")]
    for address in addresses:
        definition = named_by(address) if isinstance(address, str) else None
        if definition is not None:
            yield definition


def _reachable(provider: str) -> bool:
    """Return whether a reference to a provider has the id of one that exists."""
    _urn, _, id_ = provider.rpartition("::")
    return len(id_) == _ID_LENGTH and id_ != rpc.UNKNOWN
