"""The report of retention: who comes back after they started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth.reports.kinds import Chart, Params, Series
from growth.retention.cohorts.form import RetentionForm
from growth.retention.cohorts.grid import COMPLETE
from growth.retention.cohorts.matrix import SHOWN, peopled
from growth.retention.cohorts.naming import group_name, percent, when, windows
from growth.retention.counted import Counted

FOLLOWED = (1, 2, 4, 8, 12)  # the k that are drawn over time
DRAWN = 6  # groups at most, the largest


class Retention(Counted):
    key = "retention"
    title = gettext_lazy("Retention")
    about = gettext_lazy("Who comes back after they started, by the period in which they started.")
    form = RetentionForm
    main = ("start", "back", "period", "periods", "mode", "kind", "breakdown")
    options = {"back": "return"}
    template = "reports/kinds/retention.html"
    module = "growth.retention.cohorts.answering"

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        """One row for each cell: no number is lost, whatever is shown."""
        parts = [("all", "", result), *(("group", part["value"], part) for part in result.get("groups", ()))]
        heading = ["part", "group", "cohort", "size", "k", "count", "value", "state"]
        return [
            heading,
            *(
                [part_of, value, row["cohort"], row["size"], cell["k"], cell["count"], cell["value"], cell["state"]]
                for part_of, value, part in parts
                for row in part["rows"]
                for cell in row["cells"]
            ),
        ]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        if not result["rows"]:
            return _("Nobody started in this time.")
        over = [total for total in result["overall"] if total["value"] is not None]
        if not over:
            return _("Of no cohort a period is over yet.")
        told = over[1:] or over
        (share, first), (later, last) = ((percent(one["value"]), one["k"]) for one in (told[0], told[-1]))
        words = {"share": share, "when": when(params, first), "later": later, "then": when(params, last)}
        if first == last:
            return _("Of those who started, %(share)s came back %(when)s.") % words
        return _("Of those who started, %(share)s came back %(when)s and %(later)s %(then)s.") % words

    def charts(self, params: Params, result: dict[str, Any]) -> list[Chart]:
        return [_curve(params, result), _over_time(params, result)] if result["rows"] else []


def _curve(params: Params, result: dict[str, Any]) -> Chart:
    parts = {_("All"): result} | {group_name(params, part["value"]): part for part in result.get("groups", ())[:DRAWN]}
    series = [Series(name, [total["value"] for total in part["overall"]]) for name, part in parts.items()]
    return Chart(_("Share that comes back"), "line", windows(params), series, percent=True)


def _over_time(params: Params, result: dict[str, Any]) -> Chart:
    """Of the cohorts that the table shows."""
    names, rows = windows(params), peopled(result["rows"])[-SHOWN:]
    shown = [k for k in FOLLOWED if k < len(names)] or [0]
    series = [_followed(names[k], [row["cells"][k] for row in rows]) for k in shown]
    return Chart(_("By cohort"), "line", [row["cohort"] for row in rows], series, percent=True)


def _followed(name: str, cells: Sequence[Mapping[str, Any]]) -> Series:
    """Cells are complete up to some cohort, then not over."""
    partial = next((n for n, cell in enumerate(cells) if cell["state"] != COMPLETE), None)
    return Series(name, [cell["value"] for cell in cells], partial)
