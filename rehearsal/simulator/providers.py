"""The simulated providers together: one door for checks, creations, reads and questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.errors import RehearsalError
from rehearsal.graph import PROVIDER_PREFIX
from rehearsal.simulator import autonames, checks, schema
from rehearsal.simulator.catalogue import INVOKES, resource_model
from rehearsal.simulator.context import Creation, Question
from rehearsal.wire import UNKNOWN, contains_unknown


def check(type_: str, urn: str, inputs: Mapping[str, Any]) -> None:
    """Refuse a type that no SDK knows, and inputs that its provider or the service's API would refuse.

    Raises:
        RehearsalError: With a line for each problem.
    """
    _refuse(urn, [*autonames.problems(type_, urn, inputs), *checks.check_inputs(type_, inputs)])


def check_type(type_: str, urn: str) -> None:
    """Refuse a type that no SDK knows: all there is to check where a resource is only read.

    Raises:
        RehearsalError: If there is no such type.
    """
    _refuse(urn, checks.check_type(type_))


def _refuse(urn: str, problems: Iterable[tuple[str, str]]) -> None:
    lines = [f"{urn}: {reason}" for _path, reason in problems]
    if lines:
        raise RehearsalError("\n".join(lines))


def create(creation: Creation, *, known: bool) -> tuple[str, dict[str, Any]]:
    """Return the physical id and the outputs of a new resource.

    Args:
        creation: The resource.
        known: True as in an update; False as in a first preview, where what the provider computes is unknown and the
            id is "".

    Raises:
        RehearsalError: If the simulator has no answer for the type.
    """
    if creation.type.startswith(PROVIDER_PREFIX):
        return (creation.uuid() if known else ""), dict(creation.inputs)
    model = resource_model(creation.type)
    if model is None:
        raise RehearsalError(f"{creation.urn}: the simulator has no answer for the type {creation.type}")
    id_ = model.id(creation)
    computed = {**_default_tags(creation), **model.outputs(creation, id_)}
    inner = {key: value for key, value in computed.items() if isinstance(value, Mapping)}
    if not known:
        computed = {key: value if key in model.known else UNKNOWN for key, value in computed.items()}
    outputs = {**computed, **creation.inputs}
    for key, value in inner.items():
        given = creation.inputs.get(key)
        if isinstance(given, Mapping):
            # An object that is given in part: the provider computes the rest of it.
            outputs[key] = {**{name: one if known else UNKNOWN for name, one in value.items()}, **given}
    if "tagsAll" in computed:
        outputs["tagsAll"] = computed["tagsAll"]
    return ("" if not known or contains_unknown(id_) else str(id_)), outputs


def _default_tags(creation: Creation) -> dict[str, Any]:
    resource = schema.resource_class(creation.type)
    if creation.type.startswith("aws:") and resource is not None and hasattr(resource, "tags_all"):
        tags = creation.inputs.get("tags")
        return {"tagsAll": {**creation.place.default_tags, **(tags if isinstance(tags, Mapping) else {})}}
    return {}


def answer(question: Question) -> Mapping[str, Any]:
    """Return the answer to a function call.

    Raises:
        RehearsalError: If the simulator does not know the function.
    """
    function = INVOKES.get(question.token)
    if function is None:
        raise RehearsalError(f"the simulator has no answer for the function {question.token}")
    return function(question)
