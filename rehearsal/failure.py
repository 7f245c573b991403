"""What a person needs to know of a program that failed: the error, and where in the program it comes from."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

from rehearsal.errors import RehearsalError
from rehearsal.modes import ProgramFailedError
from rehearsal.registration import is_within

# The innermost frames say the most.
_FRAMES = 8
_OWN_FOLDER = Path(__file__).resolve().parent


def failure_text(error: RehearsalError, directory: Path) -> str:
    """Return the text of a failure: the error, and the lines of the program that led to it, without those of the SDK.

    Args:
        error: What the preview raised.
        directory: Folder of the program.
    """
    if not isinstance(error, ProgramFailedError):
        return f"error: {error}"
    lines = [
        f"{log.severity}: {log.message.rstrip()}" for log in error.run.logs if log.severity in ("warning", "error")
    ]
    lines.append(f"error: {_words(error.error)}")
    if not error.known:
        lines[-1] += "\n  (with outputs unknown, as in a first preview; the program runs with them known)"
    frames = _program_frames(error, str(directory.resolve()))
    lines += frames[-_FRAMES:]
    source = getattr(error.error, "source", "")
    if source and not frames:
        lines.append(f"  {source}")
    if not source and not frames:
        lines += _own_frame(error.error)
    return "\n".join(lines)


def _words(error: BaseException) -> str:
    if isinstance(error, RehearsalError) or type(error).__module__.startswith("pulumi"):
        return str(error)
    return "".join(traceback.format_exception_only(error)).rstrip()


def _program_frames(failure: ProgramFailedError, root: str) -> list[str]:
    error: BaseException | None = failure.error
    # An error that was raised again in another place may be among its own contexts.
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        frames = _frames(error.__traceback__, root)
        if frames:
            return frames
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return _frames(failure.run.origin, root)


def _frames(trace: TracebackType | None, root: str) -> list[str]:
    return [
        f"  {Path(frame.filename).relative_to(root)}:{frame.lineno} in {frame.name}: {frame.line}"
        for frame in traceback.extract_tb(trace)
        if is_within(frame.filename, root)
    ]


def _own_frame(error: BaseException) -> list[str]:
    """Return where in this tool an error was raised that is none of its own: then the tool is at fault."""
    own = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(_OWN_FOLDER)]
    if not own or isinstance(error, RehearsalError):
        return []
    return [f"  rehearsal/{Path(own[-1].filename).relative_to(_OWN_FOLDER)}:{own[-1].lineno}"]
