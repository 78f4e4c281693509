"""Bring the topics to life: when each is opened, who says what in it, and when.

A thread's moments are drawn first, in the order of its text; then each speaker is cast among the members of that
language who have joined by the speaker's first word, are likely to be there at that hour, and suit the part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from .actions import Accepted, Action, Commented, Edited, Posted, TopicStarted
from .casting import asking, fitness, may_read, may_say
from .citizens import Citizen, accelerating
from .rhythm import moment_on, presence, when_awake
from .texts import OPENER, TopicText

ACCELERATION = 1.6
FRESH = 8  # topics of the last day and a half
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Line:
    """One utterance of a thread; `comment` is None for a post."""

    speaker: str
    at: datetime
    post: int
    comment: int | None = None


@dataclass
class Thread:
    topic: TopicText
    cast: dict[str, Citizen] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)
    posted: list[datetime] = field(default_factory=list)  # of each post

    def author(self, post: int) -> Citizen:
        return self.cast[self.topic.posts[post].speaker]


def make_threads(
    topics: Sequence[TopicText], citizens: Sequence[Citizen], start: datetime, end: datetime, seed: int
) -> tuple[Thread, ...]:
    """All topics with their posts, comments, edits and accepts, none after `end`."""
    openings = _openings(topics, start, end, seed)
    return tuple(_thread(topic, at, citizens, end, seed) for topic, at in openings)


def _openings(
    topics: Sequence[TopicText], start: datetime, end: datetime, seed: int
) -> Iterator[tuple[TopicText, datetime]]:
    """Days for the topics: those with weeks_ago at their date, the short ones last, so that nothing is cut off."""
    rng = Random(f"{seed}:openings")  # noqa: S311
    dated = [topic for topic in topics if topic.weeks_ago is not None]
    free = [topic for topic in topics if topic.weeks_ago is None]
    rng.shuffle(free)
    short = [topic for topic in free if len(topic.posts) <= 2][: min(FRESH, len(free) // 4)]
    long = [topic for topic in free if topic not in short]
    for topic in dated:
        yield topic, max(start + timedelta(hours=40), end - timedelta(weeks=topic.weeks_ago or 0))
    first = start + timedelta(days=4)
    for index, topic in enumerate(long):
        share = accelerating((index + rng.random()) / len(long), ACCELERATION)
        yield topic, first + (end - timedelta(hours=30) - first) * share
    for index, topic in enumerate(short):
        yield topic, end - timedelta(hours=36) * ((len(short) - index - rng.uniform(0.05, 0.9)) / len(short))


def _thread(topic: TopicText, day: datetime, citizens: Sequence[Citizen], end: datetime, seed: int) -> Thread:
    rng = Random(f"{seed}:thread:{topic.key}")  # noqa: S311
    thread = Thread(topic)
    opened = _opening(thread, _peopled(topic, day, citizens, end), citizens, end, rng)
    lines = _lines(topic, opened, end, rng)
    _cast(thread, lines, citizens, rng)
    _perform(thread, lines, end, rng)
    _afterwards(thread, end, rng)
    return thread


def _peopled(topic: TopicText, day: datetime, citizens: Sequence[Citizen], end: datetime) -> datetime:
    """The first day from then on when there are people enough to fill the parts."""
    parts = {post.speaker for post in topic.posts} | {c.speaker for post in topic.posts for c in post.comments}
    readers = sorted(citizen.joined for citizen in citizens if may_read(citizen, topic))
    needed = len(parts) if topic.category == "Moderators" else len(parts) + 3
    if len(readers) < needed:
        raise ValueError(f"{topic.key} has {len(parts)} speakers, but only {len(readers)} members can read it")
    return min(max(day, readers[needed - 1] + timedelta(hours=6)), end)


def _opening(thread: Thread, day: datetime, citizens: Sequence[Citizen], end: datetime, rng: Random) -> datetime:
    """Casts the opener; the time is one of their hours of that day."""
    joined = [c for c in citizens if c.joined <= day - timedelta(hours=1) and may_say(c, thread.topic, OPENER)]
    weights = [asking(citizen, thread.topic, day) * presence(day, citizen.person.time_zone) for citizen in joined]
    opener = rng.choices(joined, weights)[0]
    thread.cast[OPENER] = opener
    if end - day < timedelta(hours=36):
        return day
    return max(moment_on(day, opener.person.time_zone, rng), opener.joined + 5 * MINUTE)


def _lines(topic: TopicText, opened: datetime, end: datetime, rng: Random) -> list[Line]:
    """Moments for all that is said, in the text's order, squeezed together where they would run past the end."""
    lines = [Line(OPENER, opened, 0)]
    delays = [0.0, *sorted(rng.lognormvariate(math.log(4.5), 1.5) for _ in topic.posts[1:])]
    for number, (post, hours) in enumerate(zip(topic.posts, delays, strict=True)):
        at = opened + timedelta(hours=hours)
        if number:
            lines.append(Line(post.speaker, at, number))
        for index, comment in enumerate(post.comments):
            at += timedelta(hours=rng.lognormvariate(math.log(1.2), 1.3))
            lines.append(Line(comment.speaker, at, number, index))
    room, last = end - 5 * MINUTE - opened, max(line.at for line in lines) - opened
    if last > room:
        squeeze = room / last * rng.uniform(0.5, 0.98)
        return [replace(line, at=opened + (line.at - opened) * squeeze) for line in lines]
    return lines


def _cast(thread: Thread, lines: Sequence[Line], citizens: Sequence[Citizen], rng: Random) -> None:
    """Finds somebody different for each speaker."""
    for line in lines:
        if line.speaker in thread.cast:
            continue
        first = min(other.at for other in lines if other.speaker == line.speaker)
        taken = {citizen.name for citizen in thread.cast.values()}
        free = [c for c in citizens if c.joined < first and c.name not in taken]
        free = [c for c in free if may_say(c, thread.topic, line.speaker)]
        post = thread.topic.posts[line.post] if line.comment is None else None
        weights = [fitness(c, thread.topic, post, first) * (0.005 + presence(first, c.person.time_zone)) for c in free]
        thread.cast[line.speaker] = rng.choices(free, weights)[0]


def _perform(thread: Thread, lines: Sequence[Line], end: datetime, rng: Random) -> None:
    """Writes the lines down as actions; whoever speaks again does so when awake, and nobody out of turn."""
    said: dict[str, datetime] = {}
    previous_post = previous = lines[0].at
    for line in lines:
        citizen = thread.cast[line.speaker]
        at = when_awake(line.at, citizen.person.time_zone, rng) if line.speaker in said else line.at
        at = line.at if at > end else at
        after = previous_post if line.comment is None else previous
        at = min(max(at, after + MINUTE, said.get(line.speaker, at) + MINUTE), end) if said else at
        said[line.speaker] = previous = at
        if line.comment is None:
            previous_post = at
        _write(thread, line, citizen.name, at)


def _write(thread: Thread, line: Line, name: str, at: datetime) -> None:
    key = thread.topic.key
    if line.comment is not None:
        thread.actions.append(Commented(at, name, key, line.post, line.comment))
        return
    thread.posted.append(at)
    thread.actions.append(Posted(at, name, key, line.post) if line.post else TopicStarted(at, name, key))


def _afterwards(thread: Thread, end: datetime, rng: Random) -> None:
    """Additions, after the first comment where there is one; the accept, when the asker is back."""
    for number, post in enumerate(thread.topic.posts):
        author = thread.author(number)
        if post.addition:
            comments = [a.at for a in thread.actions if isinstance(a, Commented) and a.post == number]
            at = min([*comments[:1], end]) if comments else thread.posted[number]
            at = _later(at, author, 1.0, end, rng)
            thread.actions.append(Edited(at, author.name, thread.topic.key, number))
        if post.accepted:
            asker = thread.author(0)
            at = _later(thread.posted[number], asker, 7.0, end, rng)
            thread.actions.append(Accepted(at, asker.name, thread.topic.key, number))


def _later(at: datetime, citizen: Citizen, median_hours: float, end: datetime, rng: Random) -> datetime:
    """Some time after `at`, when the member is awake; never after the end."""
    later = at + timedelta(hours=rng.lognormvariate(math.log(median_hours), 1.1))
    awake = when_awake(later, citizen.person.time_zone, rng)
    return awake if awake <= end else at + (end - at) * rng.uniform(0.3, 0.9)
