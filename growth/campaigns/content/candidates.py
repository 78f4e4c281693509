"""The topics that a batch of members may be told of, and what rules some of them out for each: sets of places in one
list, the hottest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from community.forum.models import Category, Post, ReadMark
from community.forum.models.topics import TopicQuerySet
from community.members.models import Member

MOST = 2000
"""How many topics one batch chooses from: what is not among the hottest so many is not put forward to anybody."""

Places = set[int]


class Candidate(NamedTuple):
    pk: int
    author: int | None
    category: int
    tags: list[int]
    created_at: datetime


FIELDS = ("pk", "author", "category", "tag_ids", "created_at")  # of a Candidate


@dataclass(frozen=True)
class Pool:
    topics: list[Candidate]
    by_tag: dict[int, Places] = field(default_factory=lambda: defaultdict(set))
    by_category: dict[int, Places] = field(default_factory=lambda: defaultdict(set))
    known: dict[int, Places] = field(default_factory=lambda: defaultdict(set))
    """By member: what they wrote, answered or opened."""

    def in_tags(self, tags: Iterable[int]) -> Places:
        return set().union(*(self.by_tag[tag] for tag in tags if tag in self.by_tag))

    def in_categories(self, categories: Iterable[int]) -> Places:
        return set().union(*(self.by_category[category] for category in categories if category in self.by_category))


def pool(topics: TopicQuerySet, members: Collection[int]) -> Pool:
    """Of listed topics that nobody voted down."""
    rows = topics.listed().filter(score__gte=0).order_by("-hot", "-id")
    made = Pool(
        [Candidate(*row) for row in rows.values_list("pk", "author", "category", "tag_ids", "created_at")[:MOST]]
    )
    for place, topic in enumerate(made.topics):
        made.by_category[topic.category].add(place)
        for tag in topic.tags:
            made.by_tag[tag].add(place)
        if topic.author:
            made.known[topic.author].add(place)
    _know(made, members)
    return made


def _know(pool: Pool, members: Collection[int]) -> None:
    places = {topic.pk: place for place, topic in enumerate(pool.topics)}
    read = ReadMark.objects.filter(member__in=members, topic__in=places).values_list("member", "topic")
    wrote = Post.objects.filter(author__in=members, topic__in=places, number__gt=0).values_list("author", "topic")
    for pairs in (read, wrote):
        for member, topic in pairs:
            pool.known[member].add(places[topic])


def readers(members: Collection[int]) -> list[tuple[frozenset[int], list[int]]]:
    """The members by the categories that they may read, which is asked once for all in the same groups of readers."""
    telling = Category.reader_groups.through.objects.values("group")
    groups = Member.groups.through.objects.filter(member=OuterRef("pk"), group__in=telling).order_by("group")
    rows = Member.objects.filter(pk__in=members).annotate(reads_as=ArraySubquery(groups.values("group")))
    alike: dict[tuple[bool, tuple[int, ...]], list[Member]] = defaultdict(list)
    for member in rows.only("is_active", "is_moderator", "is_superuser"):
        alike[member.moderates, tuple(member.reads_as)].append(member)
    return [(_readable(several[0]), [member.pk for member in several]) for several in alike.values()]


def _readable(member: Member) -> frozenset[int]:
    return frozenset(Category.objects.readable_by(member).values_list("pk", flat=True))
