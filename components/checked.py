"""Checks of values that are known only when the program runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import pulumi

_Given = ParamSpec("_Given")
_Checked = TypeVar("_Checked")


def checked(check: Callable[_Given, _Checked]) -> Callable[_Given, _Checked]:
    """Return a check for use in `apply`, whose refusal people read as one line.

    Pulumi shows a `pulumi.RunError` as its text; any other error that is raised in an `apply` becomes a traceback
    through the SDK.

    Args:
        check: Pure function that raises a ValueError for what it refuses.
    """

    @wraps(check)
    def run(*args: _Given.args, **kwargs: _Given.kwargs) -> _Checked:
        try:
            return check(*args, **kwargs)
        except ValueError as error:
            raise pulumi.RunError(str(error)) from error

    return run
