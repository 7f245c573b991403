"""The simulated world survives: the next command finds it, a killed one leaves it readable."""

from __future__ import annotations

from pathlib import Path

from rehearsal.simulator.clock import Clock
from rehearsal.simulator.journal import Journal
from rehearsal.simulator.world import Event, Record, World


def event(number: int) -> Event:
    return Event(action="create", type="t", id=str(number), urn="", start=0, end=1)


def filled(file: Path) -> World:
    world = World(file, Clock(0))
    for number in range(3):
        world.put(Record(type="t", id=str(number), outputs={"n": number}))
        world.log(event(number))
    world.remove("t", "1")
    world.clock.spend(60)
    world.update(world.of_type("t")[0], status="DEGRADED")
    return world


def test_the_next_command_finds_the_world_as_it_was(tmp_path):
    file = tmp_path / "world.jsonl"
    world, again = filled(file), World(file, Clock(0))
    assert list(again) == list(world), "the engine's state and the cloud would disagree"
    assert again.events == world.events, "what was done must stay known"
    assert again.clock.now() == 60, "time must not run backwards"


def test_a_world_that_is_read_keeps_what_there_is_and_not_how_it_came(tmp_path):
    file = tmp_path / "world.jsonl"
    filled(file)
    World(file, Clock(0))
    assert len(Journal(file).entries()) == 2 + 3, "the file would grow for ever"


def test_a_line_that_a_killed_run_did_not_finish_is_cut_off(tmp_path):
    file = tmp_path / "world.jsonl"
    filled(file)
    with file.open("a") as stream:
        stream.write('{"put": {"type": "t", "id')
    world = World(file, Clock(0))
    world.put(Record(type="t", id="9"))
    assert sorted(record.id for record in World(file, Clock(0))) == ["0", "2", "9"], "one kill would lose the world"
