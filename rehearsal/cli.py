"""The command line: `python -m rehearsal preview --stack dev`, and `up`, `destroy` and `run` on the real engine."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rehearsal.errors import ProgramExit, ProjectError, RehearsalError

if TYPE_CHECKING:
    from rehearsal.policy_report import PolicyPackChoice
    from rehearsal.preview import Preview

FINE, VIOLATED, BAD_CONFIG, FAILED = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    0: fine. 1: a mandatory policy is violated. 2: bad configuration. 3: the program failed.
    """
    options = _parser().parse_args(arguments)
    # Importing the SDKs makes millions of objects that live to the end; looking for garbage among them is time lost.
    gc.disable()
    try:
        return _COMMANDS[options.command](options)
    except ProjectError as error:
        for line in error.lines:
            print(f"error: {line}", file=sys.stderr)
        return BAD_CONFIG
    except ProgramExit as exit_:
        return _exit_code(exit_)
    except RehearsalError as error:
        from rehearsal.failure import failure_text

        print(failure_text(error, options.directory), file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # Whoever read the report has seen enough of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE


def _exit_code(exit_: ProgramExit) -> int:
    """Return our exit code for a program that ended itself: it has said why; 2 means bad config there as here."""
    if exit_.code == BAD_CONFIG:
        return BAD_CONFIG
    print(f"error: {exit_}" if exit_.code == 0 or not exit_.message else exit_.message, file=sys.stderr)
    return FAILED


def _preview(options: argparse.Namespace) -> int:
    # Arguments and help must not wait for the SDK.
    from rehearsal.preview import preview

    result = preview(
        options.directory,
        options.stack,
        config=options.config,
        packs=_packs(options),
        stack_outputs=dict(options.stack_outputs),
        timeout=options.timeout,
    )
    with _output(options.output) as stream:
        _render(result, options, stream)
    return VIOLATED if result.violated else FINE


def _on_engine(options: argparse.Namespace) -> int:
    # The engine's servers need modules that a preview does without.
    from rehearsal.engine import commands, commands_life

    return {
        "up": commands.up,
        "destroy": commands.destroy,
        "run": commands.run,
        "cycle": commands_life.cycle,
        "drift": commands_life.drift,
        "repair": commands_life.repair,
    }[options.command](options)


_COMMANDS = {"preview": _preview, **dict.fromkeys(("up", "destroy", "run", "cycle", "drift", "repair"), _on_engine)}


def _packs(options: argparse.Namespace) -> list[PolicyPackChoice] | None:
    if options.no_policies:
        return []
    if not options.policy_pack:
        return None
    from rehearsal.policies import default_config
    from rehearsal.policy_report import PolicyPackChoice

    return [PolicyPackChoice(pack, default_config(pack, options.stack)) for pack in options.policy_pack]


@contextlib.contextmanager
def _output(file: Path | None) -> Generator[TextIO]:
    if file is None:
        yield sys.stdout
        return
    with file.open("w", encoding="utf-8") as stream:
        yield stream


def _render(result: Preview, options: argparse.Namespace, stream: TextIO) -> None:
    from rehearsal.render.text import render_text

    terminal = stream.isatty()
    color = options.color == "always" or (options.color == "auto" and terminal and not os.environ.get("NO_COLOR"))
    render_text(result, stream, color=color, terminal=terminal, timing=terminal or options.timing)


def _path(text: str) -> Path:
    # Absolute, because programs and policy packs run in folders of their own.
    return Path(text).resolve()


def _named_file(text: str) -> tuple[str, Path]:
    name, found, file = text.partition("=")
    if not found or not name or not file:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=FILE")
    return name, _path(file)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rehearsal", description="Run a Pulumi program with no cloud account, and see what it asks for."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    preview = _command(commands, "preview", "show resources, outputs and policy findings of a stack")
    preview.add_argument("--format", choices=("text",), default="text")
    preview.add_argument("--output", "-o", type=_path, help="file to write to (standard output)")
    preview.add_argument("--color", nargs="?", choices=("auto", "always", "never"), const="always", default="auto")
    preview.add_argument("--timing", action="store_true", help="say how long it took")
    preview.add_argument("--timeout", type=float, default=120, metavar="SECONDS")
    preview.add_argument(
        "--stack-outputs",
        type=_named_file,
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="outputs of a stack that the program refers to, as `pulumi stack output --json` writes them",
    )
    _policy_options(preview)
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
    return parser


def _cycle_options(parser: argparse.ArgumentParser) -> None:
    _policy_options(parser)
    _engine_options(parser)
    parser.add_argument(
        "--update",
        action="append",
        default=[],
        metavar="KEY=JSON",
        help="setting to change in the middle, for example 'my-project:tags.owner=\"somebody\"'; without it that step "
        "is left out",
    )
    parser.add_argument(
        "--unlock",
        action="append",
        default=[],
        metavar="KEY=JSON",
        help="setting to change, without policies, before the stack can be destroyed: a protection, for example",
    )


def _drift_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="TYPE[/NAME].PATH=JSON",
        help="property that somebody changed, for example "
        "'aws:eks/cluster:Cluster.vpcConfig.publicAccessCidrs=[\"0.0.0.0/0\"]'",
    )
    parser.add_argument(
        "--remove", action="append", default=[], metavar="TYPE[/NAME]", help="resource that somebody deleted"
    )


def _command(commands: Any, name: str, words: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words)
    parser.add_argument("--stack", "-s", required=True, help="name of the stack")
    parser.add_argument("--directory", "-C", type=_path, default=Path.cwd(), help="folder with Pulumi.yaml")
    parser.add_argument("--config", type=_path, help="config file (Pulumi.<stack>.yaml)")
    return parser


def _policy_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy-pack", type=_path, action="append", metavar="DIR")
    parser.add_argument("--no-policies", action="store_true")


def _engine_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=float, default=1800, metavar="SECONDS")
    parser.add_argument(
        "--fail",
        action="append",
        default=[],
        metavar="TYPE:NAME:ACTION:TIMES",
        help="let creations, updates or deletions fail, for example 'aws:eks/nodeGroup:NodeGroup:*:create:1'",
    )
    parser.add_argument(
        "--scale",
        type=float,
        metavar="SECONDS",
        help="real seconds that a virtual second takes (virtual time passes only while nobody is at work)",
    )
