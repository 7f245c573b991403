"""Objects of the Kubernetes API, as resources of the Pulumi Kubernetes SDK give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Manifest = Mapping[str, Any]

PREFIX = "kubernetes:"
RELEASE = "kubernetes:helm.sh/v3:Release"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"

# What `kubectl api-resources --namespaced=false` lists of Kubernetes 1.35, and what the platform's add-ons bring.
_CLUSTER_WIDE = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "CustomResourceDefinition",
        "DeviceClass",
        "FlowSchema",
        "IPAddress",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourceSlice",
        "RuntimeClass",
        "SelfSubjectAccessReview",
        "SelfSubjectReview",
        "SelfSubjectRulesReview",
        "ServiceCIDR",
        "StorageClass",
        "StorageVersionMigration",
        "SubjectAccessReview",
        "TokenReview",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
        "VolumeAttributesClass",
    }
)


@dataclass(frozen=True)
class ObjectType:
    """Which kind of object a type token stands for.

    Args:
        group: API group; "" for the core group.
        version: API version, for example "v1".
        kind: Kind, for example "Deployment".
        patch: Whether it only changes fields of an object that somebody else made (`DeploymentPatch`).
        custom: Whether a custom resource definition makes the kind.
    """

    group: str
    version: str
    kind: str
    patch: bool = False
    custom: bool = False

    @property
    def api_version(self) -> str:
        """Group and version as objects give them, for example "apps/v1"."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def cluster_wide(self) -> bool:
        """Whether objects of a built-in kind are in no namespace."""
        return self.kind in _CLUSTER_WIDE

    @property
    def plural(self) -> str:
        """Name of the built-in kind's resource with its group, for example "ingresses.networking.k8s.io"."""
        name = self.kind.lower()
        if name.endswith(("s", "x")):
            plural = f"{name}es" if name != "endpoints" else name
        elif name.endswith("y") and name[-2] not in "aeiou":
            plural = f"{name[:-1]}ies"
        else:
            plural = f"{name}s"
        return f"{plural}.{self.group}" if self.group else plural


def object_type(token: str, custom: bool) -> ObjectType:
    """Return the kind of object behind a type token such as "kubernetes:apps/v1:Deployment".

    Args:
        token: Type token.
        custom: Whether the SDK does not know the type, so that a definition must.
    """
    group_version, _, kind = token.removeprefix(PREFIX).rpartition(":")
    group, _, version = group_version.rpartition("/")
    patch = not custom and kind.endswith("Patch")
    return ObjectType(
        "" if group == "core" else group, version, kind.removesuffix("Patch") if patch else kind, patch, custom
    )


def manifest_of(kind: ObjectType, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object that is sent to the API for a resource's inputs."""
    given = {key: value for key, value in inputs.items() if value is not None}
    if kind.kind == "CustomResourceDefinition":
        given = _with_dashes(given)
    return {**given, "apiVersion": kind.api_version, "kind": kind.kind, "metadata": dict(given.get("metadata") or {})}


def _with_dashes(value: Any) -> Any:
    """Return a schema with the names that the API knows: the SDK writes x_kubernetes_... for x-kubernetes-..."""
    if isinstance(value, Mapping):
        names = {key: key.replace("_", "-") if key.startswith("x_kubernetes_") else key for key in value}
        return {names[key]: _with_dashes(item) for key, item in value.items()}
    return [_with_dashes(item) for item in value] if isinstance(value, list) else value


def metadata(manifest: Manifest, key: str, default: str = "") -> str:
    """Return a text of an object's metadata."""
    given = manifest.get("metadata")
    value = given.get(key) if isinstance(given, Mapping) else None
    return value if isinstance(value, str) else default


def notes_of(manifest: Manifest) -> Mapping[str, Any]:
    """Return an object's annotations."""
    return at(manifest, "metadata.annotations") or {}


def at(value: Any, path: str) -> Any:
    """Return what stands at a dotted path; None where there is nothing."""
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def full_name(manifest: Manifest) -> str:
    """Return "namespace/name", or the name alone, as Pulumi uses it for an id."""
    namespace, name = metadata(manifest, "namespace"), metadata(manifest, "name")
    return f"{namespace}/{name}" if namespace else name


def awaited(manifest: Manifest) -> bool:
    """Return whether the provider waits for the object to be ready.

    https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/#pulumicomskipawait
    """
    return str(notes_of(manifest).get("pulumi.com/skipAwait", "")).lower() != "true"
