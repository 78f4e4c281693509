"""Who reads what, and what comes of it: visits, votes, bookmarks, follows."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from heapq import nlargest
from random import Random

from .actions import Action, Bookmarked, Followed, Visited, Voted
from .casting import may_read
from .citizens import Citizen, background_visits
from .threads import Thread

UP = {1: 0.012, 2: 0.045, 3: 0.11, 4: 0.19, 5: 0.29}  # chance that a reader of average generosity votes, by quality
DOWN = {1: 0.07, 2: 0.014, 3: 0.001, 4: 0.0003, 5: 0.0002}
SAME_VISIT = timedelta(minutes=40)
FORGOTTEN_DAYS = 9.0  # how fast a topic is forgotten by the feeds


class Reader:
    """One member's reading, and what they have already done."""

    def __init__(self, citizen: Citizen, threads: Sequence[Thread], end: datetime, rng: Random) -> None:
        self.citizen = citizen
        self.end = end
        self.rng = rng
        self.appeal = {t.topic.key: self._lasting_appeal(t) for t in threads if may_read(citizen, t.topic)}
        self.threads = {thread.topic.key: thread for thread in threads if thread.topic.key in self.appeal}
        self.done: set[tuple[str, object]] = set()

    def actions(self, own: Sequence[Action]) -> Iterator[Action]:
        """The member's visits, with what they lead to; `own` is what they write, each within a visit."""
        yield from self._tags()
        for at, topics in self._visits(own):
            read = tuple(dict.fromkeys([*topics, *self._choose(at)]))
            moment = at
            for key in read:
                moment += timedelta(seconds=self.rng.lognormvariate(math.log(70), 0.8))
                yield from self._react(self.threads[key], min(moment, self.end))
            seconds = max(5, int((moment - at).total_seconds() * self.rng.uniform(0.9, 1.4)))
            yield Visited(at, self.citizen.name, min(seconds, int((self.end - at).total_seconds())), read)

    def _visits(self, own: Sequence[Action]) -> list[tuple[datetime, list[str]]]:
        """Background visits and those around the member's own writing, with the topics that they came for."""
        visits: list[tuple[datetime, list[str]]] = []
        written = [(action.at, getattr(action, "topic", "")) for action in own]
        planned = [(at, "") for at in background_visits(self.citizen, self.end, self.rng)]
        for at, topic in sorted(written + planned):
            if visits and at - visits[-1][0] < SAME_VISIT:
                visits[-1][1].extend([topic] if topic else [])
                continue
            if topic:
                at = max(at - timedelta(minutes=self.rng.uniform(1, 12)), self.citizen.joined)
            visits.append((at, [topic] if topic else []))
        return visits

    def _choose(self, at: datetime) -> list[str]:
        """Topics to read, the recent and those of one's tags first (a weighted draw without replacement)."""
        count = int(self.rng.expovariate(1 / 3.2))
        if not count:
            return []
        keys = []
        for key, thread in self.threads.items():
            if said := bisect(thread.posted, at):
                days = (at - thread.posted[said - 1]).total_seconds() / 86400
                weight = self.appeal[key] * (0.03 + math.exp(-days / FORGOTTEN_DAYS))
                keys.append((self.rng.random() ** (1 / weight), key))
        return [key for _, key in nlargest(count, keys)]

    def _lasting_appeal(self, thread: Thread) -> float:
        shared = len(set(self.citizen.person.interests) & set(thread.topic.tags))
        return (1 + shared) * (0.5 + thread.topic.posts[0].quality / 3)

    def _react(self, thread: Thread, at: datetime) -> Iterator[Action]:
        name, key = self.citizen.name, thread.topic.key
        for number, posted in enumerate(thread.posted):
            if posted < at and thread.author(number).name != name:
                yield from self._vote(thread, number, at)
        if thread.posted[0] >= at:
            return
        if self._once("bookmark", key, 0.006 * thread.topic.posts[0].quality):
            yield Bookmarked(at, name, key)
        if self._once("topic", key, 0.006):
            yield Followed(at, name, "topic", key)

    def _vote(self, thread: Thread, number: int, at: datetime) -> Iterator[Action]:
        post = thread.topic.posts[number]
        up = UP[post.quality] * self.citizen.person.generosity
        draw = self.rng.random()
        if ("vote", (thread.topic.key, number)) in self.done or draw > up + DOWN[post.quality]:
            return
        self.done.add(("vote", (thread.topic.key, number)))
        value = 1 if draw < up else -1
        yield Voted(at, self.citizen.name, thread.topic.key, number, value)
        author = thread.author(number).name
        if value > 0 and number and self._once("member", author, 0.03):
            yield Followed(at, self.citizen.name, "member", author)

    def _tags(self) -> Iterator[Action]:
        at = min(self.citizen.joined + timedelta(minutes=4), self.end)
        for tag in self.citizen.person.interests:
            if self._once("tag", tag, 0.25):
                yield Followed(at, self.citizen.name, "tag", tag)

    def _once(self, kind: str, target: str, chance: float) -> bool:
        if (kind, target) in self.done or self.rng.random() > chance:
            return False
        self.done.add((kind, target))
        return True
