"""The folder and the environment of one stack on the real engine, apart from everything else of the person's."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rehearsal.config_values import PLACEHOLDER
from rehearsal.engine.executable import Cli
from rehearsal.errors import ProjectError, RehearsalError
from rehearsal.project import Project, Stack
from rehearsal.yaml_file import read_yaml

# Protects nothing: everything in the simulated world is made up. The engine demands a passphrase for its state file.
PASSPHRASE = "rehearsal"  # noqa: S105
_INIT_SECONDS = 60
# What would lead out of the session: another backend, other secrets, another CLI configuration.
_REMOVED = (
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_CONFIG",
    "PULUMI_BACKEND_URL",
    "PULUMI_ERROR_OUTPUT_STRING",
)
# How the secrets of a stack file are encrypted: for the real stack, not for the rehearsal.
_ENCRYPTION_KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt")


class SessionInUseError(ProjectError):
    """Another run works on the same stack at this moment."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Where one stack lives on this machine.

    Args:
        project: The project.
        stack: The stack's config as the program gets it.
        folder: The stack's own folder below `.rehearsal`.
        cli: The Pulumi CLI.
    """

    project: Project
    stack: Stack
    folder: Path
    cli: Cli

    @property
    def state(self) -> Path:
        """Folder of the engine's state."""
        return self.folder / "state"

    @property
    def state_file(self) -> Path:
        """The engine's state of the stack."""
        return self.state / ".pulumi" / "stacks" / self.project.name / f"{self.stack.name}.json"

    @property
    def world_file(self) -> Path:
        """The simulated world."""
        return self.folder / "world.jsonl"

    @property
    def config_file(self) -> Path:
        """The copy of the stack's config file that the CLI may write into."""
        return self.folder / f"Pulumi.{self.stack.name}.yaml"

    @property
    def event_log(self) -> Path:
        """Events of the last update, one JSON document a line."""
        return self.folder / "events.jsonl"

    def environment(self, **attached: str) -> dict[str, str]:
        """Return the environment of everything that runs in the session.

        Args:
            attached: Variables that tell where providers and language runtime listen.
        """
        kept = {key: value for key, value in os.environ.items() if key not in _REMOVED}
        return {
            **kept,
            "PATH": f"{self.cli.path.parent}{os.pathsep}{kept.get('PATH', os.defpath)}",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": self.state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_STACK": self.stack.name,
            "PULUMI_OPTION_CONFIG_FILE": str(self.config_file),
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **attached,
        }


@contextmanager
def open_session(project: Project, stack: Stack, cli: Cli) -> Generator[Session]:
    """Prepare the folder of a stack and keep every other run out of it.

    The stack's own config file is read and never written.

    Raises:
        SessionInUseError: If another run is in it.
        RehearsalError: If the CLI cannot make the stack.
    """
    folder = project.directory / ".rehearsal" / project.name / stack.name
    session = Session(project=project, stack=stack, folder=folder, cli=cli)
    for needed in (session.state, folder / "home"):
        needed.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "lock", stack.name):
        # Nobody else is in: what locks the state is left from a run that was killed.
        shutil.rmtree(session.state / ".pulumi" / "locks", ignore_errors=True)
        salt = _salt(session.config_file) if session.state_file.is_file() else _init(session)
        _copy_config(session, salt)
        yield session


@contextmanager
def _locked(file: Path, stack: str) -> Generator[None]:
    with file.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise SessionInUseError(
                f"stack '{stack}' is in use by another rehearsal (process {lock.read().strip()}): "
                "wait until it has ended, or take another stack"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _init(session: Session) -> str:
    """Make the stack in the engine's state, and return the salt of its secrets.

    The CLI writes the salt into a stack file beside Pulumi.yaml: it gets a project file of its own.
    """
    folder = session.folder / "init"
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": session.project.name, "runtime": "python"}))
    stack_file = folder / f"Pulumi.{session.stack.name}.yaml"
    stack_file.unlink(missing_ok=True)
    environment = session.environment()
    del environment["PULUMI_OPTION_CONFIG_FILE"], environment["PULUMI_STACK"]
    command = [session.cli.path, "stack", "init", session.stack.name, "--non-interactive"]
    try:
        answer = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_INIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise RehearsalError(f"`pulumi stack init` did not end within {_INIT_SECONDS} seconds") from None
    if answer.returncode:
        raise RehearsalError(f"the stack cannot be made: {(answer.stderr or answer.stdout).strip()}")
    return _salt(stack_file)


def _salt(file: Path) -> str:
    return str(read_yaml(file).get("encryptionsalt") or "") if file.is_file() else ""


def _copy_config(session: Session, salt: str) -> None:
    """Write the CLI's copy of the stack file, with the salt of the session's own secrets."""
    text = session.stack.file.read_text(encoding="utf-8")
    document = read_yaml(session.stack.file)
    if session.stack.unreadable:
        text = yaml.safe_dump(_readable(document), sort_keys=False)
    kept = [line for line in text.splitlines() if not _is_encryption(line)]
    if salt:
        kept.append(f"encryptionsalt: {salt}")
    session.config_file.write_text("\n".join([*kept, ""]), encoding="utf-8")


def _is_encryption(line: str) -> bool:
    return re.match(rf"({'|'.join(_ENCRYPTION_KEYS)})\s*:", line) is not None


def _readable(value: Any) -> Any:
    """Return a config with the placeholder where a value is encrypted for the real stack."""
    if isinstance(value, Mapping):
        if set(value) == {"secure"} and isinstance(value["secure"], str):
            return PLACEHOLDER
        return {key: _readable(item) for key, item in value.items()}
    return [_readable(item) for item in value] if isinstance(value, list) else value
