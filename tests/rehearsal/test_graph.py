"""The graph answers what exists, what hangs together, and what waits for what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.graph import Graph, Resource, make_urn
from rehearsal.order import natural, topological, tree


def resource(name: str, *, after: tuple[str, ...] = (), **fields) -> Resource:
    return Resource(urn=name, type=fields.pop("type", "a:b:C"), name=name, dependencies=frozenset(after), **fields)


def graph(*resources: Resource) -> Graph:
    return Graph(project="p", stack="s", resources=resources, outputs={})


def test_urns_carry_the_types_of_their_parents_but_not_that_of_the_stack():
    stack = make_urn("dev", "shop", "", "pulumi:pulumi:Stack", "shop-dev")
    outer = make_urn("dev", "shop", stack, "a:b:Outer", "o")
    inner = make_urn("dev", "shop", outer, "a:b:Inner", "i")
    assert outer == "urn:pulumi:dev::shop::a:b:Outer::o"
    assert inner == "urn:pulumi:dev::shop::a:b:Outer$a:b:Inner::i", "an alias would not match the engine's state"
    assert make_urn("dev", "shop", inner, "a:b:X", "x").split("::")[2] == "a:b:Outer$a:b:Inner$a:b:X"


def test_packages_of_resources_and_providers():
    assert resource("a", type="aws:ec2/vpc:Vpc").package == "aws"
    assert resource("a", type="pulumi:providers:eks").package == "eks"


def test_every_kind_of_edge_counts():
    later = resource(
        "later",
        after=("dependency", "later"),
        property_dependencies={"key": frozenset({"property"})},
        provider="provider",
        deleted_with="holder",
        parent="parent",
    )
    assert later.edges == {"dependency", "property", "provider", "holder", "parent"}, "destroy would go the wrong way"


def test_order_is_transitive_and_one_way():
    made = graph(resource("a"), resource("b", after=("a",)), resource("c", after=("b", "gone")))
    a, b, c = (made.named(name) for name in "abc")
    assert made.depends_on(c, a)
    assert not made.depends_on(a, c)
    assert not made.depends_on(b, b)
    assert made.ancestors(c) == {"a", "b"}


def test_a_circle_does_not_hang():
    made = graph(resource("a", after=("b",)), resource("b", after=("a",)))
    assert made.ancestors(made.named("a")) == {"a", "b"}
    assert [r.urn for r in topological(made)] == ["a", "b"], "a report would leave resources out"


def test_names_are_unique_or_refused_with_what_there_is():
    made = graph(resource("x"), resource("y"), Resource(urn="x2", type="a:b:D", name="x"))
    assert made.named("x", "a:b:D").urn == "x2"
    with pytest.raises(LookupError, match="2 resources are named 'x': a:b:C, a:b:D"):
        made.named("x")
    with pytest.raises(LookupError, match="no resource is named 'z'; there are x, y"):
        made.named("z")
    assert [r.urn for r in made.of_type("a:b:C")] == ["x", "y"]


def test_descendants_are_found_at_any_depth():
    made = graph(resource("a"), resource("b", parent="a"), resource("c", parent="b"), resource("d"))
    assert [r.urn for r in made.descendants(made.named("a"))] == ["b", "c"]
    assert made.children(made.named("d")) == []


@given(st.permutations(["zone-2", "zone-10", "zone-1", "zone"]))
def test_numbers_in_names_sort_as_numbers(names):
    assert sorted(names, key=natural) == ["zone", "zone-1", "zone-2", "zone-10"]


EDGES = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16)


@given(EDGES, st.randoms())
def test_order_follows_the_edges_and_nothing_else(edges, random):
    later = {n: tuple(f"r{low}" for low, high in edges if high == n and low < n) for n in range(8)}
    resources = [resource(f"r{n}", after=later[n], parent=f"r{n // 2}" if n > 1 else "") for n in range(8)]
    expected = [r.urn for r in topological(graph(*resources))]
    drawn = [(guide, r.urn) for guide, r in tree(graph(*resources))]
    random.shuffle(resources)
    shuffled = graph(*resources)
    assert [r.urn for r in topological(shuffled)] == expected, "two runs would give two documents"
    assert [(guide, r.urn) for guide, r in tree(shuffled)] == drawn, "two runs would give two reports"
    for r in resources:
        assert all(expected.index(edge) < expected.index(r.urn) for edge in r.edges)
    assert sorted(urn for _, urn in drawn) == sorted(expected), "a report would leave resources out"


def test_the_tree_is_drawn_below_parents_and_orphans_stand_beside_the_stack():
    made = graph(
        Resource(urn="s", type="pulumi:pulumi:Stack", name="s", custom=False),
        resource("b", parent="s"),
        resource("c", parent="s", custom=False),
        resource("d", parent="c"),
        resource("e", parent="c"),
        resource("orphan", parent="gone"),
    )
    lines = [f"{guide}{r.name}" for guide, r in tree(made)]
    assert lines == ["s", "├─ c", "│  ├─ d", "│  └─ e", "└─ b", "orphan"]
