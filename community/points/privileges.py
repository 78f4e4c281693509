"""What members may do from how many points on. The forum's verbs ask here; admins edit the rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from community.members.models import Member
from community.nearby import cache
from community.points import wording
from community.points.models import Privilege

CACHED = "points:privileges"
SECONDS = 60  # after which every process has seen an admin's change

_waived: ContextVar[bool] = ContextVar("privileges_waived", default=False)


class NotEnoughPoints(PermissionDenied):
    """The member lacks points for `name`; the message is for the member."""

    def __init__(self, name: str, needed: int, points: int) -> None:
        self.name, self.needed = name, needed
        words = {"needed": needed, "act": wording.privilege(name), "points": points}
        super().__init__(_("You need %(needed)d points to %(act)s; you have %(points)d.") % words)


def thresholds() -> dict[str, int]:
    """The points that each privilege needs."""
    found = cache.get_or_set(CACHED, lambda: dict(Privilege.objects.values_list("name", "points")), SECONDS)
    return cast(dict[str, int], found)


def may(member: Member | AnonymousUser, name: str) -> bool:
    """Whether the member has the privilege; moderators and staff have all. KeyError where no privilege has the name."""
    needed = thresholds()[name]
    return member.is_authenticated and (_waived.get() or _exempt(member) or member.points >= needed)


def require(member: Member | AnonymousUser, name: str) -> None:
    """Raise NotEnoughPoints unless the member has the privilege."""
    if not may(member, name):
        raise NotEnoughPoints(name, thresholds()[name], getattr(member, "points", 0))


@contextmanager
def waived() -> Iterator[None]:
    """Ask nobody for points meanwhile: for history that is replayed, whose points come later."""
    token = _waived.set(True)
    try:
        yield
    finally:
        _waived.reset(token)


def forget() -> None:
    """Read the rows again, as after an admin's change."""
    cache.delete(CACHED)


def _exempt(member: Member) -> bool:
    return member.is_staff or member.moderates
