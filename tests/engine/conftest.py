"""What tests on the real engine share: the CLI, projects in folders of their own, and commands that always end."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rehearsal.engine.executable import Cli, CliMissingError, find_cli
from rehearsal.simulator.world import World

ROOT = Path(__file__).resolve().parents[2]
PROGRAM_PARTS = ("__main__.py", "components", "composition", "settings", "policies", ".venv")
SECONDS = 300
# Virtual time is of no interest where only what happens counts.
SCALE = "0.0005"

SMALL_STACK = """
config:
  aws:region: eu-west-1
"""
SMALL_PROGRAM = """
import pulumi, pulumi_aws as aws
provider = aws.Provider("aws", region="eu-west-1", allowed_account_ids=["111122223333"])
options = pulumi.ResourceOptions(provider=provider)
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "cli" in getattr(item, "fixturenames", ()):
            item.add_marker("engine")


@pytest.fixture(scope="session")
def cli() -> Cli:
    """The Pulumi CLI; without one, tests are skipped, or fail where REHEARSAL_REQUIRE_ENGINE=1."""
    try:
        found = find_cli()
    except CliMissingError as error:
        pytest.fail(str(error))
    if found is None:
        said = "no Pulumi CLI is at hand: `make cli` finds or builds one"
        if os.environ.get("REHEARSAL_REQUIRE_ENGINE") == "1":
            pytest.fail(said)
        pytest.skip(said)
    return found


@dataclass
class ProjectFolder:
    """A project in a folder of its own, and what a person does with it."""

    folder: Path
    name: str
    said: list[str] = field(default_factory=list)

    def command(self, *arguments: str, stack: str = "dev") -> list[str]:
        verb, *rest = arguments
        scale = [] if "--scale" in rest else ["--scale", SCALE]
        return [sys.executable, "-m", "rehearsal", verb, "--stack", stack, "-C", str(self.folder), *scale, *rest]

    def rehearse(self, *arguments: str, stack: str = "dev") -> int:
        """Run a sub-command and return its exit code; what it says is kept in `said`."""
        done = subprocess.run(
            self.command(*arguments, stack=stack), cwd=ROOT, capture_output=True, text=True, timeout=SECONDS
        )
        self.said.append(done.stdout + done.stderr)
        return done.returncode

    def start(self, *arguments: str, stack: str = "dev") -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments, stack=stack),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def session(self, stack: str = "dev") -> Path:
        return self.folder / ".rehearsal" / self.name / stack

    def world(self, stack: str = "dev") -> World:
        return World(self.session(stack) / "world.jsonl")

    def state(self, stack: str = "dev") -> str:
        file = self.session(stack) / "state" / ".pulumi" / "stacks" / self.name / f"{stack}.json"
        return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, cli: Cli) -> ProjectFolder:  # noqa: ARG001 -- needs the CLI
    """The platform itself, with its own stack files, apart from what a person rehearses in the tree."""
    folder = tmp_path_factory.mktemp("platform")
    for part in PROGRAM_PARTS:
        if (ROOT / part).exists():
            (folder / part).symlink_to(ROOT / part)
    for file in ROOT.glob("Pulumi*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    return ProjectFolder(folder, "eks-platform")


@pytest.fixture
def small_project(tmp_path: Path, cli: Cli) -> Callable[..., ProjectFolder]:  # noqa: ARG001 -- needs the CLI
    """Make a project of a few lines; stacks "dev" and "other" have the same config."""

    def make(program: str, pack: str = "") -> ProjectFolder:
        folder = tmp_path / "small"
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text("name: small\nruntime: python\n")
        (folder / "__main__.py").write_text(SMALL_PROGRAM + textwrap.dedent(program))
        for stack in ("dev", "other"):
            (folder / f"Pulumi.{stack}.yaml").write_text(SMALL_STACK)
        if pack:
            (folder / "policies").mkdir()
            (folder / "policies" / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 0.0.1\n")
            (folder / "policies" / "__main__.py").write_text(textwrap.dedent(pack))
        return ProjectFolder(folder, "small")

    return make
