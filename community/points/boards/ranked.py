"""The members of a board's rows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from django.utils import timezone

from community.arrays import in_array
from community.members.models import Member
from community.prepared import Asked, Prepared


def bylines(ids: Iterable[int]) -> dict[int, Member]:
    """Those of these members who may rank at this moment, whatever a board knew a moment ago."""
    asked = list(ids)
    found = _ranked().rows(ids=asked, now=timezone.now()) if asked else []
    return {member.pk: member for member in found}


@cache
def _ranked() -> Prepared[Member]:
    return Prepared(Member.objects.filter(Member.may_rank(Asked("now")), in_array(Asked("ids"))).for_byline())
