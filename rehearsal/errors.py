"""Errors that a rehearsal reports to people."""

from __future__ import annotations


class RehearsalError(Exception):
    """The program asked for something that the engine or a provider would refuse, or failed itself."""


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
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"the program ended itself with exit code {code}")
        self.code = code
