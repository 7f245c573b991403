"""The command line: `python -m rehearsal preview --stack dev`, and `up`, `destroy` and more on the real engine."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rehearsal.arguments import packs_of, parser
from rehearsal.errors import ProgramExit, ProjectError, RehearsalError

if TYPE_CHECKING:
    from rehearsal.preview import Preview

FINE, VIOLATED, BAD_CONFIG, FAILED = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    0: fine. 1: a mandatory policy is violated. 2: bad configuration. 3: the program failed.
    """
    options = parser().parse_args(arguments)
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
        packs=packs_of(options),
        stack_outputs=dict(options.stack_outputs),
        timeout=options.timeout,
    )
    with _output(options.output) as stream:
        _render(result, options, stream)
        stream.flush()
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
