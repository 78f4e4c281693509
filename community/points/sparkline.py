"""Small charts of points by day or by month. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from community.points.periods import Period

WIDTH, HEIGHT, MARGIN = 96, 24, 2
MONTHS = 12


@dataclass(frozen=True)
class Axis:
    """The first days of the days or months that a chart shows, to `end`."""

    buckets: tuple[date, ...]
    end: date
    by_month: bool

    @property
    def start(self) -> date:
        return self.buckets[0]


def axis(period: Period, today: date) -> Axis:
    """The days of the period so far, at least a week of them; of years and of all time the last twelve months."""
    if period.name in ("year", "all"):
        return Axis(tuple(_months_to(today)), today, by_month=True)
    start = min(period.start, today - timedelta(days=6))
    days = (today - start).days + 1
    return Axis(tuple(start + timedelta(days=number) for number in range(days)), today, by_month=False)


def _months_to(today: date) -> list[date]:
    last = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - MONTHS + 1, last + 1)]


def lines(axis: Axis, points: Mapping[int, Mapping[date, int]], member_ids: Sequence[int]) -> dict[int, str]:
    """The `points` attribute of an SVG polyline for each member; `points` by member and bucket."""
    places = [f"{WIDTH * index / max(len(axis.buckets) - 1, 1):.4g}" for index in range(len(axis.buckets))]
    return {pk: _line(places, [points.get(pk, {}).get(day, 0) for day in axis.buckets]) for pk in member_ids}


def _line(places: Sequence[str], values: Sequence[int]) -> str:
    """ "0,22 16,9 …" over zero; losses lie on the ground."""
    up = (HEIGHT - 2 * MARGIN) / max(*values, 1)
    return " ".join(
        f"{place},{HEIGHT - MARGIN - round(max(value, 0) * up)}" for place, value in zip(places, values, strict=True)
    )
