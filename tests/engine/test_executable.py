"""Which Pulumi CLI is used: the named one, the one on PATH, the one that was built, and what is said without any."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.engine import executable
from rehearsal.engine.executable import (
    BUILT_VERSION,
    LANGUAGE_HOST,
    MINIMUM,
    PROGRAM_RUNNER,
    CliMissingError,
    cache_folder,
    find_cli,
    find_or_build_cli,
    parsed_version,
)

ROOT = Path(__file__).resolve().parents[2]


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def installed(folder: Path, version: str, *, host: str = "#!/bin/sh\n") -> Path:
    script(folder / LANGUAGE_HOST, host)
    return script(folder / "pulumi", f"#!/bin/sh\necho {version}\n")


def built(cache: Path) -> Path:
    folder = cache_folder({"XDG_CACHE_HOME": str(cache)})
    for name in (LANGUAGE_HOST, PROGRAM_RUNNER, "pulumi"):
        script(folder / name, "")
    return folder / "pulumi"


def variables(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": "", **more}


def test_a_cli_on_the_path_is_used_with_its_own_language_host(tmp_path):
    path = installed(tmp_path / "bin", "v3.272.0")
    found = find_cli(variables(tmp_path, PATH=str(path.parent)))
    assert found is not None, "who has installed the CLI must not wait for a build"
    assert (found.path, found.version, found.runner) == (path, "v3.272.0", None), "the official host runs programs best"


def test_a_cli_on_the_path_that_is_too_old_is_passed_over_for_the_built_one(tmp_path):
    path = installed(tmp_path / "bin", "v3.100.0")
    mine = built(tmp_path / "cache")
    found = find_cli(variables(tmp_path, PATH=str(path.parent)))
    assert found is not None, "a CLI that the project refuses must not hide one that works"
    assert (found.path, found.version) == (mine, BUILT_VERSION), "a CLI that the project refuses must not be taken"
    assert found.runner == mine.parent / PROGRAM_RUNNER, "a CLI without a language host needs ours"


def test_a_named_cli_wins_over_the_path(tmp_path):
    path = installed(tmp_path / "bin", "v3.272.0")
    named = installed(tmp_path / "named", "v3.250.0")
    found = find_cli(variables(tmp_path, PATH=str(path.parent), PULUMI_CLI=str(named)))
    assert found is not None, "who names a CLI wants that one"
    assert found.path == named, "who names a CLI wants that one"


@pytest.mark.parametrize("version", ["v3.100.0", "nonsense"])
def test_a_named_cli_that_does_not_do_is_an_error_and_not_passed_over(tmp_path, version):
    named = installed(tmp_path / "named", version)
    with pytest.raises(CliMissingError, match=r"at least version 3\.229\.0"):
        find_cli(variables(tmp_path, PULUMI_CLI=str(named)))


def test_a_named_cli_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(CliMissingError, match="there is no such file"):
        find_cli(variables(tmp_path, PULUMI_CLI=str(tmp_path / "gone")))


def test_an_empty_file_in_place_of_the_language_host_does_not_count_as_one(tmp_path):
    path = installed(tmp_path / "bin", "v3.272.0", host="")
    assert find_cli(variables(tmp_path, PATH=str(path.parent))) is None, "programs would not start"


def test_a_half_finished_build_is_not_used(tmp_path):
    (built(tmp_path / "cache").parent / PROGRAM_RUNNER).unlink()
    assert find_cli(variables(tmp_path)) is None, "programs would not start"


def test_without_cli_and_go_the_person_is_told_what_to_install(tmp_path):
    with pytest.raises(CliMissingError, match=r"install the Pulumi CLI .* or Go"):
        find_or_build_cli(variables(tmp_path))


GO = """#!/bin/sh
case "$1" in
build) shift; while [ "$1" != -o ]; do shift; done; echo binary > "$2";;
list) echo {sdk};;
esac
"""


def test_a_build_leaves_the_cli_and_its_helpers_in_the_cache_and_is_done_once(tmp_path, capsys):
    sdk = tmp_path / "sdk"
    script(sdk / "python" / "cmd" / PROGRAM_RUNNER, "print('runs')")
    go = script(tmp_path / "go" / "go", GO.format(sdk=sdk))
    environment = variables(tmp_path, PATH=f"{go.parent}{os.pathsep}/bin{os.pathsep}/usr/bin")
    made = find_or_build_cli(environment)
    folder = cache_folder(environment)
    assert sorted(file.name for file in folder.iterdir()) == ["pulumi", LANGUAGE_HOST, PROGRAM_RUNNER], (
        "without the marker the engine does not start policy packs"
    )
    assert "built in" in capsys.readouterr().err, "a build takes minutes: it must say that it is one"
    go.unlink()
    assert find_or_build_cli(environment) == made, "a second run must not build again"


def test_a_build_that_fails_shows_what_go_said(tmp_path):
    go = script(tmp_path / "go" / "go", "#!/bin/sh\necho no such module >&2\nexit 1\n")
    with pytest.raises(CliMissingError, match="no such module"):
        find_or_build_cli(variables(tmp_path, PATH=f"{go.parent}{os.pathsep}/bin{os.pathsep}/usr/bin"))


def test_the_least_version_is_the_one_that_the_project_asks_for():
    document = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    assert document["requiredPulumiVersion"] == f">={'.'.join(map(str, MINIMUM))}", "the CLI would refuse the project"


def test_the_pinned_module_is_the_version_that_is_stamped():
    module = (ROOT / "tools" / "pulumi-cli" / "go.mod").read_text()
    for name in ("pkg", "sdk"):
        assert f"\tgithub.com/pulumi/pulumi/{name}/v3 {BUILT_VERSION} " in module, "the CLI would lie about its version"


@given(st.tuples(*(st.integers(0, 9999),) * 3), st.sampled_from(["", "-dev.0", "+dirty"]))
def test_every_version_reads_back_as_its_numbers(numbers, rest):
    assert parsed_version(f"v{'.'.join(map(str, numbers))}{rest}") == numbers, "an old CLI would pass for a new one"


def test_the_command_prints_which_cli_is_used(monkeypatch, capsys, tmp_path):
    path = installed(tmp_path / "bin", "v3.272.0")
    monkeypatch.setenv("PULUMI_CLI", str(path))
    assert executable.main() == 0, "a CLI that was found is no failure"
    assert capsys.readouterr().out == f"{path} v3.272.0, Python programs run by its own language host\n", "wrong CLI"
    monkeypatch.setenv("PULUMI_CLI", str(tmp_path / "gone"))
    assert executable.main() == 3, "without a CLI no test on the engine runs: CI must notice"
