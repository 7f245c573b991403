"""Build the policy pack. `PolicyPack` starts a server and never returns, so nothing else belongs here."""

from __future__ import annotations

# The pack's directory is on the path when the pack runs, and only then.
from eks_policies.pack import DESCRIPTION, NAME, RULES
from pulumi_policy import EnforcementLevel, PolicyPack

PolicyPack(
    name=NAME,
    display_name="EKS platform",
    description=DESCRIPTION,
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[*RULES],
)
