"""Definitions and histories for property tests: each follows from a seed, dense enough that limits are met."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.growth.retention.told import Told

AS_OF = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)
NAMES = ("answer_posted", "topic_started", "page_viewed", "vote_received", "signed_up")
STRANGERS = (900, 901, -1, -2)  # no rows of members
ODD = 'hé"ké\\'
PROPERTIES = ({}, {"category": "meta"}, {"category": ODD, "topic": 3}, {"topic": 3.0}, {"results": 0}, {"kind": True})
WHERE = (
    {"category": "meta"},
    {"category": ["meta", ODD]},
    {"topic": 3},
    {"topic": [1, 3], "category": ODD},
    {"results": 0},
    {"kind": True},
)
ATTRIBUTES = (
    {"attribute": "points", "at_least": 10},
    {"attribute": "points", "at_least": 5, "at_most": 10},
    {"attribute": "moderator", "is": True},
    {"attribute": "moderator", "is": False},
    {"attribute": "email_verified", "is": True},
    {"attribute": "chosen_language", "is": ["en", "zh-hans"]},
    {"attribute": "joined", "before_days": 10},
    {"attribute": "joined", "since": "2026-03-01"},
    {"attribute": "first_seen", "within_days": 14},
)
PERIODS = (
    {"within_days": 7},
    {"within_days": 14},
    {"before_days": 7},
    {"within_days": 14, "before_days": 1},
    {"since": "2026-03-20"},
    {"until": "2026-03-20T00:00:00.000001"},
    {"since": "2026-03-10", "until": "2026-03-20"},
)
TIMES = ({}, {"at_least": 2}, {"at_most": 0}, {"at_most": 1}, {"exactly": 0}, {"exactly": 2})
EVENTS = ("answer_posted", "topic_started|answer_posted", "active", "seen", "page_viewed")


def history(rng: Random, persons: tuple[int, ...]) -> list[Told]:
    return [
        Told(
            person=rng.choice(persons),
            name=rng.choice(NAMES),
            at=_moment(rng),
            about=rng.choice([None, 5, 6]),
            value=rng.choice([None, 1.0, -1.0]),
            properties=rng.choice(PROPERTIES),
        )
        for _ in range(rng.randrange(80))
    ]


def _moment(rng: Random) -> datetime:
    """Any, and often one on a limit of PERIODS or a microsecond beside it."""
    if rng.random() < 0.5:
        return AS_OF - timedelta(seconds=rng.randrange(1, 30 * 86_400))
    limits = [*(AS_OF - timedelta(days=days) for days in (1, 7, 10, 14)), datetime(2026, 3, 10, tzinfo=UTC)]
    return rng.choice([*limits, datetime(2026, 3, 20, tzinfo=UTC)]) + timedelta(microseconds=rng.choice([-1, 0, 1]))


def definition(rng: Random, depth: int = 3) -> dict[str, Any]:
    kind = rng.random()
    if depth and kind < 0.15:
        return {"not": definition(rng, depth - 1)}
    if depth and kind < 0.4:
        return {rng.choice(["all", "any"]): [definition(rng, depth - 1) for _ in range(rng.randrange(1, 4))]}
    return leaf(rng)


def leaf(rng: Random) -> dict[str, Any]:
    head = rng.choice(["event", "event", "event", "first", "last", "attribute"])
    if head == "attribute":
        return rng.choice(ATTRIBUTES)
    times = rng.choice(TIMES) if head == "event" else {}
    period = rng.choice([{}, *PERIODS]) if head == "event" else rng.choice(PERIODS)
    return {head: rng.choice(EVENTS), **times, **period, **_filter(rng)}


def _filter(rng: Random) -> dict[str, Any]:
    filters = [{"where": rng.choice(WHERE)}, {"object": {"kind": "topic", "id": 5}}, {"value": rng.choice([1, -1])}]
    return rng.choice([{}, {}, {}, *filters])


seeds = st.integers(0, 2**32).map(Random)
definitions = seeds.map(definition)
