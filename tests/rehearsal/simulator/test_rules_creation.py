"""What AWS refuses is refused in its own words, and the same without the one broken thing is taken."""

from __future__ import annotations

import pytest

from rehearsal.errors import RehearsalError
from tests.support.living_world import LivingWorld
from tests.support.refusals import Refusal
from tests.support.refusals_access import ACCESS, ADDONS
from tests.support.refusals_eks import CLUSTERS
from tests.support.refusals_fargate import FARGATE
from tests.support.refusals_identity import IAM
from tests.support.refusals_nodes import NODE_GROUPS
from tests.support.refusals_storage import KEYS_AND_LOGS, STORAGE

REFUSALS = (*CLUSTERS, *NODE_GROUPS, *FARGATE, *ADDONS, *ACCESS, *IAM, *KEYS_AND_LOGS, *STORAGE)


def test_the_platform_without_a_broken_thing_is_taken_and_leaves_nothing_behind() -> None:
    world = LivingWorld()
    refused = [event for event in world.world.events if event.action == "refuse"]
    world.delete_all()

    assert refused == [], "rules that refuse what AWS takes send people after faults that they don't have"
    assert [(record.type, record.id) for record in world.world] == [], "what a destroy leaves goes on costing money"


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_one_broken_thing_is_refused_in_the_words_of_aws(refusal: Refusal) -> None:
    world = refusal.prepared()
    with pytest.raises(RehearsalError) as raised:
        refusal.strike(world)

    error = raised.value
    assert (getattr(error, "code", ""), getattr(error, "reason", "")) == (refusal.code, refusal.words(world)), (
        "a rehearsal that takes what AWS refuses lets a broken program reach the account"
    )


def test_every_refusal_is_of_another_kind() -> None:
    names = [refusal.name for refusal in REFUSALS]
    assert len(set(names)) == len(names), "a refusal that stands twice hides one that is missing"
    assert len(names) >= 60, "the table shrinks unnoticed"
