"""Repairs the state of a stack whose engine was killed: what was made and never noted is taken in.

An engine that is killed leaves creations in its state of which it does not know whether they happened ("pending
operations"). Whoever repairs that in an account looks each of them up in the console; here the simulated world answers.
https://www.pulumi.com/docs/support/troubleshooting/#interrupted-operations
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.engine.run import Engine
from rehearsal.errors import RehearsalError
from rehearsal.simulator.world import World

# The engine's name of a creation that it does not know the end of.
_CREATING = "creating"
_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """What became of the operations that were pending.

    Args:
        taken_in: URNs of what had been made, and now has its id in the state.
        dropped: URNs of what was never made, and of updates and deletions: the next update does them again.
    """

    taken_in: tuple[str, ...]
    dropped: tuple[str, ...]


def repair_state(attached: Engine) -> Repaired:
    """Take what was made into the state of a session, and leave no operation pending.

    Raises:
        RehearsalError: If the engine cannot write the state out, or does not take it back.
    """
    file = attached.session.folder / "repair.json"
    # The locks of the killed run went when the session was opened; an engine that lives has the session to itself.
    _pulumi(attached, "stack", "export", "--file", str(file))
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    repaired = repair(document, made_in(attached.cloud.world))
    file.write_text(json.dumps(document), encoding="utf-8")
    _pulumi(attached, "stack", "import", "--file", str(file))
    file.unlink()
    return repaired


def repair(document: dict[str, Any], made: Callable[[str], str]) -> Repaired:
    """Change an exported state in place: pending creations that happened become resources, the rest is dropped.

    Args:
        document: What `pulumi stack export` writes.
        made: Returns the id of what was made under a URN; "" if nothing was.
    """
    deployment: dict[str, Any] = document["deployment"]
    resources: list[dict[str, Any]] = deployment.setdefault("resources", [])
    known = {(entry["urn"], entry.get("id", "")) for entry in resources}
    taken_in: list[str] = []
    dropped: list[str] = []
    for operation in deployment.pop("pending_operations", None) or []:
        entry: Mapping[str, Any] = operation["resource"]
        urn = str(entry["urn"])
        id_ = made(urn) if operation["type"] == _CREATING else ""
        if not id_ or (urn, id_) in known:
            dropped.append(urn)
            continue
        # Outputs come with the refresh; until then the inputs stand for them.
        resources.append({**entry, "id": id_, "outputs": entry.get("outputs") or entry.get("inputs") or {}})
        known.add((urn, id_))
        taken_in.append(urn)
    return Repaired(taken_in=tuple(taken_in), dropped=tuple(dropped))


def made_in(world: World) -> Callable[[str], str]:
    """Return a function that tells the id of what lives in the world under a URN; "" if nothing does."""
    ids = {record.urn: record.id for record in world if record.urn}
    return lambda urn: ids.get(urn, "")


def _pulumi(attached: Engine, *arguments: str) -> None:
    # The stack's name comes from the environment: these commands know no config file.
    code = attached.run([str(attached.session.cli.path), *arguments], timeout=_SECONDS)
    if code:
        raise RehearsalError(f"pulumi {' '.join(arguments[:2])} ended with exit code {code}")
