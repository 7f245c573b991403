"""Write rehearsal/simulator/data/api_constraints.json: what the AWS APIs demand of the inputs of each Pulumi type.

The constraints come from the service models in botocore, the inputs from the SDK. Run it after a new botocore or
pulumi-aws was installed: `python -m scripts.generate_api_constraints`. A test makes the table anew and compares, so a
stale one does not pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from rehearsal.simulator import schema, sdk_shapes
from rehearsal.simulator.sdk_shapes import Shape
from scripts.api_mapping import MAPPING, Mapped, Operation

TARGET = Path(__file__).resolve().parent.parent / "rehearsal" / "simulator" / "data" / "api_constraints.json"

_CONSTRAINTS = ("enum", "pattern", "min", "max")
_PLAIN_TYPES = frozenset({"string", "integer", "long", "float", "double", "boolean"})
_ENDINGS = ("document", "arn", "id")


class _Model:
    """One service model of botocore."""

    def __init__(self, loader: Loader, service: str) -> None:
        model = loader.load_service_model(service, "service-2")
        self.service = service
        self.shapes: Mapping[str, Any] = model["shapes"]
        self.operations: Mapping[str, Any] = model["operations"]

    def request(self, operation: Operation) -> str:
        return self.operations[operation.name]["input"]["shape"]

    def member(self, shape: str, path: str) -> str:
        """Return the shape at a path such as "logging.clusterLogging[].types"."""
        for part in re.findall(r"\[\d*\]|[^.\[]+", path):
            outer = self.shapes[shape]
            shape = (outer["member"] if part.startswith("[") else outer["members"][part])["shape"]
        return shape

    def constraints(self, shape: str) -> dict[str, Any]:
        found = {key: self.shapes[shape][key] for key in _CONSTRAINTS if key in self.shapes[shape]}
        if f"{self.service}.{shape}" == "logs.Days":
            found["enum"] = self._retention_days()
        return {"type": _kind(self.shapes[shape]["type"]), **found} if found else {}

    def _retention_days(self) -> list[int]:
        """Return the retention periods, which the model has in its text only; 0 is the provider's word for no end."""
        listed = re.search(r"Possible values are: ([\d, and]+)", self.shapes["Days"]["documentation"])
        if listed is None:
            raise ValueError("the CloudWatch Logs model no longer lists the retention periods in shape Days")
        return sorted({0, *(int(days) for days in re.findall(r"\d+", listed[1]))})


def _kind(type_: str) -> str:
    return "number" if type_ in _PLAIN_TYPES - {"string"} else type_


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _singular(name: str) -> str:
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


def _stem(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and name != ending:
            return _singular(name.removesuffix(ending))
    return name


def member_of(input_: str, members: Mapping[str, Any], noun: str) -> str:
    """Return the API member that an input is by the rule, or "" if there is none."""
    plain = _plain(input_)
    for same in (lambda n: n, _singular, lambda n: _stem(_singular(n))):
        for name in members:
            if same(_plain(name)) == same(plain):
                return name
    return next((name for name in members if _plain(name) == _plain(noun) + plain and noun), "")


class _Walk:
    """One pass over the inputs of a type beside the members of one operation."""

    def __init__(self, models: Mapping[str, _Model], mapped: Mapped, operation: Operation) -> None:
        self._models = models
        self._model = models[operation.service]
        self._operation = operation
        self._exceptions = mapped.exceptions
        self._request = self._model.request(operation)

    def inputs(self, of: type) -> Iterator[tuple[str, str, str]]:
        """Yield (path of the input, shape with a constraint, path of the member)."""
        root = self._operation.root
        yield from self._object(of, self._model.member(self._request, root), "", root)

    def _object(self, of: type, shape: str, path: str, at: str) -> Iterator[tuple[str, str, str]]:
        members: Mapping[str, Any] = self._model.shapes[shape]["members"]
        for wire, field in sdk_shapes.fields(of).items():
            here = f"{path}.{wire}" if path else wire
            exception = self._exceptions.get(here)
            if exception is None:
                name = member_of(wire, members, "" if path else self._operation.noun)
                if name:
                    yield from self._value(field.shape, members[name]["shape"], here, f"{at}.{name}" if at else name)
            elif exception and not exception.startswith("!"):
                found = self._exception(exception)
                if found:
                    yield from self._value(field.shape, found, here, exception)

    def _exception(self, path: str) -> str:
        """Return the shape that an exception names, or "" if it belongs to another operation of the type."""
        first = re.split(r"[.\[]", path)[0]
        root = self._model.member(self._request, self._operation.root)
        if first in self._model.shapes[self._request]["members"]:
            return self._model.member(self._request, path)
        return self._model.member(root, path) if first in self._model.shapes[root]["members"] else ""

    def _value(self, shape: Shape, name: str, path: str, at: str) -> Iterator[tuple[str, str, str]]:
        api = self._model.shapes[name]
        kind, of = shape.kind, shape.args_class
        if api["type"] == "list" and kind in ("object", "map"):
            element = api["member"]["shape"]
            if of is not None:
                yield from self._value(shape, element, path, f"{at}[1]")
            elif tags := self._tag(element):
                yield from self._entries(path, name, *tags, at)
        elif api["type"] == "structure" and of is not None:
            yield from self._object(of, name, path, at)
        elif api["type"] == "list" and kind == "list" and shape.inner is not None:
            yield from self._constrained(path, name, at)
            yield from self._value(shape.inner, api["member"]["shape"], f"{path}[]", f"{at}[]")
        elif api["type"] == "map" and kind == "map":
            yield from self._entries(path, name, api["key"]["shape"], api["value"]["shape"], at)
        elif api["type"] in _PLAIN_TYPES and kind not in ("object", "list", "map"):
            yield from self._constrained(path, name, at)

    def _entries(self, path: str, whole: str, key: str, value: str, at: str) -> Iterator[tuple[str, str, str]]:
        yield from self._constrained(path, whole, at)
        yield from self._constrained(f"{path}{{key}}", key, at)
        yield from self._constrained(f"{path}{{}}", value, at)

    def _tag(self, name: str) -> tuple[str, str] | None:
        """Return the shapes of key and value of a list of pairs, as many services take tags."""
        members = self._model.shapes[name].get("members", {})
        keys = [members[member]["shape"] for member in members if member in ("Key", "TagKey")]
        values = [members[member]["shape"] for member in members if member in ("Value", "TagValue")]
        return (keys[0], values[0]) if keys and values else None

    def _constrained(self, path: str, name: str, at: str) -> Iterator[tuple[str, str, str]]:
        if self._model.constraints(name):
            yield path, f"{self._model.service}.{name}", _decapitalised(at)


def _decapitalised(path: str) -> str:
    """Return a member's path as AWS's messages write it: "taints[].effect" of "Taints[].Effect"."""
    return ".".join(part[:1].lower() + part[1:] for part in path.split("."))


def constraints() -> dict[str, Any]:
    """Return the table: for each type its service and inputs, for each shape what it demands."""
    loader = Loader()
    services = {operation.service for mapped in MAPPING.values() for operation in mapped.operations} | {"ec2"}
    models = {service: _Model(loader, service) for service in sorted(services)}
    types: dict[str, Any] = {}
    used: set[str] = set()
    for type_, mapped in sorted(MAPPING.items()):
        inputs = dict(_inputs(type_, mapped, models))
        used.update(shape for shape, _at in inputs.values())
        if inputs:
            targets = {path: list(target) for path, target in sorted(inputs.items())}
            types[type_] = {"service": mapped.operations[0].service, "inputs": targets}
    shapes = {name: models[name.partition(".")[0]].constraints(name.partition(".")[2]) for name in sorted(used)}
    return {"shapes": shapes, "types": types}


def _inputs(type_: str, mapped: Mapped, models: Mapping[str, _Model]) -> Iterator[tuple[str, tuple[str, str]]]:
    resource = schema.resource_class(type_)
    of = sdk_shapes.args_class(resource) if resource is not None else None
    if of is None:
        raise ValueError(f"the SDK has no arguments for {type_}")
    for operation in reversed(mapped.operations):
        for path, shape, at in _Walk(models, mapped, operation).inputs(of):
            yield path, (shape, at)
    for path, exception in mapped.exceptions.items():
        if exception.startswith("!"):
            yield path, (exception.removeprefix("!"), path)


def text() -> str:
    """Return the table as it is written to the file."""
    return json.dumps(constraints(), sort_keys=True, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text(), encoding="utf-8")
