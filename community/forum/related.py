"""What else to read beside a topic: those linked with it, and those like it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q

from community.arrays import in_array
from community.forum import search
from community.forum.models import Topic, TopicLink
from community.nearby import cache as nearby
from community.prepared import Asked, Prepared, kind_of, known_of

if TYPE_CHECKING:
    from community.members.models import Member

TEN_MINUTES = 600


def related(topic: Topic, member: Member | AnonymousUser) -> tuple[list[Topic], list[Topic]]:
    """(linked, similar). Which they are is worked out every ten minutes, who may read them each time: one query."""
    linked, similar = nearby.get_or_set(f"related:{topic.pk}", lambda: _ids(topic), TEN_MINUTES) or ([], [])
    if not linked and not similar:
        return [], []
    found = _readable(kind_of(member)).rows(ids=[*linked, *similar], **known_of(member))
    topics = {topic.pk: topic for topic in found}
    return (
        [topics[pk] for pk in linked if pk in topics],
        [topics[pk] for pk in similar if pk in topics and pk not in linked],
    )


@cache
def _readable(reader: Member | AnonymousUser) -> Prepared[Topic]:
    topics = Topic.objects.visible_to(reader).listed().filter(in_array(Asked("ids")))
    return Prepared(topics.only("title", "title_html", "slug", "score"))


def _ids(topic: Topic) -> tuple[list[int], list[int]]:
    # The ends of the links first, by their two indexes: joined to the topics it would be a walk through all of these.
    ends = TopicLink.objects.filter(Q(topic=topic) | Q(to=topic)).values_list("topic", "to")
    near = {pk for pair in ends for pk in pair} - {topic.pk}
    linked = Topic.objects.listed().filter(pk__in=near).order_by(F("score").desc(), "pk").values_list("pk", flat=True)
    alike = search.similar(topic.title, member=AnonymousUser(), but=topic.pk)
    return list(linked[:8]), [other.pk for other in alike]
