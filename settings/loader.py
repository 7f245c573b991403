"""Read the configuration of the stack: the only place that asks Pulumi for it."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

import pulumi
import yaml
from pulumi.runtime.config import CONFIG, get_config_env

from settings import aws_catalogue, rules
from settings.base import yaml_keys
from settings.model import Settings, StackConfig
from settings.problems import Path, Problem, SettingsError, did_you_mean, line, nearest, show, unknown_key
from settings.resolve import resolve_defaults
from settings.shapes import check_shape

REGION_KEY = "aws:region"
_TEXT_KEYS = frozenset({"account", "permissionsBoundary", "deployerRole"})
_EXIT_CODE = 2


def load() -> Settings:
    """Return the settings of the stack that Pulumi is running; log what is rarely meant as warnings.

    Which keys the stack has, misspelt ones too, is seen from the runtime's own table: an in-process run sets it, under
    the CLI it comes in the environment variable PULUMI_CONFIG. `pulumi.Config` alone can only be asked for keys that
    one knows.

    Raises:
        SettingsError: If anything is wrong; it carries every problem.
    """
    project = pulumi.get_project()
    settings = parse(_configured(), project=project, stack=pulumi.get_stack(), today=datetime.date.today())
    for warning in settings.warnings:
        pulumi.log.warn(warning)
    return settings


def load_or_exit() -> Settings:
    """Return the settings, or print every problem to standard error and end the program with exit code 2."""
    try:
        return load()
    except SettingsError as error:
        print(error.render(), file=sys.stderr)
        sys.exit(_EXIT_CODE)


def parse(
    config: Mapping[str, Any],
    *,
    stack: str = "dev",
    project: str = "eks-platform",
    today: datetime.date | None = None,
    file: str | None = None,
) -> Settings:
    """Return the settings of a configuration given as a mapping.

    Args:
        config: Values by full key, for example {"aws:region": "eu-west-1", "eks-platform:cluster": {...}}. Objects may
            be given as such or, as Pulumi does, as JSON text.
        stack: Name of the stack; default of the environment's and cluster's names.
        project: Name of the Pulumi project, the namespace of the keys.
        today: Day for which the support of Kubernetes versions is judged; None for today.
        file: Name of the stack file for messages; None for Pulumi.<stack>.yaml.

    Raises:
        SettingsError: If anything is wrong; it carries every problem.
    """
    file = file or f"Pulumi.{stack}.yaml"
    raw, problems = _sections(config, project)
    resolved = resolve_defaults(raw, project=project, stack=stack)
    parsed, shape_problems, broken = check_shape(resolved)
    region = config.get(REGION_KEY)
    region_problem = _region_problem(region)
    misspelt: list[Path] = []
    for problem in problems:
        key = nearest(str(problem.path[0]).rpartition(":")[2], yaml_keys(StackConfig))
        misspelt += [(key,)] if key else []
    shape_problems = [problem for problem in shape_problems if problem.path not in misspelt]
    problems += ([region_problem] if region_problem else []) + shape_problems
    warnings = [
        Problem((key,), "is not read: the platform makes its own AWS provider; use environment variables", warning=True)
        for key in config
        if key.startswith("aws:") and key != REGION_KEY
    ]
    if parsed is not None:
        parsed = parsed.without_disabled()
        context = rules.Context(
            project=project,
            stack=stack,
            region=region if isinstance(region, str) and not region_problem else None,
            today=today or datetime.date.today(),
            written=raw,
        )
        broken += [problem.path for problem in problems]
        broken += misspelt
        for finding in rules.check(parsed, context):
            if not _rests_on(finding, broken):
                (warnings if finding.warning else problems).append(finding)
    if problems or parsed is None:
        raise SettingsError(file, project, _in_order(problems))
    return Settings.model_construct(
        **dict(parsed),
        project=project,
        stack=stack,
        region=region,
        warnings=tuple(line(file, project, warning) for warning in _in_order(warnings)),
    )


def parse_file(path: FilePath, *, project: str = "eks-platform", today: datetime.date | None = None) -> Settings:
    """Return the settings of a stack file such as Pulumi.dev.yaml, read without Pulumi.

    Raises:
        SettingsError: If anything is wrong; it carries every problem.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    stack = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    return parse(document.get("config") or {}, stack=stack, project=project, today=today, file=path.name)


def _configured() -> dict[str, Any]:
    """Return every configured key with its value."""
    names = {**get_config_env(), **CONFIG.get()}
    return {key: pulumi.Config(key.partition(":")[0]).get(key.partition(":")[2]) for key in names if ":" in key}


def _sections(config: Mapping[str, Any], project: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return the project's own keys without its name, with objects read from JSON, and what is wrong with the keys."""
    known = yaml_keys(StackConfig)
    sections: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in config.items():
        namespace, _, name = key.partition(":")
        if namespace != project:
            if namespace != key and nearest(namespace, [project]):
                problems.append(Problem((key,), f'unknown project "{namespace}"; did you mean "{project}:{name}"?'))
            continue
        if name not in known:
            problems.append(Problem((name,), _unknown_section(name)))
            continue
        sections[name] = _decoded(name, value)
    return sections, problems


def _unknown_section(name: str) -> str:
    if name == "region":
        return f"unknown key; the region is {REGION_KEY}"
    return unknown_key(name, yaml_keys(StackConfig))


def _decoded(name: str, value: Any) -> Any:
    """Return a value as an object where Pulumi hands it over as JSON text."""
    if name in _TEXT_KEYS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def _region_problem(region: Any) -> Problem | None:
    known = aws_catalogue.regions()
    if region is None:
        return Problem((REGION_KEY,), "is missing: the AWS region to deploy to, for example eu-west-1")
    if region not in known:
        return Problem((REGION_KEY,), f"{show(region)} is not an AWS region{did_you_mean(region, known)}")
    return None


def _rests_on(finding: Problem, broken: list[Path]) -> bool:
    places = (finding.path, *finding.related)
    return any(place[: len(path)] == path[: len(place)] for place in places for path in broken)


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Sort problems as the configuration is documented, and leave out what is said twice."""
    order = {key: index for index, key in enumerate((REGION_KEY, *yaml_keys(StackConfig)))}

    def rank(problem: Problem) -> tuple[Any, ...]:
        return (order.get(str(problem.path[0]), len(order)), [str(part).rjust(4) for part in problem.path])

    return sorted(dict.fromkeys(problems), key=rank)
