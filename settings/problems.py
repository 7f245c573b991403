"""What is wrong with a configuration, and how it is said: one line a problem."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_VALUE = 80
# Every character that ends a line somewhere.
_ONE_LINE = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True)
class Problem:
    """Something wrong at one place of the configuration.

    Args:
        path: Where: the key without the project's name, then keys and list positions; or a whole key such as
            ("aws:region",).
        text: What was found, what is allowed, and the likely cure.
        related: Other places that the finding rests on; if one of them is broken by itself, the finding is not shown.
        warning: Whether it is allowed, though rarely meant.
    """

    path: Path
    text: str
    related: tuple[Path, ...] = ()
    warning: bool = False


class SettingsError(Exception):
    """The configuration is wrong; carries every problem found.

    Args:
        file: Name of the stack file, for example "Pulumi.dev.yaml".
        project: Name of the Pulumi project, the namespace of the keys.
        problems: All problems, in the order in which to show them.
    """

    def __init__(self, file: str, project: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.project = project
        self.problems = tuple(problems)
        super().__init__(self.render())

    @property
    def lines(self) -> tuple[str, ...]:
        """One line for each problem."""
        return tuple(line(self.file, self.project, problem) for problem in self.problems)

    def render(self) -> str:
        """Return all problems as text, one line each."""
        return "\n".join(self.lines)


def line(file: str, project: str, problem: Problem) -> str:
    """Return the line that shows a problem: file, YAML path, what is wrong."""
    return _ONE_LINE.sub(" ", f"{file}  {yaml_path(project, problem.path)}: {problem.text}")


def yaml_path(project: str, path: Path) -> str:
    """Return a path as Pulumi writes it, for example `eks-platform:nodeGroups.system.instanceTypes[1]`."""
    first, *rest = path
    shown = str(first) if ":" in str(first) else f"{project}:{first}"
    for part in rest:
        if isinstance(part, int):
            shown += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            shown += f".{part}"
        else:
            shown += f"[{json.dumps(part)}]"
    return shown


def show(value: Any) -> str:
    """Return a value as it would stand in YAML, cut if it is long."""
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= _LONGEST_VALUE else shown[: _LONGEST_VALUE - 3] + "..."


def nearest(word: Any, options: Iterable[str]) -> str | None:
    """Return the option that was most likely meant, None if none is near."""
    if not isinstance(word, str):
        return None
    by_lower = {option.lower(): option for option in options}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(word: Any, options: Iterable[str]) -> str:
    """Return `; did you mean "x"?` for the nearest option, or nothing."""
    found = nearest(word, options)
    return f'; did you mean "{found}"?' if found else ""


def not_one_of(value: Any, options: Sequence[str]) -> str:
    """Return the text for a value that is not among the few allowed ones."""
    if len(options) == 1:
        return f"{show(value)} is not possible; {options[0]} is"
    return f"{show(value)} is not one of {', '.join(options)}{did_you_mean(value, options)}"


def unknown_key(key: str, options: Iterable[str]) -> str:
    """Return the text for a key that does not exist."""
    options = sorted(options)
    found = nearest(key, options)
    return f'unknown key; did you mean "{found}"?' if found else f"unknown key; known here: {', '.join(options)}"
