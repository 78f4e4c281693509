"""Members flag what needs a moderator; moderators agree or decline."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import locks, logbook
from community.forum.denied import Denied, check_moderates
from community.forum.models import LogEntry
from community.members import limits
from community.members.models import Member
from community.moderation import hiding
from community.moderation.models import Flag, Thing, kind_of

POINTS = 15
AGE = timedelta(days=3)
"""A member flags from POINTS, or when this long here: a young site has nobody with points to call for help."""

HIDING_FLAGS = 3
HIDING_POINTS = 50
"""So many open flags of members with so many points hide a thing until a moderator has looked."""


def may_flag(member: Member) -> bool:
    return member.moderates or member.points >= POINTS or member.date_joined <= timezone.now() - AGE


def flag(thing: Thing, *, member: Member, reason: str, note: str = "", at: datetime | None = None) -> Flag:
    """Flag a post or comment for this `reason` (a Flag.Reason). Flagged again, the open flag says the new reason.

    Raises Denied (suspended, new here, one's own, not to be seen) and TooMany.
    """
    with transaction.atomic():
        member = locks.writer(member)
        thing = hiding.locked(thing)
        _check(thing, member)
        said = {"reason": Flag.Reason(reason), "note": note[:500]}
        standing = Flag.objects.open().on(thing).filter(member=member).first()
        if standing:
            Flag.objects.filter(pk=standing.pk).update(**said)
            standing.refresh_from_db()
            return standing
        if at is None:
            limits.take("flag", member)
        made = Flag.objects.create(**{kind_of(thing): thing}, member=member, created_at=at or timezone.now(), **said)
        if Flag.objects.open().on(thing).weighing(HIDING_POINTS).count() >= HIDING_FLAGS:
            hiding.hide(thing, by=None, reason=_("flagged by several members"), at=at)
    return made


def _check(thing: Thing, member: Member) -> None:
    if not type(thing).objects.visible_to(member).filter(pk=thing.pk).exists() or thing.deleted_at:
        raise Denied(_("This is no longer here."))
    if thing.author_id == member.pk:
        raise Denied(_("This is yours: you can edit or delete it yourself."))
    if not may_flag(member):
        said = _("You can flag once you have %(points)d points or have been here for %(days)d days.")
        raise Denied(said % {"points": POINTS, "days": AGE.days})


def agree(flag: Flag, *, by: Member, at: datetime | None = None) -> int:
    """The flag was right, and so are all open ones on the same thing. What follows (hide, delete) is a verb of its own.

    Returns how many flags were open.
    """
    return _settle(flag, Flag.State.AGREED, by=by, at=at)


def decline(flag: Flag, *, by: Member, at: datetime | None = None) -> int:
    """Nothing is wrong; what the flags alone had hidden is shown again. Returns how many flags were open."""
    with transaction.atomic():
        settled = _settle(flag, Flag.State.DECLINED, by=by, at=at)
        if settled and _hidden_by_flags(flag.thing):
            hiding.unhide(flag.thing, by=by, at=at)
    return settled


def _settle(flag: Flag, state: Flag.State, *, by: Member, at: datetime | None) -> int:
    now = at or timezone.now()
    with transaction.atomic():
        check_moderates(Member.objects.lock([by.pk])[by.pk])
        thing = hiding.locked(flag.thing)
        ids = list(Flag.objects.open().on(thing).order_by("pk").values_list("pk", flat=True))
        Flag.objects.filter(pk__in=ids).update(state=state, handled_by=by, handled_at=now)
        if ids:
            before, after = {"state": "open", "flags": ids}, {"state": str(state), "flags": ids}
            verb = "agree" if state == Flag.State.AGREED else "decline"
            logbook.note(verb, (kind_of(thing), thing.pk), by=by, at=now, before=before, after=after)
    return len(ids)


def _hidden_by_flags(thing: Thing) -> bool:
    hidings = LogEntry.objects.filter(object_kind=kind_of(thing), object_id=thing.pk, verb__in=("hide", "unhide"))
    last = hidings.order_by("pk").last()
    return last is not None and last.verb == "hide" and last.actor_id is None
