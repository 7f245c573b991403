"""Commands in a session: with the CLI's own language host where it has one, and never without an end."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from rehearsal.engine.executable import LANGUAGE_HOST
from rehearsal.engine.run import engine
from rehearsal.errors import RehearsalError
from rehearsal.project import read_project, read_stack

# What `pulumi version` and `pulumi stack init` do.
OFFICIAL_CLI = """#!/bin/sh
case "$1" in
version) echo v3.272.0;;
*) printf 'encryptionsalt: v1:mine\\n' > "Pulumi.$3.yaml";;
esac
"""


@pytest.fixture
def attached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in (("pulumi", OFFICIAL_CLI), (LANGUAGE_HOST, "#!/bin/sh\n")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PULUMI_CLI", str(folder / "pulumi"))
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-west-1\n")
    (tmp_path / "__main__.py").write_text("")
    project = read_project(tmp_path)
    with engine(project, read_stack(project, "dev"), scale=0) as attached:
        yield attached


def test_the_language_host_of_an_official_cli_is_left_to_run_programs(attached):
    assert attached.runtime is None, "the official host runs programs best"
    assert "PULUMI_DEBUG_LANGUAGES" not in attached.environment, "the official host would not be asked"
    packages = [entry.split(":")[0] for entry in attached.environment["PULUMI_DEBUG_PROVIDERS"].split(",")]
    assert packages == ["aws", "eks", "kubernetes"], "a real provider would be started, and reach a real account"


def test_a_command_runs_in_the_project_with_the_sessions_environment(attached, tmp_path):
    script = "import json, os, sys; json.dump([os.getcwd(), os.environ['PULUMI_STACK']], open(sys.argv[1], 'w'))"
    code = attached.run([sys.executable, "-c", script, str(tmp_path / "out.json")], timeout=30, group=False)
    assert code == 0, "a good command must count as one"
    assert json.loads((tmp_path / "out.json").read_text()) == [str(tmp_path), "dev"], "it acts on something else"
    assert attached.run([sys.executable, "-c", "raise SystemExit(7)"], timeout=30) == 7, "the exit code is lost"


def test_a_command_that_does_not_end_is_ended(attached):
    with pytest.raises(RehearsalError, match=r"did not end within 0\.5 seconds"):
        attached.run([sys.executable, "-c", "import time; time.sleep(600)"], timeout=0.5)


def test_a_command_that_does_not_exist_is_an_error_in_words(attached):
    with pytest.raises(RehearsalError, match="no-such-command cannot be run: No such file"):
        attached.run(["no-such-command"], timeout=5)
