"""The report for people, in a terminal or in a file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rehearsal.graph import PROVIDER_PREFIX, STACK_TYPE, Graph, Resource
from rehearsal.order import tree
from rehearsal.policy_report import Finding, PackReport
from rehearsal.preview import Preview
from rehearsal.render.words import counts, marks, notes, number_of, short_type, totals_text, value_text

# Width of what goes into a file: wide enough that no name is cut; nothing is filled up to it.
_FILE_WIDTH = 500
_VALUE_WIDTH = 72
_LEVEL_STYLES = {"mandatory": "bold red", "remediate": "magenta", "advisory": "yellow"}


def render_text(preview: Preview, stream: TextIO, *, color: bool, terminal: bool, timing: bool) -> None:
    """Write the report.

    Args:
        preview: What to report.
        stream: Where to write.
        color: Whether to use colours.
        terminal: Whether a person looks at it now, at a terminal whose width counts; otherwise the text is the same in
            every run.
        timing: Whether to say how long the preview took.
    """
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        width=None if terminal else _FILE_WIDTH,
        highlight=False,
        emoji=False,
        markup=False,
    )
    for section in _sections(preview, timing, console.width):
        console.print(section)
    lines = (line.rstrip() for line in buffer.getvalue().splitlines())
    stream.write("\n".join(lines) + "\n")


def _sections(preview: Preview, timing: bool, width: int) -> Iterator[RenderableType]:
    yield Text.assemble((preview.project, "bold"), " / ", (preview.stack, "bold"), f"   {totals_text(preview.graph)}")
    yield ""
    yield _tree(preview.graph, width)
    yield from _titled("Resources by type", _counts(preview.graph))
    if preview.graph.outputs:
        yield from _titled("Outputs (ids, ARNs and endpoints are simulated)", _outputs(preview.graph))
    for pack in preview.packs:
        yield from _pack(pack, preview.graph)
    if notes(preview):
        yield from _titled("Config", Text("\n".join(notes(preview)), style="yellow"))
    if preview.logs:
        yield from _titled("Messages of the program", _logs(preview))
    yield ""
    yield _verdict(preview, timing)


def _titled(title: str, body: RenderableType) -> Iterator[RenderableType]:
    yield ""
    yield Text(title, style="bold")
    yield Padding(body, (0, 0, 0, 2))


def _grid() -> Table:
    return Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)


def _tree(graph: Graph, width: int) -> RenderableType:
    """Return the tree with types and names in columns, or names before types where the columns do not fit."""
    rows = [(guide, resource, " ".join(marks(resource))) for guide, resource in tree(graph)]
    left = max(len(guide) + len(short_type(resource.type)) for guide, resource, _ in rows)
    right = max(len(resource.name) + len(text) + 2 for _, resource, text in rows)
    if left + right + 4 > width:
        lines = Text("\n", no_wrap=True, overflow="ellipsis").join(_narrow(*row) for row in rows)
        # The console joins bare texts into one of its own, which wraps.
        return Padding(lines, 0)
    table = _grid()
    for _column in range(3):
        table.add_column(no_wrap=True)
    for guide, resource, text in rows:
        type_ = Text.assemble((guide, "dim"), (short_type(resource.type), _style(resource)))
        table.add_row(type_, resource.name, Text(text, style="cyan"))
    return table


def _narrow(guide: str, resource: Resource, text: str) -> Text:
    parts = [(guide, "dim"), (f"{resource.name}  ", ""), (f"{text}  " if text else "", "cyan")]
    return Text.assemble(*parts, (short_type(resource.type), _style(resource) or "dim"))


def _style(resource: Resource) -> str:
    if resource.type.startswith(PROVIDER_PREFIX) or resource.type == STACK_TYPE:
        return "dim"
    return "" if resource.custom else "bold blue"


def _counts(graph: Graph) -> Table:
    table = _grid()
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for number, type_ in counts(graph):
        table.add_row(str(number), short_type(type_))
    return table


def _outputs(graph: Graph) -> Table:
    table = _grid()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for key in sorted(graph.outputs):
        table.add_row(key, Text(value_text(graph.outputs[key], _VALUE_WIDTH)))
    return table


def _pack(pack: PackReport, graph: Graph) -> Iterator[RenderableType]:
    enabled = sum(level != "disabled" for level in pack.levels.values())
    title = f"Policies: {pack.name} {pack.version}, {number_of(enabled, 'policy', 'policies')}"
    off = [name for name, level in pack.levels.items() if level == "disabled"]
    yield ""
    yield Text(title, style="bold")
    for warning in pack.warnings:
        yield Padding(Text(warning, style="yellow"), (0, 0, 0, 2))
    for level in ("mandatory", "remediate", "advisory"):
        findings = [finding for finding in pack.findings if finding.level == level]
        if findings:
            yield Padding(Text(f"{level} ({len(findings)})", style=_LEVEL_STYLES[level]), (0, 0, 0, 2))
            for finding in findings:
                yield Padding(_finding(finding, graph), (0, 0, 0, 4))
    if not pack.findings:
        yield Padding(Text("no violations", style="green"), (0, 0, 0, 2))
    if off:
        yield Padding(Text(f"disabled: {', '.join(sorted(off))}", style="dim"), (0, 0, 0, 2))


def _finding(finding: Finding, graph: Graph) -> Text:
    resource = graph.resources.get(finding.urn)
    about = f"{resource.name}  {short_type(resource.type)}" if resource else finding.urn or "the stack"
    severity = f"  {finding.severity}" if finding.severity else ""
    return Text.assemble((finding.policy, "bold"), f"{severity}  ", (about, "cyan"), f"\n  {finding.message}")


def _logs(preview: Preview) -> Text:
    lines: list[str] = []
    for log in preview.logs:
        resource = preview.graph.resources.get(log.urn)
        lines.append(f"{log.severity}: {f'{resource.name}: ' if resource else ''}{log.message.rstrip()}")
    return Text("\n".join(lines))


def _verdict(preview: Preview, timing: bool) -> Text:
    found = [finding for pack in preview.packs for finding in pack.findings]
    mandatory = sum(finding.level == "mandatory" for finding in found)
    advisory = len(found) - mandatory
    parts = ["outputs known and unknown give the same resources"]
    if preview.packs:
        parts.append(f"{number_of(mandatory, 'mandatory violation')}, {number_of(advisory, 'advisory finding')}")
    if timing:
        parts.append(f"{preview.seconds:.1f} s")
    return Text("; ".join(parts), style="bold red" if preview.violated else "bold green")
