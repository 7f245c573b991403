"""Rules that every component keeps."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws_sdk
import pytest

from rehearsal.graph import PROVIDER_PREFIX, STACK_TYPE, Graph, Resource
from tests.contract.builders import BOUNDARY, EXAMPLES, Example
from tests.support.fixtures import AWS, component_options
from tests.support.recording import record

COMPONENTS = Path(__file__).parents[2] / "components"
NAME = "thing"


def _program(example: Example, *names: str) -> None:
    options = component_options()
    for name in names or (NAME,):
        example.build(name, options)


@pytest.fixture(params=EXAMPLES.values(), ids=EXAMPLES)
def example(request: pytest.FixtureRequest) -> Example:
    """Return each component in turn."""
    return request.param


@cache
def _graph(example: Example, known: bool) -> Graph:
    return record(lambda: _program(example), known=known)


@pytest.fixture
def graph(example: Example) -> Graph:
    """Return what one instance of the component registers."""
    return _graph(example, known=True)


def _component(graph: Graph, example: Example) -> Resource:
    return graph.named(NAME, f"eks-platform:index:{example.component.__name__}")


def _made(graph: Graph) -> list[Resource]:
    """Return everything but the stack and the providers that tests bring along."""
    own = [r for r in graph.resources.values() if r.type != STACK_TYPE]
    return [r for r in own if not (r.type.startswith(PROVIDER_PREFIX) and r.parent.endswith("eks-platform-test"))]


def test_every_component_class_has_an_example() -> None:
    declared = {
        node.name
        for path in COMPONENTS.rglob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and any("ComponentResource" in ast.unparse(base) for base in node.bases)
    }
    assert declared == set(EXAMPLES), "a component without an example is a component without these rules"


def test_type_token_is_the_constant_of_the_class(graph: Graph, example: Example) -> None:
    assert _component(graph, example).type == f"eks-platform:index:{example.component.__name__}", (
        "a changed token replaces everything below it"
    )


def test_constructor_takes_name_args_and_options_only(example: Example) -> None:
    parameters = inspect.signature(example.component.__init__).parameters
    assert list(parameters) == ["self", "name", "args", "opts"], "callers and generated packages rely on this shape"
    assert parameters["opts"].default is None


def test_args_are_a_frozen_keyword_only_dataclass(example: Example) -> None:
    assert dataclasses.is_dataclass(example.args)
    assert example.args.__dataclass_params__.frozen, "changed args after the constructor would go unnoticed"
    positional = [field.name for field in dataclasses.fields(example.args) if not field.kw_only]
    assert positional == [], "a new field in the middle would shift the callers' values"


def test_every_argument_is_documented(example: Example) -> None:
    text = inspect.getdoc(example.args) or ""
    missing = [field.name for field in dataclasses.fields(example.args) if f"{field.name}:" not in text]
    assert missing == [], "an argument nobody explains is used wrongly"


def test_children_live_below_the_component(graph: Graph, example: Example) -> None:
    component = _component(graph, example)
    below = {resource.urn for resource in graph.descendants(component)} | {component.urn}
    strays = [resource.urn for resource in _made(graph) if resource.urn not in below]
    assert strays == [], "a stray is not deleted, protected or aliased with its component"


def test_children_are_named_after_the_component(graph: Graph, example: Example) -> None:
    strangers = [r.name for r in graph.descendants(_component(graph, example)) if not re.match(rf"{NAME}(-|$)", r.name)]
    assert strangers == [], "two instances of the component would meet in one URN"


def test_no_child_is_named_by_its_position(graph: Graph, example: Example) -> None:
    numbered = [r.name for r in graph.descendants(_component(graph, example)) if re.search(r"-\d+$", r.name)]
    assert numbered == [], "taking away the first of a list would replace all that follow"


def test_no_logical_name_holds_the_stack_name(graph: Graph, example: Example) -> None:
    named = [r.name for r in graph.descendants(_component(graph, example)) if "test" in r.name.split("-")]
    assert named == [], "renaming the stack would replace everything"


def test_two_instances_stand_side_by_side(example: Example) -> None:
    single = len(_made(_graph(example, known=True)))
    both = len(_made(record(lambda: _program(example, "one", "two"))))
    assert both == 2 * single, "something is shared or has a fixed name"


def test_outputs_are_registered(graph: Graph, example: Example) -> None:
    registered = _component(graph, example).outputs
    assert registered, "without register_outputs the component never ends in the engine's display"
    assert all(key == key.lower() for key in registered), f"outputs are snake_case: {sorted(registered)}"


def test_both_preview_modes_ask_for_the_same_resources(graph: Graph, example: Example) -> None:
    first_preview = _graph(example, known=False)
    assert set(first_preview.resources) == set(graph.resources), "a resource made inside apply is missing from previews"


def test_aws_resources_use_the_provider_of_the_caller(graph: Graph) -> None:
    provider = graph.named("aws", "pulumi:providers:aws").urn
    strays = [r.urn for r in _made(graph) if r.custom and r.type.startswith("aws:") and r.provider != provider]
    assert strays == [], "it would land in the account and region of whoever runs the program"


def test_kubernetes_objects_use_an_explicit_provider(graph: Graph) -> None:
    found = [r for r in _made(graph) if r.custom and r.package == "kubernetes"]
    strays = [r.urn for r in found if not r.type.startswith(PROVIDER_PREFIX) and "default" in r.provider]
    assert strays == [], "it would land in the cluster of the current kubectl context"


def test_protection_of_the_component_reaches_its_children(example: Example) -> None:
    def program() -> None:
        example.build(NAME, pulumi.ResourceOptions.merge(component_options(), pulumi.ResourceOptions(protect=True)))

    graph = record(program)
    bare = [r.urn for r in graph.descendants(_component(graph, example)) if not r.protect]
    assert bare == [], "a protected component must not lose its parts"


def test_dependencies_of_the_component_hold_for_its_children(example: Example) -> None:
    def program() -> None:
        options = component_options()
        first = aws_sdk.kms.Key("first", opts=pulumi.ResourceOptions(provider=options.providers[0]))
        example.build(NAME, pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[first])))

    graph = record(program)
    first = graph.named("first")
    early = [r.urn for r in graph.descendants(_component(graph, example)) if not graph.depends_on(r, first)]
    assert early == [], "what the caller wants first must exist first"


def test_default_tags_reach_every_taggable_resource(graph: Graph) -> None:
    def missing(resource: Resource) -> dict[str, Any]:
        carried = resource.outputs.get("tagsAll", {})
        return {key: value for key, value in AWS.tags.items() if carried.get(key) != value}

    taggable = [r for r in _made(graph) if r.type.startswith("aws:") and "tagsAll" in r.outputs]
    assert {r.urn: missing(r) for r in taggable if missing(r)} == {}, "untagged resources have no owner and no budget"


def test_launch_templates_tag_what_default_tags_do_not_reach(graph: Graph) -> None:
    for template in graph.of_type("aws:ec2/launchTemplate:LaunchTemplate"):
        specifications = {s["resourceType"]: s["tags"] for s in template.inputs["tagSpecifications"]}
        assert set(specifications) == {"instance", "volume", "network-interface"}
        for kind, tags in specifications.items():
            assert dict(AWS.tags).items() <= tags.items(), f"{kind}s of the group would have no owner"


def test_every_role_is_bounded(graph: Graph) -> None:
    unbounded = [
        role.urn for role in graph.of_type("aws:iam/role:Role") if role.inputs.get("permissionsBoundary") != BOUNDARY
    ]
    assert unbounded == [], "an account that demands a boundary refuses the role"


def test_every_role_names_who_may_assume_it(graph: Graph) -> None:
    for role in graph.of_type("aws:iam/role:Role"):
        for statement in json.loads(role.inputs["assumeRolePolicy"])["Statement"]:
            assert statement["Principal"] not in ("*", {"AWS": "*"}), f"{role.urn} may be assumed by anybody"
