"""Tags: found by name, made by those who may, kept in order by moderators."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from community.forum.denied import Denied, Unfit
from community.forum.models import Tag
from community.forum.models.places import TAG_NAME
from community.members.models import Member
from community.points import privileges

MOST = 5


def resolve(names: Iterable[str], *, author: Member) -> list[Tag]:
    """The tags of these names in order, each once, synonyms followed, missing ones made where the author may.

    Unfit: more than five, or no name at all; Denied: a new tag by someone who may not make it.
    """
    wanted = list(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    if len(wanted) > MOST:
        raise Unfit(_("Five tags are enough: take away %(n)d.") % {"n": len(wanted) - MOST})
    found = _named(wanted)
    if missing := [name for name in wanted if name not in found]:
        _make(missing, author=author)
        found = _named(wanted)
    return list(dict.fromkeys(found[name] for name in wanted))


def _named(names: Collection[str]) -> dict[str, Tag]:
    if not names:
        return {}
    tags = Tag.objects.alias(lower=Lower("name")).filter(lower__in=names).select_related("synonym_of")
    return {tag.name.lower(): tag.synonym_of or tag for tag in tags}


def _make(names: list[str], *, author: Member) -> None:
    for name in names:
        try:
            TAG_NAME(name)
        except ValidationError as error:
            raise Unfit(f"{name}: {error.messages[0]}") from error
    if not privileges.may(author, "create-tag"):
        raise Denied(_("There is no tag “%(tag)s”, and it takes more points to create one.") % {"tag": names[0]})
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)


def count(tag_ids: Iterable[int], change: int) -> None:
    """Add to the number of topics that each of the tags shows. Rows are locked in id order, late in the verb."""
    if ids := _lock(tag_ids):
        Tag.objects.filter(pk__in=ids).update(topic_count=F("topic_count") + change)


def exchange(before: Collection[int], after: Collection[int]) -> None:
    """Count a topic under the tags it has now and no longer under those it had."""
    _lock(set(before) ^ set(after))
    count(set(after) - set(before), +1)
    count(set(before) - set(after), -1)


def _lock(tag_ids: Iterable[int]) -> list[int]:
    rows = Tag.objects.filter(pk__in=tag_ids).order_by("pk").select_for_update(no_key=True)
    return list(rows.values_list("pk", flat=True))


def names(tag_ids: Collection[int]) -> list[str]:
    """In the order of the ids."""
    found = dict(Tag.objects.filter(pk__in=tag_ids).values_list("pk", "name"))
    return [found[pk] for pk in tag_ids if pk in found]


def ids(names: Collection[str]) -> list[int]:
    """Of canonical tags that exist, in the order of the names."""
    found = dict(Tag.objects.filter(name__in=names).values_list("name", "pk"))
    return [found[name] for name in names]
