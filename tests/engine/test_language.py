"""The language runtime: programs get what the engine says, people see what programs print, and nothing runs on."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2_grpc, language_pb2, language_pb2_grpc

from rehearsal.engine.forks import FreshLauncher
from rehearsal.engine.language import LanguageRuntime
from rehearsal.engine.servers import language_server

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30


class Engine(engine_pb2_grpc.EngineServicer):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def Log(self, request, context):  # noqa: N802, ARG002
        self.lines.append(request.message)
        return empty_pb2.Empty()


@contextlib.contextmanager
def attached(folder: Path, program: str) -> Iterator[tuple[language_pb2_grpc.LanguageRuntimeStub, Engine, list[int]]]:
    runner = folder / "runner.py"
    runner.write_text(textwrap.dedent(program))
    engine = Engine()
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    runtime = LanguageRuntime(runner, dict(os.environ), FreshLauncher(), "v3.259.0")
    with language_server(runtime) as address, grpc.insecure_channel(f"127.0.0.1:{address.split(':')[1]}") as channel:
        stub = language_pb2_grpc.LanguageRuntimeStub(channel)
        stub.Handshake(language_pb2.LanguageHandshakeRequest(engine_address=f"127.0.0.1:{port}"), timeout=SECONDS)
        yield stub, engine, runtime.exit_codes
    server.stop(0)


def request(folder: Path, **more) -> language_pb2.RunRequest:
    info = language_pb2.ProgramInfo(root_directory=str(folder), program_directory=str(folder), entry_point=".")
    return language_pb2.RunRequest(
        project="shop", stack="dev", parallel=4, monitor_address="127.0.0.1:9", info=info, **more
    )


def test_a_program_gets_what_the_engine_says_and_people_see_what_it_prints(tmp_path):
    program = """
        import json, os, sys
        print(json.dumps(sys.argv[1:]))
        print(os.environ["PULUMI_CONFIG"], os.environ["PULUMI_CONFIG_SECRET_KEYS"], file=sys.stderr)
    """
    with attached(tmp_path, program) as (stub, engine, codes):
        answer = stub.Run(
            request(tmp_path, config={"a:b": "c"}, configSecretKeys=["a:b"], dryRun=True), timeout=SECONDS
        )
    assert (answer.error, answer.bail, codes) == ("", False, [0]), "a good program must count as one"
    flags = json.loads(engine.lines[0])
    given = dict(zip(flags[:-1:2], flags[1:-1:2], strict=True))
    assert flags[-1] == ".", "the wrong program would run"
    assert given["--monitor"] == "127.0.0.1:9", "the program would register nowhere"
    assert (given["--project"], given["--stack"], given["--dry_run"]) == ("shop", "dev", "true"), "a preview would act"
    assert engine.lines[1] == '{"a:b": "c"} ["a:b"]', "a secret config value would be shown"


@pytest.mark.parametrize(("code", "bail"), [(1, False), (2, False), (32, True)])
def test_a_program_that_fails_says_so_once(tmp_path, code, bail):
    with attached(tmp_path, f"raise SystemExit({code})") as (stub, _engine, codes):
        answer = stub.Run(request(tmp_path), timeout=SECONDS)
    assert (answer.error, answer.bail) == (f"the program ended with exit code {code}", bail), (
        "a failure is lost or doubled"
    )
    assert codes == [code], "bad configuration must be told from a failure"


def test_cancel_ends_a_program_that_would_run_for_ever(tmp_path):
    program = """
        import time
        print("running", flush=True)
        time.sleep(600)
    """
    with attached(tmp_path, program) as (stub, engine, _codes):
        answers: list[language_pb2.RunResponse] = []
        run = threading.Thread(target=lambda: answers.append(stub.Run(request(tmp_path), timeout=SECONDS)))
        run.start()
        deadline = time.monotonic() + SECONDS
        while not engine.lines and time.monotonic() < deadline:
            time.sleep(0.02)
        stub.Cancel(empty_pb2.Empty(), timeout=SECONDS)
        run.join(SECONDS)
    assert answers[0].error == "the program ended with exit code -9", "an interrupted update would wait for ever"


def test_a_policy_pack_runs_with_the_interpreter_that_has_its_package(tmp_path):
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "__main__.py").write_text('import os\nprint(os.environ["PULUMI_STACK"], flush=True)\n')
    info = language_pb2.ProgramInfo(root_directory=str(pack), program_directory=str(pack))
    asked = language_pb2.RunPluginRequest(
        kind="analyzer", args=["127.0.0.1:9"], pwd=str(pack), info=info, env=["PULUMI_STACK=dev"]
    )
    with attached(tmp_path, "") as (stub, _engine, _codes):
        answers = list(stub.RunPlugin(asked, timeout=SECONDS))
    assert answers[0].stdout == b"dev\n", "the engine waits for the first line: it is the pack's port"
    assert answers[-1].exitcode == 0, "a pack that ends well must count as one"


def test_the_runtime_names_its_interpreter_and_needs_no_plugins(tmp_path):
    with attached(tmp_path, "") as (stub, _engine, _codes):
        about = stub.About(language_pb2.AboutRequest(), timeout=SECONDS)
        needed = stub.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(), timeout=SECONDS)
        version = stub.GetPluginInfo(empty_pb2.Empty(), timeout=SECONDS).version
    assert about.executable == sys.executable, "another interpreter has other packages"
    assert list(needed.packages) == [], "the engine would download the real providers"
    assert version == "3.259.0", "the engine compares versions of plugins"


FORKING = """
import os, sys, types
sys.modules["loaded_before"] = types.ModuleType("loaded_before")
from rehearsal.engine.forks import Command, ForkLauncher
launcher = ForkLauncher()
def run(**fields):
    program = launcher.start(Command(directory=sys.argv[1], environment={"HOME": "x"}, **fields))
    lines = program.output.read()
    print(program.wait(), lines)
run(script=sys.argv[1] + "/p.py", arguments=["a"])
run(module="q", arguments=["3"])
endless = launcher.start(Command(script=sys.argv[1] + "/endless.py", directory=sys.argv[1], environment={}))
print(endless.output.readline())
endless.stop()
print(endless.wait())
launcher.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere programs run in interpreters of their own")
def test_programs_in_forks_behave_as_in_interpreters_of_their_own(tmp_path):
    (tmp_path / "p.py").write_text(
        "import os, sys, loaded_before\nprint(sys.argv[1:], sorted(os.environ), __name__)\nraise ValueError('broken')\n"
    )
    (tmp_path / "q.py").write_text("import os, sys\nprint(os.getcwd() == sys.path[0])\nsys.exit(int(sys.argv[1]))\n")
    (tmp_path / "endless.py").write_text("import time\nprint('running')\ntime.sleep(600)\n")
    done = subprocess.run(
        [sys.executable, "-c", FORKING, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    first, second, third, fourth = done.stdout.splitlines()
    assert first.replace("\\'", "'").startswith("1 b'['a'] ['HOME'] __main__"), (
        f"arguments, environment or exit code are lost: {first}"
    )
    assert "ValueError: broken" in first, "whoever debugs a program needs its error"
    assert second == r"3 b'True\n'", "the exit code tells bad configuration from a failure"
    assert (third, fourth) == (r"b'running\n'", "-9"), "an interrupted run must leave no process"
