"""Project and stack files are read as the Pulumi CLI reads them."""

from __future__ import annotations

import json
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.config_values import PLACEHOLDER, config_value
from rehearsal.errors import ProjectError
from rehearsal.project import full_key, read_project, read_stack

DIFFERENT = "the program would get another value than on the real engine"


@pytest.fixture
def folder(tmp_path):
    def write(project: str, stack: str | None = "", name: str = "dev"):
        (tmp_path / "Pulumi.yaml").write_text(textwrap.dedent(project))
        (tmp_path / "__main__.py").touch()
        if stack is not None:
            (tmp_path / f"Pulumi.{name}.yaml").write_text(textwrap.dedent(stack))
        return tmp_path

    return write


PROJECT = "name: shop\nruntime: python\n"


def config_of(directory, name="dev", file=None):
    return dict(read_stack(read_project(directory), name, file).values)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("plain", "plain"),
        ("12", "12"),
        ("1.50", "1.50"),
        ("0x10", "0x10"),
        ("true", "true"),
        ("yes", "yes"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ('"012"', "012"),
        ("null", ""),
        ("~", ""),
        ("[1, 2.0, x]", '[1,2,"x"]'),
        ("{b: true, a: off}", '{"a":"off","b":true}'),
        ("{day: 2026-01-01, at: 1:30, big: 111122223333}", '{"at":"1:30","big":111122223333,"day":"2026-01-01"}'),
        ("[1e3, .5, 0o7]", '[1000,0.5,"0o7"]'),
    ],
)
def test_a_config_value_is_the_text_that_the_cli_would_give(folder, written, text):
    directory = folder(PROJECT, f"config:\n  key: {written}\n")
    assert config_of(directory) == {"shop:key": text}, DIFFERENT


def test_keys_without_namespace_belong_to_the_project_and_others_keep_theirs(folder):
    directory = folder(PROJECT, "config:\n  a: 1\n  shop:b: 2\n  aws:region: eu-west-1\n  aws:config:profile: x\n")
    expected = {"shop:a": "1", "shop:b": "2", "aws:region": "eu-west-1", "aws:profile": "x"}
    assert config_of(directory) == expected, DIFFERENT


@pytest.mark.parametrize("key", ["a:b:c:d", ":a", "a:", "a:config"])
def test_a_key_of_another_form_is_refused_or_kept_as_the_cli_does(key):
    if key == "a:config":
        assert full_key(key, "shop", "f") == key
        return
    with pytest.raises(ProjectError, match="is not a config key"):
        full_key(key, "shop", "Pulumi.dev.yaml")


def test_a_key_written_twice_in_two_forms_is_refused(folder):
    with pytest.raises(ProjectError, match="shop:a is written twice"):
        config_of(folder(PROJECT, "config:\n  a: 1\n  shop:a: 2\n"))


def test_defaults_and_values_of_the_project_complete_the_stack(folder):
    project = PROJECT + textwrap.dedent("""
        config:
          aws:region: {value: eu-west-1}
          aws:profile: work
          count: {type: integer, default: 2}
          flag: {default: true}
          share: {default: 1.0}
          zones: {type: array, items: {type: string}, default: [a, b]}
          given: {type: string, default: x}
    """)
    directory = folder(project, "config:\n  given: y\n")
    assert config_of(directory) == {
        "aws:region": "eu-west-1",
        "aws:profile": "work",
        "shop:count": "2",
        "shop:flag": "true",
        "shop:share": "1",
        "shop:zones": '["a","b"]',
        "shop:given": "y",
    }, DIFFERENT


def test_declared_keys_without_value_are_all_named(folder):
    project = PROJECT + "config:\n  a: {type: string}\n  b: {type: string}\n  aws:region: {description: x}\n"
    with pytest.raises(ProjectError, match="missing configuration values 'a', 'b'"):
        config_of(folder(project, ""))


@pytest.mark.parametrize(
    ("declared", "value", "name"),
    [
        ("{type: integer}", "many", "integer"),
        ("{type: boolean}", "yes", "boolean"),
        ("{type: array, items: {type: integer}}", "[1, x]", "array<integer>"),
        ("{type: array}", "{a: 1}", "array"),
        ("{type: object}", "text", "object"),
        ("{type: string}", "{a: 1}", "string"),
    ],
)
def test_a_value_of_another_type_than_declared_is_refused(folder, declared, value, name):
    with pytest.raises(ProjectError, match="must be of type") as refused:
        config_of(folder(f"{PROJECT}config:\n  key: {declared}\n", f"config:\n  key: {value}\n"))
    assert refused.value.lines == (
        f"Pulumi.dev.yaml: stack 'dev' with configuration key 'key' must be of type '{name}'",
    )


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("{type: integer}", "12"),
        ("{type: integer}", '"-3"'),
        ("{type: boolean}", "true"),
        ("{type: array, items: {type: array, items: {type: boolean}}}", "[[true], [false]]"),
        ("{type: object}", "{a: 1}"),
        ("{type: string}", "12"),
        ("{type: string, secret: true}", "{secure: v1:x}"),
        ("{type: integer}", "{secure: v1:x}"),
    ],
)
def test_a_value_of_the_declared_type_is_taken(folder, declared, value):
    directory = folder(f"{PROJECT}config:\n  key: {declared}\n", f"config:\n  key: {value}\n")
    assert list(config_of(directory)) == ["shop:key"], "a good config would be refused"


def test_a_key_declared_secret_must_be_encrypted(folder):
    with pytest.raises(ProjectError, match="must be encrypted as it's secret"):
        config_of(folder(f"{PROJECT}config:\n  key: {{type: string, secret: true}}\n", "config:\n  key: x\n"))


def test_encrypted_values_become_placeholders_and_are_named(folder):
    stack = """
        config:
          token: {secure: v1:abc}
          database: {users: [{name: web, password: {secure: v1:def}}], port: 5432}
          open: x
    """
    settings = read_stack(read_project(folder(PROJECT, stack)), "dev")
    assert settings.unreadable == ("shop:database.users[0].password", "shop:token")
    assert settings.secret_keys == {"shop:token", "shop:database"}, "a secret would be printed"
    assert settings.values["shop:token"] == PLACEHOLDER
    database = {"port": 5432, "users": [{"name": "web", "password": PLACEHOLDER}]}
    assert json.loads(settings.values["shop:database"]) == database
    assert "v1:" not in str(settings.values), "ciphertext is of no use to the program"


def test_a_mapping_with_more_than_a_ciphertext_is_not_encrypted():
    assert config_value({"secure": "x", "other": 1}).secret is False
    assert config_value({"secure": 1}).secret is False


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_structured_values_are_json_of_what_is_written(value):
    made = config_value(value)
    if made.structured and not made.secret:
        assert json.loads(made.text) == value, DIFFERENT


def test_an_unknown_stack_lists_those_that_exist(folder):
    directory = folder(PROJECT, "", name="staging")
    with pytest.raises(
        ProjectError, match=r"no config file Pulumi.stagin.yaml; there are staging; did you mean staging\?"
    ):
        read_stack(read_project(directory), "stagin")


def test_a_project_without_stacks_says_so(folder):
    with pytest.raises(ProjectError, match="nor that of any other stack"):
        read_stack(read_project(folder(PROJECT, None)), "dev")


def test_a_config_file_may_be_named(folder, tmp_path):
    directory = folder(PROJECT, "config: {a: 1}")
    other = tmp_path / "other.yaml"
    other.write_text("config: {a: 2}")
    assert config_of(directory, "new", other) == {"shop:a": "2"}
    with pytest.raises(ProjectError, match="there is no such file"):
        config_of(directory, "dev", tmp_path / "none.yaml")


def test_stack_names_may_be_qualified_and_stack_files_stand_elsewhere(folder):
    directory = folder(f"{PROJECT}stackConfigDir: stacks\n", None)
    (directory / "stacks").mkdir()
    (directory / "stacks" / "Pulumi.dev.yaml").write_text("config: {a: 1}")
    settings = read_stack(read_project(directory), "acme/shop/dev")
    assert (settings.name, dict(settings.values)) == ("dev", {"shop:a": "1"})


def test_an_esc_environment_is_named_as_not_read(folder):
    settings = read_stack(read_project(folder(PROJECT, "environment: [prod]\n")), "dev")
    assert len(settings.warnings) == 1
    assert "prod" in settings.warnings[0]


@pytest.mark.parametrize(
    ("project", "stack", "message"),
    [
        ("name: shop\n", "", "the runtime is None"),
        ("name: shop\nruntime: {name: nodejs}\n", "", "the runtime is 'nodejs'"),
        ("runtime: python\n", "", "the project has no name"),
        ("- a\n", "", "expected a mapping"),
        ("name: shop\nruntime: python\nmain: src\n", "", "main is 'src'"),
        ("name: shop\nruntime: python\nconfig: 3\n", "", "config must be a mapping"),
        (PROJECT, "config: [1]\n", "config must be a mapping"),
        (PROJECT, "config:\n  a: [1\n", r"Pulumi.dev.yaml:3:1: "),
        (PROJECT, "config:\n\ta: 1\n", r"Pulumi.dev.yaml:2:1: "),
        (PROJECT, "config:\n  a: {b: 1, b: 2}\n", "'b' is written twice"),
        (PROJECT, "config:\n  a: 1\n  a: 2\n", "'a' is written twice"),
        (PROJECT, "config:\n  a: &x {b: 1}\n  c: *y\n", "Pulumi.dev.yaml:3:"),
    ],
)
def test_files_that_are_not_in_order_are_named_with_the_place(folder, project, stack, message):
    directory = folder(project, stack)
    with pytest.raises(ProjectError, match=message):
        read_stack(read_project(directory), "dev")


def test_a_folder_without_project_says_what_to_do(tmp_path):
    with pytest.raises(ProjectError, match="name one with --directory"):
        read_project(tmp_path)


def test_merge_keys_work_as_in_go(folder):
    stack = "base: &base {a: 1}\nconfig:\n  key:\n    <<: *base\n    b: 2\n"
    assert json.loads(config_of(folder(PROJECT, stack))["shop:key"]) == {"a": 1, "b": 2}, DIFFERENT


def test_a_file_that_is_no_text_is_named(folder):
    directory = folder(PROJECT)
    (directory / "Pulumi.dev.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProjectError, match=r"Pulumi.dev.yaml cannot be read"):
        config_of(directory)
