"""What the storage classes of all drivers have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
import pulumi_kubernetes as kubernetes

from components.refs import ClusterRef

ReclaimPolicy = Literal["Delete", "Retain"]

RECLAIM_POLICIES = ("Delete", "Retain")
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def storage_class(
    resource_name: str,
    class_name: str,
    *,
    parent: pulumi.Resource,
    cluster: ClusterRef,
    provisioner: str,
    parameters: Mapping[str, pulumi.Input[str]],
    reclaim_policy: ReclaimPolicy,
    volume_binding_mode: Literal["WaitForFirstConsumer", "Immediate"],
    default: bool,
    allow_volume_expansion: bool,
    depends_on: Sequence[pulumi.Resource],
) -> kubernetes.storage.v1.StorageClass:
    """Declare one StorageClass, after the driver that serves it.

    Kubernetes lets no field of a class but its labels and annotations change, so a changed class is deleted and made
    anew; volumes that exist keep the settings they were made with.

    Args:
        resource_name: Logical name of the resource.
        class_name: Name of the class, as claims give it.
        parent: Component that the class belongs to.
        cluster: Cluster of the class.
        provisioner: Name of the CSI driver.
        parameters: The driver's parameters.
        reclaim_policy: What happens to a volume whose claim is deleted.
        volume_binding_mode: "WaitForFirstConsumer" makes a volume where its pod is placed, "Immediate" at once.
        default: Whether claims without a class get this one.
        allow_volume_expansion: Whether volumes may grow.
        depends_on: The driver, and what it needs for volumes of this class.

    Source: https://kubernetes.io/docs/concepts/storage/storage-classes/
    """
    return kubernetes.storage.v1.StorageClass(
        resource_name,
        metadata=kubernetes.meta.v1.ObjectMetaArgs(
            name=class_name, annotations={_DEFAULT_CLASS: "true" if default else "false"}
        ),
        provisioner=provisioner,
        parameters=dict(parameters),
        reclaim_policy=reclaim_policy,
        volume_binding_mode=volume_binding_mode,
        allow_volume_expansion=allow_volume_expansion,
        opts=pulumi.ResourceOptions(
            parent=parent,
            provider=cluster.kubernetes_provider,
            depends_on=list(depends_on),
            # Two classes of one name cannot exist side by side.
            delete_before_replace=True,
        ),
    )


def no_longer_default(
    resource_name: str, class_name: str, *, parent: pulumi.Resource, cluster: ClusterRef
) -> kubernetes.storage.v1.StorageClassPatch:
    """Take the default mark off a StorageClass that somebody else made, such as gp2 of clusters older than 1.30.

    The class must exist: a patch of one that does not is refused by the API server.

    Args:
        resource_name: Logical name of the resource.
        class_name: Name of the class.
        parent: Component that the patch belongs to.
        cluster: Cluster of the class.

    Source: https://kubernetes.io/docs/tasks/administer-cluster/change-default-storage-class/
    """
    return kubernetes.storage.v1.StorageClassPatch(
        resource_name,
        metadata=kubernetes.meta.v1.ObjectMetaPatchArgs(
            name=class_name,
            # Force: the mark was set by EKS, whose ownership of the field would otherwise be a conflict.
            annotations={_DEFAULT_CLASS: "false", "pulumi.com/patchForce": "true"},
        ),
        opts=pulumi.ResourceOptions(parent=parent, provider=cluster.kubernetes_provider),
    )
