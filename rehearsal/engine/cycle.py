"""The whole life of a stack on the real engine: every step, how long it took, and what is left in the end."""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TextIO

import yaml
from rich.console import Console
from rich.table import Table

from rehearsal.engine.report import report
from rehearsal.engine.run import Engine
from rehearsal.errors import ProjectError
from rehearsal.policy_report import PolicyPackChoice
from rehearsal.render.timeline import clock_text
from rehearsal.simulator.world import Event
from rehearsal.state_graph import read_state
from rehearsal.timeline import Action, Timeline
from rehearsal.yaml_file import read_yaml

Result = Literal["ok", "failed", "skipped"]
_STYLES: Mapping[Result, str] = {"ok": "green", "failed": "bold red", "skipped": "yellow"}
_DONE = {"create": "created", "update": "updated", "delete": "deleted", "refuse": "refused"}


@dataclass(frozen=True)
class Setting:
    """One setting that the cycle changes.

    Args:
        key: Config key with its namespace, for example "eks-platform:cluster".
        path: Keys below it; empty to replace the whole value.
        value: The new value.
    """

    key: str
    path: tuple[str, ...]
    value: Any

    @classmethod
    def parse(cls, text: str) -> Setting:
        """Return the setting of a command line, KEY[.path.below]=JSON.

        Raises:
            ProjectError: If the text has another form.
        """
        way, equals, value = text.partition("=")
        key, *path = way.split(".")
        if not equals or ":" not in key or not all(path):
            raise ProjectError(f"--update {text!r}: the form is NAMESPACE:KEY[.path.below]=JSON")
        try:
            return cls(key, tuple(path), json.loads(value))
        except ValueError:
            raise ProjectError(f"--update {text!r}: {value!r} is not JSON (a text stands in double quotes)") from None

    @property
    def name(self) -> str:
        """Its key and path, as on the command line."""
        return ".".join((self.key, *self.path))

    def holds_in(self, document: Mapping[str, Any]) -> bool:
        """Return whether a stack file has this value already."""
        place: Any = document.get("config")
        for step in (self.key, *self.path):
            place = place.get(step) if isinstance(place, Mapping) else None
        return place == self.value

    def apply(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return a stack file with the setting changed.

        Raises:
            ProjectError: If the path leads through something that is no mapping.
        """
        changed: dict[str, Any] = json.loads(json.dumps(document))
        place = changed.setdefault("config", {})
        *way, last = (self.key, *self.path)
        for step in way:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise ProjectError(f"--update: {step} of {self.key} is no mapping")
        place[last] = self.value
        return changed


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the cycle and what came of it.

    Args:
        name: What was done.
        result: "ok", "failed", or "skipped".
        seconds: Real seconds that it took.
        virtual: Virtual seconds that AWS would have taken; 0 where it had nothing to do.
        note: What there is to say.
    """

    name: str
    result: Result
    seconds: float = 0.0
    virtual: float = 0.0
    note: str = ""


@dataclass
class Cycle:
    """A life of one stack.

    Args:
        attached: The session with the simulator attached.
        packs: Policy packs for the updates.
        settings: What to change in the middle, one update each; none to leave that step out.
        timeout: Seconds after which a command is ended.
        unlocks: What to change, without the policy packs, before the stack can be destroyed, such as a protection.
    """

    attached: Engine
    packs: list[PolicyPackChoice]
    settings: Sequence[Setting]
    timeout: float
    unlocks: Sequence[Setting] = ()
    steps: list[Step] = field(default_factory=list[Step])
    timelines: dict[Action, Timeline] = field(default_factory=dict[Action, Timeline])

    def run(self) -> bool:
        """Live the whole life, and return whether every step went well; after the first failure the rest is left out.

        Raises:
            ProjectError: If the stack exists already.
        """
        if len(self.attached.cloud.world) or self._managed():
            name = self.attached.session.stack.name
            raise ProjectError(f"stack {name!r} is not empty: run `destroy` first, for a cycle begins with nothing")
        no_changes = ("preview", "--expect-no-changes")
        self._step("preview", lambda: self._pulumi("preview"))
        self._step("up", lambda: self._timed("create", "up", "--yes", *_policies(self.packs)))
        self._step("preview: no change", lambda: self._pulumi(*no_changes))
        self._step("refresh: no drift", lambda: self._pulumi("refresh", "--yes", "--expect-no-changes"))
        self._step("preview: no change", lambda: self._pulumi(*no_changes))
        if not self.settings:
            note = "no --update KEY=JSON says which setting"
            self.steps.append(Step(name="update of one setting", result="skipped", note=note))
        self._updates("update of", self.settings, self.packs)
        self._updates("unlock", self.unlocks, ())
        self._step("destroy", lambda: self._timed("delete", "destroy", "--yes"))
        self._step("nothing is left", self._nothing_left)
        return all(step.result != "failed" for step in self.steps)

    def render(self, stream: TextIO, *, color: bool = False) -> None:
        """Write the table of steps."""
        table = Table(title=f"Cycle of stack {self.attached.session.stack.name}", title_justify="left")
        for title in ("step", "result", "wall", "virtual", ""):
            table.add_column(title, justify="right" if title in ("wall", "virtual") else "left")
        for step in self.steps:
            table.add_row(
                step.name,
                f"[{_STYLES[step.result]}]{step.result}[/]",
                f"{step.seconds:.1f} s" if step.seconds else "",
                clock_text(step.virtual) if step.virtual else "",
                step.note,
            )
        console = Console(
            file=stream, force_terminal=color, no_color=not color, width=None if stream.isatty() else 160, emoji=False
        )
        console.print(table)

    def _step(self, name: str, act: Callable[[], tuple[bool, str]]) -> None:
        if any(step.result == "failed" for step in self.steps):
            self.steps.append(Step(name=name, result="skipped", note="a step before failed"))
            return
        print(f"\n--- {name}", file=sys.stderr, flush=True)
        world = self.attached.cloud.world
        done, virtual, began = len(world.events), world.clock.now(), time.perf_counter()
        fine, note = act()
        events = world.events[done:]
        taken = max((event.end for event in events), default=virtual) - virtual if events else 0.0
        self.steps.append(
            Step(
                name=name,
                result="ok" if fine else "failed",
                seconds=time.perf_counter() - began,
                virtual=taken,
                note=", ".join(part for part in (_counted(events), note) if part),
            )
        )

    def _pulumi(self, *arguments: str) -> tuple[bool, str]:
        code = self.attached.pulumi(*arguments, timeout=self.timeout)
        return code == 0, "" if code == 0 else f"pulumi {arguments[0]} ended with exit code {code}"

    def _timed(self, action: Action, *arguments: str) -> tuple[bool, str]:
        world, session = self.attached.cloud.world, self.attached.session
        before = read_state(session.state_file) if action == "delete" else None
        began = world.clock.now()
        fine, note = self._pulumi(*arguments)
        if not fine:
            return fine, note
        graph = before or read_state(session.state_file)
        found = report(world, graph, action, began)
        if found is not None:
            self.timelines[action] = found
            note = f"{found.ratio:.2f} x what AWS forces"
        return fine, note

    def _updates(self, verb: str, settings: Sequence[Setting], packs: Sequence[PolicyPackChoice]) -> None:
        for setting in settings:
            name = f"{verb} {setting.name}"
            if setting.holds_in(read_yaml(self.attached.session.config_file)):
                note = f"is {json.dumps(setting.value)} already"
                self.steps.append(Step(name=name, result="skipped", note=note))
                continue
            self._step(name, functools.partial(self._changed, setting, packs))
            self._step("preview: no change", functools.partial(self._pulumi, "preview", "--expect-no-changes"))

    def _changed(self, setting: Setting, packs: Sequence[PolicyPackChoice]) -> tuple[bool, str]:
        file = self.attached.session.config_file
        document = setting.apply(read_yaml(file))
        file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        world = self.attached.cloud.world
        done = len(world.events)
        fine, note = self._pulumi("up", "--yes", *_policies(packs))
        if fine and len(world.events) == done:
            return False, "the setting changed nothing"
        return fine, note

    def _nothing_left(self) -> tuple[bool, str]:
        left = [f"{record.type} {record.id}" for record in self.attached.cloud.world]
        left += [f"{urn} in the state" for urn in self._managed()]
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        return not left, f"left: {'; '.join(left[:5])}{more}" if left else "world and state are empty"

    def _managed(self) -> list[str]:
        file = self.attached.session.state_file
        return list(read_state(file).resources) if file.is_file() else []


def _policies(packs: Sequence[PolicyPackChoice]) -> list[str]:
    arguments: list[str] = []
    for pack in packs:
        arguments += ["--policy-pack", str(pack.directory)]
        if pack.config is not None:
            arguments += ["--policy-pack-config", str(pack.config)]
    return arguments


def _counted(events: tuple[Event, ...]) -> str:
    counts = {action: sum(event.action == action for event in events) for action in _DONE}
    return ", ".join(f"{number} {_DONE[action]}" for action, number in counts.items() if number)
