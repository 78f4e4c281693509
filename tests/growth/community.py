"""A few months of a community as rows, drawn at random: quick to make, hostile at the edges of weeks and windows."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from community.forum.models import Post, Topic
from community.members.models import Member
from events.record import event, record_all
from tests import builders

EDGES = [timedelta(0), timedelta(hours=24), timedelta(days=7), timedelta(microseconds=1)]
ACTS = ("topic_started", "comment_posted", "vote_cast", "bookmarked", "badge_earned", "signed_in")


def draw(seed: int, *, until: datetime, topics: int = 120) -> None:
    """Members, staff, topics of all kinds, answers by others, askers, staff and former members; some of it gone."""
    dice = random.Random(seed)  # noqa: S311 (no secret)
    people = [builders.member(f"m{seed}-{n}", is_staff=n == 0) for n in range(6)]
    start = until - timedelta(weeks=12)
    record_all(event("signed_up", unit=person.pk, at=_some(dice, start, until)) for person in people)
    acts = [(dice.choice(ACTS), dice.choice(people).pk, _some(dice, start, until)) for _n in range(200)]
    record_all(event(name, unit=pk, at=at) for name, pk, at in acts)
    place = builders.category()
    made = Topic.objects.bulk_create(
        _topic(dice, place.pk, people, _some(dice, start, until), until) for _n in range(topics)
    )
    Post.objects.bulk_create(post for topic in made for post in _posts(dice, topic, people))


def _some(dice: random.Random, start: datetime, until: datetime) -> datetime:
    """Now and then the very first or last moment of a week in UTC."""
    at = start + (until - start) * dice.random()
    if dice.random() < 0.2:
        monday = at.date() - timedelta(days=at.weekday())
        at = datetime(monday.year, monday.month, monday.day, tzinfo=UTC) - dice.choice([0, 1]) * EDGES[3]
    return max(at, start)


def _topic(dice: random.Random, category: int, people: list[Member], at: datetime, until: datetime) -> Topic:
    gone = {name: at for name in ("deleted_at", "hidden_at") if dice.random() < 0.05}
    return Topic(
        kind=dice.choice(["question", "question", "question", "discussion"]),
        category_id=category,
        author=dice.choice([*people, None]),
        title="A question",
        slug="a",
        created_at=at,
        closed_at=at + dice.choice(EDGES) if dice.random() < 0.1 else None,
        **gone,
    )


def _posts(dice: random.Random, topic: Topic, people: list[Member]) -> list[Post]:
    times = [topic.created_at + (dice.choice(EDGES) if dice.random() < 0.3 else _wait(dice)) for _n in range(3)]
    numbers = range(dice.choice([1, 1, 2, 3, 4]))
    return [
        Post(
            topic=topic,
            number=number,
            author=topic.author if number == 0 or dice.random() < 0.2 else dice.choice([*people, None]),
            body="x",
            html="x",
            created_at=times[number - 1] if number else topic.created_at,
            deleted_at=topic.created_at if number and dice.random() < 0.1 else None,
        )
        for number in numbers
    ]


def _wait(dice: random.Random) -> timedelta:
    return timedelta(hours=dice.expovariate(1 / 40))
