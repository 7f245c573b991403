"""A small platform in the simulated cloud, made step by step: break one thing and see who refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.world import Record, World
from tests.support.living_steps import CLUSTER, ENTRY, PLACE, STEPS, Inputs, Made, allow, document, trust

__all__ = ["CLUSTER", "ENTRY", "GONE", "PLACE", "STEPS", "LivingWorld", "allow", "document", "trust", "urn"]

GONE = object()  # Stands for an input that is taken out.


class LivingWorld:
    """A simulated cloud that is filled step by step.

    Args:
        without: Names of the steps that are left out.
        until: Name of the step before which to stop; "" for none.
        broken: For each step by name, the inputs that differ from the compliant ones.
    """

    def __init__(
        self, *, without: Iterable[str] = (), until: str = "", broken: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self.cloud = Cloud(World())
        self.made: dict[str, dict[str, Any]] = {}
        self._types: dict[str, str] = {}
        for name in STEPS:
            if name == until:
                break
            if name not in without:
                self.make(name, **(broken or {}).get(name, {}))

    @property
    def world(self) -> World:
        return self.cloud.world

    def inputs(self, step: str, /, **different: Any) -> Inputs:
        """Return the inputs of a step, some of them different; dictionaries are merged."""
        return _merged(STEPS[step][1](self.made), {key: _of(value, self.made) for key, value in different.items()})

    def make(self, step: str, /, like: str = "", **different: Any) -> dict[str, Any]:
        """Make the thing of a step, or another like it, and return its outputs with its id."""
        type_, inputs = STEPS[like or step][0], self.inputs(like or step, **different)
        id_, outputs = self.cloud.create(type_, urn(step, type_), inputs, PLACE, preview=False)
        self.made[step], self._types[step] = {**outputs, "id": id_}, type_
        return self.made[step]

    def record(self, step: str) -> Record:
        """Return what the world holds of a step."""
        record = self.world.get(self._types[step], self.made[step]["id"])
        assert record is not None, f"{step} must exist"
        return record

    def change(self, step: str, /, **different: Any) -> dict[str, Any]:
        """Change the thing of a step in place."""
        record = self.record(step)
        inputs = _merged(dict(record.inputs), {key: _of(value, self.made) for key, value in different.items()})
        return self.cloud.update(record.type, record.id, record.urn, inputs, PLACE, preview=False)

    def replaced_by(self, step: str, /, **different: Any) -> tuple[str, ...]:
        """Return which of some changed inputs replace the thing of a step."""
        old = dict(self.record(step).inputs)
        new = _merged(old, {key: _of(value, self.made) for key, value in different.items()})
        return self.cloud.diff(STEPS[step][0], old, new).replaces

    def delete(self, step: str) -> None:
        """Delete the thing of a step."""
        type_ = self._types[step]
        self.cloud.delete(type_, self.made[step]["id"], urn(step, type_))

    def delete_all(self, *, but: Iterable[str] = ()) -> None:
        """Delete everything, the last that was made first."""
        for name in reversed([name for name in self.made if name not in but]):
            self.delete(name)


def urn(name: str, type_: str) -> str:
    return f"urn:pulumi:test::demo::{type_}::{name}"


def _of(value: Any, made: Made) -> Any:
    return value(made) if callable(value) else value


def _merged(base: Inputs, different: Mapping[str, Any]) -> Inputs:
    merged = dict(base)
    for key, value in different.items():
        if value is GONE:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merged(dict(merged[key]), value)
        else:
            merged[key] = value
    return merged
