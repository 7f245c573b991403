"""What each room of the house may know of the others, read from the sources without importing them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("components", "composition", "policies", "rehearsal", "settings")
CLOUD_SDKS = ("pulumi_aws", "pulumi_eks", "pulumi_kubernetes")

FORBIDDEN = {
    "components": ("composition", "policies", "eks_policies", "rehearsal", "settings", "tests"),
    "composition": ("policies", "eks_policies", "rehearsal", "tests"),
    "policies": ("components", "composition", "rehearsal", "settings", "tests", *CLOUD_SDKS),
    "rehearsal": ("components", "composition", "policies", "eks_policies", "settings", "tests"),
    "settings": ("components", "composition", "policies", "eks_policies", "rehearsal", "tests", *CLOUD_SDKS),
}
OUTAGE = {
    "components": "a component that knows the stack config can't be used by another program",
    "composition": "the program must run where neither the policies nor the rehearsal are installed",
    "policies": "a rule that shares code with what it judges passes judgement on itself",
    "rehearsal": "the rehearsal must run any Pulumi program as the engine would, not a model of this one",
    "settings": "reading the config must stay fast and must not need a cloud SDK",
}
LONGEST_MODULE = 300


@cache
def sources(room: str) -> tuple[Path, ...]:
    return tuple(sorted((ROOT / room).rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported_modules(path: Path) -> Iterator[tuple[str, int]]:
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *(node.module or "").split("."))).strip(".")
            yield module, node.lineno
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def breaches(room: str, forbidden: tuple[str, ...]) -> list[str]:
    found = (
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in sources(room)
        for module, line in imported_modules(path)
        if module.split(".")[0] in forbidden
    )
    return sorted(found)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_through_its_doors(room):
    assert breaches(room, FORBIDDEN[room]) == [], OUTAGE[room]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_sources_to_check(room):
    assert len(sources(room)) > 0, f"{room} was moved: the checks of this file would pass on nothing"


def config_readers(path: Path) -> Iterator[str]:
    where = path.relative_to(ROOT)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "pulumi.Config":
            yield f"{where}:{node.lineno}"
    for module, line in imported_modules(path):
        if module in ("pulumi.Config", "pulumi.config.Config"):
            yield f"{where}:{line}"


def test_only_settings_reads_the_stack_config():
    elsewhere = [ROOT / "__main__.py", *(path for room in ROOMS if room != "settings" for path in sources(room))]
    readers = [reader for path in elsewhere for reader in config_readers(path)]
    assert readers == [], "a key read anywhere else is neither checked nor documented"


def component_tokens() -> Iterator[tuple[str, str, str]]:
    """Yield file, class and type token of each ComponentResource."""
    for room in ROOMS:
        for path in sources(room):
            for node in ast.walk(tree(path)):
                if not isinstance(node, ast.ClassDef):
                    continue
                if not any(ast.unparse(base).endswith("ComponentResource") for base in node.bases):
                    continue
                for call in ast.walk(node):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
                        yield str(path.relative_to(ROOT)), node.name, resolved(call.args[0], path)


def resolved(expression: ast.expr, path: Path) -> str:
    if isinstance(expression, ast.Constant):
        return str(expression.value)
    name = ast.unparse(expression).removeprefix("self.")
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if isinstance(node.value, ast.Constant) and name in map(ast.unparse, targets):
            return str(node.value.value)
    return ast.unparse(expression)


def test_every_component_has_the_token_of_its_class():
    wrong = [
        (file, token)
        for file, name, token in component_tokens()
        if token != f"eks-platform:index:{name}" and not file.startswith("rehearsal/")
    ]
    assert wrong == [], "a token that changes gives every child a new URN and replaces it"


def test_no_two_components_share_a_token():
    tokens = [token for _, _, token in component_tokens()]
    assert sorted(tokens) == sorted(set(tokens)), "policies and reports could not tell the two apart"


@pytest.mark.parametrize("room", ROOMS)
def test_modules_stay_short_enough_to_be_read_at_once(room):
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources(room)}
    too_long = {path: length for path, length in lengths.items() if length > LONGEST_MODULE}
    assert too_long == {}, f"split what is over {LONGEST_MODULE} lines"


# Spelt so that this file does not find itself.
PRIVATE_WORDS = re.compile(
    r"""
      /(?:wor[k]|tm[p])/ \w                      # folders of the machine that it was written on
    | pypi\.or[g] | pythonhosted\.or[g] | npmjs\.or[g] | crates\.i[o] | proxy\.golan[g] | maven\.or[g]  # registry hosts
    """,
    re.VERBOSE,
)
SKIPPED = {".git", ".venv", ".hypothesis", ".ruff_cache", ".pytest_cache", ".rehearsal"}
READABLE = {".cfg", ".in", ".json", ".md", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml", ""}


def text_files() -> Iterator[Path]:
    for top in sorted(ROOT.iterdir()):
        if top.name in SKIPPED:
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix in READABLE and not path.name.startswith(".coverage"):
                yield path


def test_nothing_names_the_machine_it_was_written_on_or_a_registry():
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in text_files()
        for match in PRIVATE_WORDS.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "it would not work, or not be allowed, anywhere else"
