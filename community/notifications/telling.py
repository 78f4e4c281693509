"""Tell members that something happened, in the transaction of what happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from community.members.models import Member
from community.notifications import tasks
from community.notifications.models import Notification
from events import bell

# History that is written later (an import, the demo's content) fills the inbox, but nobody is mailed about it.
NEWS = timedelta(days=1)


def tell(
    kind: str,
    *,
    to: Iterable[int],
    actor: Member | None,
    source: tuple[str, int],
    at: datetime | None = None,
) -> None:
    """Tell the members with the ids `to` that `actor` did `kind` (a Notification.Kind) with `source` (kind, id).

    Source kinds: "post", "comment", "topic", "member". The actor, the inactive and those who muted the kind are
    left out; telling the same twice changes nothing. The mail follows after the commit, for those who want it.
    """
    now = timezone.now()
    at = at or now
    with transaction.atomic():
        rows = [
            Notification(
                member=member,
                kind=kind,
                actor=actor,
                source_kind=source[0],
                source_id=source[1],
                created_at=at,
                email_due=bool(member.email) and member.email_notifications and at > now - NEWS,
            )
            for member in _listening(kind, set(to), actor)
        ]
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
        if any(row.email_due for row in rows):
            bell.ring(tasks.sweep)


def withdraw(kind: str, *, source: tuple[str, int]) -> None:
    """Forget that this was told: it was undone, or is about to be told anew as another act of the same kind."""
    Notification.objects.filter(kind=kind).about([source]).delete()


def _listening(kind: str, ids: set[int], actor: Member | None) -> list[Member]:
    members = Member.objects.active().filter(pk__in=ids - {actor.pk if actor else 0})
    if kind != Notification.Kind.MODERATED:  # what is done to one's own posts is told whatever one has muted
        members = members.exclude(muted_kinds__contains=[kind])
    return list(members.only("pk", "email", "email_notifications").order_by("pk"))
