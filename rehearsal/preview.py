"""Previews a stack with no cloud account: what `python -m rehearsal preview` does, as a function."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rehearsal.graph import Graph
from rehearsal.inprocess import TIMEOUT, Log
from rehearsal.modes import run_modes
from rehearsal.policies import chosen_packs, run_pack
from rehearsal.policy_report import PackReport, PolicyPackChoice
from rehearsal.project import read_project, read_stack
from rehearsal.stack_references import read_stack_outputs


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a stack would look like.

    Args:
        project: Name of the project.
        stack: Name of the stack.
        graph: Resources and outputs, outputs known.
        first_graph: The same as in a first preview: what a provider computes is unknown.
        packs: What each policy pack says.
        logs: What the program wrote to the engine.
        unreadable: Encrypted config values that stood as a placeholder.
        warnings: What the person should know of the project's files.
        seconds: Time taken.
    """

    project: str
    stack: str
    graph: Graph
    first_graph: Graph
    packs: tuple[PackReport, ...] = ()
    logs: tuple[Log, ...] = ()
    unreadable: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def violated(self) -> bool:
        """Whether a mandatory policy is violated."""
        return any(pack.violated for pack in self.packs)


def preview(
    directory: Path,
    stack: str,
    *,
    config: Path | None = None,
    packs: Sequence[PolicyPackChoice] | None = None,
    stack_outputs: Mapping[str, Path] | None = None,
    timeout: float = TIMEOUT,
) -> Preview:
    """Preview a stack of a project folder.

    Args:
        directory: Folder with Pulumi.yaml.
        stack: Name of the stack.
        config: Config file instead of the stack's own.
        packs: Policy packs to run; None for the pack in `policies` beside Pulumi.yaml, if there is one.
        stack_outputs: For each stack that the program refers to, the file with its outputs.
        timeout: Seconds after which a run of the program is given up.

    Raises:
        ProjectError: If the project's files are not in order.
        ProgramExit: If the program ended itself.
        ProgramFailedError: If it failed.
        ModesDifferError: If it asks for other resources once outputs are known.
    """
    started = time.perf_counter()
    project = read_project(directory)
    others = {name: read_stack_outputs(file) for name, file in (stack_outputs or {}).items()}
    settings = replace(read_stack(project, stack, config), stack_outputs=others)
    choices = chosen_packs(project.directory, settings.name) if packs is None else packs
    modes = run_modes(project, settings, timeout=timeout)
    return Preview(
        project=project.name,
        stack=settings.name,
        graph=modes.known,
        first_graph=modes.unknown,
        packs=tuple(run_pack(choice, modes.known) for choice in choices),
        logs=modes.logs,
        unreadable=settings.unreadable,
        warnings=settings.warnings,
        seconds=time.perf_counter() - started,
    )
