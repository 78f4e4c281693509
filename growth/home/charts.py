"""Charts as unfold's Chart.js draws them: JSON for a canvas's data-value and data-options."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from growth.home.comparing import Number
from growth.home.metrics import Unit

COLOURS = ("#0072B2", "#D55E00")  # told apart by the colour-blind, on paper white and on the dark page
GREY = "#6b7280"
TICKS = "#7b818c"  # readable on both grounds
INTL = {Unit.SHARE: "percent", Unit.HOURS: "hour"}
Series = Sequence[tuple[Promise | str, Sequence[Number]]]


def bars(series: Series, unit: Unit) -> str:
    """The first as bars, grey where they are not over; a second one as a line over them."""
    (label, numbers), *others = series
    colours = [COLOURS[0] if number.complete else GREY for number in numbers]
    first = {"label": str(label), "data": _values(numbers, unit), "backgroundColor": colours, "maxBarThickness": 24}
    over = [line for given in others for line in _with_end(*given, unit, COLOURS[1])]
    return _chart(numbers, [*over, {"type": "bar", **first}])


def lines(series: Series, unit: Unit) -> str:
    drawn = [_with_end(*given, unit, colour) for given, colour in zip(series, COLOURS, strict=False)]
    return _chart(series[0][1], [line for pair in drawn for line in pair])


def options(unit: Unit) -> str:
    """Chart.js formats its ticks and tooltips in the page's language."""
    ticks: dict[str, Any] = {"color": TICKS, "maxTicksLimit": 5, "precision": 0}
    if unit in INTL:
        ticks["format"] = {"style": "unit", "unit": INTL[unit], "unitDisplay": "short"}
    return json.dumps(
        {
            "animation": False,
            "responsive": True,
            "maintainAspectRatio": False,
            "locale": get_language(),
            "interaction": {"mode": "index", "intersect": False},
            "plugins": {"legend": {"display": False}},
            "scales": {
                "x": {"grid": {"display": False}, "ticks": {"color": TICKS, "maxTicksLimit": 6, "maxRotation": 0}},
                "y": {"beginAtZero": True, "border": {"display": False}, "grid": {}, "ticks": ticks}
                | {"suggestedMax": 100 if unit is Unit.SHARE else 4},
            },
        }
    )


def _with_end(label: Promise | str, numbers: Sequence[Number], unit: Unit, colour: str) -> list[dict[str, Any]]:
    """A line, and what is not over as a grey dashed line of its own."""
    values = list(zip(numbers, _values(numbers, unit), strict=True))
    complete = [value if number.complete else None for number, value in values]
    running = [None if number.complete else value for number, value in values]
    title = _("%(metric)s, not over yet") % {"metric": label}
    return [_line(str(label), complete, colour), _line(title, running, GREY) | {"borderDash": [4, 4]}]


def _line(label: str, data: Sequence[float | None], colour: str) -> dict[str, Any]:
    colours = {"borderColor": colour, "backgroundColor": colour}
    return {"type": "line", "label": label, "data": data, "borderWidth": 2, "pointRadius": 1.5, **colours}


def _values(numbers: Sequence[Number], unit: Unit) -> list[float | None]:
    scale = 100 if unit is Unit.SHARE else 1
    return [None if number.value is None else round(number.value * scale, 1) for number in numbers]


def _chart(weeks: Sequence[Number], datasets: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"labels": [number.week.isoformat() for number in weeks], "datasets": datasets})
