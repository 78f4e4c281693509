"""What experiments may ask of people beyond their request (settings.EXPERIMENT_ATTRIBUTES): their segments, and what
the community knows of members. Each is looked up when a condition asks for it, segments once a minute in a process."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from community.members.models import Member
from community.nearby import cache
from events.visitors import unit_of
from experiments.attributes import Attributes, Lookup
from growth.segments import membership
from growth.segments.models import Segment

SECONDS = 60


def attributes(asked: HttpRequest | int) -> Attributes:
    """`segments` (keys), `points`, `joinedDays`, `moderator`; the last three of members only."""
    return Attributes(asked, _LOOKUPS)


def choices() -> list[tuple[str, str]]:
    """Keys and names of the segments that an experiment may ask (settings.EXPERIMENT_SEGMENTS)."""
    return list(Segment.objects.values_list("key", "name"))


def _segments(asked: HttpRequest | int) -> list[str]:
    person = asked if isinstance(asked, int) else unit_of(asked)
    if person is None:
        return []
    return cache.get_or_set(f"segments:{person}", lambda: sorted(membership.keys_of(person)), SECONDS)


def _member(asked: HttpRequest | int) -> Member | None:
    if not isinstance(asked, int):
        return asked.user if asked.user.is_authenticated else None
    return cache.get_or_set(f"targeted:{asked}", lambda: Member.objects.filter(pk=asked).first(), SECONDS)


def _of_member(name: str) -> Lookup:
    def lookup(asked: HttpRequest | int) -> Any:
        return getattr(_member(asked), name, None)

    return lookup


def _joined_days(asked: HttpRequest | int) -> int | None:
    member = _member(asked)
    return (timezone.now() - member.date_joined).days if member else None


_LOOKUPS: dict[str, Lookup] = {
    "segments": _segments,
    "points": _of_member("points"),
    "moderator": _of_member("is_moderator"),
    "joinedDays": _joined_days,
}
