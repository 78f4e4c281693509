"""Mark notifications as read."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from community.members.models import Member
from community.notifications.models import Notification


def seen(member: Member | AnonymousUser, sources: Iterable[tuple[str, int]]) -> int:
    """The member has these (kind, id) before their eyes: their notifications are read. The number newly read."""
    if not member.is_authenticated:
        return 0
    return Notification.objects.of(member.pk).unread().about(sources).update(read_at=timezone.now())


def mark_read(member: Member, ids: Iterable[int]) -> int:
    return Notification.objects.of(member.pk).unread().filter(pk__in=list(ids)).update(read_at=timezone.now())


def mark_all_read(member: Member) -> int:
    return Notification.objects.of(member.pk).unread().update(read_at=timezone.now())
