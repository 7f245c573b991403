"""The arguments of the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rehearsal.policy_report import PolicyPackChoice


def parser() -> argparse.ArgumentParser:
    """Return the parser of `python -m rehearsal`."""
    top = argparse.ArgumentParser(
        prog="rehearsal", description="Run a Pulumi program with no cloud account, and see what it asks for."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _preview_options(_command(commands, "preview", "show resources, outputs and policy findings of a stack"))
    up = _command(commands, "up", "bring a stack up on the real engine, in a simulated cloud")
    _policy_options(up)
    _engine_options(up)
    _engine_options(_command(commands, "destroy", "take down what `up` has made"))
    run = _command(commands, "run", "run a command, such as `pulumi stack output`, in the simulated cloud")
    _engine_options(run)
    run.add_argument("arguments", nargs="+", metavar="COMMAND", help="the command, after --")
    _cycle_options(_command(commands, "cycle", "live a stack's whole life: up, refresh, update, destroy, nothing left"))
    _drift_options(_command(commands, "drift", "change something in the simulated cloud behind the engine's back"))
    repair = _command(commands, "repair", "go on where an engine was killed: take in what was made, and update again")
    _policy_options(repair)
    _engine_options(repair)
    return top


def packs_of(options: argparse.Namespace) -> list[PolicyPackChoice]:
    """Return the policy packs of a command line: those it names, else the project's own."""
    if options.no_policies:
        return []
    # Arguments and help must not wait for the SDK.
    from rehearsal.policies import chosen_packs

    return chosen_packs(options.directory, options.stack, options.policy_pack, options.policy_pack_config)


def _path(text: str) -> Path:
    # Absolute, because programs and policy packs run in folders of their own.
    return Path(text).resolve()


def _named_file(text: str) -> tuple[str, Path]:
    name, found, file = text.partition("=")
    if not found or not name or not file:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=FILE")
    return name, _path(file)


def _command(commands: Any, name: str, words: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words)
    add = command.add_argument
    add("--stack", "-s", required=True, help="name of the stack")
    add("--directory", "-C", type=_path, default=Path.cwd(), metavar="DIR", help="folder with Pulumi.yaml (this one)")
    add("--config", type=_path, metavar="FILE", help="config file of the stack (Pulumi.<stack>.yaml)")
    return command


def _preview_options(preview: argparse.ArgumentParser) -> None:
    add = preview.add_argument
    add("--format", choices=("text", "json", "markdown"), default="text", help="form of the report (text)")
    add("--output", "-o", type=_path, metavar="FILE", help="file to write the report to (standard output)")
    add(
        "--color",
        nargs="?",
        choices=("auto", "always", "never"),
        const="always",
        default="auto",
        help="colours in the text report (auto: on a terminal, unless NO_COLOR is set)",
    )
    add("--timing", action="store_true", help="say how long it took, which a terminal is always told")
    add("--timeout", type=float, default=120, metavar="SECONDS", help="give a run of the program up after this (120)")
    add(
        "--stack-outputs",
        type=_named_file,
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="outputs of a stack that the program refers to, as `pulumi stack output --json` writes them; repeatable",
    )
    _policy_options(preview)


def _policy_options(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add(
        "--policy-pack",
        type=_path,
        action="append",
        default=[],
        metavar="DIR",
        help="policy pack to run (policies beside Pulumi.yaml); repeatable",
    )
    add(
        "--policy-pack-config",
        type=_path,
        action="append",
        default=[],
        metavar="FILE",
        help="config of a policy pack, one for each (config/<stack>.json in the pack); repeatable",
    )
    add("--no-policies", action="store_true", help="run no policy pack")


def _engine_options(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--timeout", type=float, default=1800, metavar="SECONDS", help="give up after this (1800)")
    add(
        "--fail",
        action="append",
        default=[],
        metavar="TYPE:NAME:ACTION:TIMES",
        help="let creations, updates or deletions fail, for example 'aws:eks/nodeGroup:NodeGroup:*:create:1'",
    )
    add(
        "--scale",
        type=float,
        metavar="SECONDS",
        help="real seconds that a virtual second takes (virtual time passes only while nobody is at work)",
    )


def _cycle_options(command: argparse.ArgumentParser) -> None:
    _policy_options(command)
    _engine_options(command)
    command.add_argument(
        "--update",
        action="append",
        default=[],
        metavar="KEY=JSON",
        help="setting to change in the middle, for example 'my-project:tags.owner=\"somebody\"'; without it that step "
        "is left out",
    )
    command.add_argument(
        "--unlock",
        action="append",
        default=[],
        metavar="KEY=JSON",
        help="setting to change, without policies, before the stack can be destroyed: a protection, for example",
    )


def _drift_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="TYPE[/NAME].PATH=JSON",
        help="property that somebody changed, for example "
        "'aws:eks/cluster:Cluster.vpcConfig.publicAccessCidrs=[\"0.0.0.0/0\"]'",
    )
    command.add_argument(
        "--remove", action="append", default=[], metavar="TYPE[/NAME]", help="resource that somebody deleted"
    )
