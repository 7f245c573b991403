"""Write docs/configuration.md and schemas/stack-config.schema.json from the models in settings/.

Run it after a model has changed: `python -m scripts.generate_configuration_docs`. Tests compare both files.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from settings import aws_catalogue
from settings.base import OFF_SWITCH, Section, camel_case
from settings.model import StackConfig
from settings.shapes import section_of

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "configuration.md"
SCHEMA = ROOT / "schemas" / "stack-config.schema.json"
PROJECT = "eks-platform"

_INTRODUCTION = """# Configuration

Generated from the models in `settings/` by `python -m scripts.generate_configuration_docs`; do not edit it here.

A stack is configured in `Pulumi.<stack>.yaml`: `aws:region`, and one key under `eks-platform:` for each section below.
Names are written in camelCase. Every mistake is reported at once, before anything is made, with its place and what is
allowed there. The line

```yaml
# yaml-language-server: $schema=schemas/stack-config.schema.json
```

at the head of a stack file gives completion and checks while you type, in editors that know the YAML language server.

A mistake reads like this, and the program ends with exit code 2:

```text
Pulumi.dev.yaml  eks-platform:tags.ownr: unknown key; did you mean "owner"?
Pulumi.dev.yaml  eks-platform:cluster.version: 1.3 is not text; write it in quotes, "1.30"
```

In the tables `<name>` is a name of your choice and `[]` an entry of a list; "needed" stands where there is no default.
A part whose default is "see below" is there with the defaults of its own keys; most of those can be switched off with
`false`, as their meaning says.

| Key | Meaning |
|---|---|
| `aws:region` | AWS region to deploy to, for example `eu-west-1`. Needed. |
| `pulumi:disable-default-providers` | `["*"]`, so that no resource can reach another account by accident. |
"""


def main() -> None:
    """Write both files."""
    DOCS.write_text(documentation(), encoding="utf-8")
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(schema_text(), encoding="utf-8")


def documentation() -> str:
    """Return the text of docs/configuration.md."""
    overview = [f"| [`{PROJECT}:{key}`](#{key.lower()}) | {field.description} |" for key, field in _fields(StackConfig)]
    parts = [_INTRODUCTION + "\n".join(overview) + "\n"]
    parts += [_section(key, field) for key, field in _fields(StackConfig)]
    return "\n".join(parts)


def schema() -> dict[str, Any]:
    """Return the JSON schema of a stack file."""
    document = StackConfig.model_json_schema(by_alias=True)
    _add_off_switches(StackConfig, document)
    _strip(document)
    definitions = document.pop("$defs")
    definitions["NodeGroup"]["properties"]["instanceTypes"]["items"] = {"$ref": "#/$defs/InstanceType"}
    definitions["NodeGroup"]["properties"]["amiType"]["enum"] = _ami_types()
    definitions["InstanceType"] = {"type": "string", "enum": sorted(aws_catalogue.instance_types())}
    keys = {f"{PROJECT}:{key}": value for key, value in document["properties"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Stack configuration of {PROJECT}",
        "type": "object",
        "required": ["config"],
        "properties": {
            "config": {
                "type": "object",
                "required": ["aws:region", *(f"{PROJECT}:{key}" for key in document["required"])],
                "properties": {
                    "aws:region": {
                        "description": "AWS region to deploy to.",
                        "enum": sorted(aws_catalogue.regions()),
                    },
                    **keys,
                },
                "patternProperties": {f"^(?!{PROJECT}:|aws:region$)": {}},
                "additionalProperties": False,
            },
            "secretsprovider": {"type": "string"},
            "encryptedkey": {"type": "string"},
            "encryptionsalt": {"type": "string"},
            "environment": {},
        },
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """Return the text of schemas/stack-config.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _ami_types() -> list[str]:
    return [name for name in aws_catalogue.ami_types() if name != "CUSTOM" and not name.startswith("AL2_")]


def _add_off_switches(model: type[Section], document: dict[str, Any]) -> None:
    """Let `false` stand in the schema wherever a part can be switched off."""
    for nested in (model, *_models(model)):
        target = document if nested is StackConfig else document["$defs"][nested.__name__]
        for key, field in _fields(nested):
            options = target["properties"][key].get("anyOf", [])
            if OFF_SWITCH in field.metadata and {"const": False} not in options:
                options.append({"const": False})


# Keys whose allowed values come from the catalogue, not from the type.
_FROM_CATALOGUE: Mapping[str, Callable[[], Sequence[Any]]] = {
    "retentionDays": aws_catalogue.log_retention_days,
    "amiType": _ami_types,
}


def _strip(node: Any) -> None:
    """Take out of a schema what is of no use in an editor."""
    if isinstance(node, list):
        for item in node:
            _strip(item)
        return
    if not isinstance(node, dict):
        return
    for key in ("unit", "derivedDefault"):
        node.pop(key, None)
    if isinstance(node.get("title"), str):
        node.pop("title")
    if node.get("default") == "" and "enum" not in node:
        node.pop("default")
    for item in node.values():
        _strip(item)


def _fields(model: type[Section]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        yield field.alias or camel_case(name), field


def _section(key: str, field: FieldInfo) -> str:
    model, depth = section_of(field.annotation)
    lines = [f"## {key}", "", str(field.description)]
    if model is None:
        lines += ["", f"Type: {_type(field)}. Default: {_default(field)}."]
        return "\n".join(lines) + "\n"
    lines += ["", "| Key | Type | Default | Allowed | Meaning |", "|---|---|---|---|---|"]
    lines += _rows(model, "<name>." if depth else "")
    notes = [note for nested in _models(model) if (note := _note(nested))]
    return "\n".join([*lines, "", *dict.fromkeys(notes)]) + "\n"


def _models(model: type[Section]) -> Iterator[type[Section]]:
    yield model
    for _, field in _fields(model):
        nested, _ = section_of(field.annotation)
        if nested:
            yield from _models(nested)


def _note(model: type[Section]) -> str:
    """Return the sources that a model's docstring names, as a list entry."""
    text = " ".join(inspect.cleandoc(model.__doc__ or "").split())
    return f"- {text}" if "https://" in text else ""


def _rows(model: type[Section], prefix: str) -> Iterator[str]:
    common = model.extra_section()
    for key, field in _fields(model):
        nested, depth = section_of(field.annotation)
        yield _row(f"{prefix}{key}", key, field)
        if nested and common and issubclass(nested, common):
            yield from (_row(f"{prefix}{key}.{own}", own, inner) for own, inner in _own_fields(nested, common))
        elif nested:
            yield from _rows(nested, f"{prefix}{key}{_step(field, depth)}.")
    if common:
        meaning = "Any other EKS add-on by AWS's name. What follows is for every add-on."
        yield f"| `{prefix}<any>` | object | none |  | {meaning} |"
        yield from _rows(common, f"{prefix}<any>.")


def _row(name: str, key: str, field: FieldInfo) -> str:
    cells = (f"`{name}`", _type(field), _default(field), _allowed(key, field), str(field.description))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _own_fields(model: type[Section], parent: type[Section]) -> Iterator[tuple[str, FieldInfo]]:
    return ((key, field) for key, field in _fields(model) if key not in dict(_fields(parent)))


def _step(field: FieldInfo, depth: int) -> str:
    if not depth:
        return ""
    return ".<name>" if "Mapping" in str(field.annotation) else "[]"


def _type(field: FieldInfo) -> str:
    shown = _type_of(field.annotation)
    extra = field.json_schema_extra
    unit = extra.get("unit") if isinstance(extra, dict) else None
    return f"{shown} ({unit})" if unit else shown


def _type_of(annotation: Any) -> str:
    names = {str: "text", int: "whole number", float: "number", bool: "true or false", Any: "any"}
    if annotation in names:
        return names[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return "object"
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return _type_of(type(arguments[0]))
    if origin is tuple:
        return f"list of {_type_of(arguments[0])}"
    if "Mapping" in str(origin):
        return f"map of {_type_of(arguments[1])}"
    if "Annotated" in str(origin) or hasattr(annotation, "__metadata__"):
        return _type_of(arguments[0])
    return " or ".join(_type_of(argument) for argument in arguments if argument is not type(None))


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "derivedDefault" in extra:
        return str(extra["derivedDefault"])
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value is PydanticUndefined:
        return "none"
    if isinstance(value, Section):
        return "see below"
    return f"`{json.dumps(value)}`"


def _allowed(key: str, field: FieldInfo) -> str:
    options = list(_FROM_CATALOGUE[key]() if key in _FROM_CATALOGUE else options_of(field.annotation))
    if options:
        return ", ".join(f"`{option}`" for option in options)
    least = [item.ge for item in field.metadata if hasattr(item, "ge")]
    above = [item.gt for item in field.metadata if hasattr(item, "gt")]
    most = [item.le for item in field.metadata if hasattr(item, "le")]
    if least or most:
        if not least:
            return f"above {above[0]}, up to {most[0]}"
        return f"{least[0]} to {most[0]}" if least and most else f"{least[0]} or more"
    shortest = [item.min_length for item in field.metadata if hasattr(item, "min_length")]
    longest = [item.max_length for item in field.metadata if hasattr(item, "max_length")]
    if shortest or longest:
        return (
            f"{shortest[0] if shortest else 0} to {longest[0]} entries" if longest else f"{shortest[0]} or more entries"
        )
    return ""


def options_of(annotation: Any) -> Iterator[Any]:
    """Yield the values that a type allows one by one; none for a type that is open."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
        return
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return
    for argument in get_args(annotation):
        yield from options_of(argument)


if __name__ == "__main__":
    main()
