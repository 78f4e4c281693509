"""A member leaves the site: what they wrote stays as a former member's, what was theirs alone goes."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from community.forum.models import Bookmark, Comment, Draft, Follow, Post, ReadMark, Revision, Topic
from community.members import leaving
from community.members.models import Member
from community.notifications.models import Notification


@transaction.atomic
def leave(member: Member) -> None:
    """Posts lose their author, votes and the ledger stay with the nameless row."""
    locked = Member.objects.lock([member.pk])[member.pk]
    for written in (Topic, Post, Comment, Revision):
        written.objects.filter(author=locked).update(author=None)
    for own in (Bookmark, Draft, ReadMark, Notification):
        own.objects.filter(member=locked).delete()
    Follow.objects.filter(Q(member=locked) | Q(followed=locked)).delete()
    for module in settings.BELONGINGS.values():
        import_module(module).forget(locked)
    leaving.anonymise(locked)
