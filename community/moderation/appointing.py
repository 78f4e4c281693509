"""Who moderates: made a moderator, and no longer one. By superusers; both are in the log."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import logbook
from community.forum.denied import Denied, Unfit
from community.members.models import Member


def appoint(member: Member, *, by: Member) -> Member:
    """Make the member a moderator. Raises Denied; Unfit where the member is inactive or suspended."""
    return _set(member, by, moderator=True)


def dismiss(member: Member, *, by: Member) -> Member:
    return _set(member, by, moderator=False)


def _set(member: Member, by: Member, *, moderator: bool) -> Member:
    with transaction.atomic():
        rows = Member.objects.lock([member.pk, by.pk])
        member, by = rows[member.pk], rows[by.pk]
        if not (by.is_active and by.is_superuser):
            raise Denied(_("Only superusers say who moderates."))
        if moderator and (member.suspended or not member.is_active):
            raise Unfit(_("Who is suspended or gone cannot moderate."))
        if member.is_moderator != moderator:
            member.is_moderator = moderator
            member.save(update_fields=["is_moderator"])
            verb, told = "appoint" if moderator else "dismiss", {"moderator": moderator}
            before = {"moderator": not moderator}
            logbook.note(verb, ("member", member.pk), by=by, at=timezone.now(), before=before, after=told)
    return member
