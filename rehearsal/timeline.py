"""Time to ready and time to gone: the path that takes the longest, what AWS forces of it, and what could be spared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rehearsal.edges import Edge, edges
from rehearsal.graph import Graph
from rehearsal.schedule import Slot, layers, length, path, schedule, slack
from rehearsal.spares import Spare, spares
from rehearsal.stack_tasks import Action, pair, seconds, tasks_of

_LAYERS = "the engine deletes in layers"
_THROUGH = "through a component or a provider"


class Happening(Protocol):
    """Something that was done, as the simulated world logs it."""

    @property
    def action(self) -> str:
        """What was done, for example "create"."""
        ...

    @property
    def urn(self) -> str:
        """URN of the resource."""
        ...

    @property
    def start(self) -> float:
        """Virtual seconds since the world began."""
        ...

    @property
    def end(self) -> float:
        """The same, when it was done."""
        ...


@dataclass(frozen=True, kw_only=True)
class Step:
    """One resource on a path.

    Args:
        urn: Its URN.
        type: Its type token.
        name: Its logical name.
        start: Seconds since the beginning.
        end: The same.
        waited_for: URN of the resource whose end let it start; "" if it started at once.
        why: Why it waited for that one.
        forced: Whether AWS forces it to wait for that one.
        slack: Seconds that it could take longer before the whole takes longer.
    """

    urn: str
    type: str
    name: str
    start: float
    end: float
    waited_for: str = ""
    why: str = ""
    forced: bool = True
    slack: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """How long a stack takes to come up, or to go.

    Args:
        action: "create" or "delete".
        measured: Whether the times were taken from a run, not computed.
        total: Seconds until everything is done.
        steps: Every resource that takes time, in order of its start.
        critical: The path that takes the longest; each step started when the one before had ended.
        forced: Seconds of the longest path that AWS forces.
        forced_path: That path.
        engine_forced: Seconds that the engine would need if the program had forced edges only. More than `forced` when
            it deletes, for it deletes in layers.
        spares: Orders that cost time and that nothing forces, the costliest first.
    """

    action: Action
    measured: bool
    total: float
    steps: tuple[Step, ...]
    critical: tuple[Step, ...]
    forced: float
    forced_path: tuple[Step, ...]
    engine_forced: float
    spares: tuple[Spare, ...] = ()

    @property
    def ratio(self) -> float:
        """Time taken by the time that AWS forces; 1 is the best there is."""
        return self.total / self.forced if self.forced else 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return the timeline as plain data for JSON."""
        return {
            "action": self.action,
            "measured": self.measured,
            "seconds": round(self.total, 1),
            "forcedSeconds": round(self.forced, 1),
            "engineForcedSeconds": round(self.engine_forced, 1),
            "ratio": round(self.ratio, 3),
            "criticalPath": [_step_dict(step) for step in self.critical],
            "forcedPath": [_step_dict(step) for step in self.forced_path],
            "sparableOrders": [vars(spare) for spare in self.spares],
        }


def timeline(graph: Graph, action: Action = "create", *, parallel: int | None = None) -> Timeline:
    """Compute how long a graph takes on AWS.

    Args:
        graph: Resources with known outputs.
        action: "create" for time to ready. "delete" for time to gone: the engine deletes in layers, each of which
            waits for the whole layer before it.
        parallel: What `pulumi --parallel` says, 1 or more; None for no limit. Not used for deletions.

    Raises:
        RehearsalError: If resources wait for each other in a circle.
    """
    every = edges(graph)
    tasks = tasks_of(graph, every, action)
    slots = layers(tasks) if action == "delete" else schedule(tasks, parallel)
    return _timeline(graph, action, every, slots, measured=False)


def measured_timeline(graph: Graph, happenings: Iterable[Happening], action: Action = "create") -> Timeline:
    """Return how long a run took, from what the simulated world logged.

    Args:
        graph: What was made or deleted, for example from the stack's state.
        happenings: What was done in that run, in virtual time; the last of a kind counts for each resource.
        action: What to look at: "create" or "delete".
    """
    every = edges(graph)
    done = {item.urn: item for item in happenings if item.action == action and item.urn in graph.resources}
    began = min((item.start for item in done.values()), default=0.0)
    slots: dict[str, Slot] = {}
    waits = {task.key: task.after for task in tasks_of(graph, every, action)}
    for urn, item in sorted(done.items(), key=lambda pair: pair[1].start):
        # A deletion waits for the whole layer before it, whether something in that depends on it or not.
        near = slots if action == "delete" else _through(waits, urn, set(done))
        before = [(slots[key].end, key) for key in near if key in slots and slots[key].end <= item.start - began]
        slots[urn] = Slot(item.start - began, item.end - began, max(before)[1] if before else "")
    return _timeline(graph, action, every, slots, measured=True)


def _through(waits: Mapping[str, frozenset[str]], urn: str, done: set[str]) -> set[str]:
    """Return the nearest resources that took part, through those that did not (components, providers)."""
    found: set[str] = set()
    seen: set[str] = set()
    open_ = list(waits.get(urn, ()))
    while open_:
        key = open_.pop()
        if key in seen:
            continue
        seen.add(key)
        if key in done:
            found.add(key)
        else:
            open_.extend(waits.get(key, ()))
    return found


def _timeline(
    graph: Graph, action: Action, every: Sequence[Edge], slots: Mapping[str, Slot], *, measured: bool
) -> Timeline:
    forced_tasks = tasks_of(graph, [edge for edge in every if edge.forced], action)
    forced_slots = schedule(forced_tasks)
    spare_time = slack(tasks_of(graph, every, action))
    waits: dict[str, dict[str, Edge]] = {}
    for edge in every:
        later, earlier = pair(edge, action)
        waits.setdefault(later, {})[earlier] = edge

    def step(urn: str, slot: Slot, reasons: Sequence[tuple[str, bool]]) -> Step:
        resource = graph.resources[urn]
        said = [reason for reason, _forced in reasons if reason not in ("parent", "provider")]
        return Step(
            urn=urn,
            type=resource.type,
            name=resource.name,
            start=slot.start,
            end=slot.end,
            waited_for=slot.waited_for,
            why=said[0] if said else reasons[0][0] if reasons else "",
            forced=all(forced for _reason, forced in reasons),
            slack=spare_time.get(urn, 0.0),
        )

    def reason(urn: str, slot: Slot) -> tuple[str, bool]:
        edge = waits.get(urn, {}).get(slot.waited_for)
        return (edge.reason, edge.forced) if edge else (_LAYERS if action == "delete" else _THROUGH, True)

    def way(among: Mapping[str, Slot]) -> tuple[Step, ...]:
        causes = {urn: _cause(graph, slot, waits.get(urn, {}), among, action) for urn, slot in among.items()}
        found: list[Step] = []
        passed: list[tuple[str, bool]] = []
        for urn in path(causes):
            slot = causes[urn]
            passed += [reason(urn, slot)] if slot.waited_for else []
            if slot.end > slot.start:
                before = found[-1].urn if found else ""
                found.append(step(urn, Slot(slot.start, slot.end, before), passed if before else []))
                passed = []
        return tuple(found)

    taking = sorted((urn for urn in slots if slots[urn].end > slots[urn].start), key=lambda urn: slots[urn].start)
    return Timeline(
        action=action,
        measured=measured,
        total=length(slots),
        steps=tuple(
            step(urn, slots[urn], [reason(urn, slots[urn])] if slots[urn].waited_for else []) for urn in taking
        ),
        critical=way(slots),
        forced=length(forced_slots),
        forced_path=way(forced_slots),
        engine_forced=length(layers(forced_tasks) if action == "delete" else forced_slots),
        spares=tuple(spares(graph, action, every)),
    )


def _cause(graph: Graph, slot: Slot, waits: Mapping[str, Edge], slots: Mapping[str, Slot], action: Action) -> Slot:
    """Return the slot with the most telling of the resources that ended when it started."""
    ended = [other for other in waits if other in slots and slots[other].end == slot.start]
    if not ended or not slot.waited_for:
        return slot
    best = max(ended, key=lambda other: (waits[other].forced, seconds(graph.resources[other], action) > 0, other))
    return Slot(slot.start, slot.end, best)


def _step_dict(step: Step) -> dict[str, Any]:
    fields = vars(step)
    return {key: round(value, 1) if isinstance(value, float) else value for key, value in fields.items()}
