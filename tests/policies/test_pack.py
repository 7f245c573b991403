"""The pack as a whole: names, tokens, config files, cost."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pulumi_policy
import pytest
import yaml
from pulumi_policy import EnforcementLevel

from policies.eks_policies.pack import RULES
from policies.eks_policies.rule import Rule
from tests.policies.support import PACK, RULE_BY_NAME, sdk_class

CONFIG_FILES = sorted((PACK / "config").glob("*.json"))
# What no production cluster may go without.
BASELINE = (
    "eks-cluster-private-endpoint",
    "eks-cluster-public-cidrs",
    "eks-cluster-secrets-encryption",
    "eks-cluster-audit-log",
    "eks-cluster-log-group",
    "eks-cluster-version",
    "eks-cluster-access-entries",
    "eks-cluster-deletion-protection",
    "ec2-launch-template-imdsv2",
    "ec2-launch-template-hop-limit",
    "ec2-launch-template-encrypted-volumes",
    "ec2-launch-template-no-public-ip",
    "iam-no-administrator-access",
    "iam-trust-names-principals",
    "iam-web-identity-pins-subject",
    "vpc-subnet-no-public-ip",
)


@pytest.fixture(name="built")
def _built(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `__main__.py` hands to the SDK."""
    packs: list[dict[str, Any]] = []
    monkeypatch.setattr(pulumi_policy, "PolicyPack", lambda **arguments: packs.append(arguments))
    runpy.run_path(str(PACK), run_name="__main__")
    assert len(packs) == 1, "the SDK refuses a second pack in one process"
    return packs[0]


def test_the_pack_hands_every_rule_to_the_sdk(built: dict[str, Any]) -> None:
    names = [rule.name for rule in built["policies"]]
    assert names == [rule.name for rule in RULES], "a rule that is not handed over never runs"
    assert built["enforcement_level"] is EnforcementLevel.MANDATORY, "a rule without a level would only advise"
    assert re.fullmatch(r"[a-zA-Z0-9-_.]{1,100}", built["name"]), "the SDK refuses the pack"


def test_the_pack_shares_the_interpreter_of_the_project() -> None:
    project = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text())
    assert project["runtime"] == {"name": "python", "options": {"virtualenv": "../.venv"}}, "the pack would not start"
    assert project["version"] == "0.1.0", "the pack would be published as 0.0.1"
    assert project["description"].endswith("."), "nobody would know what the pack is for"


def test_rule_names_are_unique() -> None:
    assert len(RULE_BY_NAME) == len(RULES), "two rules of one name share their level and config"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_it_is_for(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name), "names are keys of config files"
    assert rule.definition.types, "a rule without types never fires"
    assert (rule.description or "").endswith("."), "the description is a sentence"
    assert (rule.remediation_steps or "").endswith("."), "a finding without a cure helps nobody"
    assert (rule.url or "").startswith("https://"), "a reader cannot look the reason up"
    assert rule.severity is not None, "findings could not be sorted"
    assert rule.framework is not None, "an auditor could not find the control"
    assert rule.enforcement_level in (EnforcementLevel.MANDATORY, EnforcementLevel.ADVISORY), "levels are set per rule"


def _tokens() -> list[str]:
    """Every type token in the sources of the rules, those that a stack rule only looks for included."""
    sources = "".join(file.read_text(encoding="utf-8") for file in (PACK / "eks_policies").glob("*.py"))
    return sorted(set(re.findall(r'"((?:aws|eks|kubernetes):[^":\s]+:[A-Z]\w+)"', sources)))


def test_rules_judge_types_that_are_written_down() -> None:
    assert {token for rule in RULES for token in rule.definition.types} < {*_tokens()}, "tokens would go unchecked"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_ids_of_controls_are_well_formed(rule: Rule) -> None:
    control = rule.definition.control
    forms = (
        (r"\d\.\d\.\d{1,2}", control.cis),
        (r"[A-Z0-9]+\.\d+", control.security_hub),
        (r"CKV2?_AWS_\d+", control.checkov),
    )
    wrong = [id_ for form, ids in forms for id_ in ids if not re.fullmatch(form, id_)]
    assert wrong == [], "an auditor would look in vain"


@pytest.mark.parametrize("token", _tokens())
def test_type_tokens_exist_in_the_installed_sdk(token: str) -> None:
    assert getattr(sdk_class(token), "pulumi_type", None) == token, "a rule with a wrong token never fires"


def test_a_misspelt_type_token_is_noticed() -> None:
    with pytest.raises(LookupError, match="rolepolicy"):
        sdk_class("aws:iam/rolepolicy:RolePolicy")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_settings_have_valid_defaults_and_descriptions(rule: Rule) -> None:
    for name, setting in rule.definition.settings.items():
        jsonschema.Draft202012Validator.check_schema({**setting.schema})
        jsonschema.validate(setting.default, {**setting.schema})
        assert setting.schema["description"].endswith("."), f"{rule.name}.{name} is not explained"
        assert rule.config_schema is not None, f"{rule.name} would not offer {name}"
        assert name in (rule.config_schema.properties or {}), f"the engine would refuse {rule.name}.{name}"


def test_every_environment_has_a_config_file() -> None:
    assert [file.stem for file in CONFIG_FILES] == ["dev", "prod", "staging"], "an environment would run on defaults"


@pytest.mark.parametrize("file", CONFIG_FILES, ids=lambda file: file.stem)
def test_config_files_name_rules_levels_and_settings_that_exist(file: Path) -> None:
    levels = {level.value for level in EnforcementLevel}
    for name, value in json.loads(file.read_text()).items():
        assert name in RULE_BY_NAME, f"{name} is not a rule of the pack"
        entry = dict(value) if isinstance(value, dict) else {"enforcementLevel": value}
        assert entry.pop("enforcementLevel") in levels, f"{name} has no valid level"
        settings = RULE_BY_NAME[name].definition.settings
        for key, given in entry.items():
            assert key in settings, f"{name} has no setting {key}"
            jsonschema.validate(given, {**settings[key].schema})


def _level(environment: str, name: str) -> str:
    value = json.loads((PACK / "config" / f"{environment}.json").read_text()).get(name)
    default = RULE_BY_NAME[name].enforcement_level
    assert default is not None, f"{name} has no level of its own"
    if isinstance(value, dict):
        return str(value["enforcementLevel"])
    return str(value or default.value)


@pytest.mark.parametrize("name", BASELINE)
def test_the_baseline_blocks_a_deployment_to_production(name: str) -> None:
    assert _level("prod", name) == "mandatory", f"production could be deployed against {name}"


def test_a_development_cluster_may_be_open_and_short_lived() -> None:
    names = ["eks-cluster-private-endpoint", "eks-cluster-public-cidrs", "eks-cluster-deletion-protection"]
    assert [_level("dev", name) for name in names] == ["advisory", "advisory", "disabled"], "dev could not be tried out"


def test_rules_need_no_provider_sdk() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import eks_policies.pack; "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in "
        "('pulumi_aws', 'pulumi_eks', 'pulumi_kubernetes', 'components', 'settings', 'rehearsal')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(PACK)], capture_output=True, text=True, timeout=60, check=True, cwd=PACK
    )
    assert run.stdout.strip() == "[]", "the pack would need the program's SDKs, or start slowly"


def test_the_pack_is_pinned_to_the_sdk_of_the_project() -> None:
    pins = re.findall(r"^pulumi-policy==([\d.]+)", (PACK.parent / "requirements.txt").read_text(), re.MULTILINE)
    own = re.findall(r"^pulumi-policy==([\d.]+)", (PACK / "requirements.txt").read_text(), re.MULTILINE)
    assert own == pins, "the pack would be tested with one SDK and run with another"
