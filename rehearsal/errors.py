"""Errors that a rehearsal reports to people."""

from __future__ import annotations


class RehearsalError(Exception):
    """The program asked for something that the engine or a provider would refuse, or failed itself.

    Attributes:
        source: File and line in the program that it comes from; "" where that is not known.
    """

    source: str = ""


class ProjectError(RehearsalError):
    """The project's files or the command's arguments are not in order; nothing has been run.

    Args:
        lines: What is wrong, one problem a line.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class ProgramExit(RehearsalError):  # noqa: N818 -- an exit is not an error of ours
    """The program ended itself with an exit code.

    Args:
        code: The exit code.
        message: What it said as it ended, or "".
    """

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message or f"the program ended itself with exit code {code}")
        self.code = code
        self.message = message
