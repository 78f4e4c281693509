"""The report of the data's own health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth.reports.forms import QuestionForm
from growth.reports.kinds import Chart, Params, Series
from growth.retention.counted import Counted, running
from growth.retention.quality import wording

CHARTED = 6  # events: those outside their bands first, then the most frequent


class QualityForm(QuestionForm):
    # It is about now: what came from outside is counted by day of arrival, and the lake stands where it stands.
    since = until = as_of = tz = segment = breakdown = None  # type: ignore[assignment]
    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        initial=14,
        min_value=1,
        max_value=90,
        help_text=gettext_lazy("So many that are over, and today."),
    )


class Quality(Counted):
    key = "quality"
    title = gettext_lazy("Data quality")
    about = gettext_lazy("Whether the numbers can be trusted: volumes, refusals, lateness, doubles, the lake's lag.")
    form = QualityForm
    command = "data_quality"
    charts_below = True
    template = "reports/kinds/quality.html"
    module = "growth.retention.quality.counting"

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        """One row for each number."""
        return [["table", "of", "day", "what", "value"], *_numbers(result)]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        return wording.headline(result)

    def charts(self, params: Params, result: dict[str, Any]) -> list[Chart]:
        return [*(_volume(event) for event in foremost(result)[:CHARTED]), *_arrivals(result), *_pages(result)]


def foremost(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The events in the order in which they are worth a look."""

    def key(event: dict[str, Any]) -> tuple[bool, int, str]:
        last = event["days"][-1]["state"]
        return last in ("within", "no_band"), -sum(day["count"] for day in event["days"]), event["name"]

    return sorted(result["volume"], key=key)


def _numbers(result: dict[str, Any]) -> Iterator[list[Any]]:
    for event in result["volume"]:
        for day in event["days"]:
            yield from _row("volume", event["name"], day)
    for source in result["intake"]:
        yield from _row("intake", source["source"], source)
    for part, of in {"reasons": "outcome", "left_out": "outcome", "unknown": "name", "tables": "table"}.items():
        for row in result[part]:
            yield from _row(part, row[of], row)
    for part in ("arrivals", "pages"):
        for row in result[part]:
            yield from _row(part, "", row)
    yield from _row("lake", "", result["lake"])


def _row(table: str, of: str, row: dict[str, Any]) -> Iterator[list[Any]]:
    """The numbers of a row, and its state: what is neither names the row."""
    for what, value in row.items():
        if what == "state" or value is None or isinstance(value, int | float):
            yield [table, of, row.get("day", ""), what, value]


def _volume(event: dict[str, Any]) -> Chart:
    days = event["days"]
    told = {"count": _("Events"), "low": _("At least expected"), "high": _("At most expected")}
    lines = {key: name for key, name in told.items() if any(day[key] is not None for day in days)}
    series = [Series(name, [day[key] for day in days]) for key, name in lines.items()]
    return Chart(event["name"], "line", [day["day"] for day in days], series)


def _arrivals(result: dict[str, Any]) -> list[Chart]:
    told = {"written": _("Written"), "refused": _("Refused"), "duplicate": _("Came again")}
    return _by_day(_("What browsers and programs sent"), "stacked", result["arrivals"], told)


def _pages(result: dict[str, Any]) -> list[Chart]:
    told = {"server": _("Shown by the site"), "beacon": _("Told by browsers")}
    return _by_day(_("Page views"), "line", result["pages"], told)


def _by_day(title: str, shape: str, rows: list[dict[str, Any]], told: dict[str, str]) -> list[Chart]:
    series = [Series(name, [row[key] for row in rows], running(rows)) for key, name in told.items()]
    return [Chart(title, shape, [row["day"] for row in rows], series)] if rows else []
