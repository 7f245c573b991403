"""The folder and environment of a session: apart from the person's own stacks, and from every other session."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rehearsal.engine.executable import Cli
from rehearsal.engine.session import PASSPHRASE, Session, SessionInUseError, open_session
from rehearsal.errors import RehearsalError
from rehearsal.project import read_project, read_stack

STACK = """# kept
secretsprovider: awskms://alias/real
encryptedkey: AQICA
encryptionsalt: v1:real
config:
  aws:region: eu-west-1
  shop:account: "111122223333"
"""
# Writes what `pulumi stack init` writes: the stack's state, and a salt beside the project file.
FAKE_CLI = """#!/bin/sh
folder="${{PULUMI_BACKEND_URL#file://}}/.pulumi/stacks/shop"
mkdir -p "$folder"
echo '{{}}' > "$folder/$3.json"
printf 'encryptionsalt: v1:mine\\n' > "Pulumi.$3.yaml"
{end}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "shop"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (project / "Pulumi.dev.yaml").write_text(STACK)
    return project


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return fake_cli(tmp_path)


def fake_cli(tmp_path: Path, end: str = "") -> Cli:
    path = tmp_path / "bin" / "pulumi"
    path.parent.mkdir(exist_ok=True)
    path.write_text(FAKE_CLI.format(end=end))
    path.chmod(0o755)
    return Cli(path=path, version="v3.259.0")


def opened(folder: Path, cli: Cli):
    project = read_project(folder)
    return open_session(project, read_stack(project, "dev"), cli)


def test_the_stack_file_is_read_and_never_written(folder, cli):
    with opened(folder, cli):
        pass
    assert (folder / "Pulumi.dev.yaml").read_text() == STACK, "a rehearsal must not change a real stack"
    assert sorted(file.name for file in folder.iterdir()) == [".rehearsal", "Pulumi.dev.yaml", "Pulumi.yaml"], (
        "a rehearsal must leave nothing beside the sources"
    )


def test_the_copy_of_the_stack_file_has_the_same_config_and_the_salt_of_the_session(folder, cli):
    with opened(folder, cli) as session:
        text = session.config_file.read_text()
    copy = yaml.safe_load(text)
    assert copy["config"] == yaml.safe_load(STACK)["config"], "the program would run with another config"
    assert copy["encryptionsalt"] == "v1:mine", "secrets of the session's state could not be read again"
    assert not {"secretsprovider", "encryptedkey"} & set(copy), "a rehearsal would call the real key service"


def test_a_changed_stack_file_is_copied_again_with_the_same_salt(folder, cli):
    with opened(folder, cli):
        pass
    (folder / "Pulumi.dev.yaml").write_text(STACK.replace("eu-west-1", "eu-north-1"))
    with opened(folder, cli) as session:
        copy = yaml.safe_load(session.config_file.read_text())
    assert copy["config"]["aws:region"] == "eu-north-1", "an edit must take effect in the next run"
    assert copy["encryptionsalt"] == "v1:mine", "secrets of the session's state could not be read again"


def test_what_is_encrypted_for_the_real_stack_stands_as_a_placeholder(folder, cli):
    (folder / "Pulumi.dev.yaml").write_text(f"{STACK}  shop:keys:\n    - name: a\n      key: {{secure: v1:abc}}\n")
    with opened(folder, cli) as session:
        copy = yaml.safe_load(session.config_file.read_text())
    assert copy["config"]["shop:keys"] == [{"name": "a", "key": "[encrypted]"}], "the real secret cannot be decrypted"
    assert copy["config"]["shop:account"] == "111122223333", "an account id must stay a text"


def test_the_environment_leads_nowhere_else(folder, cli, monkeypatch):
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "pul-real")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", "/real")
    with opened(folder, cli) as session:
        environment = session.environment(PULUMI_DEBUG_PROVIDERS="aws:1")
    own = folder / ".rehearsal" / "shop" / "dev"
    assert environment["PULUMI_BACKEND_URL"] == (own / "state").as_uri(), "the real state would be changed"
    assert environment["PULUMI_HOME"] == str(own / "home"), "the person's own CLI configuration would be changed"
    assert environment["PULUMI_CONFIG_PASSPHRASE"] == PASSPHRASE, "the CLI would ask for a passphrase"
    assert environment["PULUMI_OPTION_CONFIG_FILE"] == str(session.config_file), "the real stack file would be changed"
    assert environment["PULUMI_STACK"] == "dev", "another stack would be changed"
    assert environment["PULUMI_DEBUG_PROVIDERS"] == "aws:1", "the real provider would be started"
    assert environment["PATH"].startswith(f"{cli.path.parent}:"), "another CLI would run"
    assert not {"PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE"} & set(environment), "a real account is reached"


def test_a_second_run_of_the_stack_is_refused_and_a_later_one_is_not(folder, cli):
    with (
        opened(folder, cli),
        pytest.raises(SessionInUseError, match="in use by another rehearsal"),
        opened(folder, cli),
    ):
        pass
    with opened(folder, cli) as session:
        assert isinstance(session, Session), "a lock must go with the run that holds it"


def test_locks_of_a_run_that_was_killed_are_taken_away(folder, cli):
    lock = folder / ".rehearsal" / "shop" / "dev" / "state" / ".pulumi" / "locks" / "left.json"
    lock.parent.mkdir(parents=True)
    lock.write_text("{}")
    with opened(folder, cli):
        assert not lock.exists(), "the stack would stay locked for ever"


def test_a_stack_that_the_cli_cannot_make_is_an_error_in_its_words(folder, tmp_path):
    cli = fake_cli(tmp_path, "echo 'invalid stack name' >&2; exit 1")
    with pytest.raises(RehearsalError, match="invalid stack name"), opened(folder, cli):
        pass
