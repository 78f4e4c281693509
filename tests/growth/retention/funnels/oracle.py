"""A funnel as its definition says, in plain Python: every path of every start is walked."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from events.names import select
from tests.growth.retention.told import Told

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}


@dataclass(frozen=True)
class Happened:
    us: int
    may_be: frozenset[int]  # steps, from 0
    excluded: bool
    held: Any


@dataclass(frozen=True)
class Walked:
    """A unit's best path; `at` by step, inf where it was not reached."""

    level: int
    start: float
    at: tuple[float, ...]


def funnel(history: Sequence[Told], as_of_us: int, **asked: Any) -> dict[str, Any]:
    """`steps` and `incomplete` of the answer."""
    paths = units(history, as_of_us, **asked)
    return answer([path for path in paths.values() if path.level], asked["steps"].split(",")) | {
        "incomplete": sum(path.level == 0 for path in paths.values())
    }


def answer(paths: Sequence[Walked], labels: Sequence[str]) -> dict[str, Any]:
    counts = [sum(path.level > n for path in paths) for n in range(len(labels))]
    steps = []
    for n, label in enumerate(labels):
        times = [sorted(path.at) for path in paths if path.level > n]
        taken = [int(at[n] - at[n - 1]) for at in times] if n else []
        steps.append(
            {
                "step": label,
                "count": counts[n],
                "from_start": counts[n] / counts[0] if n and counts[0] else None,
                "from_previous": counts[n] / counts[n - 1] if n and counts[n - 1] else None,
                "median_s": statistics.median(taken) / 1e6 if taken else None,
                "mean_s": float(Fraction(sum(taken), len(taken) * 1_000_000)) if taken else None,
            }
        )
    return {"steps": steps}


def units(history: Sequence[Told], as_of_us: int, **asked: Any) -> dict[int, Walked]:
    steps = [select(step) for step in asked["steps"].split(",")]
    excluded = select(asked["exclude"]) if asked.get("exclude") else frozenset()
    text = asked["window"]
    window = int(text[:-1]) * SECONDS[text[-1]] * 1_000_000
    own: dict[int, list[Happened]] = {}
    for one in history:  # in the order of their ids
        if one.us < as_of_us:
            may_be = frozenset(n for n, names in enumerate(steps) if one.name in names)
            if asked["order"] != "strict" and not may_be and one.name not in excluded:
                continue
            held = one.about if asked.get("hold") else 0
            own.setdefault(one.person, []).append(Happened(one.us, may_be, one.name in excluded, held))
    found = {}
    for person, events in own.items():
        # Ties: in the order of the steps; what is no step comes last; then by id (the sort is stable).
        events.sort(key=lambda one: (one.us, sorted(one.may_be) or [len(steps)]))
        best = _best(events, len(steps), window, as_of_us, asked)
        if best:
            found[person] = best
    return found


def _best(events: list[Happened], number: int, window: int, as_of_us: int, asked: dict[str, Any]) -> Walked | None:
    since, until = asked.get("since_us", -inf), asked.get("until_us", inf)
    order = asked["order"]
    starts = [
        index
        for index, one in enumerate(events)
        if (one.may_be if order == "any" else 0 in one.may_be) and since <= one.us < until and one.held is not None
    ]
    over = [index for index in starts if events[index].us + window <= as_of_us]
    if not over:
        return Walked(0, 0, ()) if starts else None
    walk = WALKS[asked.get("walk", order)]
    paths = [path for index in over for path in walk(events, index, number, window)]
    return min(paths, key=lambda path: (-path.level, -path.start, path.at))


def _ordered(events: list[Happened], index: int, number: int, window: int) -> Iterator[Walked]:
    start = events[index]

    def paths(at: tuple[int, ...], last: int) -> Iterator[Walked]:
        yield Walked(len(at), start.us, at + (inf,) * (number - len(at)))
        for later in range(last + 1, len(events)):
            one = events[later]
            if len(at) in one.may_be and _reaches(events, start, one, window):
                yield from paths((*at, one.us), later)

    yield from paths((start.us,), index)


def _greedy(events: list[Happened], index: int, number: int, window: int) -> Iterator[Walked]:
    """Of _ordered's paths the soonest; for histories too long to walk them all."""
    start, at = events[index], [events[index].us]
    for one in events[index + 1 :]:
        if len(at) in one.may_be and _reaches(events, start, one, window):
            at.append(one.us)
    yield Walked(len(at), start.us, (*at, *[inf] * (number - len(at))))


def _strict(events: list[Happened], index: int, number: int, window: int) -> Iterator[Walked]:
    start, at = events[index], [events[index].us]
    for step, one in enumerate(events[index + 1 : index + number], start=1):
        if step not in one.may_be or one.us - start.us > window or one.held != start.held:
            break
        at.append(one.us)
    yield Walked(len(at), start.us, (*at, *[inf] * (number - len(at))))


def _any(events: list[Happened], index: int, number: int, window: int) -> Iterator[Walked]:
    start = events[index]
    at = tuple(
        min((one.us for one in events if step in one.may_be and _reaches(events, start, one, window)), default=inf)
        for step in range(number)
    )
    yield Walked(sum(us < inf for us in at), start.us, at)


ORDERS = ("ordered", "strict", "any")
WALKS = {"ordered": _ordered, "greedy": _greedy, "strict": _strict, "any": _any}


def _reaches(events: list[Happened], start: Happened, one: Happened, window: int) -> bool:
    """Within the window of the start, with nothing excluded since it, and of the same held value."""
    if one.held != start.held or not 0 <= one.us - start.us <= window:
        return False
    return not any(x.excluded and x.held == start.held and start.us <= x.us < one.us for x in events)
