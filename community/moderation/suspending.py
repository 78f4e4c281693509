"""Suspend a member for a time, with a reason, and lift it. A suspended member may read but not write."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import logbook
from community.forum.denied import Denied, Unfit, check_moderates
from community.members.models import Member
from community.moderation.models import Suspension
from community.notifications import telling


def suspend(member: Member, *, by: Member, reason: str, until: datetime, at: datetime | None = None) -> Suspension:
    """Suspend until then; a suspension that stands is replaced. The member is told.

    Raises Denied where `by` is no moderator or the member is one, Unfit where the term is over before it begins or
    no reason is given.
    """
    now = at or timezone.now()
    if until <= now:
        raise Unfit(_("A suspension ends in the future."))
    if not reason.strip():
        raise Unfit(_("Say why: the member will read it."))
    with transaction.atomic():
        member, by = _locked(member, by)
        if member.moderates or member.is_staff:
            raise Denied(_("Moderators and staff cannot be suspended; an admin takes their role away first."))
        Suspension.objects.filter(member=member).standing(now).update(lifted_at=now)
        made = Suspension.objects.create(member=member, by=by, reason=reason.strip(), created_at=now, until=until)
        _mark(member, "suspend", by=by, until=until, reason=made.reason, at=now)
    return made


def lift(member: Member, *, by: Member, reason: str = "", at: datetime | None = None) -> None:
    """End the suspension that stands, if one does."""
    now = at or timezone.now()
    with transaction.atomic():
        member, by = _locked(member, by)
        if Suspension.objects.filter(member=member).standing(now).update(lifted_at=now) or member.suspended:
            _mark(member, "lift", by=by, until=None, reason=reason, at=now)


def _locked(member: Member, by: Member) -> tuple[Member, Member]:
    rows = Member.objects.lock([member.pk, by.pk])
    check_moderates(rows[by.pk])
    return rows[member.pk], rows[by.pk]


def _mark(member: Member, verb: str, *, by: Member, until: datetime | None, reason: str, at: datetime) -> None:
    before = {"suspended_until": member.suspended_until and member.suspended_until.isoformat()}
    member.suspended_until = until
    member.suspension_reason = reason if until else ""
    member.save(update_fields=["suspended_until", "suspension_reason"])
    after = {"suspended_until": until and until.isoformat()}
    about = ("member", member.pk)
    logbook.note(verb, about, by=by, at=at, reason=reason, before=before, after=after)
    telling.withdraw("moderated", source=about)
    telling.tell("moderated", to=[member.pk], actor=by, source=about, at=at)
