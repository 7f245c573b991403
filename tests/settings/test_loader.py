"""The configuration is read from where Pulumi puts it, and a wrong one ends the program in an orderly way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import config as runtime_config

import settings
from settings import SettingsError, loader, parse
from tests.settings.examples import TODAY, changed

ROOT = Path(__file__).resolve().parents[2]


def _as_pulumi_does(changes: dict[str, Any]) -> dict[str, str]:
    config = changed(changes)
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi, "get_project", lambda: "eks-platform")
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")


def _configure(monkeypatch: pytest.MonkeyPatch, config: dict[str, str], *, environment: bool = False) -> None:
    token_config: dict[str, Any] = {} if environment else config
    monkeypatch.setattr(loader, "CONFIG", _Table(token_config))
    monkeypatch.setattr(runtime_config, "CONFIG", _Table(token_config))
    if environment:
        monkeypatch.setenv("PULUMI_CONFIG", json.dumps(config))
    else:
        monkeypatch.delenv("PULUMI_CONFIG", raising=False)


class _Table:
    """Stands in for the runtime's table of values."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def get(self) -> dict[str, Any]:
        return self.values


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("environment", [False, True], ids=["in process", "under the CLI"])
def test_objects_arrive_as_json_text(monkeypatch: pytest.MonkeyPatch, environment: bool) -> None:
    _configure(monkeypatch, _as_pulumi_does({}), environment=environment)
    loaded = settings.load()
    assert loaded.node_groups["system"].instance_types == ("m7i.large", "m6i.large")
    assert loaded.account == "111122223333", "an account id in digits must stay text"
    assert (loaded.project, loaded.stack, loaded.region) == ("eks-platform", "dev", "eu-west-1")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("environment", [False, True], ids=["in process", "under the CLI"])
def test_a_misspelt_section_is_found_though_nobody_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, environment: bool
) -> None:
    _configure(monkeypatch, _as_pulumi_does({"netwrok": {}}), environment=environment)
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert caught.value.render() == 'Pulumi.dev.yaml  eks-platform:netwrok: unknown key; did you mean "network"?', (
        "the section would be ignored without a word, and a default network made"
    )


@pytest.mark.usefixtures("project")
def test_a_wrong_configuration_ends_the_program_with_2_and_lines_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _configure(monkeypatch, _as_pulumi_does({"account": "12", "network.nat": "one"}))
    with pytest.raises(SystemExit) as caught:
        settings.load_or_exit()
    assert caught.value.code == 2, "scripts could not tell a bad configuration from a failed program"
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        'Pulumi.dev.yaml  eks-platform:account: "12" is not an AWS account id of 12 digits, such as "111122223333"',
        'Pulumi.dev.yaml  eks-platform:network.nat: "one" is not one of none, single, perZone, regional; '
        'did you mean "none"?',
    ]


@pytest.mark.usefixtures("project")
def test_a_right_configuration_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    _configure(monkeypatch, _as_pulumi_does({}))
    assert settings.load_or_exit() == settings.load()


@pytest.mark.usefixtures("project")
def test_what_is_rarely_meant_is_logged_as_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", logged.append)
    _configure(
        monkeypatch, _as_pulumi_does({"nodeGroups.system": {"instanceTypes": ["m7i.large"], "capacity": "spot"}})
    )
    loaded = settings.load()
    assert logged == [
        "Pulumi.dev.yaml  eks-platform:nodeGroups.system.instanceTypes: is one type only: when its spot capacity runs "
        "out, there are no nodes; name several of the same size"
    ]
    assert loaded.warnings == tuple(logged)


def test_the_project_may_have_another_name() -> None:
    config = {key.replace("eks-platform:", "shop:"): value for key, value in changed({}).items()}
    loaded = parse(config, project="shop", stack="prod", today=TODAY)
    assert loaded.cluster.name == "shop-prod"
    assert loaded.default_tags["project"] == "shop"


def test_text_that_is_no_json_is_reported_where_it_stands() -> None:
    with pytest.raises(SettingsError) as caught:
        parse({**changed({}), "eks-platform:cluster": "{version"}, today=TODAY)
    assert caught.value.lines == (
        'Pulumi.dev.yaml  eks-platform:cluster: "{version" is not a mapping of keys to values',
    )


def test_a_program_with_a_wrong_configuration_shows_no_traceback(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import pulumi, settings\n"
        "pulumi.get_project = lambda: 'eks-platform'\n"
        "pulumi.get_stack = lambda: 'dev'\n"
        "settings.load_or_exit()\n",
        encoding="utf-8",
    )
    environment = {"PULUMI_CONFIG": json.dumps({"aws:region": "eu-wst-1"}), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr, "users would take a slip of theirs for a fault of the program"
    assert len(done.stderr.splitlines()) == 5, "region, account, tags, access and nodes are all wrong; show all"


def test_settings_can_be_read_without_the_cloud_sdks() -> None:
    code = (
        "import sys, settings; "
        "print([name for name in sys.modules if name.startswith(('pulumi_aws', 'pulumi_eks', 'pulumi_kubernetes', "
        "'botocore'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]", "a check of the configuration would cost seconds"
