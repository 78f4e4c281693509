"""What a moderator decides about a thing that was flagged: the flags are settled and the thing dealt with, at once."""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from community.forum import removing
from community.members.models import Member
from community.moderation import flagging, hiding
from community.moderation.models import Flag


class Verdict(StrEnum):
    HIDE = "hide"
    DELETE = "delete"
    AGREE = "agree"  # right, and dealt with in another way: edited, moved, closed
    DECLINE = "decline"


def judge(flag: Flag, verdict: Verdict, *, by: Member, reason: str = "") -> int:
    """Settle all open flags on the thing of `flag` in this way; how many there were. Raises Denied."""
    with transaction.atomic():
        if verdict == Verdict.DECLINE:
            return flagging.decline(flag, by=by)
        settled = flagging.agree(flag, by=by)
        if settled and verdict == Verdict.HIDE:
            hiding.hide(flag.thing, by=by, reason=reason or flag.get_reason_display())
        elif settled and verdict == Verdict.DELETE:
            removing.delete(flag.thing, by=by)
    return settled
