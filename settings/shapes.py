"""Check the shape of a configuration with the models, and say in plain words what does not fit."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings.base import OFF_SWITCH, Section, yaml_keys
from settings.model import StackConfig
from settings.problems import Path, Problem, nearest, not_one_of, show, unknown_key

# Stand-ins for what every configuration must have, so that the other rules can still be checked without it.
_PLACEHOLDERS: Mapping[str, Any] = {
    "account": "000000000000",
    "tags": {"owner": "-", "costCenter": "-"},
    "access": {},
}
_ATTEMPTS = 20

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of names to values",
    "mapping_type": "a mapping of names to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
}


def check_shape(raw: Mapping[str, Any]) -> tuple[StackConfig | None, list[Problem], list[Path]]:
    """Return the configuration, the problems of its shape, and the paths that do not count.

    With problems the configuration is what is left of it when the broken values are taken away, so that everything
    else can be checked in the same run; None when too little is left.
    """
    left: dict[str, Any] = copy.deepcopy(completed(raw, StackConfig))
    config, errors = _validate(left)
    problems = [_problem(error) for error in errors if not _is_only_misspelt(error, errors)]
    broken: list[Path] = []
    for _ in range(_ATTEMPTS):
        if not errors:
            break
        for error in errors:
            broken += _take_away(left, error)
        left = completed(left, StackConfig)
        config, errors = _validate(left)
    return config, problems, broken


def completed(value: Any, model: type[Section] | None, depth: int = 0) -> Any:
    """Return a value of the configuration with null for what `false` switches off, and {} for sections left out.

    A section that is left out gets its defaults from the root's validator then; making it by itself would need a
    validator of its own, which costs more than all others together.

    Args:
        value: The value as written.
        model: Model of the value, or of what it holds.
        depth: In how many mappings or lists the model's objects lie.
    """
    if isinstance(value, Mapping) and depth:
        return {key: completed(item, model, depth - 1) for key, item in value.items()}
    if isinstance(value, list) and depth:
        return [completed(item, model, depth - 1) for item in value]
    if not isinstance(value, Mapping) or model is None:
        return value
    result = dict(value)
    for key, attribute in yaml_keys(model).items():
        field = model.model_fields[attribute]
        nested, inner_depth = section_of(field.annotation)
        if key not in value and nested is not None and field.default_factory is nested:
            result[key] = {}
        if key in value and value[key] is False and OFF_SWITCH in field.metadata:
            result[key] = None
        elif key in result and nested is not None:
            result[key] = completed(result[key], nested, inner_depth)
    return result


def model_at(path: Sequence[str | int]) -> type[Section] | None:
    """Return the model of the object at a path, None if there is none."""
    model: type[Section] | None = StackConfig
    names = 0
    for part in path:
        if names:
            names -= 1
            continue
        if model is None:
            return None
        attribute = yaml_keys(model).get(str(part))
        if attribute:
            model, names = section_of(model.model_fields[attribute].annotation)
        else:
            model = model.extra_section()
    return model if not names else None


def section_of(annotation: Any) -> tuple[type[Section] | None, int]:
    """Return the model inside a type, and in how many mappings or lists it lies."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation, 0
    origin = get_origin(annotation)
    for argument in get_args(annotation):
        found, depth = section_of(argument)
        if found:
            return found, depth + (origin in (tuple, list, dict, Mapping))
    return None, 0


def _validate(raw: Mapping[str, Any]) -> tuple[StackConfig | None, list[ErrorDetails]]:
    try:
        config = StackConfig.model_validate_json(json.dumps(raw), by_alias=True, by_name=False)
    except ValidationError as error:
        return None, error.errors(include_url=False)
    return config, []


def _is_only_misspelt(error: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Whether a key is missing only because it is there under a misspelt name, which is reported by itself."""
    path = _clean(error["loc"])
    return error["type"] == "missing" and any(path == _meant(other) for other in errors)


def _meant(error: ErrorDetails) -> Path | None:
    """Return the path of the key that an unknown one was most likely meant to be."""
    path = _clean(error["loc"])
    model = model_at(path[:-1])
    if error["type"] != "extra_forbidden" or model is None:
        return None
    found = nearest(path[-1], yaml_keys(model))
    return (*path[:-1], found) if found else None


def _clean(location: Sequence[str | int]) -> Path:
    """Leave out of pydantic's location the tags that say which type of a union was tried."""
    return tuple(part for part in location if not str(part).startswith("<"))


def _problem(error: ErrorDetails) -> Problem:
    path = _clean(error["loc"])
    return Problem(path, _text(error, path))


def _text(error: ErrorDetails, path: Path) -> str:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    model = model_at(path[:-1])
    if kind == "missing":
        return f"is missing: {_meaning(model, str(path[-1]))}"
    if kind == "extra_forbidden":
        return unknown_key(str(path[-1]), yaml_keys(model) if model else ())
    if kind == "literal_error":
        return _choice(value, str(context["expected"]))
    if kind in _KINDS:
        if path == ("cluster", "version") and isinstance(value, float):
            return f'{show(value)} is not text; write it in quotes, "{value:.2f}"'
        return f"{show(value)} is not {_KINDS[kind]}{_cure(kind, value)}"
    return _range_text(kind, value, context)


def _range_text(kind: str, value: Any, context: Mapping[str, Any]) -> str:
    match kind:
        case "greater_than_equal":
            return f"{show(value)} is too small; the least is {context['ge']}"
        case "greater_than":
            return f"{show(value)} is too small; it must be more than {context['gt']}"
        case "less_than_equal":
            return f"{show(value)} is too large; the most is {context['le']}"
        case "too_long":
            return f"has {context['actual_length']} entries; at most {context['max_length']} are allowed"
        case "too_short":
            return f"has {context['actual_length']} entries; at least {context['min_length']} is needed"
        case _:
            return f"{show(value)} does not fit"


def _meaning(model: type[Section] | None, key: str) -> str:
    attribute = yaml_keys(model).get(key) if model else None
    text = str(model.model_fields[attribute].description) if model and attribute else "it is needed"
    return re.split(r"\.( |$)|;", text)[0]


def _choice(value: Any, expected: str) -> str:
    options = [option.strip().strip("'") for part in expected.split(" or ") for option in part.split(",")]
    if isinstance(value, str) or not all(option.isdigit() for option in options):
        return not_one_of(value, options)
    return f"{show(value)} is not one of {', '.join(options)}"


def _cure(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, (int, float)):
        return f'; write it in quotes, "{json.dumps(value)}"'
    if kind in ("int_type", "float_type") and isinstance(value, str) and value.strip().isdigit():
        return f"; write it without quotes, {value.strip()}"
    if kind in ("tuple_type", "list_type") and isinstance(value, str):
        return f"; write it in brackets, [{value}]"
    if kind == "bool_type" and isinstance(value, str):
        word = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
        return f"; write {word[value.lower()]}" if value.lower() in word else ""
    return ""


def _take_away(left: dict[str, Any], error: ErrorDetails) -> list[Path]:
    """Take a broken value out of the configuration; return which paths are then not to be judged any more."""
    path = _clean(error["loc"])
    if error["type"] == "extra_forbidden":
        _delete(left, path)
        meant = _meant(error)
        return [meant] if meant else []
    target = path[:-1] if error["type"] == "missing" and len(path) > 1 else path
    lists = [index for index, part in enumerate(target) if isinstance(part, int)]
    if lists:
        # Taking one entry out of a list would shift the positions that later findings name.
        target = target[: lists[0]]
    _delete(left, target)
    return [target]


def _delete(left: dict[str, Any], path: Path) -> None:
    parent: Any = left
    for part in path[:-1]:
        parent = parent.get(part) if isinstance(parent, dict) else None
    if isinstance(parent, dict):
        parent.pop(path[-1], None)
    if len(path) == 1 and path[0] in _PLACEHOLDERS:
        left[str(path[0])] = copy.deepcopy(_PLACEHOLDERS[str(path[0])])
