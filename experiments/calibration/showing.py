"""A calibration as its page shows it: shares of false positives with their intervals, p-values as bars, nights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.models import Calibration, MetricVersion
from experiments.report import wording
from experiments.report.drawing import Axis, path

Body = Mapping[str, Any]
KINDS: Sequence[tuple[str, Any]] = (
    ("fixed", gettext_lazy("one look at the end")),
    ("cuped", gettext_lazy("the same, adjusted by CUPED")),
    ("sequential", gettext_lazy("confidence sequence, any of 20 looks")),
)
MOST = 0.12  # of the axis of shares
WIDTH, HEIGHT, FLOOR = 360, 120, 100  # of a histogram
LEFT, RIGHT, TOP, BOTTOM = 56, 712, 12, 176
NIGHTS = 90


@dataclass(frozen=True, slots=True)
class Mark:
    kind: str
    x: float
    low: float
    high: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    units: int
    marks: Sequence[Mark]
    shares: Sequence[str]
    peeked: str
    coverage: str
    kept: bool  # whether no interval lies above the level altogether


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    name: str
    path: str
    dots: Sequence[tuple[float, float, str]]


def rows(body: Body) -> list[Row]:
    versions = MetricVersion.objects.select_related("metric").in_bulk([one["version"] for one in body["metrics"]])
    return [_row(one, str(versions[one["version"]].metric), body["alpha"]) for one in body["metrics"]]


def _row(one: Body, name: str, alpha: float) -> Row:
    told = [(kind, one[kind]) for kind, _name in KINDS]
    marks = [_mark(kind, share, place) for place, (kind, share) in enumerate(told) if share]
    return Row(
        name=name,
        units=one["units"],
        marks=marks,
        shares=[percent(share) for _kind, share in told],
        peeked=percent(one["peeked"]),
        coverage=percent(one["coverage"]),
        kept=all(share["low"] <= alpha for _kind, share in told if share),
    )


def percent(share: Body | None) -> str:
    return wording.percent(share["share"]) if share else "–"


AXIS = Axis(0, MOST, 4, 292)


def ticks(alpha: float) -> list[tuple[float, str]]:
    return [(AXIS.at(at), wording.percent(at, digits=0)) for at in (0, alpha, 2 * alpha)]


def _mark(kind: str, share: Body, place: int) -> Mark:
    words = (
        f"{dict(KINDS)[kind]}: {percent(share)} ({wording.percent(share['low'])} – {wording.percent(share['high'])})"
    )
    return Mark(kind, AXIS.at(share["share"]), AXIS.at(share["low"]), AXIS.at(share["high"]), 8 + 10 * place, words)


def bars(counts: Sequence[int]) -> list[Bar]:
    most, width = max([*counts, 1]), WIDTH / max(1, len(counts))
    found = []
    for place, count in enumerate(counts):
        height = round(count / most * (FLOOR - 8), 1)
        words = f"p {place / len(counts):.2f}–{(place + 1) / len(counts):.2f}: {count}"
        found.append(Bar(round(place * width + 1, 1), FLOOR - height, round(width - 2, 1), height, words))
    return found


def level(counts: Sequence[int]) -> float:
    """Where the bars would end if all were alike."""
    return round(FLOOR - sum(counts) / max(1, len(counts)) / max([*counts, 1]) * (FLOOR - 8), 1)


def nights(given: Sequence[Calibration]) -> tuple[list[Line], list[tuple[float, date]], list[tuple[float, str]]]:
    """Lines, days below, levels beside: the share over all metrics, night by night. The newest comes first."""
    ordered = list(reversed(given))
    first, last = ordered[0].day.toordinal(), ordered[-1].day.toordinal()
    across = Axis(first - 0.5, last + 0.5, LEFT, RIGHT - LEFT)
    up = Axis(0, MOST, BOTTOM, TOP - BOTTOM)
    lines = [_line(kind, str(name), ordered, across, up) for kind, name in KINDS]
    ends = {ordered[0].day, ordered[-1].day}
    levels = [(up.at(at), wording.percent(at, digits=0)) for at in (0, 0.05, 0.1)]
    return lines, [(across.at(day.toordinal()), day) for day in sorted(ends)], levels


def _line(kind: str, name: str, ordered: Sequence[Calibration], across: Axis, up: Axis) -> Line:
    dots = []
    for one in ordered:
        share = overall(one.body, kind)
        if share is not None:
            words = f"{one.day}: {wording.percent(share)}"
            dots.append((across.at(one.day.toordinal()), up.at(share), words))
    return Line(kind, name, path((x, y) for x, y, _words in dots), dots)


def overall(body: Body, kind: str) -> float | None:
    """Over the tests of all metrics."""
    shares = [one[kind] for one in body["metrics"] if one[kind]]
    of = sum(share["of"] for share in shares)
    return sum(share["count"] for share in shares) / of if of else None


def headline(body: Body) -> str:
    share = overall(body, "fixed")
    if share is None:
        return _("Too few people came lately to say anything.")
    told = {"fixed": wording.percent(share), "sequential": wording.percent(overall(body, "sequential"))}
    return _("Of tests of nothing, %(fixed)s found something at one look, %(sequential)s at any of twenty.") % told
