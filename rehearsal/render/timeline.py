"""The timeline for people: how long, along which path, and what could be spared."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rehearsal.render.words import short_type
from rehearsal.spares import Spare
from rehearsal.timeline import Step, Timeline

_WIDTH = 500
_ENDS = {"create": "ready", "delete": "gone"}


def render_timeline(timeline: Timeline, stream: TextIO, *, color: bool = False) -> None:
    """Write a timeline as text.

    Args:
        timeline: What to write.
        stream: Where to.
        color: Whether to use colours.
    """
    buffer = io.StringIO()
    console = Console(
        file=buffer, width=_WIDTH, color_system="standard" if color else None, force_terminal=color, highlight=False
    )
    for part in _parts(timeline):
        console.print(part)
    stream.write("\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n")


def clock_text(seconds: float) -> str:
    """Return seconds as people say them, for example "13 min 12 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _parts(timeline: Timeline) -> Iterator[RenderableType]:
    end = _ENDS[timeline.action]
    kind = "as it ran in virtual time" if timeline.measured else "computed"
    yield Text.assemble(
        (f"Time until all is {end}: {clock_text(timeline.total)}", "bold"),
        f" ({kind}; {timeline.ratio:.2f} x the longest path that AWS forces, {clock_text(timeline.forced)})",
    )
    if timeline.action == "delete" and timeline.engine_forced > timeline.forced:
        yield Text(
            f"  The engine deletes in layers, each after the whole layer before: with forced orders only it would take "
            f"{clock_text(timeline.engine_forced)}.",
            style="dim",
        )
    yield Padding(_path(timeline.critical), (0, 0, 0, 2))
    if timeline.spares:
        yield ""
        yield Text("Orders that nothing forces and that cost time", style="bold")
        yield Padding(_spares(timeline.spares), (0, 0, 0, 2))


def _path(steps: Sequence[Step]) -> Table:
    table = _table("from", "to", "s", "type", "name", "waited for")
    names = {step.urn: step.name for step in steps}
    for step in steps:
        waited = f"{names.get(step.waited_for, '')}: {step.why}" if step.waited_for else ""
        style = "" if step.forced else "yellow"
        table.add_row(
            _moment(step.start),
            _moment(step.end),
            f"{step.end - step.start:.0f}",
            short_type(step.type),
            step.name,
            Text(waited if step.forced else f"{waited} (not forced)", style=style),
        )
    return table


def _spares(spares: Sequence[Spare]) -> Table:
    table = _table("whole", "worst", "waits", "for", "why", "where")
    for spare in spares:
        where = ", ".join(spare.sources) or ", ".join(spare.names[:3])
        table.add_row(
            f"{spare.saving:+.0f} s",
            f"{spare.delay:.0f} s",
            short_type(spare.later),
            short_type(spare.earlier),
            spare.reason,
            where,
        )
    return table


def _table(*titles: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for position, title in enumerate(titles):
        table.add_column(title, justify="right" if position < 2 or title == "s" else "left", no_wrap=True)
    return table


def _moment(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
