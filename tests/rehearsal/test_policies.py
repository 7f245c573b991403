"""A policy pack judges the recorded graph as it would judge a preview on the engine."""

from __future__ import annotations

import textwrap

import pytest

from rehearsal.errors import ProjectError
from rehearsal.graph import Graph, Resource
from rehearsal.policies import PolicyFailedError, chosen_packs, default_config, run_pack
from rehearsal.policy_report import PolicyPackChoice
from rehearsal.policy_values import engine_value, policy_options, policy_resources, seconds
from rehearsal.wire import UNKNOWN, Asset, ResourceReference, Secret

IMPORTS = """
    from pulumi_policy import (
        EnforcementLevel, PolicyConfigSchema, PolicyPack, ResourceValidationPolicy, Severity, StackValidationPolicy,
    )
"""
BUCKETS = [
    Resource(
        urn="urn:p",
        type="pulumi:providers:aws",
        name="aws",
        inputs={"region": "eu-west-1"},
    ),
    Resource(
        urn="urn:a",
        type="x:y:Bucket",
        name="a",
        provider="urn:p",
        inputs={"public": True, "size": 2, "password": Secret("hunter2"), "later": UNKNOWN},
        outputs={"arn": "arn:a"},
        protect=True,
        custom_timeouts={"create": "1h30m"},
    ),
    Resource(
        urn="urn:b",
        type="x:y:Bucket",
        name="b",
        inputs={"public": False},
        outputs={"arn": UNKNOWN},
        parent="urn:a",
        dependencies=frozenset({"urn:a", "urn:gone"}),
        property_dependencies={"policy": frozenset({"urn:a"})},
    ),
    Resource(urn="urn:r", type="x:y:Bucket", name="r", inputs={"public": True}, external=True),
]


@pytest.fixture
def judge(tmp_path):
    """Return a function that runs a pack of the policies given over the buckets."""

    def run(policies: str, config: str | None = None, head: str = ""):
        pack = tmp_path / "pack"
        pack.mkdir(exist_ok=True)
        (pack / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 1.2.3\n")
        program = (
            f"{textwrap.dedent(IMPORTS)}\n{textwrap.dedent(head)}\nPolicyPack(\n    'buckets', [\n{policies}\n])\n"
        )
        (pack / "__main__.py").write_text(program)
        file = None
        if config is not None:
            file = tmp_path / "dev.json"
            file.write_text(config)
        return run_pack(PolicyPackChoice(pack, file), Graph(project="p", stack="dev", resources=BUCKETS, outputs={}))

    return run


PUBLIC = """
    ResourceValidationPolicy(
        "no-public", "Buckets are private.",
        lambda args, report: report("public is true") if args.props.get("public") else None,
        enforcement_level=EnforcementLevel.MANDATORY, severity=Severity.HIGH,
    ),
"""


def test_a_violation_names_policy_level_resource_and_reason(judge):
    report = judge(PUBLIC)
    assert (report.name, report.version, dict(report.levels)) == ("buckets", "1.2.3", {"no-public": "mandatory"})
    [finding] = report.findings
    assert (finding.policy, finding.level, finding.urn) == ("no-public", "mandatory", "urn:a"), "reads are not judged"
    assert (finding.message, finding.severity) == ("public is true", "high")
    assert report.violated


@pytest.mark.parametrize(
    ("config", "levels", "violated"),
    [
        ('{"no-public": "advisory"}', ["advisory"], False),
        ('{"no-public": "disabled"}', [], False),
        ('{"all": "disabled"}', [], False),
        ('{"no-public": "remediate"}', ["mandatory"], True),
    ],
)
def test_levels_come_from_the_config(judge, config, levels, violated):
    report = judge(PUBLIC, config)
    assert [finding.level for finding in report.findings] == levels
    assert report.violated is violated


def test_a_policy_that_meets_an_unknown_becomes_advice(judge):
    report = judge("""
        ResourceValidationPolicy("later", "x", lambda args, report: args.props["later"] if args.name == "a" else None,
            enforcement_level=EnforcementLevel.MANDATORY),
    """)
    [finding] = report.findings
    assert (finding.level, finding.urn, finding.unknown) == ("advisory", "urn:a", True)
    assert "string value at .later can't be known during preview" in finding.message
    assert not report.violated, "the engine does not fail a preview for what is not known yet"


def test_a_policy_sees_secrets_in_the_clear_floats_options_and_the_provider(judge):
    report = judge("""
        ResourceValidationPolicy("see", "x", lambda args, report: report(str((
            args.props["password"], args.props["size"], args.opts.protect, args.opts.custom_timeouts.create_seconds,
            args.provider.props["region"], args.provider.resource_type, args.urn, args.get_config()["days"],
        ))) if args.name == "a" else None,
        config_schema=PolicyConfigSchema({"days": {"type": "integer", "default": 3}})),
    """)
    expected = ("hunter2", 2.0, True, 5400.0, "eu-west-1", "pulumi:providers:aws", "urn:a", 3)
    assert report.findings[0].message == str(expected)
    assert report.findings[0].level == "advisory", "a pack without a level advises"


def test_stack_policies_see_outputs_and_links_of_all_resources(judge):
    report = judge(
        """StackValidationPolicy("links", "x", check, EnforcementLevel.MANDATORY),""",
        head="""
            def check(args, report):
                by_name = {resource.name: resource for resource in args.resources}
                a, b = by_name["a"], by_name["b"]
                assert [r.urn for r in b.dependencies] == ["urn:a"]
                assert b.property_dependencies == {"policy": [a]}
                assert b.parent is a and a.props["arn"] == "arn:a" and a.opts.protect
                report("linked", b.urn)
                report("everything")
                b.props["arn"]
        """,
    )
    found = [(finding.level, finding.urn, finding.message) for finding in report.findings]
    assert found == [
        ("mandatory", "", "everything"),
        ("mandatory", "urn:b", "linked"),
        ("advisory", "", "cannot be judged in a preview: string value at .arn can't be known during preview"),
    ]


def test_policies_may_be_coroutines(judge):
    head = """
        async def check(args, report):
            if args.name == "b":
                report("late")
    """
    report = judge("""ResourceValidationPolicy("late", "x", check),""", head=head)
    assert [(finding.urn, finding.message) for finding in report.findings] == [("urn:b", "late")]


def test_not_applicable_is_said_and_is_no_violation(judge):
    report = judge("""
        ResourceValidationPolicy("never", "x", lambda args, report: args.not_applicable("no such thing here")),
        ResourceValidationPolicy("repairs", "x", remediate=lambda args: None),
    """)
    assert report.findings == ()
    assert report.not_applicable == {
        "never": ("no such thing here",),
        "repairs": ("Policy does not implement validate",),
    }


def test_a_remediation_is_shown_and_judged_afterwards(judge):
    head = """
        def private(args):
            if args.props.get("public"):
                return {**{key: args.props[key] for key in args.props}, "public": False}
    """
    policies = """
        ResourceValidationPolicy("no-public", "Buckets are private.",
            validate=lambda args, report: report("still public") if args.props["public"] else None,
            remediate=private, enforcement_level=EnforcementLevel.REMEDIATE),
    """
    report = judge(policies.replace('args.props["public"]', 'args.props.get("public")'), head=head)
    assert [(finding.level, finding.urn) for finding in report.findings] == [("remediate", "urn:a")]
    assert not report.violated, "the engine repairs it and goes on"


def test_what_a_policy_raises_is_reported_with_policy_and_resource(judge):
    with pytest.raises(PolicyFailedError, match="policy bad failed on urn:p: ZeroDivisionError: division by zero"):
        judge("""ResourceValidationPolicy("bad", "x", lambda args, report: 1 / 0),""")


@pytest.mark.parametrize(
    ("head", "error", "message"),
    [
        ("1 / 0", PolicyFailedError, "failed: ZeroDivisionError"),
        ("import sys; sys.exit(3)", PolicyFailedError, "ended itself: 3"),
        ("PolicyPack = print", ProjectError, "makes no PolicyPack"),
        ("PolicyPack('a b', [1])", PolicyFailedError, "Invalid policy pack name"),
    ],
)
def test_a_pack_that_cannot_be_loaded_says_why(judge, head, error, message):
    with pytest.raises(error, match=message):
        judge(PUBLIC, head=head)


def test_config_that_the_pack_does_not_know_is_a_warning_and_bad_values_are_refused(judge):
    assert judge(PUBLIC, '{"no-publik": "advisory"}').warnings == (
        "dev.json: the pack has no policy 'no-publik'; did you mean 'no-public'?",
    )
    with pytest.raises(ProjectError, match="'strict' is not an enforcement level"):
        judge(PUBLIC, '{"no-public": "strict"}')


def test_modules_of_a_pack_do_not_stay(judge, tmp_path):
    import sys

    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "bucket_rules.py").write_text("LEVEL = 'x'\n")
    judge(PUBLIC, head="import bucket_rules")
    assert "bucket_rules" not in sys.modules, "a second pack with a module of that name would get the first one's"


def test_the_pack_beside_the_project_is_found_with_the_stacks_config(tmp_path):
    assert chosen_packs(tmp_path, "dev") == []
    pack = tmp_path / "policies"
    (pack / "config").mkdir(parents=True)
    (pack / "PulumiPolicy.yaml").touch()
    assert chosen_packs(tmp_path, "dev") == [PolicyPackChoice(pack, None)]
    (pack / "config" / "dev.json").touch()
    assert chosen_packs(tmp_path, "dev") == [PolicyPackChoice(pack, pack / "config" / "dev.json")]
    assert default_config(pack, "prod") is None


def test_a_folder_without_pack_is_refused(tmp_path):
    with pytest.raises(ProjectError, match=r"there is no PulumiPolicy\.yaml"):
        run_pack(PolicyPackChoice(tmp_path), Graph(project="p", stack="s", resources=[], outputs={}))


def test_values_reach_a_pack_as_the_engine_sends_them():
    from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

    assert engine_value({"a": [1, True, None, "x", UNKNOWN]}) == {"a": [1.0, True, None, "x", UNKNOWN_STRING_VALUE]}
    assert engine_value(ResourceReference("urn:x", "vpc-1", "")) == "vpc-1"
    assert engine_value(ResourceReference("urn:x", "", "")) == "urn:x"
    assert engine_value(ResourceReference("urn:x", UNKNOWN, "")) == UNKNOWN_STRING_VALUE
    assets = {"a": Asset({"text": "x"}, archive=False), "b": Asset({"path": "y"}, archive=True)}
    [resource] = policy_resources(
        Graph(project="p", stack="s", resources=[Resource(urn="u", type="t", name="n", outputs=assets)], outputs={})
    )
    assert (resource.props["a"].text, resource.props["b"].path) == ("x", "y")


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), ("40m", 2400), ("1h30m", 5400), ("1.5s", 1.5), ("250ms", 0.25)]
)
def test_durations_are_seconds(text, expected):
    assert seconds(text) == expected


def test_options_reach_a_pack():
    made = policy_options(
        Resource(urn="u", type="t", name="n", ignore_changes=("a",), aliases=("urn:old", {"name": "x"}), parent="urn:p")
    )
    assert (made.ignore_changes, made.aliases, made.parent, made.delete_before_replace) == (
        ["a"],
        ["urn:old"],
        "urn:p",
        None,
    )
