"""What the events hold of a member, for whoever takes their data along or leaves (settings.BELONGINGS)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from events.models import Erasure, VisitorLink


def export(member: AbstractBaseUser) -> list[dict[str, Any]]:
    """Every event of theirs, those of their visitors among them, oldest first."""
    from events.lake.exporting import events_of  # noqa: PLC0415 - pyarrow, which web processes load only for this

    return events_of(units_of(member.pk))


def forget(member: AbstractBaseUser) -> None:
    """Ask that they be erased: the files are rewritten in the background, within minutes."""
    units = units_of(member.pk)
    if not Erasure.objects.open().filter(units__contains=[member.pk]).exists():
        Erasure.objects.create(units=units)


def units_of(member: int) -> list[int]:
    """The member, and the visitors that they have been."""
    visitors = VisitorLink.objects.filter(member=member).order_by("visitor").values_list("visitor", flat=True)
    return [member, *(-visitor for visitor in visitors)]
