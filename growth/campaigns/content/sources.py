"""Content chosen for each member, by the names that campaigns know it by.

A member is put forward only what they may read and have not written, answered or opened, the hottest first. Of each
source the queries are as many for one member as for a thousand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.forum import models as forum
from community.members.models import Member
from growth.campaigns.content import interests
from growth.campaigns.content.candidates import Places, Pool, pool, readable
from growth.campaigns.content.items import items_of

SHOWN = 3

Found = Mapping[int, Mapping[str, Any]]
"""By member: {"items": [...], "count": how many there are, "topics": the ids of the items}."""
Chosen = dict[int, tuple[list[int], int]]  # by member: places, the best first, and how many there are


@dataclass(frozen=True)
class Source:
    label: Promise
    choose: Callable[[Collection[int], datetime], tuple[Pool, Chosen]]


def find(source: str, member_ids: Collection[int], now: datetime) -> Found:
    """For those of the members for whom there is something. Raises KeyError where there is no such source."""
    from_pool, chosen = SOURCES[source].choose(member_ids, now)
    topics = {pk: [from_pool.topics[place].pk for place in places] for pk, (places, _count) in chosen.items()}
    items = items_of({topic for several in topics.values() for topic in several})
    return {
        pk: {"items": [items[topic] for topic in several], "count": chosen[pk][1], "topics": several}
        for pk, several in topics.items()
    }


def _unanswered_in_tags(members: Collection[int], now: datetime) -> tuple[Pool, Chosen]:
    """Questions that wait for an answer, in tags that the member follows or is strong in."""
    asked = pool(forum.Topic.objects.unanswered(), members)
    followed, strong = interests.followed(members), interests.strong(members, now)
    chosen: Chosen = {}
    for pk, categories in readable(members).items():
        fit = asked.in_tags(followed[pk] | strong[pk]) & asked.readable_in(categories)
        _keep(chosen, pk, fit - asked.known[pk])
    return asked, chosen


def _missed(members: Collection[int], now: datetime) -> tuple[Pool, Chosen]:
    """Topics since the member's last visit: those in tags that they follow before the others."""
    seen = dict(Member.objects.filter(pk__in=members).values_list("pk", "seen_at"))
    since = min(seen.values(), default=now)
    new = pool(forum.Topic.objects.filter(created_at__gt=since, created_at__lte=now), members)
    ages = sorted(range(len(new.topics)), key=lambda place: new.topics[place].created_at)
    times = [new.topics[place].created_at for place in ages]
    followed = interests.followed(members)
    chosen: Chosen = {}
    for pk, categories in readable(members).items():
        fit = set(ages[bisect_right(times, seen[pk]) :]) & new.readable_in(categories)
        _keep(chosen, pk, fit - new.known[pk], before=new.in_tags(followed[pk]))
    return new, chosen


def _keep(chosen: Chosen, member: int, fit: Places, before: Places = frozenset()) -> None:  # type: ignore[assignment]
    first = nsmallest(SHOWN, fit & before)
    best = first + nsmallest(SHOWN - len(first), fit - before) if len(first) < SHOWN else first
    if best:
        chosen[member] = best, len(fit)


SOURCES: dict[str, Source] = {
    "unanswered_in_tags": Source(_("unanswered questions in the member's tags"), _unanswered_in_tags),
    "missed": Source(_("what the member missed"), _missed),
}
