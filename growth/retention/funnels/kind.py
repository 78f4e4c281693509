"""The report of funnels: how many go on from step to step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth.reports.kinds import Chart, Params, Series
from growth.retention.counted import Counted
from growth.retention.funnels import naming
from growth.retention.funnels.form import FunnelForm

HEADING = ("step", "count", "from_start", "from_previous", "median_s", "mean_s")
CHARTED = 120  # periods, the latest
DRAWN = 6  # groups at most, the largest


class Funnel(Counted):
    key = "funnel"
    title = gettext_lazy("Funnel")
    about = gettext_lazy("How many go on from step to step, how long they take, and where they are lost.")
    form = FunnelForm
    main = ("steps", "window", "order", "breakdown")
    template = "reports/kinds/funnel.html"
    module = "growth.retention.funnels.answering"

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        parts = [("all", "", result), *(("group", part["value"], part) for part in result.get("groups", ()))]
        return [
            ["part", "group", *HEADING, "incomplete"],
            *(
                [part_of, value, *(step[name] for name in HEADING), part["incomplete"]]
                for part_of, value, part in parts
                for step in part["steps"]
            ),
        ]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        first, *others = result["steps"]
        if not first["count"]:
            return _("Nobody took the first step, or it is too soon to tell.")
        if not others:
            return _("%(people)s people took the step.") % {"people": number(first["count"])}
        hardest = min(others, key=lambda step: (step["from_previous"] is None, step["from_previous"]))
        return _(
            "Of %(people)s people who started %(share)s went all the way. "
            "The hardest step is %(step)s: %(kept)s of those before it took it."
        ) % {
            "people": number(first["count"]),
            "share": naming.share(others[-1]["from_start"]),
            "step": naming.steps(params)[others.index(hardest) + 1],
            "kept": naming.share(hardest["from_previous"]),
        }

    def charts(self, params: Params, result: dict[str, Any]) -> list[Chart]:
        """The bars of the steps are in the table."""
        return [*_by_group(params, result), *_over_time(result)]


def _by_group(params: Params, result: dict[str, Any]) -> Iterator[Chart]:
    if groups := result.get("groups", ())[:DRAWN]:
        series = [Series(naming.group(params, part["value"]), _shares(part)) for part in groups]
        yield Chart(_("Share of those who start"), "bar", naming.steps(params), series, percent=True)


def _over_time(result: dict[str, Any]) -> Iterator[Chart]:
    if rows := result["trend"][-CHARTED:]:
        partial = next((n for n, row in enumerate(rows) if row["state"] != "complete"), None)
        line = Series(_("Share that goes all the way"), [row["value"] for row in rows], partial)
        title = _("All the way, by the time of the start")
        yield Chart(title, "line", [row["period"] for row in rows], [line], percent=True)


def _shares(part: dict[str, Any]) -> list[float | None]:
    """Of those who start; the first step is all of them."""
    first = part["steps"][0]["count"]
    return [step["count"] / first if first else None for step in part["steps"]]


def number(count: int) -> str:
    return number_format(count, force_grouping=True)
