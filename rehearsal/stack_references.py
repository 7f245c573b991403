"""Outputs of other stacks, given as files: nothing here can ask the state backend that holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.errors import ProjectError, RehearsalError

STACK_REFERENCE_TYPE = "pulumi:pulumi:StackReference"

# What `pulumi stack output --json` prints for a secret.
_SECRET = "[secret]"  # noqa: S105 -- it stands in place of one


def read_stack_outputs(file: Path) -> dict[str, Any]:
    """Return the outputs in a file that `pulumi stack output --json` wrote.

    Raises:
        ProjectError: If the file cannot be read, or is not a JSON object.
    """
    try:
        outputs = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectError(f"{file}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{file} cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise ProjectError(f"{file}:{error.lineno}:{error.colno}: {error.msg}") from None
    if not isinstance(outputs, dict):
        raise ProjectError(f"{file}: expected a JSON object of outputs")
    return outputs


def stack_reference_state(name: str, stacks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the engine answers for a reference to a stack.

    Args:
        name: Name as the program gives it, for example "acme/network/dev".
        stacks: Name to outputs, as they were given.

    Raises:
        RehearsalError: If the outputs of the stack were not given; the message tells how.
    """
    outputs = stacks.get(name)
    if outputs is None:
        raise RehearsalError(
            f"the program reads the outputs of the stack {name!r}, which are not in this folder: "
            f"write them with `pulumi stack output --json --stack {name} > outputs.json`, or by hand, "
            f"and give them with --stack-outputs {name}=outputs.json"
        )
    secret = sorted(key for key, value in outputs.items() if value == _SECRET)
    return {"name": name, "outputs": dict(outputs), "secretOutputNames": secret}
