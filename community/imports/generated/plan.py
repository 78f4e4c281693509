"""The plan of a community's first half year: pure, and the same for the same seed, end and texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from .actions import Action, Joined
from .citizens import Citizen, settle
from .people import make_people
from .reading import Reader
from .texts import LANGUAGES, TopicText, load
from .threads import Thread, make_threads

SPAN = timedelta(days=182)
MEMBERS = 320


@dataclass(frozen=True)
class Plan:
    start: datetime
    end: datetime
    topics: dict[str, TopicText]  # by key
    actions: tuple[Action, ...]  # in the order of time


def make_plan(seed: int, end: datetime, *, topics: Sequence[TopicText] | None = None, members: int = MEMBERS) -> Plan:
    """Six months of joins, texts, votes and visits that end at `end`, an aware time. Raises TextError, ValueError."""
    if end.tzinfo is None:
        raise ValueError("the end of a plan needs a time zone")
    topics = load() if topics is None else topics
    start = end - SPAN
    citizens = settle(make_people(seed, members, _tags(topics)), start, end, seed)
    threads = make_threads(topics, citizens, start, end, seed)
    actions: list[Action] = [Joined(citizen.joined, citizen.name, citizen.person) for citizen in citizens]
    actions += [action for thread in threads for action in thread.actions]
    actions += _reading(citizens, threads, end, seed)
    actions.sort(key=lambda action: (action.at, action.rank))
    return Plan(start, end, {topic.key: topic for topic in topics}, tuple(actions))


def _reading(citizens: Sequence[Citizen], threads: Sequence[Thread], end: datetime, seed: int) -> list[Action]:
    own: dict[str, list[Action]] = defaultdict(list)
    for thread in threads:
        for action in thread.actions:
            own[action.username].append(action)
    actions: list[Action] = []
    for citizen in citizens:
        rng = Random(f"{seed}:reading:{citizen.name}")  # noqa: S311
        actions += Reader(citizen, threads, end, rng).actions(own[citizen.name])
    return actions


def _tags(topics: Sequence[TopicText]) -> dict[str, list[str]]:
    """The tags used in each language; where there is no text in one, those of all."""
    every = sorted({tag for topic in topics for tag in topic.tags})
    used = {lang: {tag for topic in topics if topic.language == lang for tag in topic.tags} for lang in LANGUAGES}
    return {language: sorted(tags) or every for language, tags in used.items()}
