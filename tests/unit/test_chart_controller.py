"""What all chart controllers share, beyond what the controllers' own tests show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.chart_controller import ChartController, install_chart, spread_over_zones
from components.crds import keep_definition
from components.versions import Chart
from rehearsal.graph import Resource
from tests.support.fixtures import AWS, aws_providers, cluster_ref
from tests.support.recording import record

CHART = Chart(name="demo", repository="https://charts.example.com", version="1.2.3")
OCI = Chart(name="oci://registry.example.com/demo", repository="", version="1.2.3")


class Controller(pulumi.ComponentResource):
    """The least component that installs a chart."""

    def __init__(self, name: str, chart: ChartController, needs: list[pulumi.Resource], opts: Any) -> None:
        super().__init__("test:index:Controller", name, None, opts)
        install_chart(
            name,
            chart,
            parent=self,
            aws=AWS,
            cluster=cluster_ref(),
            identity_mode="podIdentity",
            compute=[],
            needs=needs,
        )
        self.register_outputs({})


def controller(**changes: Any) -> ChartController:
    values: dict[str, Any] = {
        "chart": CHART,
        "release_name": "demo",
        "service_account": "demo",
        "values": {"controller": {"replicas": 2}},
        **changes,
    }
    return ChartController(**values)


def program(**changes: Any) -> Callable[[], None]:
    def run() -> None:
        providers = aws_providers()
        namespace = kubernetes.core.v1.Namespace(
            "needed", opts=pulumi.ResourceOptions(provider=kubernetes.Provider("other", kubeconfig="{}"))
        )
        opts = pulumi.ResourceOptions(providers=providers)
        Controller("demo", controller(**changes), [namespace], opts)

    return run


def release_of(**changes: Any) -> Resource:
    (release,) = record(program(**changes)).of_type("kubernetes:helm.sh/v3:Release")
    return release


def test_the_service_account_is_described_where_the_chart_looks_for_it() -> None:
    release = release_of(service_account_values=("controller", "serviceAccount"))
    assert release.inputs["values"] == {
        "controller": {"replicas": 2, "serviceAccount": {"create": True, "name": "demo", "annotations": {}}}
    }


def test_a_release_waits_for_what_it_needs() -> None:
    graph = record(program())
    (release,) = graph.of_type("kubernetes:helm.sh/v3:Release")
    assert graph.depends_on(release, graph.named("needed"))


def test_an_oci_chart_has_no_repository() -> None:
    release = release_of(chart=OCI)
    assert release.inputs["chart"] == "oci://registry.example.com/demo"
    assert "repositoryOpts" not in release.inputs, "Helm would look for the address inside a repository"


def test_a_managed_policy_is_attached_to_the_controllers_role() -> None:
    graph = record(program(managed_policies={"read": AWS.managed_policy_arn("ReadOnlyAccess")}))
    (attachment,) = graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attachment.inputs["policyArn"] == "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.mark.parametrize("version", ["3.x", "^3.5.0", "3", "latest", ">=3.5.0", ""])
def test_a_version_that_floats_is_refused(version: str) -> None:
    chart = Chart(name="demo", repository="https://charts.example.com", version=version)
    with pytest.raises(ValueError, match="is not an exact chart version"):
        controller(chart=chart)


@pytest.mark.parametrize("version", ["3.5.0", "v0.5.30", "1.0.0-rc.1", "1.0.0+build.5"])
def test_an_exact_version_is_taken(version: str) -> None:
    chart = Chart(name="demo", repository="https://charts.example.com", version=version)
    assert controller(chart=chart).chart.version == version


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"release_name": "Demo"}, "release_name: 'Demo' must be 1 to 53"),
        ({"release_name": "x" * 54}, "release_name: 'x+' must be 1 to 53"),
        ({"timeout_seconds": 0}, "timeout_seconds: 0 must be at least 1"),
    ],
)
def test_descriptions_that_helm_refuses_are_refused_by_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        controller(**changes)


def test_replicas_spread_over_zones_but_never_wait_for_one() -> None:
    (constraint,) = spread_over_zones({"app": "demo"})
    assert constraint == {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"app": "demo"}},
    }


def transform_args(type_: str) -> pulumi.ResourceTransformArgs:
    return pulumi.ResourceTransformArgs(
        custom=True, type_=type_, name="demo", props={"spec": {}}, opts=pulumi.ResourceOptions(protect=True)
    )


def test_a_definition_stays_when_it_leaves_the_program() -> None:
    args = transform_args("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")
    result = keep_definition(args)
    assert isinstance(result, pulumi.ResourceTransformResult)
    assert result.props == {"spec": {}}
    assert result.opts.retain_on_delete is True, "every target group binding would be deleted with its definition"
    assert result.opts.protect is True


def test_other_objects_of_a_manifest_are_left_as_they_are() -> None:
    assert keep_definition(transform_args("kubernetes:core/v1:ConfigMap")) is None
