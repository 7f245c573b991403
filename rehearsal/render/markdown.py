"""The report for pull requests: what matters first, everything else folded away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rehearsal.graph import Graph
from rehearsal.order import tree
from rehearsal.policy_report import Finding, PackReport
from rehearsal.preview import Preview
from rehearsal.render.words import counts, marks, notes, number_of, short_type, totals_text, value_text

_VALUE_WIDTH = 100


def render_markdown(preview: Preview, stream: TextIO) -> None:
    """Write the report in GitHub's Markdown; it is the same in every run of the same program."""
    stream.write("\n".join(_lines(preview)).rstrip() + "\n")


def _lines(preview: Preview) -> Iterator[str]:
    graph = preview.graph
    yield f"### {preview.project} / {preview.stack}: {'violates policies' if preview.violated else 'fine'}"
    yield ""
    yield f"- {totals_text(graph)}; the same with outputs known and unknown"
    for pack in preview.packs:
        yield f"- policy pack {pack.name} {pack.version}: {_numbers(pack)}"
    yield from (f"- {note}" for note in notes(preview))
    yield ""
    for pack in preview.packs:
        mandatory = [finding for finding in pack.findings if finding.level == "mandatory"]
        others = [finding for finding in pack.findings if finding.level != "mandatory"]
        yield from _findings(mandatory, graph)
        yield from _folded(f"Advice of {pack.name} ({len(others)})", _findings(others, graph)) if others else ()
    yield from _folded(f"Resources ({len(graph.resources)})", _tree(graph))
    yield from _folded("Resources by type", _table(("Number", "Type"), _counts(graph)))
    if graph.outputs:
        yield from _folded(
            "Outputs (ids, ARNs and endpoints are simulated)", _table(("Output", "Value"), _outputs(graph))
        )
    if preview.logs:
        yield from _folded(
            "Messages of the program", (f"- {log.severity}: {log.message.strip()}" for log in preview.logs)
        )


def _numbers(pack: PackReport) -> str:
    mandatory = sum(finding.level == "mandatory" for finding in pack.findings)
    advisory = len(pack.findings) - mandatory
    return f"{number_of(mandatory, 'mandatory violation')}, {number_of(advisory, 'advisory finding')}"


def _findings(findings: Sequence[Finding], graph: Graph) -> Iterator[str]:
    if findings:
        rows = ((f.level, f"`{f.policy}`", _about(f, graph), f.message) for f in findings)
        yield from _table(("Level", "Policy", "Resource", "Finding"), rows)
        yield ""


def _about(finding: Finding, graph: Graph) -> str:
    resource = graph.resources.get(finding.urn)
    return f"`{resource.name}` {short_type(resource.type)}" if resource else finding.urn or "the stack"


def _tree(graph: Graph) -> Iterator[str]:
    rows = [
        (f"{guide}{short_type(resource.type)}", " ".join((resource.name, *marks(resource))))
        for guide, resource in tree(graph)
    ]
    width = max(len(left) for left, _right in rows)
    yield "```text"
    yield from (f"{left:{width}}  {right}" for left, right in rows)
    yield "```"


def _counts(graph: Graph) -> Iterator[tuple[str, str]]:
    return ((str(number), f"`{short_type(type_)}`") for number, type_ in counts(graph))


def _outputs(graph: Graph) -> Iterator[tuple[str, str]]:
    return ((f"`{key}`", value_text(graph.outputs[key], _VALUE_WIDTH)) for key in sorted(graph.outputs))


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield "<details>"
    yield f"<summary>{title}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"
    yield ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_cell(item) for item in row)} |"


def _cell(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", "<br>")
