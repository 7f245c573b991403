"""Custom resource definitions: which ones a cluster has from the start, from add-ons, charts and manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.simulator.kubernetes.objects import at


@dataclass(frozen=True)
class Definition:
    """What is known of a custom resource definition without its manifest.

    Args:
        group: API group.
        kind: Kind of the objects.
        plural: Name of the resource in addresses.
        versions: Versions that are served, the stored one last.
        namespaced: Whether objects are in a namespace.
    """

    group: str
    kind: str
    plural: str
    versions: tuple[str, ...]
    namespaced: bool = True

    @property
    def name(self) -> str:
        """Name of the definition."""
        return f"{self.plural}.{self.group}"

    def manifest(self) -> dict[str, Any]:
        """Return a definition that takes any fields: the schema stands in a manifest that is not here."""
        return self._object("x-kubernetes-preserve-unknown-fields")

    def inputs(self) -> dict[str, Any]:
        """Return the same as inputs of a resource, with the names that the SDK gives to fields."""
        return self._object("x_kubernetes_preserve_unknown_fields")

    def _object(self, any_fields: str) -> dict[str, Any]:
        schema = {"openAPIV3Schema": {"type": "object", any_fields: True}}
        return {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": self.name, "annotations": _approval(self.group)},
            "spec": {
                "group": self.group,
                "names": {"kind": self.kind, "plural": self.plural, "singular": self.kind.lower()},
                "scope": "Namespaced" if self.namespaced else "Cluster",
                "versions": [
                    {"name": version, "served": True, "storage": version == self.versions[-1], "schema": schema}
                    for version in self.versions
                ],
            },
        }


def _approval(group: str) -> dict[str, str]:
    # https://kubernetes.io/docs/reference/labels-annotations-taints/#api-approved-kubernetes-io
    protected = group.endswith((".k8s.io", ".kubernetes.io"))
    return {"api-approved.kubernetes.io": "unapproved, stands for the published definition"} if protected else {}


# https://github.com/kubernetes-sigs/aws-load-balancer-controller/tree/v3.5.0/config/crd
LOAD_BALANCER_CONTROLLER = (
    Definition("aga.k8s.aws", "GlobalAccelerator", "globalaccelerators", ("v1beta1",)),
    Definition("elbv2.k8s.aws", "ALBTargetControlConfig", "albtargetcontrolconfigs", ("v1beta1",)),
    Definition("elbv2.k8s.aws", "IngressClassParams", "ingressclassparams", ("v1beta1",), namespaced=False),
    Definition("elbv2.k8s.aws", "TargetGroupBinding", "targetgroupbindings", ("v1alpha1", "v1beta1")),
    Definition("gateway.k8s.aws", "ListenerRuleConfiguration", "listenerruleconfigurations", ("v1beta1",)),
    Definition("gateway.k8s.aws", "LoadBalancerConfiguration", "loadbalancerconfigurations", ("v1beta1",)),
    Definition("gateway.k8s.aws", "TargetGroupConfiguration", "targetgroupconfigurations", ("v1beta1",)),
)

# https://github.com/kubernetes-csi/external-snapshotter/tree/v8.6.0/client/config/crd
SNAPSHOTS = (
    Definition("snapshot.storage.k8s.io", "VolumeSnapshot", "volumesnapshots", ("v1",)),
    Definition("snapshot.storage.k8s.io", "VolumeSnapshotClass", "volumesnapshotclasses", ("v1",), namespaced=False),
    Definition("snapshot.storage.k8s.io", "VolumeSnapshotContent", "volumesnapshotcontents", ("v1",), namespaced=False),
)

# https://github.com/aws/amazon-vpc-cni-k8s/blob/master/config/master/aws-k8s-cni.yaml
_VPC_CNI = (
    Definition("crd.k8s.amazonaws.com", "ENIConfig", "eniconfigs", ("v1alpha1",), namespaced=False),
    Definition("networking.k8s.aws", "PolicyEndpoint", "policyendpoints", ("v1alpha1",)),
)

# https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html: every cluster has these.
_EVERY_CLUSTER = (
    Definition("vpcresources.k8s.aws", "SecurityGroupPolicy", "securitygrouppolicies", ("v1beta1",)),
    Definition("vpcresources.k8s.aws", "CNINode", "cninodes", ("v1alpha1",), namespaced=False),
)

# https://docs.aws.amazon.com/eks/latest/userguide/automode-learn-instances.html
_AUTO_MODE = (
    Definition("karpenter.sh", "NodePool", "nodepools", ("v1",), namespaced=False),
    Definition("karpenter.sh", "NodeClaim", "nodeclaims", ("v1",), namespaced=False),
    Definition("eks.amazonaws.com", "NodeClass", "nodeclasses", ("v1",), namespaced=False),
    Definition("eks.amazonaws.com", "IngressClassParams", "ingressclassparams", ("v1",), namespaced=False),
    Definition("eks.amazonaws.com", "TargetGroupBinding", "targetgroupbindings", ("v1",)),
)

ADDONS: Mapping[str, tuple[Definition, ...]] = {"snapshot-controller": SNAPSHOTS, "vpc-cni": _VPC_CNI}
"""Definitions that EKS add-ons bring, by the add-on's name."""

KNOWN = (*LOAD_BALANCER_CONTROLLER, *SNAPSHOTS, *_VPC_CNI, *_EVERY_CLUSTER, *_AUTO_MODE)
"""Every definition in these tables."""


def from_start(cluster: Mapping[str, Any]) -> tuple[Definition, ...]:
    """Return the definitions that a cluster has when it is made.

    Args:
        cluster: Outputs of the `aws:eks/cluster:Cluster`.
    """
    return (*_EVERY_CLUSTER, *(_AUTO_MODE if at(cluster, "computeConfig.enabled") is True else ()))


def named_by(address: str) -> Definition | None:
    """Return the definition in a manifest whose file is named as controller-gen names it, "<group>_<plural>.yaml"."""
    file = address.rstrip("/").rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")
    group, _, plural = file.partition("_")
    return next((known for known in KNOWN if (known.group, known.plural) == (group, plural)), None)


def declared(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    """Yield (group, version, kind, namespaced) of what a CustomResourceDefinition object serves."""
    group, kind = at(manifest, "spec.group"), at(manifest, "spec.names.kind")
    for version in at(manifest, "spec.versions") or ():
        if version.get("served", True):
            yield str(group), str(version.get("name")), str(kind), at(manifest, "spec.scope") != "Cluster"
