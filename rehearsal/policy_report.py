"""What is said of a stack by a policy pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class PolicyPackChoice:
    """A policy pack to run.

    Args:
        directory: Folder with PulumiPolicy.yaml.
        config: The pack's config file, or None.
    """

    directory: Path
    config: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a policy says of a resource.

    Args:
        policy: Name of the policy.
        level: "mandatory", "advisory", or "remediate" for what the policy would change.
        urn: The resource, "" for the stack as a whole.
        message: What is wrong, in the policy's words.
        description: What must hold.
        severity: "critical", "high", "medium", "low" or "".
        unknown: True if the policy could not judge because a value is not known.
    """

    policy: str
    level: str
    urn: str
    message: str
    description: str = ""
    severity: str = ""
    unknown: bool = False


@dataclass(frozen=True, kw_only=True)
class PackReport:
    """What a policy pack says of a stack.

    Args:
        name: Name of the pack.
        version: Its version.
        levels: Level of each policy, in the pack's order.
        findings: Mandatory ones first, then by policy and resource.
        not_applicable: Policies that declared themselves not applicable somewhere, with their reasons.
        warnings: What is odd about the pack's config.
    """

    name: str
    version: str
    levels: Mapping[str, str]
    findings: tuple[Finding, ...] = ()
    not_applicable: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    warnings: tuple[str, ...] = ()

    @property
    def violated(self) -> bool:
        """Whether a mandatory policy is violated."""
        return any(finding.level == "mandatory" for finding in self.findings)
