"""Making segments and saying anew what they mean. Who is in them, refreshing.py finds out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from events.bell import ring
from growth.segments import tasks
from growth.segments.conditions import write
from growth.segments.models import Membership, Segment, SegmentVersion
from growth.segments.vocabulary import read

RESERVED = {"preview"}  # a word in addresses of the API
PEOPLE = "people"  # the only key of a definition that is a list behind a report's number, not a condition


@transaction.atomic
def create(
    name: str,
    *,
    definition: Any,
    by: int | None,
    key: str = "",
    description: str = "",
    kind: str = Segment.Kind.REFRESHED,
    who: str = Segment.Who.MEMBERS,
) -> Segment:
    """A segment with its first version, to be filled in the background. Without a key it gets one out of its name.

    conditions.Invalid where the definition is none; IntegrityError where another has the key.
    """
    canonical = write(read(definition))
    segment = Segment.objects.create(
        key=key or _free_key(name), name=name, description=description, kind=kind, who=who, created_by_id=by
    )
    return _defined(segment, canonical, by=by)


@transaction.atomic
def from_people(
    name: str, *, kind: str, params: Mapping[str, Any], cell: Mapping[str, Any], by: int | None, description: str = ""
) -> Segment:
    """The people behind one number of a report, as they are once, by the expression that counted them."""
    segment = Segment.objects.create(
        key=_free_key(name),
        name=name,
        description=description,
        kind=Segment.Kind.STATIC,
        who=Segment.Who.EVERYONE,
        created_by_id=by,
    )
    return _defined(segment, {PEOPLE: {"kind": kind, "params": params, "cell": cell}}, by=by)


@transaction.atomic
def revise(segment: Segment, *, definition: Any, by: int | None) -> SegmentVersion | None:
    """The next version, which counts from the next refresh on; None where it says what the last one does."""
    canonical = write(read(definition))
    Segment.objects.select_for_update().get(pk=segment.pk)
    last = segment.versions.first()
    if last and last.definition == canonical:
        return None
    version = SegmentVersion.objects.create(
        segment=segment, number=last.number + 1 if last else 1, definition=canonical, created_by_id=by
    )
    ask(segment)
    return version


def describe(segment: Segment, **told: str) -> None:
    """Its name, description, kind or who it is about. Who is asked about decides who is in: it is asked anew."""
    changed = {name: value for name, value in told.items() if getattr(segment, name) != value}
    if changed:
        Segment.objects.filter(pk=segment.pk).update(**changed)
        if {"who", "kind"} & set(changed):
            ask(segment)
    for name, value in changed.items():
        setattr(segment, name, value)


def ask(segment: Segment) -> None:
    """Have it refreshed now. Asked while it is at work, it is refreshed once more."""
    segment.asked_at = timezone.now()
    Segment.objects.filter(pk=segment.pk).update(asked_at=segment.asked_at)
    ring(tasks.segments)


def forget(persons: Sequence[int]) -> None:
    """A member leaves: no list holds them any more."""
    Membership.objects.filter(person__in=persons).delete()


def _defined(segment: Segment, definition: dict[str, Any], *, by: int | None) -> Segment:
    SegmentVersion.objects.create(segment=segment, number=1, definition=definition, created_by_id=by)
    ask(segment)
    return segment


def _free_key(name: str) -> str:
    """Out of the name's Latin letters; with a number where another has it, or where there are none."""
    stem = slugify(name)[:40].strip("-")
    taken = RESERVED | set(Segment.objects.filter(key__startswith=stem or "segment").values_list("key", flat=True))
    if stem and stem not in taken:
        return stem
    return next(key for at in range(2, len(taken) + 3) if (key := f"{stem or 'segment'}-{at}") not in taken)
