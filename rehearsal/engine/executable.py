"""Finds the Pulumi CLI, or builds it from its published Go modules where none is installed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.errors import RehearsalError

# The release that `tools/pulumi-cli/go.mod` pins, and what the project file of the platform asks for at least.
BUILT_VERSION = "v3.259.0"
MINIMUM = (3, 229, 0)

LANGUAGE_HOST = "pulumi-language-python"
PROGRAM_RUNNER = "pulumi-language-python-exec"

_MODULE = Path(__file__).resolve().parents[2] / "tools" / "pulumi-cli"
_MAIN_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
_VERSION_VARIABLE = f"{_SDK_MODULE}/go/common/version.Version"
_BUILD_SECONDS = 1800
_ANSWER_SECONDS = 60
_PROGRESS_SECONDS = 15
INSTALL_HINT = (
    "install the Pulumi CLI (https://www.pulumi.com/docs/iac/download-install/), or Go 1.21 or newer "
    "(https://go.dev/doc/install), with which `make cli` builds it"
)


class CliMissingError(RehearsalError):
    """There is no usable Pulumi CLI, and none can be built."""


@dataclass(frozen=True, kw_only=True)
class Cli:
    """A Pulumi CLI that can be run.

    Args:
        path: The executable.
        version: Its version, for example "v3.259.0".
        runner: The script that runs Python programs for a language runtime of ours; None where the CLI has its own
            language host for Python.
    """

    path: Path
    version: str
    runner: Path | None = None

    def describe(self) -> str:
        """Return one line for people."""
        host = "its own language host" if self.runner is None else "the language runtime of the rehearsal"
        return f"{self.path} {self.version}, Python programs run by {host}"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder outside the tree in which a built CLI is kept."""
    base = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "rehearsal" / f"pulumi-{BUILT_VERSION}"


def find_cli(environment: Mapping[str, str] | None = None) -> Cli | None:
    """Return the CLI to use without building one: PULUMI_CLI, then PATH, then what was built before.

    Args:
        environment: Environment variables; None for those of this process.

    Raises:
        CliMissingError: If PULUMI_CLI names something that cannot be used.
    """
    variables = os.environ if environment is None else environment
    named = variables.get("PULUMI_CLI")
    if named:
        return _named(Path(named), variables)
    found = shutil.which("pulumi", path=variables.get("PATH"))
    cli = _installed(Path(found), variables) if found else None
    return cli or _built(cache_folder(variables))


def find_or_build_cli(environment: Mapping[str, str] | None = None) -> Cli:
    """Return the CLI to use, built if need be.

    Raises:
        CliMissingError: If there is none and none can be built; the message says what to install.
    """
    variables = os.environ if environment is None else environment
    return find_cli(variables) or _build(cache_folder(variables), variables)


def _named(path: Path, environment: Mapping[str, str]) -> Cli:
    if not path.is_file():
        raise CliMissingError(f"PULUMI_CLI is {path}, and there is no such file")
    cli = _installed(path, environment)
    if cli is None:
        least = ".".join(map(str, MINIMUM))
        raise CliMissingError(
            f"PULUMI_CLI is {path}: it must be at least version {least} and have {LANGUAGE_HOST} beside it or on PATH"
        )
    return cli


def _installed(path: Path, environment: Mapping[str, str]) -> Cli | None:
    """Return an installed CLI if it is new enough and can run Python programs."""
    version = cli_version(path)
    if version is None or parsed_version(version) < MINIMUM:
        return None
    runner = path.resolve().parent / PROGRAM_RUNNER
    if has_language_host(path, environment):
        return Cli(path=path, version=version)
    return Cli(path=path, version=version, runner=runner) if runner.is_file() else None


def has_language_host(path: Path, environment: Mapping[str, str]) -> bool:
    """Return whether a CLI comes with the language host for Python; an empty file only marks the place of one."""
    folders = (str(path.parent), str(path.resolve().parent), environment.get("PATH") or "")
    host = shutil.which(LANGUAGE_HOST, path=os.pathsep.join(folders))
    return host is not None and Path(host).stat().st_size > 0


def cli_version(path: Path) -> str | None:
    """Return the version that a CLI says it has, or None if it does not answer."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [path, "version"], capture_output=True, text=True, timeout=_ANSWER_SECONDS, check=True, env=environment
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None


def parsed_version(text: str) -> tuple[int, ...]:
    """Return the numbers of a version such as "v3.259.0-dev"; () where there are none."""
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, match.groups())) if match else ()


def _built(folder: Path) -> Cli | None:
    path, runner = folder / "pulumi", folder / PROGRAM_RUNNER
    complete = path.is_file() and runner.is_file() and (folder / LANGUAGE_HOST).is_file()
    return Cli(path=path, version=BUILT_VERSION, runner=runner) if complete else None


def _build(folder: Path, environment: Mapping[str, str]) -> Cli:
    go = shutil.which("go", path=environment.get("PATH"))
    if go is None:
        raise CliMissingError(f"there is no Pulumi CLI, and no Go to build one with: {INSTALL_HINT}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.with_suffix(".lock")):
        cli = _built(folder)
        if cli is not None:
            return cli
        with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
            _compile(go, Path(partial), environment)
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(partial, folder)
    cli = _built(folder)
    if cli is None:
        raise CliMissingError(f"the build left no complete Pulumi CLI in {folder}")
    return cli


@contextlib.contextmanager
def _alone(lock: Path) -> Generator[None]:
    """Wait until no other process builds."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _compile(go: str, folder: Path, environment: Mapping[str, str]) -> None:
    started = time.monotonic()
    print(f"building the Pulumi CLI {BUILT_VERSION}, once: some seconds to some minutes", file=sys.stderr, flush=True)
    flags = f"-s -w -X {_VERSION_VARIABLE}={BUILT_VERSION}"
    _go([go, "build", "-trimpath", "-ldflags", flags, "-o", str(folder / "pulumi"), _MAIN_PACKAGE], environment)
    source = _go([go, "list", "-m", "-f", "{{.Dir}}", _SDK_MODULE], environment).strip()
    shutil.copyfile(Path(source) / "python" / "cmd" / PROGRAM_RUNNER, folder / PROGRAM_RUNNER)
    # The engine looks whether a language host exists before it asks the runtime that is attached.
    marker = folder / LANGUAGE_HOST
    marker.touch()
    marker.chmod(0o755)
    print(f"built in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def _go(command: list[str], environment: Mapping[str, str]) -> str:
    """Run the Go tool, and say every now and then that it is still at work."""
    deadline = time.monotonic() + _BUILD_SECONDS
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, cwd=_MODULE, env=dict(environment), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        while True:
            try:
                output, _ = process.communicate(timeout=_PROGRESS_SECONDS)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    process.kill()
                    raise CliMissingError(
                        f"the Pulumi CLI was not built within {_BUILD_SECONDS} s: {INSTALL_HINT}"
                    ) from None
                print("  still building the Pulumi CLI", file=sys.stderr, flush=True)
        if process.returncode:
            errors.seek(0)
            said = "\n".join(errors.read().strip().splitlines()[-10:])
            raise CliMissingError(f"the Pulumi CLI cannot be built: {INSTALL_HINT}\n{said}")
    return output


def main() -> int:
    """Print which CLI is used, after building it if need be; the exit code is 0, or 3 where there is none."""
    try:
        print(find_or_build_cli().describe())
    except CliMissingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
