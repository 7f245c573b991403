"""The members that the Kubernetes plugin registers for `kubernetes.yaml.v2.ConfigGroup` and `ConfigFile`.

Manifests are not read: most stand at an address, and nothing here asks the network. The component is shown without
its members, as the plugin itself does in a preview before the cluster can be reached.
https://www.pulumi.com/registry/packages/kubernetes/api-docs/yaml/v2/configgroup/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rehearsal.graph import Resource
from rehearsal.wire import UNKNOWN

if TYPE_CHECKING:
    from rehearsal.monitor import RecordingMonitor


def expand_manifests(
    monitor: RecordingMonitor, component: Resource
) -> tuple[Mapping[str, Any], Mapping[str, list[str]]]:
    """Return the component's outputs: a list of members that is empty, or not known yet in a first preview."""
    return {"resources": [] if monitor.known else UNKNOWN}, {"resources": [component.urn]}
