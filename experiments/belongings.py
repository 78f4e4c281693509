"""What experiments hold of a member, for whoever takes their data along or leaves (settings.BELONGINGS): what stuck to
them. What they were exposed to is among their events, and sums name nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q

from experiments.models import Sticky


def export(member: AbstractBaseUser) -> list[dict[str, Any]]:
    found = Sticky.objects.filter(attribute="member", value=str(member.pk)).order_by("at", "pk")
    rows = found.values_list("slot", "variation", "at")
    return [{"experiment": slot.rpartition("__")[0], "given": given, "at": at} for slot, given, at in rows]


def forget(member: AbstractBaseUser) -> None:
    forget_units([member.pk])


def forget_units(units: Sequence[int]) -> None:
    """Members, and minus visitors."""
    members, visitors = [str(one) for one in units if one > 0], [str(-one) for one in units if one < 0]
    ofs = Q(attribute="member", value__in=members) | Q(attribute="visitor", value__in=visitors)
    Sticky.objects.filter(ofs).delete()
