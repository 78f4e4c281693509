"""Charts of a kind as a page draws them: plain data for static/js/reports.js, and the same numbers as a table."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from growth.reports.kinds import Chart
from growth.reports.models import Annotation


@dataclass(frozen=True)
class Drawn:
    id: str
    chart: Chart
    data: dict[str, Any]  # for the script

    @property
    def table(self) -> list[tuple[str, list[float | None]]]:
        """(label, the value of each series) of each row."""
        return [
            (label, [series.values[n] if n < len(series.values) else None for series in self.chart.series])
            for n, label in enumerate(self.chart.labels)
        ]


def notes() -> list[Annotation]:
    """What was noted of days, the latest 500."""
    return list(Annotation.objects.only("day", "text")[:500])


def drawn(charts: Sequence[Chart], noted: Iterable[Annotation], *, prefix: str = "chart") -> list[Drawn]:
    """With what was noted of the days that they show."""
    told = sorted((note.day, note.text) for note in noted)
    return [Drawn(f"{prefix}-{n}", chart, _data(chart, told)) for n, chart in enumerate(charts)]


def days(labels: Sequence[str]) -> list[date]:
    """The labels as days; [] where they are something else."""
    try:
        return [date.fromisoformat(label) for label in labels]
    except ValueError:
        return []


def _data(chart: Chart, noted: Iterable[tuple[date, str]]) -> dict[str, Any]:
    return {
        "title": str(chart.title),
        "shape": chart.shape,
        "labels": list(chart.labels),
        "percent": chart.percent,
        "series": [
            {"name": str(series.name), "values": list(series.values), "from": series.dashed_from}
            for series in chart.series
        ],
        "marks": marks(days(chart.labels), noted),
    }


def marks(spans: Sequence[date], noted: Iterable[tuple[date, str]]) -> list[dict[str, Any]]:
    """Where notes stand among the labels' days, each in the period that holds its day.

    {"at": index of the label, "notes": [[day, text], …]} of each. The last period is as long as the one before it.
    """
    if not spans:
        return []
    end = spans[-1] + (spans[-1] - spans[-2] if len(spans) > 1 else date.resolution)
    found: dict[int, list[list[str]]] = {}
    for day, text in noted:
        if spans[0] <= day < end:
            found.setdefault(bisect_right(spans, day) - 1, []).append([day.isoformat(), text])
    return [{"at": at, "notes": told} for at, told in sorted(found.items())]
