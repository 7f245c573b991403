"""Reports are stable, complete and fit the width of a terminal; documents can be read back."""

from __future__ import annotations

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.document import SCHEMA, graph_document, preview_document, read_graph
from rehearsal.errors import RehearsalError
from rehearsal.graph import Graph, Invoke, Resource
from rehearsal.inprocess import Log
from rehearsal.policy_report import Finding, PackReport
from rehearsal.preview import Preview
from rehearsal.render.markdown import render_markdown
from rehearsal.render.text import render_text
from rehearsal.render.words import short_type, value_text
from rehearsal.wire import UNKNOWN, Secret

STACK = Resource(urn="urn:s", type="pulumi:pulumi:Stack", name="shop-dev", custom=False)
BUCKET = Resource(
    urn="urn:b",
    type="aws:s3/bucket:Bucket",
    name="pictures-of-the-shop",
    parent="urn:s",
    protect=True,
    retain_on_delete=True,
)
IMPORTED = Resource(urn="urn:i", type="aws:ec2/vpc:Vpc", name="old", parent="urn:s", import_id="vpc-1")
READ = Resource(urn="urn:r", type="aws:ec2/vpc:Vpc", name="read", parent="urn:s", import_id="vpc-2", external=True)
PROVIDER = Resource(urn="urn:p", type="pulumi:providers:aws", name="aws", parent="urn:s")
FINDINGS = (
    Finding(policy="private", level="mandatory", urn="urn:b", message="is public | a <b>", severity="high"),
    Finding(policy="tagged", level="remediate", urn="urn:i", message="gets a tag"),
    Finding(policy="zones", level="advisory", urn="", message="two zones"),
    Finding(policy="gone", level="advisory", urn="urn:gone", message="odd"),
)
OUTPUTS = {
    "name": "pictures",
    "password": Secret("hunter2"),
    "later": UNKNOWN,
    "long": "x" * 500,
    "zones": {f"zone-{letter}": f"subnet-{letter * 20}" for letter in "abc"},
}


def preview(**changes) -> Preview:
    graph = Graph(
        project="shop",
        stack="dev",
        resources=[READ, IMPORTED, BUCKET, PROVIDER, STACK],
        outputs=changes.pop("outputs", OUTPUTS),
    )
    pack = PackReport(
        name="rules",
        version="1.0.0",
        levels={"private": "mandatory", "off": "disabled"},
        findings=FINDINGS,
        warnings=("odd config",),
    )
    fields = {
        "packs": (pack,),
        "logs": (Log("warning", "closed on Sundays", "urn:b"), Log("info", "open", "")),
        "unreadable": ("shop:token",),
        "warnings": ("an environment is not read",),
        "seconds": 1.25,
        **changes,
    }
    return Preview(project="shop", stack="dev", graph=graph, first_graph=graph, **fields)


def text(made: Preview, **options) -> str:
    stream = io.StringIO()
    render_text(made, stream, **{"color": False, "terminal": False, "timing": False, **options})
    return stream.getvalue()


def markdown(made: Preview) -> str:
    stream = io.StringIO()
    render_markdown(made, stream)
    return stream.getvalue()


def test_the_text_report_is_exactly_this():
    made = text(preview(outputs={"name": "pictures", "password": Secret("hunter2"), "later": UNKNOWN}))
    assert (
        made
        == """shop / dev   2 resources, 1 provider, 1 read

pulumi:pulumi:Stack      shop-dev
├─ pulumi:providers:aws  aws
├─ aws:ec2:Vpc           old                   import
├─ aws:ec2:Vpc           read                  read
└─ aws:s3:Bucket         pictures-of-the-shop  protect retain

Resources by type
  2  aws:ec2:Vpc
  1  aws:s3:Bucket
  1  pulumi:providers:aws

Outputs (ids, ARNs and endpoints are simulated)
  later     [unknown]
  name      pictures
  password  [secret]

Policies: rules 1.0.0, 1 policy
  odd config
  mandatory (1)
    private  high  pictures-of-the-shop  aws:s3:Bucket
      is public | a <b>
  remediate (1)
    tagged  old  aws:ec2:Vpc
      gets a tag
  advisory (2)
    zones  the stack
      two zones
    gone  urn:gone
      odd
  disabled: off

Config
  an environment is not read
  shop:token is encrypted and was not read

Messages of the program
  warning: pictures-of-the-shop: closed on Sundays
  info: open

outputs known and unknown give the same resources; 1 mandatory violation, 3 advisory findings
"""
    )


def test_a_stack_without_anything_to_say_is_short():
    made = text(preview(packs=(), logs=(), unreadable=(), warnings=(), outputs={}))
    assert made.splitlines()[-1] == "outputs known and unknown give the same resources"
    assert "Outputs" not in made
    empty = PackReport(name="rules", version="1", levels={"a": "advisory"})
    assert "  no violations" in text(preview(packs=(empty,)))


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_it_fits_the_terminal_and_shows_every_name(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    made = text(preview(), terminal=True, timing=True)
    assert max(len(line) for line in made.splitlines()) <= width, "a tree that wraps cannot be read"
    for name in ("shop-dev", "pictures-of-the-shop", "old", "read", "aws"):
        assert name in made
    assert made.rstrip().endswith("1.2 s")


def test_colour_changes_nothing_but_colour():
    colored = text(preview(), color=True)
    assert "\x1b[" in colored
    without = "\n".join(line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", colored).splitlines()) + "\n"
    assert without == text(preview())


@pytest.mark.parametrize("report", [text, markdown, lambda made: json.dumps(preview_document(made))])
def test_no_report_shows_a_secret(report):
    assert "hunter2" not in report(preview())
    assert "[secret]" in report(preview())


def test_markdown_has_what_matters_first_and_folds_the_rest():
    lines = markdown(preview()).splitlines()
    first_fold = lines.index("<details>")
    assert lines[0] == "### shop / dev: violates policies"
    assert lines[2] == "- 2 resources, 1 provider, 1 read; the same with outputs known and unknown"
    assert lines[3] == "- policy pack rules 1.0.0: 1 mandatory violation, 3 advisory findings"
    violation = "| mandatory | `private` | `pictures-of-the-shop` aws:s3:Bucket | is public \\| a &lt;b> |"
    assert lines.index(violation) < first_fold, "a reviewer would not see what stops the change"
    assert lines.count("<details>") == lines.count("</details>") == 5
    summaries = [line for line in lines if line.startswith("<summary>")]
    assert summaries[0] == "<summary>Advice of rules (3)</summary>"
    assert "└─ aws:s3:Bucket         pictures-of-the-shop protect retain" in lines


def test_markdown_of_a_clean_stack_says_fine():
    made = markdown(preview(packs=(), logs=(), outputs={}, unreadable=(), warnings=()))
    assert made.splitlines()[0] == "### shop / dev: fine"
    assert made.count("<details>") == 2


@pytest.mark.parametrize(
    ("type_", "short"),
    [
        ("aws:ec2/vpc:Vpc", "aws:ec2:Vpc"),
        ("kubernetes:core/v1:Namespace", "kubernetes:core/v1:Namespace"),
        ("kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v3:Release"),
        ("eks:index:Cluster", "eks:index:Cluster"),
        ("pulumi:providers:aws", "pulumi:providers:aws"),
    ],
)
def test_types_are_short_as_on_the_cli(type_, short):
    assert short_type(type_) == short


def test_values_are_short_enough_to_be_read():
    assert value_text("x" * 200, 10) == f"{'x' * 160}… (200 characters)"
    assert value_text(["a"], 10) == '["a"]'
    assert value_text({"a": "x" * 20}, 10) == '{\n  "a": "xxxxxxxxxxxxxxxxxxxx"\n}'
    assert value_text(True, 10) == "true"


names = st.text("abc-1", min_size=1, max_size=4)
urns = names.map(lambda name: f"urn:{name}")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | names | st.just(UNKNOWN) | st.just(Secret("[secret]")),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)
maps = st.dictionaries(names, values, max_size=3)
text_maps = st.dictionaries(names, names, max_size=2)
resources = st.builds(
    Resource,
    urn=urns,
    type=names,
    name=names,
    parent=urns | st.just(""),
    custom=st.booleans(),
    remote=st.booleans(),
    external=st.booleans(),
    id=names | st.just(""),
    inputs=maps,
    outputs=maps,
    dependencies=st.frozensets(urns, max_size=3),
    property_dependencies=st.dictionaries(names, st.frozensets(urns, max_size=2), max_size=2),
    provider=urns | st.just(""),
    providers=text_maps,
    protect=st.booleans(),
    ignore_changes=st.lists(names, max_size=2).map(tuple),
    replace_on_changes=st.lists(names, max_size=2).map(tuple),
    aliases=st.lists(names | text_maps, max_size=2).map(tuple),
    additional_secret_outputs=st.lists(names, max_size=2).map(tuple),
    delete_before_replace=st.none() | st.booleans(),
    retain_on_delete=st.booleans(),
    deleted_with=urns | st.just(""),
    custom_timeouts=text_maps,
    import_id=names | st.just(""),
    version=names | st.just(""),
    source=names | st.just(""),
)
graphs = st.builds(
    Graph,
    project=names,
    stack=names,
    resources=st.lists(resources, max_size=4, unique_by=lambda resource: resource.urn),
    outputs=maps,
    invokes=st.lists(st.builds(Invoke, token=names, args=maps, result=maps), max_size=2),
    known=st.booleans(),
)


@given(graphs)
def test_a_document_can_be_read_back_without_loss(graph):
    document = json.loads(json.dumps(graph_document(graph)))
    again = read_graph(document)
    assert again.resources == graph.resources, "a comparison with a stored document would show changes that are none"
    assert (again.project, again.stack, again.known, again.outputs) == (
        graph.project,
        graph.stack,
        graph.known,
        graph.outputs,
    )
    assert graph_document(again) == document


def test_a_document_of_another_kind_is_refused():
    with pytest.raises(RehearsalError, match=f"expected a document of schema {SCHEMA}, and found 'other'"):
        read_graph({"schema": "other"})
