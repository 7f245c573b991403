"""A cluster in a simulated cloud, with nodes and subnets, and a Kubernetes provider that leads to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.context import Place
from rehearsal.simulator.kubernetes.api import KubernetesApi
from rehearsal.simulator.kubernetes.schema_backend import SchemaBackend
from rehearsal.simulator.world import Record, World

CLUSTER = "aws:eks/cluster:Cluster"
ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
FARGATE = "aws:eks/fargateProfile:FargateProfile"
ADDON = "aws:eks/addon:Addon"
LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
CLASSIC = "aws:elb/loadBalancer:LoadBalancer"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
SUBNET = "aws:ec2/subnet:Subnet"

NAMESPACE = "kubernetes:core/v1:Namespace"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SERVICE = "kubernetes:core/v1:Service"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
RELEASE = "kubernetes:helm.sh/v3:Release"
SNAPSHOT_CLASS = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"

DEPLOYER = "arn:aws:iam::111122223333:role/deployer"
ADMIN_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


@dataclass(frozen=True)
class Made:
    """A resource that was made: what the engine would keep of it."""

    type: str
    urn: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


class Rehearsed:
    """A cloud with clusters, as the Kubernetes provider sees it."""

    def __init__(self, api: KubernetesApi | None = None, world: World | None = None) -> None:
        self.world = World() if world is None else world
        self.cloud = Cloud(self.world, kubernetes=api or KubernetesApi(self.world, SchemaBackend(self.world)))

    def make(self, type_: str, name: str, inputs: Mapping[str, Any], cluster: str = "demo") -> Made:
        """Check and create a resource, as the engine does."""
        urn = f"urn:pulumi:dev::platform::{type_}::{cluster}-{name}"
        checked, failures = self.cloud.check(type_, urn, {}, inputs)
        assert failures == []
        id_, outputs = self.cloud.create(type_, urn, checked, place(cluster), preview=False)
        return Made(type_, urn, id_, checked, outputs)

    def reasons(self, type_: str, inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return what the check refuses."""
        _checked, failures = self.cloud.check(type_, f"urn:pulumi:dev::platform::{type_}::one", {}, inputs)
        return [(failure.property, failure.reason) for failure in failures]

    def change(self, made: Made, cluster: str = "demo", **inputs: Any) -> Mapping[str, Any]:
        """Update a resource in place with some inputs changed."""
        new = {**made.inputs, **inputs}
        return self.cloud.update(made.type, made.id, made.urn, new, place(cluster), preview=False)

    def delete(self, made: Made) -> None:
        """Delete a resource."""
        self.cloud.delete(made.type, made.id, made.urn)

    def read(self, made: Made) -> Record | None:
        """Read a resource again."""
        return self.cloud.read(made.type, made.id, made.urn)

    def put(self, type_: str, id_: str, **outputs: Any) -> Record:
        """Put something of AWS into the world without asking its rules."""
        record = Record(type=type_, id=id_, inputs=outputs, outputs=outputs, region="eu-west-1", account="111122223333")
        self.world.put(record)
        return record

    def set(self, record: Record, **outputs: Any) -> None:
        """Change outputs of something in the world."""
        self.world.put(replace(record, outputs={**record.outputs, **outputs}))


def place(cluster: str = "demo", *, role: str = "") -> Place:
    """Return the place of a Kubernetes provider for a cluster."""
    arguments = ["eks", "get-token", "--cluster-name", cluster, *(["--role-arn", role] if role else [])]
    document = {
        "clusters": [{"name": "c", "cluster": {"server": f"https://{cluster}.eks.example"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
        "users": [{"name": "u", "user": {"exec": {"command": "aws", "args": arguments}}}],
    }
    return Place(region="eu-west-1", account="111122223333", kubeconfig=json.dumps(document))


def add_cluster(rehearsed: Rehearsed, name: str = "demo", **outputs: Any) -> Record:
    """Put an active cluster into the world that its deployer may administer."""
    cluster = rehearsed.put(
        CLUSTER,
        name,
        name=name,
        arn=f"arn:aws:eks:eu-west-1:111122223333:cluster/{name}",
        endpoint=f"https://{name}.eks.example",
        status="ACTIVE",
        version="1.35",
        vpcConfig={"vpcId": "vpc-1"},
        accessConfig={"bootstrapClusterCreatorAdminPermissions": False},
        **outputs,
    )
    rehearsed.put(ENTRY, f"{name}:{DEPLOYER}", clusterName=name, principalArn=DEPLOYER)
    rehearsed.put(
        ASSOCIATION,
        f"{name}#{DEPLOYER}",
        clusterName=name,
        principalArn=DEPLOYER,
        policyArn=ADMIN_POLICY,
        accessScope={"type": "cluster"},
    )
    return cluster


def add_nodes(rehearsed: Rehearsed, name: str = "demo", **outputs: Any) -> Record:
    """Put a node group with two nodes into the world."""
    return rehearsed.put(NODE_GROUP, f"{name}:nodes", clusterName=name, scalingConfig={"desiredSize": 2}, **outputs)


def add_subnets(rehearsed: Rehearsed) -> None:
    """Put one public and one private subnet in each of two zones into the world."""
    for zone in ("a", "b"):
        for kind, role in (("public", "elb"), ("private", "internal-elb")):
            rehearsed.put(
                SUBNET,
                f"subnet-{kind}-{zone}",
                vpcId="vpc-1",
                availabilityZone=f"eu-west-1{zone}",
                tags={f"kubernetes.io/role/{role}": "1"},
            )


def platform(api: KubernetesApi | None = None, world: World | None = None) -> Rehearsed:
    """Return a cloud with a cluster that has nodes and subnets."""
    rehearsed = Rehearsed(api, world)
    add_cluster(rehearsed)
    add_nodes(rehearsed)
    add_subnets(rehearsed)
    return rehearsed


def controller(**changes: Any) -> dict[str, Any]:
    """Return inputs of a release of the AWS Load Balancer Controller."""
    return {
        "name": "aws-load-balancer-controller",
        "chart": "aws-load-balancer-controller",
        "version": "3.5.0",
        "namespace": "kube-system",
        "atomic": True,
        "values": {"clusterName": "demo"},
        **changes,
    }


def ingress(**notes: str) -> dict[str, Any]:
    """Return inputs of an Ingress of class alb."""
    backend = {"service": {"name": "shop", "port": {"number": 80}}}
    return {
        "metadata": {"name": "shop", "namespace": "default", "annotations": notes},
        "spec": {"ingressClassName": "alb", "defaultBackend": backend},
    }


def deployment(replicas: int = 1, **pod: Any) -> dict[str, Any]:
    """Return inputs of a Deployment."""
    labels = {"app": "shop"}
    containers = [{"name": "shop", "image": "shop:1"}]
    return {
        "metadata": {"name": "shop", "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers, **pod}},
        },
    }
