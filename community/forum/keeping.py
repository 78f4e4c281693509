"""What members keep in sight: bookmarks, and the topics, tags and members they follow."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import earning, locks
from community.forum.denied import Denied, Unfit, check_readable
from community.forum.models import Bookmark, Follow, Post, Tag, Topic
from community.members.models import Member
from community.notifications import telling
from events.record import record


def bookmark(post: Post, *, member: Member, at: datetime | None = None) -> None:
    """Raises Denied. A post that is bookmarked already stays so."""
    with transaction.atomic():
        member = locks.writer(member)
        if not Post.objects.visible_to(member).filter(pk=post.pk).exists():
            raise Denied(_("You may not read this post."))
        now = at or timezone.now()
        _row, new = Bookmark.objects.get_or_create(member=member, post=post, defaults={"created_at": now})
        if new:
            record("bookmarked", unit=member.pk, at=now, object=("post", post.pk))
            earning.for_activity(member, at=at)


def unbookmark(post: Post, *, member: Member) -> None:
    Bookmark.objects.filter(member=member, post=post).delete()


def follow(thing: Topic | Tag | Member, *, member: Member, at: datetime | None = None) -> None:
    """Follow a topic, a tag (by any of its names) or another member, who is told. Raises Denied, Unfit."""
    with transaction.atomic():
        member = locks.writer(member)
        if isinstance(thing, Topic):
            check_readable(thing, member)
        elif thing == member:
            raise Unfit(_("You cannot follow yourself."))
        now, (kind, target) = at or timezone.now(), _target(thing)
        _row, new = Follow.objects.get_or_create(member=member, **target, defaults={"created_at": now})
        if not new:
            return
        record("followed", unit=member.pk, at=now, object=(kind, next(iter(target.values())).pk))
        if isinstance(thing, Member):
            telling.tell("followed", to=[thing.pk], actor=member, source=("member", member.pk), at=at)


def unfollow(thing: Topic | Tag | Member, *, member: Member) -> None:
    _kind, target = _target(thing)
    Follow.objects.filter(member=member, **target).delete()


def _target(thing: Topic | Tag | Member) -> tuple[str, dict[str, Topic | Tag | Member]]:
    """The kind of thing and the column of Follow that holds it."""
    if isinstance(thing, Topic):
        return "topic", {"topic": thing}
    if isinstance(thing, Tag):
        return "tag", {"tag": thing.synonym_of or thing}
    return "member", {"followed": thing}
