"""Set-up does what is needed, once, and says what is missing; tried with stand-ins for Python and uv."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements-bootstrap.txt", "requirements.txt", "requirements-dev.txt")

# Writes down what it is asked for; makes a venv that holds itself, and a uv beside it.
FAKE_PYTHON = """#!/bin/sh
case "$*" in
    "-c "*) echo "$0"; exit 0 ;;
    "-V") echo "Python 3.12.0"; exit 0 ;;
    "-m venv "*) mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo "venv by $0" >>log ;;
    "-m pip install "*requirements-bootstrap.txt*)
        [ -z "$NO_UV" ] || exit 1
        printf '#!/bin/sh\\necho "uv $*" >>log\\n' >.venv/bin/uv; chmod +x .venv/bin/uv; echo "pip: uv" >>log ;;
    "-m pip install "*) echo "pip: everything" >>log ;;
esac
"""
OLD_PYTHON = "#!/bin/sh\necho 'it is Python 3.9' >&2\nexit 1\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup_environment.sh", tmp_path / "scripts")
    for lock in LOCKS:
        (tmp_path / lock).write_text(f"{lock}==1\n")
    for name, text in (("python3.12", FAKE_PYTHON), ("another", FAKE_PYTHON), ("python3.9", OLD_PYTHON)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.fixture
def set_up(project: Path) -> Callable[..., tuple[subprocess.CompletedProcess[str], list[str]]]:
    def run(kind: str = "runtime", python: str = "python3.12", **environment: str):
        log = project / "log"
        log.unlink(missing_ok=True)
        interpreter = str(project / python) if python else ""
        done = subprocess.run(
            ["sh", "scripts/setup_environment.sh", kind],
            cwd=project,
            env={**os.environ, "PYTHON": interpreter, "INSTALLER": "", "NO_UV": "", **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return done, log.read_text().splitlines() if log.exists() else []

    return run


def test_the_first_run_installs_the_pins_with_uv_and_hashes(set_up):
    done, log = set_up()
    assert done.returncode == 0, done.stderr
    assert log[1:] == [
        "pip: uv",
        "uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.txt",
    ], "without hashes a package that was swapped on its way would be run"


def test_a_second_run_does_nothing(set_up):
    set_up()
    done, log = set_up()
    assert (done.returncode, done.stderr, log) == (0, "", []), "each preview would wait for an installer"


def test_a_second_run_without_the_override_keeps_the_interpreter(set_up):
    set_up()
    done, log = set_up(python="")
    assert (done.returncode, log) == (0, []), "make test after make preview PYTHON=... would start from nothing"


def test_tests_get_their_tools_on_top(set_up):
    set_up()
    _, log = set_up("dev")
    assert log[-1].endswith("-r requirements.txt -r requirements-dev.txt"), "tests would use other pins than deploys"


def test_a_changed_lock_is_installed_into_the_same_environment(set_up, project):
    set_up()
    (project / "requirements.txt").write_text("pulumi==2\n")
    _, log = set_up()
    assert [line.split()[0] for line in log] == ["pip:", "uv"], "a clone would go on with the packages of yesterday"


def test_another_interpreter_starts_from_nothing(set_up, project):
    set_up()
    _, log = set_up(python="another")
    assert log[0] == f"venv by {project / 'another'}", "a venv of two Pythons imports neither's packages"


@pytest.mark.parametrize("environment", [{"NO_UV": "1"}, {"INSTALLER": "pip"}])
def test_pip_does_the_work_where_uv_does_not(set_up, environment):
    done, log = set_up(**environment)
    assert (done.returncode, log[-1]) == (0, "pip: everything"), "a machine without a uv wheel could not set up"


def test_a_machine_without_a_fitting_python_is_told_so(set_up):
    done, log = set_up(python="python3.9")
    assert (done.returncode, log) == (1, []), "a venv of an old Python fails later, with a riddle"
    assert "it is Python 3.9" in done.stderr
    assert "Install Python 3.11, 3.12 or 3.13" in done.stderr
