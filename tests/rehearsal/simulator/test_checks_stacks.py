"""The repository's stacks pass every check, in previews and on the engine."""

from __future__ import annotations

import time

import pytest

from rehearsal.graph import PROVIDER_PREFIX, Graph, Resource
from rehearsal.simulator.checks import check_inputs
from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.world import World
from rehearsal.stack_references import STACK_REFERENCE_TYPE
from rehearsal.wire import reveal
from tests.program.stacks import STACKS, previewed


def _checked(graph: Graph) -> list[Resource]:
    return [
        resource
        for resource in graph.resources.values()
        if (resource.custom or resource.remote) and not resource.external and resource.type != STACK_REFERENCE_TYPE
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_what_the_stacks_ask_for_passes(stack: str) -> None:
    preview = previewed(stack)
    for graph in (preview.graph, preview.first_graph):
        resources = _checked(graph)
        assert len(resources) > 100
        assert [(r.urn, found) for r in resources if (found := list(check_inputs(r.type, r.inputs)))] == []


@pytest.mark.parametrize("stack", STACKS)
def test_names_that_the_engine_sees_are_those_of_the_preview(stack: str) -> None:
    cloud = Cloud(World())
    for resource in _checked(previewed(stack).graph):
        if resource.type.startswith("aws:"):
            checked, failures = cloud.check(resource.type, resource.urn, {}, reveal(resource.inputs))
            assert failures == []
            made = {key: value for key, value in checked.items() if key not in resource.inputs}
            assert made == {key: resource.outputs[key] for key in made if key in resource.outputs}
            again, _failures = cloud.check(resource.type, resource.urn, checked, reveal(resource.inputs))
            assert again == checked, "a second preview must show no change"


def test_the_checks_cost_a_preview_next_to_nothing() -> None:
    resources = _checked(previewed("prod").graph)
    for resource in resources:
        list(check_inputs(resource.type, resource.inputs))
    start = time.thread_time()
    for resource in resources:
        if not resource.type.startswith(PROVIDER_PREFIX):
            list(check_inputs(resource.type, resource.inputs))
    assert time.thread_time() - start < 0.1, "20 ms are meant, on a processor that others use too"
