"""When each of many tasks starts and ends: with as many hands as wanted, with few, or in layers one after the other."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rehearsal.errors import RehearsalError


@dataclass(frozen=True)
class Task:
    """Something to do.

    Args:
        key: Its name, unique.
        seconds: How long it takes, 0 or more.
        after: Keys of the tasks that must end before it starts; keys that no task has are of no account.
    """

    key: str
    seconds: float
    after: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Slot:
    """When a task runs.

    Args:
        start: Seconds since the beginning.
        end: The same.
        waited_for: Key of the task whose end let it start; "" if it started at once.
    """

    start: float
    end: float
    waited_for: str = ""


def schedule(tasks: Iterable[Task], parallel: int | None = None) -> dict[str, Slot]:
    """Return when each task runs if each starts as soon as what it waits for has ended and a hand is free.

    Args:
        tasks: What to do; among those that may start, the earlier in this order goes first.
        parallel: Number of hands, 1 or more; None for as many as there are tasks. A task of 0 seconds needs none.

    Raises:
        RehearsalError: If tasks wait for each other in a circle, or `parallel` is below 1.
    """
    if parallel is not None and parallel < 1:
        raise RehearsalError(f"parallel is {parallel}: at least one thing must be done at a time")
    by_key = {task.key: task for task in tasks}
    order = {key: position for position, key in enumerate(by_key)}
    waiting = {key: {other for other in task.after if other in by_key} for key, task in by_key.items()}
    followers = _followers(waiting)
    slots: dict[str, Slot] = {}
    # The tasks that may start, by the moment since when, and the running ones by their end.
    ready = [(0.0, order[key], key, "") for key, open_ in waiting.items() if not open_]
    heapq.heapify(ready)
    running: list[tuple[float, int, str]] = []
    now, ended = 0.0, ""
    while ready or running:
        while ready and _may_start(by_key[ready[0][2]], len(running), parallel):
            since, position, key, waited_for = heapq.heappop(ready)
            # Whoever found no hand free waited for the task that freed one.
            slots[key] = Slot(now, now + by_key[key].seconds, waited_for if since == now else ended)
            heapq.heappush(running, (slots[key].end, position, key))
        now, _position, ended = heapq.heappop(running)
        for follower in followers.get(ended, ()):
            waiting[follower].discard(ended)
            if not waiting[follower]:
                heapq.heappush(ready, (now, order[follower], follower, ended))
    _complete(by_key, slots)
    return slots


def layers(tasks: Iterable[Task]) -> dict[str, Slot]:
    """Return when each task runs if tasks go in layers, each of which starts when the one before has ended as a whole.

    A task is in the last layer in which nothing that follows it comes too late: layers are counted from the end. So
    the Pulumi engine deletes: a resource goes together with all that are as many steps away from the resources that
    depend on nothing.

    Raises:
        RehearsalError: If tasks wait for each other in a circle.
    """
    by_key = {task.key: task for task in tasks}
    followers = _followers({key: {other for other in task.after if other in by_key} for key, task in by_key.items()})
    depth = _depths(by_key, followers)
    slots: dict[str, Slot] = {}
    now, last = 0.0, ""
    for level in sorted(set(depth.values()), reverse=True):
        members = [task for key, task in by_key.items() if depth[key] == level]
        slots |= {task.key: Slot(now, now + task.seconds, last) for task in members}
        slowest = max(members, key=lambda task: task.seconds)
        if slowest.seconds:
            now, last = now + slowest.seconds, slowest.key
    return slots


def length(slots: Mapping[str, Slot]) -> float:
    """Return the seconds until the last task has ended."""
    return max((slot.end for slot in slots.values()), default=0.0)


def path(slots: Mapping[str, Slot]) -> list[str]:
    """Return the tasks that made it take so long, in order: each started when the one before had ended."""
    if not slots:
        return []
    key = max(slots, key=lambda candidate: (slots[candidate].end, slots[candidate].start, candidate))
    found = [key]
    while slots[key].waited_for:
        key = slots[key].waited_for
        found.append(key)
    return found[::-1]


def slack(tasks: Iterable[Task]) -> dict[str, float]:
    """Return for each task how many seconds longer it could take before the whole takes longer.

    Raises:
        RehearsalError: If tasks wait for each other in a circle.
    """
    by_key = {task.key: task for task in tasks}
    forward = schedule(by_key.values())
    followers = _followers({key: {other for other in task.after if other in by_key} for key, task in by_key.items()})
    backward = schedule(Task(key, task.seconds, frozenset(followers.get(key, ()))) for key, task in by_key.items())
    total = length(forward)
    return {key: total - forward[key].end - backward[key].start for key in by_key}


def _depths(tasks: Mapping[str, Task], followers: Mapping[str, list[str]]) -> dict[str, int]:
    """Return for each task the number of tasks on the longest way that starts with it."""
    backward = schedule(Task(key, 1, frozenset(followers.get(key, ()))) for key in tasks)
    return {key: round(slot.end) for key, slot in backward.items()}


def _followers(waiting: Mapping[str, set[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, others in waiting.items():
        for other in others:
            found.setdefault(other, []).append(key)
    return found


def _may_start(task: Task, running: int, parallel: int | None) -> bool:
    return parallel is None or running < parallel or not task.seconds


def _complete(tasks: Mapping[str, Task], slots: Mapping[str, Slot]) -> None:
    left = [key for key in tasks if key not in slots]
    if left:
        raise RehearsalError(
            f"these wait for each other in a circle, or for one that does: {', '.join(sorted(left)[:5])}"
        )
