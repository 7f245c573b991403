"""One broken thing each, and what AWS answers: the compliant small platform is the rest of every one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.living_world import LivingWorld


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A creation that is refused.

    Args:
        name: What is wrong, in words.
        step: Step of the small platform that is refused.
        code: Error code of AWS.
        says: AWS's wording; "{step}" stands for the id of what that step made, "{step.output}" for an output of it.
        without: Steps that are left out.
        broken: For each step by name, the inputs that differ.
        again: Whether the step is made as it should be first, and refused the second time.
        first: Further steps that come before, out of their usual order.
    """

    name: str
    step: str
    code: str
    says: str
    without: Sequence[str] = ()
    broken: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    again: bool = False
    first: Sequence[str] = ()

    def __str__(self) -> str:
        return self.name.replace(" ", "-")

    def prepared(self) -> LivingWorld:
        """Return the world in which the step will be refused."""
        world = LivingWorld(without=self.without, until=self.step, broken=self.broken)
        for step in self.first:
            world.make(step, **self.broken.get(step, {}))
        if self.again:
            world.make(self.step)
        return world

    def strike(self, world: LivingWorld) -> None:
        """Make the step."""
        different = self.broken.get(self.step, {})
        if self.again:
            world.make(f"{self.step}-2", like=self.step, **different)
        else:
            world.make(self.step, **different)

    def words(self, world: LivingWorld) -> str:
        """Return AWS's wording with the ids of this world."""
        return re.sub(r"\{([a-z0-9-]+)(?:\.(\w+))?\}", lambda match: world.made[match[1]][match[2] or "id"], self.says)


def refused(name: str, step: str, code: str, says: str, /, **inputs: Any) -> Refusal:
    """Return a refusal of a step because of some of its own inputs."""
    return Refusal(name=name, step=step, code=code, says=says, broken={step: inputs})
