"""How big a segment was, and how its definition changed."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from growth.reports.kinds import Chart, Series
from growth.segments.conditions import Invalid
from growth.segments.keeping import PEOPLE
from growth.segments.models import Membership, Segment, SegmentVersion
from growth.segments.vocabulary import read
from growth.segments.wording import lines


@dataclass(frozen=True)
class Day:
    day: date
    size: int  # at its end
    entered: int
    left: int


def days(segment: Segment) -> list[Day]:
    """The days of the site's time zone on which somebody came or left; size = all who entered less all who left."""
    entered, left = (_by_day(segment, field) for field in ("entered_at", "left_at"))
    found, size = [], 0
    for day in sorted(entered | left):
        size += entered[day] - left[day]
        found.append(Day(day, size, entered[day], left[day]))
    return found


def _by_day(segment: Segment, field: str) -> Counter[date]:
    rows = Membership.objects.filter(segment=segment).exclude(**{field: None})
    return Counter(
        dict(rows.annotate(day=TruncDate(field)).values("day").annotate(n=Count("pk")).values_list("day", "n"))
    )


def chart(found: list[Day]) -> Chart:
    return Chart(
        _("Size"), "line", [day.day.isoformat() for day in found], [Series(_("Size"), [d.size for d in found])]
    )


@dataclass(frozen=True)
class Change:
    """A line of a definition: as it was before (`-`), is since (`+`), or both."""

    sign: str
    text: str


@dataclass(frozen=True)
class Told:
    version: SegmentVersion
    changes: list[Change]


def told(versions: list[SegmentVersion]) -> list[Told]:
    """Versions, newest first, each with what it changed; the first one says all it means."""
    firsts = [Told(versions[-1], [Change("", line) for line in words(versions[-1].definition)])] if versions else []
    return [*(Told(new, _changes(old.definition, new.definition)) for new, old in pairwise(versions)), *firsts]


def _changes(before: Any, after: Any) -> list[Change]:
    rows = difflib.ndiff(words(before), words(after))
    return [Change(row[0].strip(), row[2:]) for row in rows if not row.startswith("?")]


def words(definition: Any) -> list[str]:
    if PEOPLE in definition:
        return [_("the people behind a number of the report “%s”") % definition[PEOPLE]["kind"]]
    try:
        return [str(line) for line in lines(read(definition))]
    except Invalid as invalid:  # an event or an attribute is gone since
        return [str(invalid)]
