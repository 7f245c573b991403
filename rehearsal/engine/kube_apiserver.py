"""A real Kubernetes API server as plain processes on this machine: no nodes, no controllers, no containers.

What it judges is what the API accepts: schemas, defaults, immutability, Pod Security, custom resources. Nothing runs
in it. https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from rehearsal.engine.kube_binaries import Binaries
from rehearsal.errors import RehearsalError

_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0
_ATTEMPTS = 3
_ADMIN = "rehearsal"


@dataclass(frozen=True)
class Access:
    """How to talk to a running API server.

    Args:
        url: Address of the server, on the loopback interface.
        certificate_authority: File with the certificate that the server's own is signed with.
        token: Bearer token of an administrator (group system:masters).
    """

    url: str
    certificate_authority: Path
    token: str


class KubeApiServer:
    """One `kube-apiserver` with an `etcd` of its own; also a context manager.

    Args:
        binaries: The two programs.
        folder: Where data, keys and logs are kept. Objects survive a stop, so that the next start finds them again.
        ready_seconds: How long to wait for the server to answer.
    """

    def __init__(self, binaries: Binaries, folder: Path, *, ready_seconds: float = _READY_SECONDS) -> None:
        self.folder = folder
        self._binaries = binaries
        self._ready_seconds = ready_seconds
        self._processes: list[subprocess.Popen[bytes]] = []
        self._access: Access | None = None

    def __enter__(self) -> KubeApiServer:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def access(self) -> Access:
        """How to talk to the server.

        Raises:
            RehearsalError: If it does not run.
        """
        if self._access is None:
            raise RehearsalError("the Kubernetes API server does not run")
        return self._access

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of what was started and not ended yet."""
        return tuple(process.pid for process in self._processes if process.poll() is None)

    def start(self) -> Access:
        """Start both processes and wait until the server answers.

        Raises:
            RehearsalError: If it does not answer in time, with the last lines of its log.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._end_left_over()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._access = self._start_once()
            except RehearsalError:
                self.stop()
                # A port that was free a moment ago may be taken by somebody else.
                if attempt == _ATTEMPTS or "address already in use" not in self._log_tail("kube-apiserver", 50):
                    raise
            except BaseException:
                self.stop()
                raise
            else:
                return self._access
        raise AssertionError("unreachable")

    def stop(self) -> None:
        """End what was started, the server before its store; the data stays."""
        self._access = None
        for process in reversed(self._processes):
            _end(process)
        self._processes.clear()
        self._pid_file.unlink(missing_ok=True)

    def _start_once(self) -> Access:
        client_port, peer_port, secure_port = _free_ports(3)
        store = f"http://127.0.0.1:{client_port}"
        peer = f"http://127.0.0.1:{peer_port}"
        self._launch(
            "etcd",
            self._binaries.etcd,
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={store}",
            f"--advertise-client-urls={store}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            # Nothing here is worth a disk's patience: what is lost in a power cut is rehearsed again.
            "--unsafe-no-fsync",
        )
        self._key_file()
        token = secrets.token_hex(16)
        tokens = self.folder / "tokens.csv"
        tokens.touch(mode=0o600)
        tokens.write_text(f"{token},{_ADMIN},{_ADMIN},system:masters\n")
        certificates = self.folder / "certificates"
        self._launch(
            "kube-apiserver",
            self._binaries.kube_apiserver,
            f"--etcd-servers={store}",
            f"--cert-dir={certificates}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={secure_port}",
            f"--service-account-key-file={self._key_file()}",
            f"--service-account-signing-key-file={self._key_file()}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--token-auth-file={tokens}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.100.0.0/16",
            "--allow-privileged=true",
            # No controller makes service accounts and their tokens here, and nothing answers at the endpoint.
            "--disable-admission-plugins=ServiceAccount",
            "--endpoint-reconciler-type=none",
        )
        self._pid_file.write_text(" ".join(str(pid) for pid in self.pids))
        access = Access(f"https://127.0.0.1:{secure_port}", certificates / "apiserver.crt", token)
        self._wait(access)
        return access

    def _launch(self, name: str, program: Path, *arguments: str) -> None:
        with self._log(name).open("wb") as log:
            process = subprocess.Popen(
                [str(program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                # Ctrl-C reaches this process alone, which then ends the two in the right order.
                start_new_session=True,
            )
        self._processes.append(process)

    def _wait(self, access: Access) -> None:
        deadline = time.monotonic() + self._ready_seconds
        while time.monotonic() < deadline:
            for name, process in zip(("etcd", "kube-apiserver"), self._processes, strict=True):
                if process.poll() is not None:
                    raise RehearsalError(
                        f"{name} ended with code {process.returncode}; its last words:\n{self._log_tail(name)}"
                    )
            if _answers(access):
                return
            time.sleep(0.05)
        raise RehearsalError(
            f"the Kubernetes API server was not ready within {self._ready_seconds:g} s; its last words:\n"
            + self._log_tail("kube-apiserver")
        )

    def _key_file(self) -> Path:
        """Return the file with the key that service account tokens are signed with, made at the first start."""
        key = self.folder / "service-accounts.key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(_private_key())
        return key

    def _end_left_over(self) -> None:
        """End what a run that was killed left behind in this folder."""
        if not self._pid_file.exists():
            return
        for pid in map(int, self._pid_file.read_text().split()):
            if str(self.folder) in _command_line(pid):
                _end_pid(pid)
        self._pid_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.folder / "pids"

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _log_tail(self, name: str, lines: int = 5) -> str:
        log = self._log(name)
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def _private_key() -> str:
    """Return a new private key on the curve P-256 in the form of RFC 5915, which the standard library cannot make."""
    scalar = (secrets.randbits(255) or 1).to_bytes(32, "big")
    named_curve = bytes.fromhex("a00a06082a8648ce3d030107")
    document = bytes.fromhex("30310201010420") + scalar + named_curve
    text = base64.encodebytes(document).decode().replace("\n", "")
    return f"-----BEGIN EC PRIVATE KEY-----\n{text}\n-----END EC PRIVATE KEY-----\n"


def _answers(access: Access) -> bool:
    if not access.certificate_authority.exists():
        return False
    request = urllib.request.Request(f"{access.url}/readyz", headers={"Authorization": f"Bearer {access.token}"})
    try:
        context = ssl.create_default_context(cafile=str(access.certificate_authority))
        with urllib.request.urlopen(request, timeout=2, context=context) as response:
            return response.status == 200
    except (OSError, urllib.error.URLError):
        return False


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_SECONDS)


def _end_pid(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline and _command_line(pid):
            time.sleep(0.05)
        if _command_line(pid):
            os.kill(pid, signal.SIGKILL)


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
