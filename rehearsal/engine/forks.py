"""Runs Python programs in forks of a process that has the SDKs loaded: importing them is most of a program's time."""

from __future__ import annotations

import gc
import io
import json
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Protocol, TextIO

_NUMBER = struct.Struct("!i")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True)
class Command:
    """A Python program to run.

    Args:
        script: Path of the script; "" to run a module.
        module: Name of the module; "" to run a script.
        arguments: Its arguments.
        directory: Folder that it works in.
        environment: All its environment variables.
    """

    script: str = ""
    module: str = ""
    arguments: Sequence[str] = ()
    directory: str
    environment: Mapping[str, str]

    def line(self) -> list[str]:
        """Return the command line that does the same in a process of its own."""
        program = ["-m", self.module] if self.module else [self.script]
        return [sys.executable, "-u", *program, *self.arguments]


class Program(Protocol):
    """A program that runs."""

    @property
    def pid(self) -> int:
        """Process id."""
        ...

    @property
    def output(self) -> BinaryIO:
        """What it prints, standard output and errors together."""
        ...

    def wait(self) -> int:
        """Wait for its end and return its exit code."""
        ...

    def stop(self) -> None:
        """End it at once; one that has ended already is no error."""
        ...


class Launcher(Protocol):
    """Starts programs."""

    def start(self, command: Command) -> Program:
        """Start a program."""
        ...

    def close(self) -> None:
        """Let go of what is needed to start programs."""
        ...


class FreshLauncher:
    """Starts each program in a fresh interpreter."""

    def start(self, command: Command) -> Program:
        """Start a program."""
        return _FreshProgram(
            subprocess.Popen(
                command.line(),
                cwd=command.directory,
                env=dict(command.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        )

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


class _FreshProgram:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._process = process
        self.output: BinaryIO = process.stdout  # pyright: ignore[reportAttributeAccessIssue]  -- a buffered reader

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self) -> int:
        return self._process.wait()

    def stop(self) -> None:
        self._process.kill()


class ForkLauncher:
    """Starts programs in forks of a child of this process, which has every module that this process has now.

    Make it before the first thread is started and before gRPC is used: a fork takes over neither.
    """

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        gc.freeze()
        self.pid = os.fork()
        if self.pid == 0:
            self._socket.close()
            _serve(theirs)
        theirs.close()

    def start(self, command: Command) -> Program:
        """Start a program."""
        order_read, order_write = os.pipe()
        output_read, output_write = os.pipe()
        status_read, status_write = os.pipe()
        socket.send_fds(self._socket, [b"."], [order_read, output_write, status_write])
        for descriptor in (order_read, output_write, status_write):
            os.close(descriptor)
        with os.fdopen(order_write, "wb") as order:
            order.write(json.dumps(asdict(command)).encode())
        return _ForkedProgram(os.fdopen(output_read, "rb"), os.fdopen(status_read, "rb"))

    def close(self) -> None:
        """End the child that programs are forked from."""
        self._socket.close()
        os.waitpid(self.pid, 0)


class _ForkedProgram:
    def __init__(self, output: BinaryIO, status: BinaryIO) -> None:
        self.output = output
        self._status = status
        self.pid = _number(status)
        self._over = False

    def wait(self) -> int:
        with self._status:
            code = _number(self._status)
        self._over = True
        return code

    def stop(self) -> None:
        if not self._over:
            _kill(self.pid)


def _number(stream: BinaryIO) -> int:
    data = stream.read(_NUMBER.size)
    # Nothing comes where the process was killed together with the one that waits for it.
    return _NUMBER.unpack(data)[0] if len(data) == _NUMBER.size else -signal.SIGKILL


def _kill(pid: int) -> None:
    if pid <= 0:
        return
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _serve(orders: socket.socket) -> None:
    """Fork for every order, until the other end is closed; runs in the child and never returns."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    while True:
        data, descriptors, _flags, _address = socket.recv_fds(orders, 1, 3)
        if not data:
            os._exit(0)
        if os.fork() == 0:
            orders.close()
            _supervise(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _supervise(order: int, output: int, status: int) -> None:
    """Fork the program, tell its process id and its exit code; runs in a child of its own."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(status)
        os._exit(_program(order, output))
    os.close(order)
    os.close(output)
    os.write(status, _NUMBER.pack(pid))
    _pid, result = os.waitpid(pid, 0)
    try:
        os.write(status, _NUMBER.pack(os.waitstatus_to_exitcode(result)))
    except BrokenPipeError:
        os._exit(1)
    os._exit(0)


def _program(order: int, output: int) -> int:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    with os.fdopen(order, "rb") as stream:
        command = json.loads(stream.read())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    sys.stdout, sys.stderr = _unbuffered(1), _unbuffered(2)
    return _run(command)


def _unbuffered(descriptor: int) -> TextIO:
    """Return a stream as `python -u` makes it: a policy pack writes its port and does not flush."""
    raw: Any = os.fdopen(descriptor, "wb", buffering=0, closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)


def _run(command: Mapping[str, Any]) -> int:
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir(command["directory"])
    gc.enable()
    sys.argv = [command["script"] or command["module"], *command["arguments"]]
    sys.path[0] = command["directory"] if command["module"] else os.path.dirname(command["script"])
    try:
        if command["module"]:
            runpy.run_module(command["module"], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(command["script"], run_name="__main__")
    except SystemExit as exit_:
        if isinstance(exit_.code, str):
            print(exit_.code, file=sys.stderr)
        return exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    except BaseException:  # noqa: BLE001 -- this is the end of the program: what it raised is printed as Python does
        traceback.print_exc()
        return 1
    return 0


def launcher() -> Launcher:
    """Return the quickest launcher of this system; see `ForkLauncher` for when to call."""
    # Elsewhere than on Linux, system libraries forbid to go on in a fork.
    return ForkLauncher() if sys.platform == "linux" else FreshLauncher()
