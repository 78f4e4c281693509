"""The report of everyday metrics: a table and a chart of each by day, week or month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.metrics import METRICS, Metric, Unit
from growth.reports.forms import QuestionForm
from growth.reports.kinds import Chart, Params, Series
from growth.retention.counted import Counted, EventsField, Row, finished, lively, period_field, running
from growth.retention.funnels.naming import share

CHARTED = 120  # periods, the latest
LINES = 8  # groups of a chart, the largest


class Several(forms.CheckboxSelectMultiple):
    """In an address once for each, in a command with commas between."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        found = super().value_from_datadict(data, files, name)
        return found.split(",") if isinstance(found, str) else found


class MetricsForm(QuestionForm):
    metric = forms.MultipleChoiceField(
        label=gettext_lazy("Metrics"),
        choices=[(metric.key, metric.title) for metric in METRICS.values()],
        initial=list(METRICS),
        widget=Several,
    )
    event = EventsField(
        label=gettext_lazy("Action"),
        initial="answer_posted",
        help_text=gettext_lazy("Of penetration and frequency: an event, several as a|b, or active."),
    )
    period = period_field("week")


class EverydayMetrics(Counted):
    key = "metrics"
    title = gettext_lazy("Everyday metrics")
    about = gettext_lazy("Active and reading time, sessions, bounces, who does an action and how often, errors.")
    form = MetricsForm
    template = "reports/kinds/metrics.html"
    module = "growth.retention.counting.metrics"

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        heading = ["period", "group", "value", "numerator", "denominator", "state"]
        found = [(one["metric"], row) for one in result["metrics"] for row in one["rows"]]
        return [["metric", *heading], *([key, *(row[name] for name in heading)] for key, row in found)]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        """Of the first metric that has a value then; broken down there is none of everybody."""
        last = {} if params["breakdown"] else {one["metric"]: finished(one["rows"]) for one in result["metrics"]}
        told = ((METRICS[key], row) for key, row in last.items() if row and row["value"] is not None)
        return next((_sentence(metric, row, params) for metric, row in told), "")

    def charts(self, params: Params, result: dict[str, Any]) -> list[Chart]:
        return [chart for one in result["metrics"] if (chart := _chart(one))]


def _sentence(metric: Metric, row: Row, params: Params) -> str:
    """With its date: what needs patience is known of earlier periods only."""
    told = {
        "day": _("%(metric)s on %(day)s: %(value)s."),
        "week": _("%(metric)s in the week from %(day)s: %(value)s."),
        "month": _("%(metric)s in the month from %(day)s: %(value)s."),
    }
    title = f"{metric.title} ({params['event']})" if metric.of_event else metric.title
    return told[params["period"]] % {"metric": title, "day": row["period"], "value": worded(row, metric)}


def _chart(one: dict[str, Any]) -> Chart | None:
    """None of a metric without a value: several need page views, and an imported community has none."""
    metric, lines = METRICS[one["metric"]], _lines(one["rows"])
    if not any(row["value"] is not None for rows in lines.values() for row in rows):
        return None
    scale, unit = scaled(metric)
    series = [
        Series(_said(group), [None if row["value"] is None else row["value"] / scale for row in rows], running(rows))
        for group, rows in lines.items()
    ]
    title = f"{metric.title} ({unit})" if unit else str(metric.title)
    labels = [row["period"] for row in next(iter(lines.values()))]
    return Chart(title, "line", labels, series, percent=metric.unit is Unit.SHARE)


def scaled(metric: Metric) -> tuple[int, str]:
    """By what its values are divided to be read, and what they are then; empty for numbers and shares."""
    if metric.unit is not Unit.SECONDS:
        return 1, ""
    return (3600, _("hours")) if metric.median else (60, _("minutes"))


def worded(row: Row, metric: Metric) -> str:
    """A row's value with its unit."""
    if (value := row["value"]) is None:
        return "–"
    if metric.unit is Unit.SHARE:
        return share(value)
    scale, unit = scaled(metric)
    return f"{number_format(value / scale, 1 if unit else 2)} {unit}".strip()


def _said(group: str | None) -> str:
    return _("Everybody") if group is None else group or _("unknown")


def _lines(rows: Sequence[Row]) -> dict[str | None, list[Row]]:
    """The latest rows of the groups in which most happened."""
    lines: dict[str | None, list[Row]] = {}
    for row in lively(rows, "denominator"):
        lines.setdefault(row["group"], []).append(row)
    largest = sorted(lines, key=lambda group: -sum(row["denominator"] for row in lines[group]))
    return {group: lines[group][-CHARTED:] for group in largest[:LINES]}
