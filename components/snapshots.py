"""Volume snapshots: the controller that all drivers share, and classes."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws_sdk
import pulumi_kubernetes as kubernetes

from components.addon import AddonSpec, eks_addon
from components.refs import ClusterRef
from components.storage_classes import ReclaimPolicy

_GROUP_VERSION = "snapshot.storage.k8s.io/v1"
_KIND = "VolumeSnapshotClass"
_DEFAULT_CLASS = "snapshot.storage.kubernetes.io/is-default-class"


def snapshot_controller(
    name: str,
    spec: AddonSpec,
    *,
    parent: pulumi.Resource,
    cluster: ClusterRef,
    compute: Sequence[pulumi.Resource],
) -> aws_sdk.eks.Addon:
    """Declare the add-on snapshot-controller, which brings the custom resource definitions of snapshots with it.

    Args:
        name: Logical name of the component that it belongs to.
        spec: Version and configuration of the add-on.
        parent: That component.
        cluster: Cluster to install to.
        compute: Node groups or Fargate profiles that the controller runs on.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/csi-snapshot-controller.html
    """
    return eks_addon(
        f"{name}-snapshot-controller",
        parent=parent,
        cluster=cluster,
        addon_name="snapshot-controller",
        spec=spec,
        depends_on=compute,
    )


class VolumeSnapshotClass(pulumi.CustomResource):
    """A VolumeSnapshotClass of the Kubernetes API, whose fields stand beside `metadata` and not under `spec`.

    Args:
        resource_name: Logical name of the resource.
        class_name: Name of the class, as snapshots give it.
        driver: Name of the CSI driver.
        deletion_policy: What happens to a snapshot whose object is deleted.
        default: Whether snapshots without a class get this one.
        opts: Resource options; must name the cluster's Kubernetes provider.

    Source: https://kubernetes.io/docs/concepts/storage/volume-snapshot-classes/
    """

    def __init__(
        self,
        resource_name: str,
        *,
        class_name: str,
        driver: str,
        deletion_policy: ReclaimPolicy,
        default: bool,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(
            f"kubernetes:{_GROUP_VERSION}:{_KIND}",
            resource_name,
            {
                "apiVersion": _GROUP_VERSION,
                "kind": _KIND,
                "metadata": kubernetes.meta.v1.ObjectMetaArgs(
                    name=class_name, annotations={_DEFAULT_CLASS: "true" if default else "false"}
                ),
                "driver": driver,
                "deletionPolicy": deletion_policy,
            },
            opts,
        )
