"""Keeping the tags in order: their wikis, other names for one tag, better names."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import locks, logbook, tasks
from community.forum.denied import Unfit, check_moderates
from community.forum.models import Follow, Tag, Topic
from community.forum.models.places import TAG_NAME
from community.forum.text import render
from community.members.models import Member
from community.points import privileges
from events.bell import ring

# A topic that has both tags keeps the one.
REPLACE = """
UPDATE forum_topic SET tag_ids = CASE WHEN tag_ids @> ARRAY[%(of)s::bigint]
  THEN array_remove(tag_ids, %(tag)s) ELSE array_replace(tag_ids, %(tag)s, %(of)s) END
WHERE tag_ids @> ARRAY[%(tag)s::bigint]
"""


def edit_wiki(tag: Tag, *, editor: Member, excerpt: str, wiki: str) -> Tag:
    """What the tag is for, in a sentence and at length (Markdown). By those who may edit. Raises NotEnoughPoints."""
    with transaction.atomic():
        editor = locks.writer(editor)
        privileges.require(editor, "edit")
        tag = Tag.objects.select_for_update(no_key=True).get(pk=tag.pk)
        before = {"excerpt": tag.excerpt, "wiki": tag.wiki}
        tag.excerpt, tag.wiki = " ".join(excerpt.split())[:500], wiki.replace("\x00", "")
        tag.wiki_html = render(tag.wiki, format="markdown").html
        tag.save(update_fields=["excerpt", "wiki", "wiki_html"])
        _note("edit-wiki", tag, editor, before, {"excerpt": tag.excerpt, "wiki": tag.wiki})
    return tag


def make_synonym(tag: Tag, *, of: Tag, by: Member) -> Tag:
    """Let `tag` be another name of `of`: its topics, followers and synonyms become those of `of`, which is returned.

    By moderators. Points earned under the old name stay on the old name's board. Raises Denied, Unfit.
    """
    with transaction.atomic():
        by = locks.writer(by)
        check_moderates(by)
        of = of.synonym_of or of
        if tag.pk == of.pk:
            raise Unfit(_("A tag is no synonym of itself."))
        before = _retag(tag, of)
        _refollow(tag, of)
        tag.synonyms.update(synonym_of=of)
        Tag.objects.filter(pk=tag.pk).update(synonym_of=of, topic_count=0)
        of.topic_count = Topic.objects.listed().tagged(of.pk).count()
        of.stale_at = timezone.now()
        of.save(update_fields=["topic_count", "stale_at"])
        _note("make-synonym", tag, by, {"topics": before, "synonym_of": None}, {"synonym_of": of.pk})
        ring(tasks.reindex_tags)
    return of


def separate(tag: Tag, *, by: Member) -> Tag:
    """Let a synonym stand for itself again; topics that it took along stay where they are. By moderators."""
    with transaction.atomic():
        by = locks.writer(by)
        check_moderates(by)
        before = tag.synonym_of_id
        tag.synonym_of = None
        tag.save(update_fields=["synonym_of"])
        _note("separate-synonym", tag, by, {"synonym_of": before}, {"synonym_of": None})
    return tag


def rename(tag: Tag, *, name: str, by: Member) -> Tag:
    """By moderators. Raises Denied; Unfit where the name is no name or another tag's."""
    name = name.strip().lower()
    try:
        TAG_NAME(name)
        with transaction.atomic():
            by = locks.writer(by)
            check_moderates(by)
            before, tag.name, tag.stale_at = tag.name, name, timezone.now()
            tag.save(update_fields=["name", "stale_at"])
            _note("rename-tag", tag, by, {"name": before}, {"name": name})
            ring(tasks.reindex_tags)
    except ValidationError as error:
        raise Unfit(error.messages[0]) from error
    except IntegrityError as error:
        raise Unfit(_("There is a tag “%(tag)s” already.") % {"tag": name}) from error
    return tag


def _retag(tag: Tag, of: Tag) -> int:
    """Topics are locked in id order, then changed at once; the number of them."""
    topics = Topic.objects.tagged(tag.pk).order_by("pk").select_for_update(no_key=True)
    found = list(topics.values_list("pk", flat=True))
    list(Tag.objects.filter(pk__in=[tag.pk, of.pk]).order_by("pk").select_for_update())
    with connection.cursor() as cursor:
        cursor.execute(REPLACE, {"tag": tag.pk, "of": of.pk})
    return len(found)


def _refollow(tag: Tag, of: Tag) -> None:
    followers = Follow.objects.filter(tag=tag)
    moved = [Follow(member_id=pk, tag=of) for pk in followers.values_list("member", flat=True)]
    Follow.objects.bulk_create(moved, ignore_conflicts=True)
    followers.delete()


def _note(verb: str, tag: Tag, by: Member, before: dict[str, Any], after: dict[str, Any]) -> None:
    logbook.note(verb, ("tag", tag.pk), by=by, at=timezone.now(), before=before, after=after)
