"""Which fields of an object cannot change in place.

The table is that of the Pulumi provider:
https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go. What it does not list is tried in
place, and the API refuses what it holds immutable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.kubernetes.objects import RELEASE, ObjectType, at

_ALWAYS = ("metadata.name", "metadata.namespace")
_STATEFUL_SET = (
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
)
_VOLUME_SOURCES = (
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs "
    "hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume"
)
_POD_FIELDS = (
    "affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC "
    "hostNetwork hostPID hostname imagePullSecrets initContainers nodeName nodeSelector overhead preemptionPolicy "
    "priority priorityClassName readinessGates restartPolicy runtimeClassName schedulerName securityContext "
    "serviceAccount serviceAccountName shareProcessNamespace subdomain terminationGracePeriodSeconds volumes"
)

# (group, kind) -> fields.
_FORCED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("apps", "Deployment"): ("spec.selector",),
    ("apps", "StatefulSet"): _STATEFUL_SET,
    ("batch", "Job"): ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
    ("", "ConfigMap"): ("binaryData", "data"),
    ("", "PersistentVolume"): tuple(f"spec.{source}" for source in _VOLUME_SOURCES.split()),
    ("", "PersistentVolumeClaim"): ("spec",),
    ("", "Pod"): tuple(f"spec.{name}" for name in _POD_FIELDS.split()),
    ("", "ResourceQuota"): ("spec.scopes",),
    ("", "Secret"): ("type", "stringData", "data"),
    ("", "Service"): ("spec.clusterIP",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef",),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner"),
}

# https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/helm_release.go (Diff)
_RELEASE = ("name", "namespace")


def forced_fields(kind: ObjectType) -> tuple[str, ...]:
    """Return the fields of a kind of object whose change replaces it."""
    return (*_ALWAYS, *_FORCED.get((kind.group, kind.kind), ()))


def replacing(token: str, kind: ObjectType, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields that differ and whose change replaces the resource."""
    fields = _RELEASE if token == RELEASE else forced_fields(kind)
    return tuple(field for field in fields if at(old, field) != at(new, field))


def same_name(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Return whether old and new object cannot exist side by side, so that the old one must go first."""
    return all(at(old, field) == at(new, field) for field in _ALWAYS)
