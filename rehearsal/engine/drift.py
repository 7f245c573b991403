"""Drift on purpose: somebody changes or deletes something in the simulated cloud behind the engine's back."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.errors import ProjectError
from rehearsal.simulator.world import Record, World

_RESOURCE = r"(?P<type>[^:=]+:[^:=]+:[A-Za-z0-9]+)(?:/(?P<name>[^=]+?))?"
_CHANGE = re.compile(rf"{_RESOURCE}\.(?P<path>[A-Za-z_][\w.\[\]]*)=(?P<json>.*)", re.DOTALL)
_REMOVAL = re.compile(_RESOURCE)
_STEP = re.compile(r"([A-Za-z_]\w*)|\[(\d+)\]")


@dataclass(frozen=True)
class Change:
    """One property that is no longer what the engine made it.

    Args:
        type: Type token of the resource.
        name: Its logical name or its physical id; "" where there is only one of the type.
        path: Path of the property, for example "vpcConfig.publicAccessCidrs" or "tags.owner".
        value: What it is now; None takes it away.
    """

    type: str
    name: str
    path: str
    value: Any

    @classmethod
    def parse(cls, text: str) -> Change:
        """Return the change of a command line, TYPE[/NAME].path.to.property=JSON.

        Raises:
            ProjectError: If the text has another form.
        """
        found = _CHANGE.fullmatch(text)
        if found is None:
            raise ProjectError(f"--set {text!r}: the form is TYPE[/NAME].path.to.property=JSON")
        try:
            value = json.loads(found["json"])
        except ValueError:
            raise ProjectError(
                f"--set {text!r}: {found['json']!r} is not JSON (a text stands in double quotes)"
            ) from None
        return cls(found["type"], found["name"] or "", found["path"], value)


def change(world: World, wanted: Change) -> Record:
    """Change one property of one resource, and return the resource as it is now.

    Raises:
        ProjectError: If no resource, or more than one, is meant, or if it has no such property.
    """
    record = find(world, wanted.type, wanted.name)
    outputs = _with(record.outputs, wanted, record)
    top = _steps(wanted.path)[0]
    inputs = {**record.inputs, top: outputs[top]} if top in record.inputs and top in outputs else record.inputs
    return world.update(record, outputs=outputs, inputs=inputs)


def remove(world: World, text: str) -> Record:
    """Delete a resource, TYPE[/NAME], as somebody does in the console, and return what it was.

    Raises:
        ProjectError: If no resource, or more than one, is meant, or if the text has another form.
    """
    found = _REMOVAL.fullmatch(text)
    if found is None:
        raise ProjectError(f"--remove {text!r}: the form is TYPE[/NAME]")
    record = find(world, found["type"], found["name"] or "")
    world.remove(record.type, record.id)
    return record


def find(world: World, type_: str, name: str) -> Record:
    """Return the one resource of a type with a logical name or an id.

    Raises:
        ProjectError: If there is none, or more than one; the message lists what there is.
    """
    candidates = world.of_type(type_)
    if not candidates:
        types = sorted({record.type for record in world})
        raise ProjectError(
            f"the simulated cloud has no {type_}; it has {', '.join(types) or 'nothing: run `up` first'}"
        )
    found = [record for record in candidates if name in ("", _name(record), record.id)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(sorted(_name(record) or record.id for record in candidates))
    if not found:
        raise ProjectError(f"no {type_} is named {name!r}; there are {names}")
    raise ProjectError(f"there are {len(found)} of {type_}: name one as {type_}/NAME; there are {names}")


def _name(record: Record) -> str:
    return record.urn.rpartition("::")[2]


def _with(outputs: Mapping[str, Any], wanted: Change, record: Record) -> dict[str, Any]:
    changed = copy.deepcopy(dict(outputs))
    *way, last = _steps(wanted.path)
    place: Any = changed
    for step in way:
        place = _at(place, step)
        if place is None:
            raise ProjectError(
                f"{record.type} {_name(record)} has no {wanted.path}; it has {', '.join(sorted(outputs))}"
            )
    if isinstance(place, list) and isinstance(last, int) and last < len(place):
        place[last] = wanted.value
    elif isinstance(place, dict) and isinstance(last, str) and (way or last in place):
        place[last] = wanted.value
        if wanted.value is None:
            del place[last]
    else:
        raise ProjectError(f"{record.type} {_name(record)} has no {wanted.path}; it has {', '.join(sorted(outputs))}")
    return changed


def _at(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _steps(path: str) -> Sequence[Any]:
    return [name or int(index) for name, index in _STEP.findall(path)]
