"""Load balancers that controllers make for an Ingress or a Service, and leave behind when they are gone.

https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/
https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.simulator.kubernetes.objects import RELEASE, Manifest, at, full_name, metadata, notes_of
from rehearsal.simulator.world import Record, World

LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
CLASSIC = "aws:elb/loadBalancer:LoadBalancer"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_SUBNET = "aws:ec2/subnet:Subnet"
_INGRESS_CLASS = "kubernetes:networking.k8s.io/v1:IngressClass"
_CHART = "aws-load-balancer-controller"
# Tag by which the controllers find what is theirs.
_CLUSTER_TAG = "elbv2.k8s.aws/cluster"
_STACK_TAGS = {"Ingress": "ingress.k8s.aws/stack", "Service": "service.k8s.aws/stack"}


@dataclass(frozen=True)
class Wanted:
    """A load balancer that an object asks for.

    Args:
        controller: Who makes it: "aws-load-balancer-controller", "auto-mode", "cloud-controller"; "" for nobody.
        kind: "application", "network" or "classic".
        internet_facing: Whether it has public addresses.
        subnets: Subnets that the object names itself.
    """

    controller: str
    kind: str
    internet_facing: bool
    subnets: tuple[str, ...]


def wanted(world: World, cluster: Record, manifest: Manifest) -> Wanted | None:
    """Return the load balancer that an object asks for, or None if it is not of a kind that does."""
    notes = notes_of(manifest)
    if manifest.get("kind") == "Ingress":
        return Wanted(
            _ingress_controller(world, cluster, manifest),
            "application",
            notes.get("alb.ingress.kubernetes.io/scheme") == "internet-facing",
            _listed(notes.get("alb.ingress.kubernetes.io/subnets")),
        )
    if manifest.get("kind") == "Service" and at(manifest, "spec.type") == "LoadBalancer":
        controller = _service_controller(world, cluster, manifest)
        prefix = "service.beta.kubernetes.io/aws-load-balancer"
        classic = controller == "cloud-controller"
        # The cloud controller's are public unless they are told otherwise, the others' the other way round.
        facing = notes.get(f"{prefix}-internal") != "true" if classic else None
        return Wanted(
            controller,
            "classic" if classic else "network",
            facing if facing is not None else notes.get(f"{prefix}-scheme") == "internet-facing",
            _listed(notes.get(f"{prefix}-subnets")),
        )
    return None


def _listed(text: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else ()


def release_of(world: World, cluster: Record) -> Record | None:
    """Return the release of the AWS Load Balancer Controller in a cluster, or None."""
    prefix = f"{cluster.id}/"
    for record in world.of_type(RELEASE):
        if record.id.startswith(prefix) and str(record.get("chart")).rpartition("/")[2] == _CHART:
            return record
    return None


def _ingress_controller(world: World, cluster: Record, manifest: Manifest) -> str:
    name = at(manifest, "spec.ingressClassName") or notes_of(manifest).get("kubernetes.io/ingress.class")
    release = release_of(world, cluster)
    if release is not None:
        values = release.get("values") or {}
        default = at(values, "ingressClassConfig.default") is True
        if name == values.get("ingressClass", "alb") or (name is None and default):
            return _CHART
    for record in world.of_type(_INGRESS_CLASS):
        if record.id == f"{cluster.id}/{name}":
            return {"eks.amazonaws.com/alb": "auto-mode", "ingress.k8s.aws/alb": _CHART if release else ""}.get(
                str(record.get("spec.controller")), ""
            )
    return ""


def _service_controller(world: World, cluster: Record, manifest: Manifest) -> str:
    name = at(manifest, "spec.loadBalancerClass")
    release = release_of(world, cluster)
    if name == "service.k8s.aws/nlb":
        return _CHART if release else ""
    auto = cluster.get("kubernetesNetworkConfig.elasticLoadBalancing.enabled") is True
    if name is not None:
        return "auto-mode" if auto and name == "eks.amazonaws.com/nlb" else ""
    if release is not None and (release.get("values") or {}).get("enableServiceMutatorWebhook", True):
        return _CHART
    return "auto-mode" if auto else "cloud-controller"


def why_not_made(world: World, cluster: Record, asked: Wanted) -> str:
    """Return why nobody makes the load balancer; "" if somebody does."""
    if not asked.controller:
        return "no controller serves its class"
    zones = {subnet.get("availabilityZone") for subnet in _subnets(world, cluster, asked)}
    least = 2 if asked.kind == "application" else 1
    if len(zones) < least:
        role = "elb" if asked.internet_facing else "internal-elb"
        return (
            f"couldn't auto-discover subnets: unable to resolve at least {least} subnet(s) "
            f"(tag kubernetes.io/role/{role})"
        )
    return ""


def _subnets(world: World, cluster: Record, asked: Wanted) -> list[Record]:
    """Return one subnet of each zone, as the controllers choose them."""
    if asked.subnets:
        return [one for one in world.of_type(_SUBNET) if one.id in asked.subnets]
    role = f"kubernetes.io/role/{'elb' if asked.internet_facing else 'internal-elb'}"
    chosen: dict[Any, Record] = {}
    for subnet in sorted(world.where(_SUBNET, vpcId=cluster.get("vpcConfig.vpcId")), key=lambda one: one.id):
        tags = {**(subnet.get("tags") or {}), **(subnet.get("tagsAll") or {})}
        if tags.get(role) in ("1", ""):
            chosen.setdefault(subnet.get("availabilityZone"), subnet)
    return list(chosen.values())


def make(world: World, cluster: Record, manifest: Manifest, asked: Wanted) -> dict[str, Any]:
    """Put a load balancer and its security groups into the world; return the status that the object gets."""
    tags = _tags(cluster, manifest)
    digest = hashlib.sha256(repr(tags).encode()).hexdigest()
    stem = f"k8s-{metadata(manifest, 'namespace', 'default')[:8]}-{metadata(manifest, 'name')[:8]}-{digest[:10]}"
    groups = [_group(world, cluster, stem, digest, tags)]
    if asked.controller != "cloud-controller":
        # One group for all of the cluster's load balancers lets their traffic to the pods.
        shared = f"k8s-traffic-{cluster.get('name')}"
        groups.append(
            _group(
                world, cluster, shared, hashlib.sha256(shared.encode()).hexdigest(), {_CLUSTER_TAG: tags[_CLUSTER_TAG]}
            )
        )
    partition = str(cluster.get("arn", "arn:aws")).split(":")[1]
    kind = {"application": "app", "network": "net"}.get(asked.kind, "")
    resource = f"loadbalancer/{kind}/{stem}/{digest[:16]}" if kind else f"loadbalancer/{stem}"
    arn = f"arn:{partition}:elasticloadbalancing:{cluster.region}:{cluster.account}:{resource}"
    host = (
        f"{'' if asked.internet_facing else 'internal-'}{stem}-{int(digest[:8], 16)}.{cluster.region}.elb.amazonaws.com"
    )
    inputs = {
        "name": stem,
        "internal": not asked.internet_facing,
        "loadBalancerType": asked.kind,
        "subnets": [subnet.id for subnet in _subnets(world, cluster, asked)],
        "securityGroups": groups,
        "tags": tags,
    }
    outputs = {**inputs, "arn": arn, "dnsName": host, "vpcId": cluster.get("vpcConfig.vpcId")}
    world.put(_record(world, cluster, CLASSIC if asked.kind == "classic" else LOAD_BALANCER, arn, inputs, outputs))
    return {"loadBalancer": {"ingress": [{"hostname": host}]}}


def _group(world: World, cluster: Record, name: str, digest: str, tags: Mapping[str, Any]) -> str:
    id_ = f"sg-0{digest[:16]}"
    if world.get(SECURITY_GROUP, id_) is None:
        inputs = {"name": name, "vpcId": cluster.get("vpcConfig.vpcId"), "tags": tags}
        partition = str(cluster.get("arn", "arn:aws")).split(":")[1]
        arn = f"arn:{partition}:ec2:{cluster.region}:{cluster.account}:security-group/{id_}"
        world.put(_record(world, cluster, SECURITY_GROUP, id_, inputs, {**inputs, "arn": arn}))
    return id_


def _record(
    world: World, cluster: Record, type_: str, id_: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]
) -> Record:
    return Record(
        type=type_,
        id=id_,
        inputs=inputs,
        outputs=outputs,
        region=cluster.region,
        account=cluster.account,
        created=world.clock.now(),
    )


def of_object(world: World, cluster: Record, manifest: Manifest) -> list[Record]:
    """Return the load balancers and security groups that were made for an object."""
    tags = _tags(cluster, manifest)
    return [record for record in world.of_type(LOAD_BALANCER, CLASSIC, SECURITY_GROUP) if record.get("tags") == tags]


def remove(world: World, cluster: Record, manifest: Manifest) -> None:
    """Take away what was made for an object, and the shared security group with the cluster's last load balancer."""
    for record in of_object(world, cluster, manifest):
        world.remove(record.type, record.id)
    name = cluster.get("name")
    mine = [
        record
        for record in world.of_type(LOAD_BALANCER, CLASSIC, SECURITY_GROUP)
        if (record.get("tags") or {}).get(_CLUSTER_TAG) == name
    ]
    if not any(record.type == LOAD_BALANCER for record in mine):
        for record in mine:
            if record.type == SECURITY_GROUP and str(record.get("name")).startswith("k8s-traffic-"):
                world.remove(record.type, record.id)


def _tags(cluster: Record, manifest: Manifest) -> dict[str, Any]:
    return {_CLUSTER_TAG: cluster.get("name"), _STACK_TAGS[str(manifest.get("kind"))]: full_name(manifest)}
