"""A program that shares nothing with the platform is previewed, in both modes, with all it does."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from rehearsal.cli import main
from rehearsal.document import preview_document, read_graph
from rehearsal.wire import UNKNOWN, Secret, plain

FOREIGN = Path(__file__).parent / "foreign"
SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "preview.schema.json").read_text(encoding="utf-8"))
OUTPUTS = f"acme/network/dev={FOREIGN / 'network-outputs.json'}"


def test_every_resource_is_there_once_in_both_modes(foreign):
    found = sorted(f"{resource.type} {resource.name}" for resource in foreign.graph.resources.values())
    assert found == [
        "aws:ec2/subnet:Subnet shop-a",
        "aws:ec2/subnet:Subnet shop-b",
        "aws:ec2/vpc:Vpc old",
        "aws:ec2/vpc:Vpc shop-vpc",
        "aws:eks/cluster:Cluster shop-eksCluster",
        "aws:iam/role:Role cluster",
        "eks:index:Cluster shop",
        "kubernetes:core/v1:Namespace web",
        "kubernetes:core/v1:Secret database",
        "kubernetes:helm.sh/v3:Release web",
        "pulumi:providers:aws default_7_25_0",
        "pulumi:providers:aws default_7_51_1",
        "pulumi:providers:kubernetes shop",
        "pulumi:providers:kubernetes shop-eks-k8s",
        "pulumi:pulumi:Stack shop-dev",
        "pulumi:pulumi:StackReference acme/network/dev",
        "shop:network:Network shop",
    ], "the tool would work on one platform only"
    assert set(foreign.first_graph.resources) == set(foreign.graph.resources)


def test_outputs_of_every_kind_have_their_value(foreign):
    outputs = dict(foreign.graph.outputs)
    assert outputs.pop("endpoint").startswith("https://")
    assert {key for key, value in outputs.items() if isinstance(value, Secret)} == {"token", "apiKey", "database"}
    assert {key: value for key, value in outputs.items() if not isinstance(value, Secret)} == {
        "region": "eu-north-1",
        "account": "123456789012",
        "oldCidr": "10.0.0.0/16",
    }
    assert foreign.first_graph.outputs["endpoint"] is UNKNOWN


def test_transforms_config_and_options_have_their_effect(foreign):
    graph = foreign.graph
    assert graph.named("shop-eksCluster").inputs["zonalShiftConfig"] == {"enabled": True}
    assert graph.named("web", "kubernetes:helm.sh/v3:Release").inputs["values"] == {
        "replicas": 2,
        "host": "shop.example",
    }
    assert graph.named("cluster").protect
    assert plain(graph.named("database").inputs["stringData"]) == "[secret]", "the SDK keeps all of it secret"


def test_resources_stand_where_the_program_makes_them(foreign):
    graph = foreign.graph
    lines = (FOREIGN / "__main__.py").read_text().splitlines()

    def line(name, type_=None):
        file, _, number = graph.named(name, type_).source.partition(":")
        assert file == "__main__.py"
        return lines[int(number) - 1]

    assert line("shop", "shop:network:Network").startswith("shop = network.Network")
    assert "eks.Cluster(" in line("shop", "eks:index:Cluster")
    assert "StackReference" in line("acme/network/dev")
    assert graph.named("shop-vpc").source.startswith("network.py:")
    assert graph.named("shop-dev").source == "", "the stack is made by the engine"


def test_order_is_that_of_the_engine(foreign):
    graph = foreign.graph
    release = graph.named("web", "kubernetes:helm.sh/v3:Release")
    for earlier in ("shop-eksCluster", "shop-vpc", "cluster"):
        assert graph.depends_on(release, graph.named(earlier)), "destroy would remove the cluster under the release"


def test_the_report_says_what_could_not_be_read_and_what_the_program_said(foreign):
    assert foreign.unreadable == ("shop:database.users[0].password", "shop:token")
    assert [(log.severity, log.message) for log in foreign.logs] == [("warning", "the shop is closed on Sundays")]


def test_the_document_is_what_its_schema_says(foreign):
    document = preview_document(foreign)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(json.dumps(document)), SCHEMA, jsonschema.Draft202012Validator)
    assert document["summary"]["resources"] == 8
    again = read_graph(document)
    assert list(again.resources) == [fields["urn"] for fields in document["resources"]]


@pytest.mark.parametrize("format_", ["text", "json", "markdown"])
def test_two_runs_give_the_same_bytes(tmp_path, format_):
    files = [tmp_path / "first", tmp_path / "second"]
    arguments = ["preview", "-s", "dev", "-C", str(FOREIGN), "--stack-outputs", OUTPUTS, "--format", format_]
    codes = [main([*arguments, "--output", str(file)]) for file in files]
    assert codes == [0, 0]
    assert files[0].read_bytes() == files[1].read_bytes(), "a comparison with the last run would show changes"
