"""How often a member, or an address, may do a thing. The numbers stand here and nowhere else.

`take` is called by a view before its verb. Each limit is exact over any stretch of its period, not only from one
full hour to the next: the n-th latest act must be older than the period (counting.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.members import counting
from community.members.addresses import address_of
from community.members.models import Member

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    count: int
    per: timedelta


# The act: limits of new members, limits of the others.
OF_MEMBER: dict[str, tuple[tuple[Limit, ...], tuple[Limit, ...]]] = {
    "topic": ((Limit(3, DAY), Limit(1, 120 * SECOND)), (Limit(40, DAY), Limit(1, 15 * SECOND))),
    "answer": ((Limit(10, DAY), Limit(1, 10 * SECOND)), (Limit(100, DAY), Limit(1, 5 * SECOND))),
    "comment": ((Limit(20, DAY), Limit(1, 10 * SECOND)), (Limit(200, DAY), Limit(1, 3 * SECOND))),
    "edit": ((Limit(20, DAY), Limit(1, 3 * SECOND)), (Limit(200, DAY), Limit(1, 2 * SECOND))),
    "vote": ((Limit(40, HOUR),), (Limit(40, HOUR),)),
    "flag": ((Limit(10, DAY),), (Limit(10, DAY),)),
    "upload": ((Limit(10, HOUR),), (Limit(60, HOUR),)),
    "preview": ((Limit(120, MINUTE),), (Limit(120, MINUTE),)),
    "token": ((Limit(10, DAY),), (Limit(30, DAY),)),  # tokens and applications
    "device": ((Limit(20, HOUR),), (Limit(60, HOUR),)),  # each is an address that we shall send to
    "picture": ((Limit(30, HOUR),), (Limit(120, HOUR),)),  # decoded, whether kept or refused: each costs a second
}
# A school or an office may stand behind one address, and an editor that previews and saves as one types.
OF_ADDRESS: dict[str, tuple[Limit, ...]] = {
    "sign-up": (Limit(10, HOUR), Limit(30, DAY)),
    "oauth": (Limit(60, MINUTE), Limit(1000, HOUR)),  # codes and refresh tokens; a server asks for all its members
    "events": (Limit(1200, MINUTE),),  # batches of what its readers see, and of programs
    "write": (Limit(300, MINUTE), Limit(6000, HOUR)),  # any request that is not a read
}
NEW_FOR, NEW_BELOW = DAY, 10  # who joined within this time or has fewer points is new


class TooMany(PermissionDenied):
    """A limit is reached: `retry_after` in whole seconds; str() is a sentence for the member.

    A view that shows refusals in its form shows this one too; what no view catches becomes a 429 page.
    """

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(retry_after)

    def __str__(self) -> str:
        return _("That was a lot in a short time. Please try again in %(time)s.") % {"time": self.wait}

    @property
    def wait(self) -> str:
        """In words as one says it: seconds below a minute, minutes up to an hour and a half, then hours."""
        seconds = self.retry_after
        if seconds < 60:
            return ngettext("%d second", "%d seconds", seconds) % seconds
        minutes = math.ceil(seconds / 60)
        if minutes <= 90:
            return ngettext("%d minute", "%d minutes", minutes) % minutes
        hours = math.ceil(minutes / 60)
        return ngettext("%d hour", "%d hours", hours) % hours


def take(name: str, who: Member | HttpRequest) -> None:
    """Count one act `name` of the member, or of a request's member and address; TooMany where it is one too many.

    An act that is refused does not count. Moderators and staff have no limits of their own, only their address has.
    """
    if name not in OF_MEMBER and name not in OF_ADDRESS:
        raise ValueError(f"no limit is named {name!r}")
    if settings.RATE_LIMITS and (wait := counting.take(_limits(name, who))) > 0:
        raise TooMany(math.ceil(wait))


def is_new(member: Member) -> bool:
    return member.points < NEW_BELOW or member.date_joined > timezone.now() - NEW_FOR


def _limits(name: str, who: Member | HttpRequest) -> list[counting.Counter]:
    request = who if isinstance(who, HttpRequest) else None
    member = request.user if request else who
    found: list[tuple[str, Limit]] = []
    if isinstance(member, Member) and name in OF_MEMBER and not (member.moderates or member.is_staff):
        found += [(f"m{member.pk}", limit) for limit in OF_MEMBER[name][0 if is_new(member) else 1]]
    if request:
        found += [(address_of(request), limit) for limit in OF_ADDRESS.get(name, ())]
    return [counting.Counter(f"{name}:{key}", limit.count, limit.per.total_seconds()) for key, limit in found]
