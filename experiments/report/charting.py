"""The pictures of a report over time: how its effects have settled, and the effect by day of first exposure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from experiments.models import ReportDay
from experiments.report import wording
from experiments.report.drawing import Axis, apart, band, common_axis, path

Body = Mapping[str, Any]
LEFT, RIGHT, TOP, BOTTOM = 56, 712, 12, 196
SETTLED = 3  # last days of a series, from whose intervals the axis is made: the first ones are very wide
LABELS = 8
LINE = 15  # of text


@dataclass(frozen=True, slots=True)
class Line:
    arm: int
    name: str
    path: str
    band: str
    wings: tuple[str, str]
    end: tuple[float, float] | None
    label: str
    label_y: float = 0


@dataclass(frozen=True, slots=True)
class Dot:
    arm: int
    x: float
    y: float | None
    low: float | None
    high: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    zero: float
    levels: Sequence[tuple[float, str]]
    days: Sequence[tuple[float, date]]
    lines: Sequence[Line] = ()
    dots: Sequence[Dot] = ()
    marks: Sequence[tuple[float, int]] = ()  # where something changed, and its number


def course(body: Body, days: Sequence[ReportDay], version: int, changed: Sequence[tuple[int, date]]) -> Picture | None:
    """The effect on one metric as it stood at the end of each day of the phase that is reported: what was before a
    restart was of other units. None before there are two days."""
    days = [day for day in days if day.rows["phase"] == body["phase"]["number"]]
    if len(days) < 2:
        return None
    across, up = _across([day.day for day in days]), _up(days, version)
    lines = _labelled([_line(body, days, version, arm["index"], across, up) for arm in body["arms"][1:]])
    first, last = days[0].day, days[-1].day
    marks = [(across.at(day.toordinal()), number) for number, day in changed if first <= day <= last]
    return Picture(up.at(0), _levels(up), _labels(across, [day.day for day in days]), lines=lines, marks=marks)


def cohorts(body: Body) -> Picture | None:
    """Each cohort's effect with its interval, the arms side by side."""
    if not body["cohorts"] or not body["cohorts"]["rows"]:
        return None
    rows = body["cohorts"]["rows"]
    dates = [date.fromisoformat(row["day"]) for row in rows]
    across = _across(dates)
    up = _flipped(common_axis([arm[2] for row in rows for arm in row["arms"]], start=TOP, length=BOTTOM - TOP))
    dots = [
        _dot(body, day, place, arm, across, up)
        for day, row in zip(dates, rows, strict=True)
        for place, arm in enumerate(row["arms"])
    ]
    return Picture(up.at(0), _levels(up), _labels(across, dates), dots=[dot for dot in dots if dot])


def _across(days: Sequence[date]) -> Axis:
    first, last = min(days).toordinal(), max(days).toordinal()
    edge = 0.5 if first == last else 0.02 * (last - first)
    return Axis(first - edge, last + edge, LEFT, RIGHT - LEFT)


def _up(days: Sequence[ReportDay], version: int) -> Axis:
    points = [point for day in days[-SETTLED:] for point in day.rows["metrics"].get(str(version), {}).values()]
    cis = [ci for point in points for ci in point[2:4]]
    return _flipped(common_axis(cis, start=TOP, length=BOTTOM - TOP))


def _flipped(axis: Axis) -> Axis:
    """SVG counts downwards."""
    return Axis(axis.low, axis.high, axis.start + axis.length, -axis.length)


def _line(body: Body, days: Sequence[ReportDay], version: int, arm: int, across: Axis, up: Axis) -> Line:
    points = [(across.at(day.day.toordinal()), _point(day, version, arm)) for day in days]
    told = [(x, point) for x, point in points if point and point[1] is not None]
    end = (told[-1][0], up.at(told[-1][1][1])) if told else None
    return Line(
        arm=arm,
        name=wording.arm_name(body, arm),
        path=path((x, up.at(point[1])) if point and point[1] is not None else None for x, point in points),
        band=band(*([(x, up.at(point[2][end])) for x, point in told if _is_closed(point[2])] for end in (1, 0))),
        wings=(_wing(points, 0, up), _wing(points, 1, up)),
        end=end,
        label=wording.percent(told[-1][1][1], signed=True) if told else "",
    )


def _labelled(lines: Sequence[Line]) -> list[Line]:
    heights = apart([line.end[1] if line.end else 0.0 for line in lines], LINE)
    return [replace(line, label_y=height) for line, height in zip(lines, heights, strict=True)]


def _point(day: ReportDay, version: int, arm: int) -> Any:
    return day.rows["metrics"].get(str(version), {}).get(str(arm))


def _is_closed(ci: Any) -> bool:
    return bool(ci) and ci[0] is not None and ci[1] is not None


def _wing(points: Sequence[tuple[float, Any]], end: int, up: Axis) -> str:
    """Broken where the sequence lies beyond the picture."""
    ends = [(x, point[3][end]) if point and point[3] else None for x, point in points]
    return path((one[0], up.at(one[1])) if one and up.holds(one[1]) else None for one in ends)


def _dot(body: Body, day: date, place: int, arm: Sequence[Any], across: Axis, up: Axis) -> Dot | None:
    n, relative, ci = arm
    if relative is None:
        return None
    index = body["arms"][1:][place]["index"]
    words = (
        f"{wording.arm_name(body, index)}: {wording.percent(relative, signed=True)} ({wording.interval(ci)}), n = {n}"
    )
    low, high = (up.at(ci[0]), up.at(ci[1])) if ci else (None, None)
    x = round(across.at(day.toordinal()) + 5 * place, 1)
    return Dot(index, x, up.at(relative) if up.holds(relative) else None, low, high, words)


def _levels(up: Axis) -> list[tuple[float, str]]:
    digits = 0 if all(abs(tick * 100 - round(tick * 100)) < 1e-6 for tick in up.ticks) else 1
    return [(up.at(tick), wording.percent(tick, signed=True, digits=digits)) for tick in up.ticks]


def _labels(across: Axis, days: Sequence[date]) -> list[tuple[float, date]]:
    """Not more than find room, evenly apart."""
    first, last = min(days), max(days)
    step = max(1, -(-((last - first).days + 1) // LABELS))
    shown = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    return [(across.at(day.toordinal()), day) for day in shown]
