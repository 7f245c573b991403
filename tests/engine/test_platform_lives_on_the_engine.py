"""The whole platform on the real engine: comes up, stays as it is, can be read by others, goes without a trace."""

from __future__ import annotations

import json

import pytest

from rehearsal.modes import run_modes
from rehearsal.project import read_project, read_stack
from tests.engine.conftest import ROOT, ProjectFolder

CONSUMER = """
import json, pulumi
names = json.loads(pulumi.Config().require("names"))
platform = pulumi.StackReference("organization/eks-platform/dev")
for name in names:
    pulumi.export(name, platform.require_output(name))
"""


@pytest.fixture(scope="module")
def up(platform: ProjectFolder) -> ProjectFolder:
    code = platform.rehearse("up")
    assert code == 0, f"the platform does not come up:\n{platform.said[-1][-4000:]}"
    return platform


def pulumi_json(platform: ProjectFolder, *arguments: str):
    assert platform.rehearse("run", "--", "pulumi", *arguments) == 0, platform.said[-1]
    return json.loads(platform.said[-1])


def test_what_the_engine_made_is_what_the_cloud_has(up: ProjectFolder):
    resources = json.loads(up.state())["checkpoint"]["latest"]["resources"]
    made = sorted(r["urn"] for r in resources if r.get("custom") and not r["type"].startswith("pulumi:"))
    living = sorted(record.urn for record in up.world() if record.urn)
    assert made == living, "state and cloud disagree: the next update would make things twice or miss them"


def test_the_engine_makes_what_the_preview_in_process_shows(up: ProjectFolder):
    project = read_project(up.folder)
    shown = set(run_modes(project, read_stack(project, "dev"), timeout=120).known.resources)
    resources = json.loads(up.state())["checkpoint"]["latest"]["resources"]
    # The engine's own provider answers questions about resources. Members of a group of manifests are made by the
    # plugin alone, and only once the cluster is there.
    made = {r["urn"] for r in resources if "ConfigGroup$" not in r["urn"] and r["type"] != "pulumi:providers:pulumi"}
    assert made == {urn for urn in shown if "ConfigGroup$" not in urn}, (
        "a preview that differs from the update is worth nothing"
    )


def test_a_run_does_not_touch_the_stack_files(up: ProjectFolder):
    for file in ROOT.glob("Pulumi*.yaml"):
        assert (up.folder / file.name).read_bytes() == file.read_bytes(), "a rehearsal must not change a real stack"


def test_a_second_update_changes_nothing(up: ProjectFolder):
    before = len(up.world().events)
    code = up.rehearse("run", "--", "pulumi", "up", "--yes", "--expect-no-changes")
    assert code == 0, f"an update with nothing to do does something:\n{up.said[-1][-4000:]}"
    assert len(up.world().events) == before, "an update with nothing to do must ask nothing of the cloud"


def test_a_refresh_finds_nothing_to_change(up: ProjectFolder):
    code = up.rehearse("run", "--", "pulumi", "refresh", "--yes", "--expect-no-changes")
    assert code == 0, f"what the provider reads is not what it made:\n{up.said[-1][-4000:]}"


def test_another_project_reads_every_output(up: ProjectFolder, tmp_path):
    outputs = pulumi_json(up, "stack", "output", "--json", "--show-secrets")
    (tmp_path / "Pulumi.yaml").write_text("name: consumer\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(CONSUMER)
    config = tmp_path / "Pulumi.dev.yaml"
    script = (
        'unset PULUMI_OPTION_CONFIG_FILE PULUMI_STACK; set -e; cd "$0"; pulumi stack init dev >&2;'
        ' pulumi config set names "$1" --stack dev; pulumi up --yes --stack dev >&2;'
        " pulumi stack output --json --show-secrets --stack dev > read.json"
    )
    names = json.dumps(sorted(outputs))
    assert up.rehearse("run", "--", "sh", "-c", script, str(tmp_path), names) == 0, up.said[-1]
    read = json.loads((tmp_path / "read.json").read_text())
    assert config.exists(), "the consumer keeps a config of its own"
    assert read == outputs, "an output that another stack cannot read is a broken contract"


def test_destroy_leaves_an_empty_world(up: ProjectFolder):
    code = up.rehearse("destroy")
    assert code == 0, f"the platform cannot be destroyed:\n{up.said[-1][-4000:]}"
    assert list(up.world()) == [], "what is left in an account costs money, and blocks the next stack"
    assert not json.loads(up.state())["checkpoint"]["latest"].get("resources"), "the engine still believes in something"
