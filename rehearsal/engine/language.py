"""The language runtime for Python that stands in where the CLI has no language host of its own.

https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto
"""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, language_pb2_grpc, plugin_pb2

from rehearsal.engine.forks import Command, Launcher, Program

# With this code a program says that it has told the person already what is wrong.
_TOLD = 32
_CALL_SECONDS = 10


class LanguageRuntime(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs the program and the policy packs of one session.

    Args:
        runner: The CLI's script `pulumi-language-python-exec`.
        environment: Environment of the programs.
        launcher: Starts them.
        version: Version of the CLI that the script belongs to.
    """

    def __init__(self, runner: Path, environment: Mapping[str, str], launcher: Launcher, version: str) -> None:
        self.exit_codes: list[int] = []
        self._runner = runner
        self._environment = dict(environment)
        self._launcher = launcher
        self._version = version.removeprefix("v")
        self._engine = ""
        self._running: set[Program] = set()
        self._lock = threading.Lock()

    def Handshake(self, request: language_pb2.LanguageHandshakeRequest, context: Any) -> Any:  # noqa: N802, ARG002
        """Learn where the engine listens."""
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Answer the version of the runtime."""
        return plugin_pb2.PluginInfo(version=self._version)

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Answer that nothing must be installed: the providers are attached."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Answer that nothing must be installed, as `GetRequiredPackages` does, to an older engine."""
        return language_pb2.GetRequiredPluginsResponse()

    def About(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Answer which Python runs the programs."""
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version)

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """End every program that runs."""
        self.stop()
        return empty_pb2.Empty()

    def stop(self) -> None:
        """End every program that runs."""
        with self._lock:
            running = list(self._running)
        for program in running:
            program.stop()

    def Run(self, request: language_pb2.RunRequest, context: Any) -> Any:  # noqa: N802
        """Run the program; what it prints goes to the engine line by line, as it comes."""
        info = request.info
        arguments = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "pwd": info.program_directory,
            "root_directory": info.root_directory,
            "dry_run": "true" if request.dryRun else "",
            "parallel": str(request.parallel),
        }
        environment = {
            **self._environment,
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        command = Command(
            script=str(self._runner),
            arguments=[*_flags(arguments), info.entry_point or "."],
            directory=info.program_directory,
            environment=environment,
        )
        code = self._run(command, context)
        self.exit_codes.append(code)
        if code == 0:
            return language_pb2.RunResponse()
        return language_pb2.RunResponse(error=f"the program ended with exit code {code}", bail=code == _TOLD)

    def _run(self, command: Command, context: Any) -> int:
        program = self._started(command, context)
        with grpc.insecure_channel(self._engine) as channel:
            engine = engine_pb2_grpc.EngineStub(channel)
            for line in program.output:
                _tell(engine, line.decode(errors="replace"))
        return self._ended(program)

    def RunPlugin(  # noqa: N802
        self, request: language_pb2.RunPluginRequest, context: Any
    ) -> Generator[language_pb2.RunPluginResponse]:
        """Run a policy pack, and hand on what it prints as it comes: the first line is its port."""
        folder = request.info.program_directory
        if request.kind == "analyzer":
            if importlib.util.find_spec("pulumi_policy") is None:
                context.abort(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    f"the policy pack in {folder} needs the package pulumi-policy, which {sys.executable} lacks",
                )
            module, script, arguments = "pulumi.policy", "", [*request.args, folder]
        else:
            module, script, arguments = "", folder, list(request.args)
        given: dict[str, str] = {}
        for entry in request.env:
            name, _, value = entry.partition("=")
            given[name] = value
        command = Command(
            script=script,
            module=module,
            arguments=arguments,
            directory=request.pwd or folder,
            environment={**self._environment, **given},
        )
        program = self._started(command, context)
        for line in program.output:
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=self._ended(program))

    def _started(self, command: Command, context: Any) -> Program:
        program = self._launcher.start(command)
        with self._lock:
            self._running.add(program)
        # An engine that is gone, or has given up the call, needs the program no more.
        if not context.add_callback(program.stop):
            program.stop()
        return program

    def _ended(self, program: Program) -> int:
        program.output.close()
        code = program.wait()
        with self._lock:
            self._running.discard(program)
        return code


def _flags(values: Mapping[str, str]) -> list[str]:
    return [part for name, value in values.items() if value for part in (f"--{name}", value)]


def _tell(engine: Any, line: str) -> None:
    """Show the person a line that the program printed."""
    try:
        engine.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=line.rstrip("\n")), timeout=_CALL_SECONDS)
    except grpc.RpcError:
        # The engine is gone: nobody listens any more, and the program is about to be stopped.
        print(line, end="", file=sys.stderr)
