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
    """Settle all open flags on the thing of `flag` in this way; how many there were. Raises Denied.

    Where another moderator was quicker there are none, and nothing is done.
    """
    if verdict == Verdict.DECLINE:
        return flagging.decline(flag, by=by)
    if not Flag.objects.open().on(flag.thing).exists():
        return 0
    reason = reason or flag.get_reason_display()
    with transaction.atomic():
        # Hidden or deleted first: that takes the locks of the members concerned before those of their posts.
        if verdict == Verdict.HIDE:
            hiding.hide(flag.thing, by=by, reason=reason)
        elif verdict == Verdict.DELETE:
            removing.delete(flag.thing, by=by, reason=reason)
        return flagging.agree(flag, by=by)
