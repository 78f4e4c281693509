"""Small charts of points by day or by week. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from community.points.periods import Period

WIDTH, HEIGHT, MARGIN = 96, 24, 2


@dataclass(frozen=True)
class Axis:
    """The days that a chart shows, in steps of `step` days from `start`."""

    start: date
    end: date
    step: int

    @property
    def by_week(self) -> bool:
        return self.step == 7

    def buckets(self) -> list[date]:
        count = (self.end - self.start).days // self.step + 1
        return [self.start + timedelta(days=self.step * index) for index in range(count)]


def axis(period: Period, today: date) -> Axis:
    """The days of the period so far, at least a week of them; by week for years, of all time the last year."""
    if period.name in ("year", "all"):
        first = max(period.start, today - timedelta(weeks=52))
        return Axis(min(first - timedelta(days=first.weekday()), today - timedelta(weeks=4)), today, 7)
    return Axis(min(period.start, today - timedelta(days=6)), today, 1)


def polyline(values: Sequence[int]) -> str:
    """The `points` attribute of an SVG polyline over zero: "0,22 16,9 …"; losses lie on the ground."""
    top = max(*values, 1) if values else 1
    across = WIDTH / max(len(values) - 1, 1)
    up = (HEIGHT - 2 * MARGIN) / top
    return " ".join(f"{i * across:.4g},{HEIGHT - MARGIN - max(v, 0) * up:.4g}" for i, v in enumerate(values))


def lines(axis: Axis, points: Mapping[int, Mapping[date, int]], member_ids: Sequence[int]) -> dict[int, str]:
    """A polyline for each member; `points` by member and first day of the bucket."""
    buckets = axis.buckets()
    return {pk: polyline([points.get(pk, {}).get(day, 0) for day in buckets]) for pk in member_ids}
