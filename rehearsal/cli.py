"""The command line: `python -m rehearsal preview --stack dev`."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

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
        return _preview(options)
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
        stream.flush()
    return VIOLATED if result.violated else FINE


def _packs(options: argparse.Namespace) -> list[PolicyPackChoice]:
    if options.no_policies:
        return []
    from rehearsal.policies import chosen_packs

    return chosen_packs(options.directory, options.stack, options.policy_pack, options.policy_pack_config)


@contextlib.contextmanager
def _output(file: Path | None) -> Generator[TextIO]:
    if file is None:
        yield sys.stdout
        return
    try:
        stream = file.open("w", encoding="utf-8")
    except OSError as error:
        raise ProjectError(f"{file} cannot be written: {error.strerror}") from None
    with stream:
        yield stream


def _render(result: Preview, options: argparse.Namespace, stream: TextIO) -> None:
    if options.format == "json":
        from rehearsal.render.json_report import render_json

        render_json(result, stream)
    elif options.format == "markdown":
        from rehearsal.render.markdown import render_markdown

        render_markdown(result, stream)
    else:
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
    preview = commands.add_parser("preview", help="show resources, outputs and policy findings of a stack")
    add = preview.add_argument
    add("--stack", "-s", required=True, help="name of the stack")
    add("--directory", "-C", type=_path, default=Path.cwd(), metavar="DIR", help="folder with Pulumi.yaml (this one)")
    add("--config", type=_path, metavar="FILE", help="config file of the stack (Pulumi.<stack>.yaml)")
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
    return parser
