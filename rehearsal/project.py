"""Reads Pulumi.yaml and the stack's config file as the Pulumi CLI does, without decrypting anything.

https://www.pulumi.com/docs/iac/concepts/projects/project-file/
https://www.pulumi.com/docs/iac/concepts/config/
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.config_values import ConfigValue, config_value, declared_type_problem
from rehearsal.errors import ProjectError
from rehearsal.yaml_file import read_yaml

_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")


@dataclass(frozen=True, kw_only=True)
class Project:
    """A Pulumi project folder.

    Args:
        directory: The folder that holds Pulumi.yaml.
        name: Name of the project.
        main: Folder or file of the program, relative to `directory`; "" for the folder itself.
        declared: The `config` section: key as written to its declaration.
        stack_directory: Folder of the stacks' config files.
        extension: File extension of project and stack files, ".yaml" or ".yml".
    """

    directory: Path
    name: str
    main: str = ""
    declared: Mapping[str, Any] = field(default_factory=dict[str, Any])
    stack_directory: Path
    extension: str = ".yaml"

    def stack_file(self, stack: str) -> Path:
        """Return where the config file of a stack belongs."""
        return self.stack_directory / f"Pulumi.{stack}{self.extension}"

    def stacks(self) -> list[str]:
        """Return the names of the stacks that have a config file, sorted."""
        files = self.stack_directory.glob(f"Pulumi.*{self.extension}")
        return sorted(file.name.removeprefix("Pulumi.").removesuffix(self.extension) for file in files)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack's config as the program gets it.

    Args:
        name: Name of the stack.
        file: The config file.
        values: Full key ("aws:region") to value; objects and lists as JSON text.
        secret_keys: Keys whose value is secret.
        unreadable: Encrypted values that stand as a placeholder: the key, and the path inside it.
        warnings: What else the CLI would have read from elsewhere.
        stack_outputs: Outputs of other stacks by the name that the program refers to them with.
    """

    name: str
    file: Path
    values: Mapping[str, str]
    secret_keys: frozenset[str] = frozenset()
    unreadable: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    stack_outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])


def read_project(directory: Path) -> Project:
    """Return the project of a folder.

    Raises:
        ProjectError: If there is no Pulumi.yaml, or it is not that of a Python program.
    """
    directory = directory.resolve()
    file = next((directory / name for name in _PROJECT_FILES if (directory / name).is_file()), None)
    if file is None:
        raise ProjectError(
            f"there is no Pulumi.yaml in {directory}: run the command in a Pulumi project, or name one with --directory"
        )
    document = read_yaml(file)
    name = document.get("name")
    if not isinstance(name, str) or not name:
        raise ProjectError(f"{file.name}: the project has no name")
    runtime = document.get("runtime")
    language = runtime.get("name") if isinstance(runtime, Mapping) else runtime
    if language != "python":
        raise ProjectError(f"{file.name}: only programs in Python can be previewed, and the runtime is {language!r}")
    declared = document.get("config") or {}
    if not isinstance(declared, Mapping):
        raise ProjectError(f"{file.name}: config must be a mapping of keys to declarations")
    main = str(document.get("main") or "")
    if not (directory / main).exists():
        raise ProjectError(f"{file.name}: main is {main!r}, and there is no such file or folder")
    return Project(
        directory=directory,
        name=name,
        main=main,
        declared=declared,
        stack_directory=directory / str(document.get("stackConfigDir") or ""),
        extension=file.suffix,
    )


def read_stack(project: Project, name: str, file: Path | None = None) -> Stack:
    """Return a stack's config: its file, completed with what the project declares.

    Args:
        project: The project.
        name: Name of the stack, possibly with organization and project ("acme/shop/dev").
        file: Config file instead of the one that belongs to the stack.

    Raises:
        ProjectError: If there is no such stack, a declared key has no value, or a value is not of the declared type.
    """
    name = name.rpartition("/")[2]
    path = file or project.stack_file(name)
    if file is None and not path.is_file():
        raise ProjectError(_no_stack(project, name, path))
    document = read_yaml(path, texts_below="config")
    section = document.get("config") or {}
    if not isinstance(section, Mapping):
        raise ProjectError(f"{path.name}: config must be a mapping of keys to values")
    values: dict[str, ConfigValue] = {}
    for written, value in section.items():
        key = full_key(str(written), project.name, path.name)
        if key in values:
            raise ProjectError(f"{path.name}: the key {key} is written twice")
        values[key] = config_value(value)
    _apply_declarations(project, name, values, path.name)
    return Stack(
        name=name,
        file=path,
        values={key: value.text for key, value in values.items()},
        secret_keys=frozenset(key for key, value in values.items() if value.secret),
        unreadable=tuple(f"{key}{path_}" for key, value in sorted(values.items()) for path_ in value.encrypted),
        warnings=_warnings(document, path.name),
    )


def full_key(key: str, project: str, file: str) -> str:
    """Return a config key with its namespace; a bare key belongs to the project.

    Raises:
        ProjectError: If the key has more than one colon (other than the old form "aws:config:region").
    """
    parts = key.split(":")
    if len(parts) == 1:
        return f"{project}:{key}"
    if len(parts) == 3 and parts[1] == "config":
        return f"{parts[0]}:{parts[2]}"
    if len(parts) == 2 and all(parts):
        return key
    raise ProjectError(f"{file}: {key!r} is not a config key (it must be of the form <namespace>:<name>)")


def _apply_declarations(project: Project, stack: str, values: dict[str, ConfigValue], file: str) -> None:
    """Complete the values with the project's own, and check them, with the messages of the CLI."""
    missing: list[str] = []
    problems: list[str] = []
    for written, declaration in sorted(project.declared.items()):
        key = full_key(str(written), project.name, "Pulumi.yaml")
        fields = declaration if _is_declaration(declaration) else {"value": declaration}
        given = next((fields[part] for part in ("default", "value") if fields.get(part) is not None), None)
        if key not in values and given is not None:
            values[key] = config_value(given)
        elif key not in values and key.startswith(f"{project.name}:"):
            missing.append(str(written))
        elif key in values and fields.get("type"):
            problem = declared_type_problem(fields, values[key])
            if problem:
                problems.append(f"{file}: stack '{stack}' with configuration key '{written}' {problem}")
    if missing:
        keys = ", ".join(f"'{key}'" for key in missing)
        noun = "values" if len(missing) > 1 else "value"
        problems.append(
            f"{file}: stack '{stack}' is missing configuration {noun} {keys} (Pulumi.yaml declares no default)"
        )
    if problems:
        raise ProjectError(*problems)


def _is_declaration(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(
        {"type", "default", "value", "description", "secret", "items"} & {*value}
    )


def _no_stack(project: Project, name: str, path: Path) -> str:
    stacks = project.stacks()
    if not stacks:
        return f"stack '{name}' has no config file: there is no {path.name}, nor that of any other stack"
    near = difflib.get_close_matches(name, stacks, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"stack '{name}' has no config file {path.name}; there are {', '.join(stacks)}{hint}"


def _warnings(document: Mapping[str, Any], file: str) -> tuple[str, ...]:
    environment = document.get("environment")
    if not environment:
        return ()
    return (
        f"{file}: the config of the Pulumi ESC environment {environment!r} is not read, as it is not in this folder",
    )
