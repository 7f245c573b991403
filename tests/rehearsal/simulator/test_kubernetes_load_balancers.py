from __future__ import annotations

from typing import Any

import pytest

from rehearsal.simulator.kubernetes.errors import KubernetesError
from tests.support.kubernetes_world import (
    CLASSIC,
    INGRESS,
    LOAD_BALANCER,
    RELEASE,
    SECURITY_GROUP,
    SERVICE,
    SUBNET,
    controller,
    ingress,
    platform,
)

PRIVATE = ["subnet-private-a", "subnet-private-b"]
PUBLIC = ["subnet-public-a", "subnet-public-b"]


def service(**spec: Any) -> dict[str, Any]:
    ports = [{"port": 80}]
    return {
        "metadata": {"name": "shop", "namespace": "default"},
        "spec": {"type": "LoadBalancer", "ports": ports, **spec},
    }


def test_an_ingress_gets_a_load_balancer_in_the_private_subnets():
    rehearsed = platform()
    rehearsed.make(RELEASE, "lbc", controller())
    made = rehearsed.make(INGRESS, "shop", ingress())
    (balancer,) = rehearsed.world.of_type(LOAD_BALANCER)
    assert balancer.inputs["subnets"] == PRIVATE
    assert (balancer.urn, balancer.inputs["internal"]) == ("", True)
    assert made.outputs["status"]["loadBalancer"]["ingress"] == [{"hostname": balancer.outputs["dnsName"]}]
    groups = {group.id for group in rehearsed.world.of_type(SECURITY_GROUP)}
    assert set(balancer.inputs["securityGroups"]) == groups
    assert len(groups) == 2


def test_an_internet_facing_one_goes_to_the_public_subnets():
    rehearsed = platform()
    rehearsed.make(RELEASE, "lbc", controller())
    rehearsed.make(INGRESS, "shop", ingress(**{"alb.ingress.kubernetes.io/scheme": "internet-facing"}))
    assert rehearsed.world.of_type(LOAD_BALANCER)[0].inputs["subnets"] == PUBLIC


def test_subnets_without_the_role_tag_get_no_load_balancer():
    rehearsed = platform()
    rehearsed.make(RELEASE, "lbc", controller())
    for subnet in rehearsed.world.of_type(SUBNET):
        rehearsed.set(subnet, tags={})
    with pytest.raises(KubernetesError, match="couldn't auto-discover subnets"):
        rehearsed.make(INGRESS, "shop", ingress())


def test_an_ingress_that_no_controller_serves_never_gets_an_address():
    with pytest.raises(KubernetesError, match="timed out waiting for the condition: no controller serves its class"):
        platform().make(INGRESS, "shop", ingress())


@pytest.mark.parametrize(("default", "served"), [(True, True), (False, False)])
def test_an_ingress_without_a_class_is_for_the_default_class(default: bool, served: bool):
    rehearsed = platform()
    values = {"clusterName": "demo", "ingressClassConfig": {"default": default}}
    rehearsed.make(RELEASE, "lbc", controller(values=values))
    inputs = ingress()
    del inputs["spec"]["ingressClassName"]
    if served:
        rehearsed.make(INGRESS, "shop", inputs)
    else:
        with pytest.raises(KubernetesError, match="no controller serves its class"):
            rehearsed.make(INGRESS, "shop", inputs)
    assert len(rehearsed.world.of_type(LOAD_BALANCER)) == int(served)


def test_deleting_while_the_controller_lives_leaves_nothing():
    rehearsed = platform()
    rehearsed.make(RELEASE, "lbc", controller())
    rehearsed.delete(rehearsed.make(INGRESS, "shop", ingress()))
    assert rehearsed.world.of_type(LOAD_BALANCER, SECURITY_GROUP, INGRESS) == []


def test_the_shared_group_stays_until_the_last_load_balancer_goes():
    rehearsed = platform()
    rehearsed.make(RELEASE, "lbc", controller())
    first = rehearsed.make(INGRESS, "first", ingress())
    second = ingress()
    second["metadata"]["name"] = "second"
    rehearsed.make(INGRESS, "second", second)
    rehearsed.delete(first)
    assert len(rehearsed.world.of_type(SECURITY_GROUP)) == 2


def test_a_controller_that_is_gone_leaves_load_balancer_and_groups_behind():
    rehearsed = platform()
    release = rehearsed.make(RELEASE, "lbc", controller())
    made = rehearsed.make(INGRESS, "shop", ingress())
    rehearsed.delete(release)
    with pytest.raises(KubernetesError, match="its finalizer stays"):
        rehearsed.delete(made)
    assert [record.type for record in rehearsed.world.referring("subnet-private-a")] == [LOAD_BALANCER]
    assert len(rehearsed.world.of_type(SECURITY_GROUP)) == 2, "these block the deletion of the VPC"


def test_load_balancers_outlive_the_cluster():
    rehearsed = platform()
    rehearsed.make(RELEASE, "lbc", controller())
    rehearsed.make(INGRESS, "shop", ingress())
    cluster = rehearsed.world.get("aws:eks/cluster:Cluster", "demo")
    assert cluster is not None
    assert rehearsed.cloud.kubernetes is not None
    rehearsed.cloud.kubernetes.cluster_deleted(cluster)
    assert rehearsed.world.of_type(INGRESS, RELEASE) == []
    assert len(rehearsed.world.of_type(LOAD_BALANCER)) == 1


@pytest.mark.parametrize(
    ("values", "spec", "type_", "kind", "subnets"),
    [
        ({"clusterName": "demo"}, {}, LOAD_BALANCER, "network", PRIVATE),
        ({"clusterName": "demo", "enableServiceMutatorWebhook": False}, {}, CLASSIC, "classic", PUBLIC),
        (
            {"clusterName": "demo", "enableServiceMutatorWebhook": False},
            {"loadBalancerClass": "service.k8s.aws/nlb"},
            LOAD_BALANCER,
            "network",
            PRIVATE,
        ),
    ],
)
def test_a_service_gets_the_load_balancer_of_its_class(
    values: dict[str, Any], spec: dict[str, Any], type_: str, kind: str, subnets: list[str]
):
    rehearsed = platform()
    rehearsed.make(RELEASE, "lbc", controller(values=values))
    made = rehearsed.make(SERVICE, "shop", service(**spec))
    (balancer,) = rehearsed.world.of_type(type_)
    assert (balancer.inputs["loadBalancerType"], balancer.inputs["subnets"]) == (kind, subnets)
    rehearsed.delete(made)
    assert rehearsed.world.of_type(LOAD_BALANCER, CLASSIC, SECURITY_GROUP) == []


def test_a_service_inside_the_cluster_gets_none():
    rehearsed = platform()
    rehearsed.make(SERVICE, "shop", service(type="ClusterIP"))
    assert rehearsed.world.of_type(LOAD_BALANCER, CLASSIC) == []


def test_a_read_still_shows_the_address():
    rehearsed = platform()
    rehearsed.make(RELEASE, "lbc", controller())
    made = rehearsed.make(INGRESS, "shop", ingress())
    read = rehearsed.read(made)
    assert read is not None
    assert read.outputs["status"] == made.outputs["status"]
