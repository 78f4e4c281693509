"""Which of some members may read a topic: the other side of `visible_to`, for telling them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from community.forum.models import Audience, Category, Topic
from community.members.models import Member

OPEN = (Audience.EVERYONE, Audience.MEMBERS)


def among(ids: Iterable[int | None], topic: Topic) -> set[int]:
    """Those of the members with these ids who may read the standing topic."""
    members = Member.objects.active().filter(pk__in={pk for pk in ids if pk})
    for place in filter(None, (topic.category, topic.category.parent)):
        if place.readers not in OPEN:
            members = members.filter(_moderators() | _in_groups(place))
    return set(members.values_list("pk", flat=True))


def _moderators() -> Q:
    return Q(is_moderator=True) | Q(is_superuser=True)


def _in_groups(place: Category) -> Q:
    if place.readers == Audience.MODERATORS:
        return Q(pk__in=[])
    return Q(groups__in=place.reader_groups.values("pk"))
