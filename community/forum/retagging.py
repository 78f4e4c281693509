"""Finding topics by the new name of a tag that was renamed or became another name of one.

The tag's row says that there is work (`stale_at`). Within the database, a batch of topics at a time: of each opening's
search document the words of the title and the text stay, those of the tags are written anew.
"""

from __future__ import annotations

from django.db import connection, transaction

from community.forum import indexing
from community.forum.models import Tag, Topic

BATCH = 1000
# The words of the tags come to stand behind the text, all at one place: who searches for a phrase means the text.
REWRITE = """
UPDATE forum_post p SET search = ts_filter(p.search, '{a,c}') || coalesce(named.words, '')::tsvector
FROM forum_topic t LEFT JOIN LATERAL (
  SELECT string_agg(k.words, ' ') AS words FROM unnest(%(tags)s::bigint[], %(words)s::text[]) k (tag, words)
  WHERE k.tag = ANY(t.tag_ids)) named ON true
WHERE t.id = ANY(%(topics)s) AND p.topic_id = t.id AND p.number = 0 AND p.search IS NOT NULL
"""


def reindex() -> int:
    """Do all there is to do; returns how many topics were gone through. Killed, the next run begins the tag again."""
    stale = Tag.objects.filter(stale_at__isnull=False).order_by("stale_at", "pk")
    return sum(_reindex(tag) for tag in list(stale))


def _reindex(tag: Tag) -> int:
    done, last = 0, 0
    while topics := _batch(tag.pk, after=last):
        done, last = done + len(topics), topics[-1]
    Tag.objects.filter(pk=tag.pk, stale_at=tag.stale_at).update(stale_at=None)  # unless it was renamed again meanwhile
    return done


@transaction.atomic
def _batch(tag: int, *, after: int) -> list[int]:
    """The next topics, locked as the verbs lock them, so that none is edited in between."""
    found = Topic.objects.tagged(tag).filter(pk__gt=after).order_by("pk").select_for_update(no_key=True)
    topics = dict(found.values_list("pk", "tag_ids")[:BATCH])
    names = Tag.objects.in_bulk({pk for ids in topics.values() for pk in ids})
    words = [indexing.vector(tags=[name.name]) for name in names.values()]
    with connection.cursor() as cursor:
        cursor.execute(REWRITE, {"topics": list(topics), "tags": list(names), "words": words})
    return list(topics)
