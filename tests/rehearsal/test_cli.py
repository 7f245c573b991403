"""The command says in its exit code, and in few words, what came of the preview."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.cli import main

ROOT = Path(__file__).parents[2]
HEAD = "import pulumi\nimport pulumi_aws as aws\n"
VPC = HEAD + 'vpc = aws.ec2.Vpc("a", cidr_block="10.0.0.0/16")\n'


@pytest.fixture
def preview(project, capsys):
    """Return a function that previews a program, and returns exit code, stdout and stderr."""

    def run(program: str, *arguments: str, **files: str):
        code = main(["preview", "--stack", "dev", "--directory", str(project(program, **files)), *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_sound_program_ends_with_0_and_nothing_on_stderr(preview):
    code, out, err = preview(VPC)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "shop / dev   1 resource, 1 provider"
    assert out.splitlines()[-1] == "outputs known and unknown give the same resources", "no time in what is compared"


def test_what_the_program_prints_goes_to_stderr_and_once(preview):
    code, out, err = preview(f'{VPC}print("hello")\n', "--format", "json")
    assert (code, err) == (0, "hello\n")
    assert out.startswith("{"), "a reader of the report would stumble over the program's own words"


PACK = {
    "policies/PulumiPolicy.yaml": "runtime: python\n",
    "policies/__main__.py": (
        "from pulumi_policy import *\n"
        "PolicyPack('p', [ResourceValidationPolicy('no-vpc', 'No networks.', lambda args, report: report('a network')\n"
        "  if args.resource_type == 'aws:ec2/vpc:Vpc' else None)], EnforcementLevel.MANDATORY)\n"
    ),
}


def test_a_mandatory_violation_ends_with_1_and_names_rule_and_resource(preview):
    code, out, _err = preview(VPC, **PACK)
    assert code == 1
    assert "no-vpc  a  aws:ec2:Vpc\n      a network" in out
    assert out.splitlines()[-1].endswith("1 mandatory violation, 0 advisory findings")


def test_policies_can_be_left_out_chosen_and_configured(preview, tmp_path):
    assert preview(VPC, "--no-policies", **PACK)[0] == 0
    config = tmp_path / "off.json"
    config.write_text('{"no-vpc": "disabled"}')
    chosen = ["--policy-pack", str(tmp_path / "policies")]
    code, out, _err = preview(VPC, *chosen, "--policy-pack-config", str(config), **PACK)
    assert (code, "disabled: no-vpc" in out) == (0, True)
    assert preview(VPC, *chosen, **PACK)[0] == 1
    code, _out, err = preview(VPC, "--policy-pack", str(tmp_path), **PACK)
    assert (code, "no PulumiPolicy.yaml" in err) == (2, True)


def test_the_config_of_a_pack_alone_is_for_the_packs_beside_the_project(preview, tmp_path):
    config = tmp_path / "off.json"
    config.write_text('{"no-vpc": "disabled"}')
    assert preview(VPC, "--policy-pack-config", str(config), **PACK)[0] == 0


def test_more_configs_than_packs_are_refused(preview):
    code, _out, err = preview(VPC, "--policy-pack-config", "a.json", "--policy-pack-config", "b.json", **PACK)
    assert (code, "error: 2 configs of policy packs for 1 policy pack" in err) == (2, True)


def test_bad_config_ends_with_2_and_one_line(preview):
    code, out, err = preview(VPC, **{"Pulumi.dev.yaml": "config: [1]\n"})
    assert (code, out, err) == (2, "", "error: Pulumi.dev.yaml: config must be a mapping of keys to values\n")


def test_a_program_that_refuses_its_config_is_left_its_own_words(preview):
    code, out, err = preview('import sys\nsys.stderr.write("Pulumi.dev.yaml  zones: too few\\n")\nsys.exit(2)\n')
    assert (code, out, err) == (2, "", "Pulumi.dev.yaml  zones: too few\n")


@pytest.mark.parametrize(
    ("end", "words"),
    [("sys.exit('bye')", "bye\n"), ("sys.exit(0)", "error: the program ended itself with exit code 0\n")],
)
def test_a_program_that_ends_itself_otherwise_has_failed(preview, end, words):
    code, _out, err = preview(f"import sys\n{end}\n")
    assert (code, err) == (3, words), "a preview of half a program would look fine"


FAILURES = {
    "an exception": (
        f"{VPC}def f():\n    1 / 0\nf()\n",
        [
            "error: ZeroDivisionError: division by zero",
            "  __main__.py:6 in <module>: f()",
            "  __main__.py:5 in f: 1 / 0",
        ],
    ),
    "inside apply": (
        f"{VPC}def f(_):\n    1 / 0\npulumi.export('x', vpc.id.apply(f))\n",
        ["error: ZeroDivisionError: division by zero", "  __main__.py:5 in f: 1 / 0"],
    ),
    "a misspelt key": (
        f"{HEAD}aws.ec2.LaunchTemplate('t', metadata_options={{'httpTokns': 'required'}})\n",
        [
            "error: urn:pulumi:dev::shop::aws:ec2/launchTemplate:LaunchTemplate::t: "
            "aws:ec2/launchTemplate:LaunchTemplate has no input 'metadataOptions.httpTokns'; "
            "did you mean 'httpTokens'?",
            "  __main__.py:3",
        ],
    ),
    "a text made of an output": (
        f"{VPC}pulumi.export('x', f'{{vpc.id}}')\n",
        ["  __main__.py:4 in <module>: pulumi.export('x', f'{vpc.id}')"],
    ),
    "a missing key": (
        f"{HEAD}pulumi.Config().require('zones')\n",
        [
            "error: Missing required configuration variable 'shop:zones'",
            "  __main__.py:3 in <module>: pulumi.Config().require('zones')",
        ],
    ),
    "a syntax error": ("x = (\n", ["SyntaxError: '(' was never closed"]),
    "a missing module": (
        "import no_such_module\n",
        [
            "error: ModuleNotFoundError: No module named 'no_such_module'",
            "  __main__.py:1 in <module>: import no_such_module",
        ],
    ),
    "unknown function": (
        f"{HEAD}pulumi.runtime.invoke('aws:ec2/getX:getX', {{}})\n",
        ["error: the simulator has no answer for the function aws:ec2/getX:getX"],
    ),
    "a duplicate": (
        f"{VPC}aws.ec2.Vpc('a')\n",
        [
            "error: Duplicate resource URN 'urn:pulumi:dev::shop::aws:ec2/vpc:Vpc::a'; try giving it a unique name",
            "  __main__.py:4",
        ],
    ),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_ends_with_3_and_names_the_line_of_the_program(preview, kind):
    program, expected = FAILURES[kind]
    code, out, err = preview(program)
    lines = err.splitlines()
    assert (code, out) == (3, "")
    for line in expected:
        assert line in lines, "the person would have to search for the place"
    assert "site-packages" not in err, "the SDK's own lines tell nobody anything"
    assert "Traceback" not in err


def test_a_resource_made_inside_apply_is_named(preview):
    late = f"{VPC}vpc.id.apply(lambda _: aws.ec2.Vpc('late'))\n"
    code, _out, err = preview(late)
    assert code == 3
    assert "  only with outputs known:   urn:pulumi:dev::shop::aws:ec2/vpc:Vpc::late" in err.splitlines()


def test_a_failure_in_the_first_preview_only_is_said_to_be_so(preview):
    code, _out, err = preview(f"{VPC}print('so far')\nif pulumi.runtime.is_dry_run():\n    1 / 0\n")
    assert code == 3
    assert err.count("so far") == 2, "what the second run printed may tell why it failed"
    assert "with outputs unknown, as in a first preview" in err
    assert "  __main__.py:6 in <module>: 1 / 0" in err.splitlines()


def test_warnings_before_a_failure_are_shown(preview):
    _code, _out, err = preview(f"{VPC}pulumi.log.warn('careful')\n1 / 0\n")
    assert err.splitlines()[0] == "warning: careful"


def test_a_program_that_waits_for_itself_is_given_up(preview):
    program = f"""{HEAD}
parent = pulumi.ComponentResource("a:b:C", "c")
first = aws.ec2.Vpc("first", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(depends_on=[parent]))
aws.ec2.Subnet("second", vpc_id=first.id, opts=pulumi.ResourceOptions(parent=parent))
"""
    code, _out, err = preview(program, "--timeout", "0.5")
    assert (code, "did not end within 0.5 seconds" in err) == (3, True)


def test_modules_of_the_program_are_imported_afresh_in_each_mode(preview):
    files = {"shop_rooms.py": "COUNT = []\n"}
    program = f"{HEAD}import shop_rooms\nshop_rooms.COUNT.append(1)\npulumi.export('count', len(shop_rooms.COUNT))\n"
    _code, out, _err = preview(program, **files)
    assert "count  1" in out
    assert "shop_rooms" not in sys.modules


@pytest.mark.parametrize(
    "arguments",
    [[], ["preview"], ["preview", "-s", "dev", "--stack-outputs", "x"], ["preview", "-s", "dev", "--format", "pdf"]],
)
def test_arguments_that_are_not_in_order_end_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: rehearsal" in capsys.readouterr().err


def test_an_output_file_that_cannot_be_written_is_named(preview, tmp_path):
    code, _out, err = preview(VPC, "--output", str(tmp_path / "none" / "x"))
    assert (code, err.startswith("error: ")) == (2, True)
    assert "none" in err


@pytest.mark.parametrize(("arguments", "colored"), [([], False), (["--color"], True), (["--color", "never"], False)])
def test_colour_is_for_terminals_unless_asked_for(preview, arguments, colored):
    _code, out, _err = preview(VPC, *arguments)
    assert ("\x1b[" in out) is colored


def test_time_is_told_when_asked_for(preview):
    assert preview(VPC, "--timing")[1].rstrip().endswith(" s")


def test_the_module_runs_as_a_command_and_help_is_quick(project):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rehearsal", "preview", "--help"],
        cwd=project(VPC),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "--stack-outputs NAME=FILE" in done.stdout
    assert " pulumi\n" not in done.stderr, "help would take as long as a preview"


def test_a_reader_that_has_seen_enough_is_no_failure(project):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = f'"{sys.executable}" -m rehearsal preview -s dev | true; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(
        ["bash", "-c", command], cwd=project(VPC), env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
