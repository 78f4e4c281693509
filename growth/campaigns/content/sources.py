"""Content chosen for each member, by the names that campaigns know it by.

A member is put forward only what they may read and have not written, answered or opened, the hottest first. Of each
source the queries are as many for one member as for a thousand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.forum.models import Topic
from community.members.models import Member
from growth.campaigns.content import interests
from growth.campaigns.content.candidates import Candidate, Places, Pool, pool, readers
from growth.campaigns.content.items import items_of

SHOWN = 3

Found = Mapping[int, Mapping[str, Any]]
"""By member: {"items": [...], "count": how many there are, "topics": the ids of the items}."""
Chosen = dict[int, tuple[list[int], int]]  # by member: places, the best first, and how many there are


@dataclass(frozen=True)
class Source:
    label: Promise
    choose: Callable[[Collection[int], datetime], tuple[list[Candidate], Chosen]]


def find(source: str, member_ids: Collection[int], now: datetime) -> Found:
    """For those of the members for whom there is something. Raises KeyError where there is no such source."""
    topics, chosen = SOURCES[source].choose(member_ids, now)
    items = items_of({topics[place].pk for places, _count in chosen.values() for place in places})
    return {pk: _found([topics[place].pk for place in places], count, items) for pk, (places, count) in chosen.items()}


def _found(topics: list[int], count: int, items: Mapping[int, Any]) -> Mapping[str, Any]:
    standing = [topic for topic in topics if topic in items]  # none is gone, but within the last milliseconds
    return {"items": [items[topic] for topic in standing], "count": count, "topics": standing}


def _unanswered_in_tags(members: Collection[int], now: datetime) -> tuple[list[Candidate], Chosen]:
    """Questions that wait for an answer, in tags that the member follows or is strong in."""
    asked = pool(Topic.objects.unanswered(), members)
    followed, strong = interests.followed(members), interests.strong(members, now)
    return asked.topics, _choose(asked, members, lambda pk: asked.in_tags(followed[pk] | strong[pk]))


def _missed(members: Collection[int], now: datetime) -> tuple[list[Candidate], Chosen]:
    """Topics since the member's last visit: those in tags that they follow before the others."""
    seen = dict(Member.objects.filter(pk__in=members).values_list("pk", "seen_at"))
    new = pool(Topic.objects.filter(created_at__gt=min(seen.values(), default=now), created_at__lte=now), members)
    ages = sorted(range(len(new.topics)), key=lambda place: new.topics[place].created_at)
    times = [new.topics[place].created_at for place in ages]
    followed = interests.followed(members)
    return new.topics, _choose(
        new,
        members,
        lambda pk: set(ages[bisect_right(times, seen[pk]) :]),
        before=lambda pk: new.in_tags(followed[pk]),
    )


def _choose(
    of: Pool, members: Collection[int], fit: Callable[[int], Places], before: Callable[[int], Places] | None = None
) -> Chosen:
    """Of what fits each member what they may read and do not know; what stands `before` the rest comes first."""
    chosen: Chosen = {}
    for categories, alike in readers(members):
        readable = of.in_categories(categories)
        for pk in alike:
            all_places = (fit(pk) & readable) - of.known[pk]
            first = sorted(all_places & before(pk))[:SHOWN] if before else []
            best = first + sorted(all_places.difference(first))[: SHOWN - len(first)]
            if best:
                chosen[pk] = best, len(all_places)
    return chosen


SOURCES: dict[str, Source] = {
    "unanswered_in_tags": Source(_("unanswered questions in the member's tags"), _unanswered_in_tags),
    "missed": Source(_("what the member missed"), _missed),
}
