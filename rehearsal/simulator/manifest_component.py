"""The members that the Kubernetes plugin registers for `kubernetes.yaml.v2.ConfigGroup` and `ConfigFile`.

Manifests are not read: most stand at an address, and nothing here asks the network. The component is shown without
its members, as the plugin itself does in a preview before the cluster can be reached.
https://www.pulumi.com/registry/packages/kubernetes/api-docs/yaml/v2/configgroup/
"""

from __future__ import annotations

from rehearsal.graph import Resource
from rehearsal.simulator.registrar import Expansion, Registrar
from rehearsal.wire import UNKNOWN


def expand_manifests(registrar: Registrar, component: Resource) -> Expansion:
    """Return the component's outputs: a list of members that is empty, or not known yet in a first preview."""
    return {"resources": [] if registrar.known else UNKNOWN}, {"resources": [component.urn]}
