"""The programs `kube-apiserver` and `etcd`: found on this machine, or built from Go modules.

They are looked for where KUBEBUILDER_ASSETS says (https://book.kubebuilder.io/reference/envtest), on PATH, and in the
cache folder that a build fills.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.errors import RehearsalError

KUBERNETES_VERSION = "v1.35.3"
"""Version of Kubernetes that is built; the same as in tools/kube-apiserver/go.mod."""

_PACKAGE = "k8s.io/kubernetes/cmd/kube-apiserver"
_MODULE = Path(__file__).resolve().parents[2] / "tools" / "kube-apiserver"
_VERSION_PACKAGE = "k8s.io/component-base/version"
_BUILD_SECONDS = 1800
_PROGRESS_SECONDS = 15
_GO_ADVICE = "install Go 1.25 or newer (https://go.dev/doc/install), or setup-envtest and set KUBEBUILDER_ASSETS"
_ETCD_ADVICE = (
    "etcd is not here: install it from the system's packages (Debian, Ubuntu: apt-get install etcd-server; Fedora: "
    "dnf install etcd; macOS: brew install etcd), or set KUBEBUILDER_ASSETS"
)


@dataclass(frozen=True)
class Binaries:
    """The two programs that make an API server.

    Args:
        kube_apiserver: Path of kube-apiserver.
        etcd: Path of etcd.
    """

    kube_apiserver: Path
    etcd: Path


def cache_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder outside the tree where built programs are kept."""
    environment = os.environ if environment is None else environment
    cache = environment.get("XDG_CACHE_HOME") or str(Path(environment.get("HOME", "~")).expanduser() / ".cache")
    return Path(cache) / "rehearsal" / f"kubernetes-{KUBERNETES_VERSION}"


def locate(name: str, environment: Mapping[str, str] | None = None) -> Path | None:
    """Return the path of "kube-apiserver" or "etcd", or None.

    Args:
        name: Name of the program.
        environment: Environment variables; those of the process by default.
    """
    environment = os.environ if environment is None else environment
    folders = (environment.get("KUBEBUILDER_ASSETS"), environment.get("PATH"), str(cache_folder(environment)))
    found = (shutil.which(name, path=folder) for folder in folders if folder)
    return next((Path(path).resolve() for path in found if path), None)


def find(environment: Mapping[str, str] | None = None) -> Binaries | None:
    """Return both programs, or None if one is missing."""
    kube_apiserver, etcd = locate("kube-apiserver", environment), locate("etcd", environment)
    return Binaries(kube_apiserver, etcd) if kube_apiserver and etcd else None


def missing(environment: Mapping[str, str] | None = None) -> str:
    """Return in one line which program is missing and how to get it; "" if none is."""
    absent: list[str] = []
    if locate("kube-apiserver", environment) is None:
        absent.append("kube-apiserver is not here: `make kube` builds it")
    if locate("etcd", environment) is None:
        absent.append(_ETCD_ADVICE)
    return "; ".join(absent)


def obtain(say: Callable[[str], None], environment: Mapping[str, str] | None = None) -> Binaries:
    """Return both programs; kube-apiserver is built if it is nowhere.

    Args:
        say: Takes lines of progress.
        environment: Environment variables; those of the process by default.

    Raises:
        RehearsalError: If etcd is missing, or the build cannot be done, with what to do.
    """
    etcd = locate("etcd", environment)
    if etcd is None:
        raise RehearsalError(_ETCD_ADVICE)
    return Binaries(locate("kube-apiserver", environment) or build(say, environment), etcd)


def build(say: Callable[[str], None], environment: Mapping[str, str] | None = None) -> Path:
    """Build kube-apiserver from the pinned Go modules into the cache folder and return its path.

    Args:
        say: Takes lines of progress.
        environment: Environment variables; those of the process by default.

    Raises:
        RehearsalError: If there is no Go, the build fails or takes longer than half an hour.
    """
    environment = dict(os.environ if environment is None else environment)
    go = shutil.which("go", path=environment.get("PATH", ""))
    if go is None:
        raise RehearsalError(f"kube-apiserver is not here and cannot be built without Go: {_GO_ADVICE}")
    folder = cache_folder(environment)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "kube-apiserver"
    # A name of its own, so that two builds at once do not spoil each other's file.
    partial = folder / f".kube-apiserver.{os.getpid()}"
    say(f"building kube-apiserver {KUBERNETES_VERSION} from Go modules, once; this takes some minutes")
    try:
        _compile(go, partial, environment, say)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _compile(go: str, target: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    major, minor, _patch = KUBERNETES_VERSION.removeprefix("v").split(".")
    stamps = {"gitVersion": KUBERNETES_VERSION, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    flags = " ".join(["-s", "-w", *(f"-X {_VERSION_PACKAGE}.{key}={value}" for key, value in stamps.items())])
    command = [go, "build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", str(target), _PACKAGE]
    deadline = time.monotonic() + _BUILD_SECONDS
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen(command, cwd=_MODULE, env=dict(environment), stdout=output, stderr=output) as process,
    ):
        while process.poll() is None:
            try:
                process.wait(_PROGRESS_SECONDS)
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    process.kill()
                    raise RehearsalError(f"kube-apiserver was not built within {_BUILD_SECONDS} s") from None
                say("  still building kube-apiserver")
            except BaseException:
                process.kill()
                raise
        output.seek(0)
        said = output.read().strip().splitlines()[-10:]
    if process.returncode:
        raise RehearsalError("\n".join([f"kube-apiserver cannot be built: {_GO_ADVICE}", *said]))


def main() -> int:
    """Say which programs are used, and build what can be built; for `make kube`. Return the exit code."""
    try:
        binaries = obtain(lambda line: print(line, file=sys.stderr, flush=True))
    except RehearsalError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"kube-apiserver: {binaries.kube_apiserver}\netcd: {binaries.etcd}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
