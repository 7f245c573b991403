"""The simulated cloud: everything that exists in it, kept in a file between commands."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rehearsal.simulator.clock import Clock
from rehearsal.simulator.journal import Journal


@dataclass(frozen=True, kw_only=True)
class Record:
    """One thing that exists.

    Args:
        type: Type token, for example "aws:eks/cluster:Cluster".
        id: Physical id, unique within the type.
        urn: URN of the resource that made it; "" for what a controller or a service made by itself.
        inputs: Inputs in the clear, as the provider checked them.
        outputs: Outputs in the clear: inputs and what the provider computed.
        region: Region it lives in.
        account: Account it lives in.
        status: "ACTIVE", or what else the service says of it, for example "CREATE_FAILED" or "DEGRADED".
        created: Virtual seconds since the world began at which it was ready.
    """

    type: str
    id: str
    urn: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    region: str = ""
    account: str = ""
    status: str = "ACTIVE"
    created: float = 0.0

    def get(self, path: str, default: Any = None) -> Any:
        """Return an output by dotted path, for example "vpcConfig.vpcId"."""
        value: Any = self.outputs
        for part in path.split("."):
            if not isinstance(value, Mapping) or part not in value:
                return default
            value = value[part]
        return value


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that was done in the world.

    Args:
        action: "create", "update", "delete", "read", or "refuse".
        type: Type token.
        id: Physical id; "" for a refused creation.
        urn: URN of the resource.
        start: Virtual seconds since the world began.
        end: The same, when it was done.
        error: What was answered if it was refused.
    """

    action: str
    type: str
    id: str
    urn: str
    start: float
    end: float
    error: str = ""


class World:
    """All records, by type and id. Every change is written to the file at once, so that a killed run loses nothing.

    Args:
        file: Where the world is kept; None for memory only.
        clock: The virtual clock; None for one that stands still between calls.
    """

    def __init__(self, file: Path | None = None, clock: Clock | None = None) -> None:
        self.lock = threading.RLock()
        self.clock = clock or Clock(scale=0)
        self._journal = Journal(file) if file is not None else None
        self._records: dict[tuple[str, str], Record] = {}
        self._events: list[Event] = []
        self._held: dict[str, tuple[str, float]] = {}
        if self._journal is not None:
            self._load(self._journal)

    @property
    def events(self) -> tuple[Event, ...]:
        """What was done, in order of completion."""
        with self.lock:
            return tuple(self._events)

    def __iter__(self) -> Iterator[Record]:
        """Iterate over a snapshot of all records."""
        with self.lock:
            return iter(list(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def get(self, type_: str, id_: Any) -> Record | None:
        """Return the record with a type and an id, or None."""
        with self.lock:
            return self._records.get((type_, str(id_)))

    def of_type(self, *types: str) -> list[Record]:
        """Return the records of the given types."""
        return [record for record in self if record.type in types]

    def where(self, type_: str, **equal: Any) -> list[Record]:
        """Return the records of a type whose outputs have the given values; "__" stands for a dot in a path."""
        wanted = {path.replace("__", "."): value for path, value in equal.items()}
        return [
            record for record in self.of_type(type_) if all(record.get(path) == value for path, value in wanted.items())
        ]

    def by_arn(self, arn: Any) -> Record | None:
        """Return the record with an ARN, or None."""
        return next((record for record in self if record.get("arn") == arn), None)

    def referring(self, value: Any, *, but: str = "") -> list[Record]:
        """Return the records in whose inputs a value (an id or an ARN) stands somewhere, except those of a type."""
        return [record for record in self if record.type != but and _holds(record.inputs, value)]

    def put(self, record: Record) -> None:
        """Add a record, or replace the one with its type and id."""
        with self.lock:
            self._records[record.type, record.id] = record
            self._note("put", vars(record))

    def update(self, record: Record, **changes: Any) -> Record:
        """Return the record with changed fields, which takes its place."""
        changed = replace(record, **changes)
        self.put(changed)
        return changed

    def remove(self, type_: str, id_: Any) -> None:
        """Take a record away; nothing happens if there is none."""
        with self.lock:
            if self._records.pop((type_, str(id_)), None) is not None:
                self._note("remove", [type_, str(id_)])

    def hold(self, key: str, holder: str, seconds: float) -> str:
        """Hold something that only one may hold, from now on for some virtual seconds.

        What a service does takes time in which nothing stands in the records yet: a name that is being created is
        taken, a cluster works on one Fargate profile at a time.

        Args:
            key: What is held, for example "fargate profiles of demo".
            holder: Who holds it.
            seconds: Virtual seconds after which it is free again.

        Returns:
            "" if it was free, else who holds it.
        """
        with self.lock:
            now = self.clock.now()
            held_by, until = self._held.get(key, ("", now))
            if now < until:
                return held_by
            self._held[key] = holder, now + seconds
            return ""

    def log(self, event: Event) -> None:
        """Keep what was done."""
        with self.lock:
            self._events.append(event)
            self._note("event", vars(event))

    def _note(self, kind: str, content: Any) -> None:
        if self._journal is not None:
            self._journal.add({kind: content, "seconds": self.clock.now()})

    def _load(self, journal: Journal) -> None:
        entries = journal.entries()
        for entry in entries:
            self._replay(entry)
        if len(entries) > len(self._records) + len(self._events):
            records = ({"put": vars(record), "seconds": self.clock.now()} for record in self._records.values())
            events = ({"event": vars(event), "seconds": self.clock.now()} for event in self._events)
            journal.rewrite([*records, *events])

    def _replay(self, entry: Mapping[str, Any]) -> None:
        if "put" in entry:
            record = Record(**entry["put"])
            self._records[record.type, record.id] = record
        elif "remove" in entry:
            type_, id_ = entry["remove"]
            self._records.pop((type_, id_), None)
        else:
            self._events.append(Event(**entry["event"]))
        self.clock.advance_to(entry["seconds"])


def _holds(value: Any, wanted: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(item, wanted) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_holds(item, wanted) for item in value)
    return value == wanted
