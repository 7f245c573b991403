"""The stack files and Pulumi.yaml are right, and say what docs and schema say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from settings import Settings, parse, parse_file
from settings.base import yaml_keys
from settings.model import StackConfig
from tests.settings.examples import TODAY
from tests.settings.misconfigurations import MISTAKES

ROOT = Path(__file__).resolve().parents[2]
STACKS = ("dev", "staging", "prod")
SCHEMA_LINE = "# yaml-language-server: $schema=schemas/stack-config.schema.json"


def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def _settings(stack: str) -> Settings:
    return parse_file(ROOT / f"Pulumi.{stack}.yaml", today=TODAY)


def _schema() -> dict[str, Any]:
    return json.loads((ROOT / "schemas" / "stack-config.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_is_accepted_without_a_warning(stack: str) -> None:
    assert _settings(stack).warnings == (), "a newcomer's first preview would begin with warnings"


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_turns_on_every_component(stack: str) -> None:
    settings = _settings(stack)
    parts = {
        "node groups": settings.node_groups,
        "Fargate profiles": settings.fargate_profiles,
        "load balancer controller": settings.load_balancer_controller,
        "EBS": settings.storage.ebs,
        "EFS": settings.storage.efs,
        "Cluster Autoscaler": settings.cluster_autoscaler,
    }
    assert [name for name, part in parts.items() if not part] == [], "the preview would not show the whole platform"


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_fits_the_schema_that_it_names(stack: str) -> None:
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    errors = [error.message for error in jsonschema.Draft202012Validator(_schema()).iter_errors(yaml.safe_load(text))]
    assert errors == [], "editors would underline a file that is right"
    assert text.splitlines()[0] == SCHEMA_LINE


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_switches_default_providers_off(stack: str) -> None:
    assert _read(f"Pulumi.{stack}.yaml")["config"]["pulumi:disable-default-providers"] == ["*"], (
        "a resource without a provider would be made in whatever account the shell points to"
    )


def test_production_cannot_be_reached_from_the_internet_nor_deleted_by_a_slip() -> None:
    cluster = _settings("prod").cluster
    assert (cluster.endpoint.private, cluster.endpoint.public) == (True, False), (
        "the API server would be on the internet"
    )
    assert cluster.deletion_protection is True, "a wrong stack name at pulumi destroy would end production"
    assert cluster.logs.retention_days == 365, "an incident found after months could not be looked into"


def test_production_survives_the_loss_of_a_zone() -> None:
    settings = _settings("prod")
    assert settings.network.nat == "perZone", "one zone's failure would cut off the others"
    assert settings.cluster.zonal_shift is True
    assert settings.node_groups["apps"].zones == "perZone"


def test_the_stacks_have_networks_apart_from_each_other() -> None:
    ranges = {_settings(stack).network.cidr for stack in STACKS}
    assert len(ranges) == len(STACKS), "the VPCs could never be peered"


def test_pulumi_yaml_declares_every_key_with_type_and_meaning() -> None:
    declared = _read("Pulumi.yaml")["config"]
    expected = {
        key: ("object" if "settings." in str(StackConfig.model_fields[name].annotation) else "string")
        for key, name in yaml_keys(StackConfig).items()
    }
    assert {key: value["type"] for key, value in declared.items()} == expected, "pulumi config would not know a key"
    for key, name in yaml_keys(StackConfig).items():
        assert declared[key]["description"] == StackConfig.model_fields[name].description, f"{key} is described twice"


def test_pulumi_yaml_asks_only_for_the_keys_that_are_needed() -> None:
    needed = {key for key, value in _read("Pulumi.yaml")["config"].items() if "default" not in value}
    models = {key for key, name in yaml_keys(StackConfig).items() if StackConfig.model_fields[name].is_required()}
    assert needed == models, "the CLI refuses a stack that lacks a typed key without a default"


def test_the_defaults_of_pulumi_yaml_mean_the_same_as_no_value() -> None:
    declared = _read("Pulumi.yaml")["config"]
    written = _read("Pulumi.dev.yaml")["config"]
    minimal = {key: written[key] for key in ("aws:region", "eks-platform:account", "eks-platform:tags")}
    minimal["eks-platform:access"] = written["eks-platform:access"]
    minimal["eks-platform:nodeGroups"] = written["eks-platform:nodeGroups"]
    defaults = {f"eks-platform:{key}": value["default"] for key, value in declared.items() if "default" in value}
    assert parse({**defaults, **minimal}, today=TODAY) == parse(minimal, today=TODAY), (
        "a key left out would mean one thing under the CLI and another in the offline preview"
    )


def test_the_project_runs_in_the_virtual_environment_that_make_creates() -> None:
    runtime = _read("Pulumi.yaml")["runtime"]
    assert runtime == {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}


def test_the_schema_refuses_misspelt_keys_as_the_program_does() -> None:
    validator = jsonschema.Draft202012Validator(_schema())
    base = _read("Pulumi.dev.yaml")
    for mistake in MISTAKES:
        if mistake.what not in ("an unknown section", "an unknown key deep down", "a misspelt instance type"):
            continue
        document = {**base, "config": dict(base["config"])}
        for path, value in mistake.change.items():
            section, *rest = path.split(".")
            for part in reversed(rest):
                value = {part: value}
            document["config"][f"eks-platform:{section}"] = value
        assert not validator.is_valid(document), f"{mistake.what} would only be seen when the program runs"
