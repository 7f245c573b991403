"""Rules for the load balancer controller and Cluster Autoscaler."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from settings.cluster_autoscaler import ClusterAutoscaler
from settings.load_balancer_controller import LoadBalancerController
from settings.model import StackConfig
from settings.problems import Path, Problem, show
from settings.rules import fargate
from settings.rules.common import Context, cut_off, dns_subdomain

_DURATION = re.compile(r"(\d+h)?(\d+m)?(\d+s)?")


def check(config: StackConfig, context: Context) -> Iterator[Problem]:  # noqa: ARG001 - all rules are called alike
    """Yield what is wrong with the controllers."""
    if config.load_balancer_controller:
        yield from _load_balancer_controller(config, config.load_balancer_controller)
    if config.cluster_autoscaler:
        yield from _cluster_autoscaler(config, config.cluster_autoscaler)


def _load_balancer_controller(config: StackConfig, controller: LoadBalancerController) -> Iterator[Problem]:
    path: Path = ("loadBalancerController",)
    yield from dns_subdomain((*path, "ingressClass"), controller.ingress_class, "the name of an IngressClass")
    yield from _identity((*path, "identity"), controller.identity, config)
    if controller.default_target_type == "instance" and not config.node_groups:
        text = '"instance" needs node ports, which Fargate does not have, and there is no node group; use ip'
        yield Problem((*path, "defaultTargetType"), text, related=(("nodeGroups",),))
    yield from _image(path, "public.ecr.aws", controller.values, config)
    for key, wanted in (("waf", controller.waf), ("shield", controller.shield)):
        if wanted and cut_off(config):
            text = "has an API that cannot be reached with network.nat none; set it to false"
            yield Problem((*path, key), text, related=(("network", "nat"),))
    if controller.replicas == 1 and config.environment != "dev":
        text = "1 means that no load balancer follows its pods while the controller moves to another node; use 2"
        yield Problem((*path, "replicas"), text, warning=True)


def _cluster_autoscaler(config: StackConfig, autoscaler: ClusterAutoscaler) -> Iterator[Problem]:
    path: Path = ("clusterAutoscaler",)
    groups = config.node_groups
    if not groups:
        text = "has nothing to scale: there is no node group; leave it out"
        yield Problem(path, text, related=(("nodeGroups",),))
    elif all(group.min >= group.max for group in groups.values()):
        text = "has nothing to scale: min and max are the same in every node group"
        yield Problem(path, text, related=(("nodeGroups",),), warning=True)
    yield from _image(path, "registry.k8s.io", autoscaler.values, config)
    yield from _identity((*path, "identity"), autoscaler.identity, config)
    if autoscaler.expander == "priority" and not autoscaler.priorities:
        yield Problem((*path, "priorities"), "is missing: node groups by priority, needed with expander priority")
    if autoscaler.priorities and autoscaler.expander != "priority":
        yield Problem((*path, "priorities"), f"is for expander priority only; the expander is {autoscaler.expander}")
    for priority, patterns in autoscaler.priorities.items():
        yield from _priority((*path, "priorities", priority), priority, patterns)
    for key, value in (
        ("unneededTime", autoscaler.scale_down.unneeded_time),
        ("delayAfterAdd", autoscaler.scale_down.delay_after_add),
    ):
        if not value or not _DURATION.fullmatch(value):
            yield Problem((*path, "scaleDown", key), f"{show(value)} is not a duration such as 90s, 10m or 1h30m")


def _image(path: Path, registry: str, values: Mapping[str, Any], config: StackConfig) -> Iterator[Problem]:
    image = values.get("image")
    if cut_off(config) and not (isinstance(image, Mapping) and image.get("repository")):
        text = (
            f"is missing: the image is at {registry}, which nothing reaches with network.nat none; copy it to Amazon "
            "ECR and name it here"
        )
        yield Problem((*path, "values", "image", "repository"), text, related=(("network", "nat"),))


def _priority(path: Path, priority: str, patterns: tuple[str, ...]) -> Iterator[Problem]:
    if not re.fullmatch(r"\d+", priority):
        yield Problem(path, f"{show(priority)} is not a priority, which is a whole number")
    for index, pattern in enumerate(patterns):
        try:
            re.compile(pattern)
        except re.error as error:
            yield Problem((*path, index), f"{show(pattern)} is not a regular expression: {error.msg}")


def _identity(path: Path, identity: str, config: StackConfig) -> Iterator[Problem]:
    if identity != "podIdentity":
        return
    profile = fargate.takes_system_pods(config)
    if profile:
        text = (
            f"Fargate profile {profile} takes the pods of kube-system, and Pod Identity does not work there; use irsa"
        )
        yield Problem(path, text, related=(("fargateProfiles", profile),))
    elif not config.node_groups:
        yield Problem(
            path,
            "Pod Identity does not work on Fargate, and there is no node group; use irsa",
            related=(("nodeGroups",),),
        )
