"""Tags that tell Cluster Autoscaler what a node of an empty Auto Scaling group would look like.

With no node to look at, the autoscaler cannot know labels, taints and disk of the group's next node; pods that ask for
them would stay pending for ever. It reads them from tags of the Auto Scaling group.
https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from components import tags
from components.node_group_records import KubernetesTaintEffect, NodeTaint

# The EBS CSI driver labels nodes with their zone under its own key, and volumes ask for it.
# https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
EBS_ZONE_LABEL = "topology.ebs.csi.aws.com/zone"

_STRENGTH: tuple[KubernetesTaintEffect, ...] = ("PreferNoSchedule", "NoSchedule", "NoExecute")


def scale_from_zero_tags(
    *,
    labels: Mapping[str, str],
    taints: Sequence[NodeTaint],
    disk_gib: int,
    resources: Mapping[str, str],
) -> dict[str, str]:
    """Return the tags of an Auto Scaling group that describe its next node.

    A tag key names a taint key once, so of several taints with one key the hardest effect is told.

    Args:
        labels: Labels of the nodes.
        taints: Taints of the nodes.
        disk_gib: Size in GiB of the volume that holds ephemeral storage.
        resources: Further resources by name as Kubernetes quantities, for example {"nvidia.com/gpu": "1"}.
    """
    hardest_last = sorted(taints, key=lambda taint: _STRENGTH.index(taint.effect))
    quantities = {"ephemeral-storage": f"{disk_gib}Gi", **resources}
    found = tags.merge(
        *(tags.autoscaler_label(key, value) for key, value in labels.items()),
        *(tags.autoscaler_taint(taint.key, taint.value, taint.eks_effect) for taint in hardest_last),
        *(tags.autoscaler_resource(name, quantity) for name, quantity in quantities.items()),
    )
    return dict(sorted(found.items()))
