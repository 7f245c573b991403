"""Generated files are what their generators would write today."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic.fields import FieldInfo

from scripts import generate_aws_catalogue, generate_configuration_docs
from settings import aws_catalogue
from settings.base import Section, yaml_keys
from settings.model import StackConfig
from settings.shapes import section_of


def _all_fields(model: type[Section], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for key, name in yaml_keys(model).items():
        field = model.model_fields[name]
        yield f"{path}{key}", field
        nested, _ = section_of(field.annotation)
        if nested:
            yield from _all_fields(nested, f"{path}{key}.")


def test_the_catalogue_is_what_botocore_knows() -> None:
    assert generate_aws_catalogue.TARGET.read_text(encoding="utf-8") == generate_aws_catalogue.text(), (
        "an instance type or region of today would be refused; run python -m scripts.generate_aws_catalogue"
    )


def test_the_documentation_says_what_the_models_say() -> None:
    assert (
        generate_configuration_docs.DOCS.read_text(encoding="utf-8") == generate_configuration_docs.documentation()
    ), "users would read of keys that are not so; run python -m scripts.generate_configuration_docs"


def test_the_schema_says_what_the_models_say() -> None:
    assert (
        generate_configuration_docs.SCHEMA.read_text(encoding="utf-8") == generate_configuration_docs.schema_text()
    ), "editors would complete keys that are not so; run python -m scripts.generate_configuration_docs"


def test_every_key_has_a_meaning_and_a_line_in_the_documentation() -> None:
    text = generate_configuration_docs.documentation()
    fields = dict(_all_fields(StackConfig))
    assert [path for path, field in fields.items() if not field.description] == [], "a key nobody could use"
    for path in fields:
        assert f"{path.rpartition('.')[2]}`" in text, f"{path} is not documented"
    assert len(fields) > 150


@pytest.mark.parametrize(
    ("instance_type", "architecture", "accelerator"),
    [
        ("m7i.large", "x86_64", ""),
        ("m7g.large", "arm64", ""),
        ("c8gn.xlarge", "arm64", ""),
        ("t4g.medium", "arm64", ""),
        ("a1.large", "arm64", ""),
        ("im4gn.large", "arm64", ""),
        ("is4gen.large", "arm64", ""),
        ("x2gd.large", "arm64", ""),
        ("g4dn.xlarge", "x86_64", "nvidia"),
        ("g4ad.xlarge", "x86_64", ""),
        ("g5.xlarge", "x86_64", "nvidia"),
        ("g5g.xlarge", "arm64", "nvidia"),
        ("p5.48xlarge", "x86_64", "nvidia"),
        ("p6e-gb200.36xlarge", "arm64", "nvidia"),
        ("inf2.xlarge", "x86_64", "neuron"),
        ("trn1.2xlarge", "x86_64", "neuron"),
        ("m7i-flex.large", "x86_64", ""),
        ("u7i-12tb.224xlarge", "x86_64", ""),
        ("mac2.metal", "mac", ""),
    ],
)
def test_the_catalogue_knows_processor_and_accelerator(instance_type: str, architecture: str, accelerator: str) -> None:
    assert instance_type in aws_catalogue.instance_types()
    assert aws_catalogue.architecture_of(instance_type) == architecture, "nodes would boot an image they cannot run"
    assert aws_catalogue.accelerator_of(instance_type) == accelerator


def test_the_choices_of_the_models_are_those_of_the_eks_api() -> None:
    fields = dict(_all_fields(StackConfig))
    assert sorted(_choices(fields["cluster.logs.types"])) == list(aws_catalogue.enumeration("logTypes"))
    assert sorted(_choices(fields["cluster.controlPlaneTier"])) == list(aws_catalogue.enumeration("controlPlaneTiers"))
    actions = _choices(fields["nodeGroups.repair.overrides.repairAction"])
    assert sorted(actions) == list(aws_catalogue.enumeration("repairActions"))
    states = _choices(fields["nodeGroups.warmPool.poolState"])
    assert sorted(state.upper() for state in states) == list(aws_catalogue.enumeration("warmPoolStates"))
    strategies = _choices(fields["nodeGroups.update.strategy"])
    assert sorted(strategy.upper() for strategy in strategies) == list(aws_catalogue.enumeration("updateStrategies"))
    conflicts = _choices(fields["addons.coredns.resolveConflictsOnUpdate"])
    assert sorted(conflicts) == list(aws_catalogue.enumeration("resolveConflicts"))


def _choices(field: FieldInfo) -> list[str]:
    return [str(option) for option in generate_configuration_docs.options_of(field.annotation)]
