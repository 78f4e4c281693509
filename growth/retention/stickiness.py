"""The report of stickiness: in how many days, weeks or months of a range people were active."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth.reports.forms import QuestionForm
from growth.reports.kinds import Chart, Params, Series
from growth.retention.counted import Counted, EventsField, period_field


class StickinessForm(QuestionForm):
    breakdown = None  # type: ignore[assignment]  # so a form leaves a field out
    event = EventsField(label=gettext_lazy("Event"))
    period = period_field("day")


class Stickiness(Counted):
    key = "stickiness"
    title = gettext_lazy("Stickiness")
    about = gettext_lazy("In how many periods of a time people were active.")
    form = StickinessForm
    template = "reports/kinds/stickiness.html"
    module = "growth.retention.counting.stickiness"

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        heading = ["periods", "persons", "share", "at_least", "at_least_share"]
        return [heading, *([row[name] for name in heading] for row in result["rows"])]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        """None of a single period: who was active was so in one of one."""
        if result["mean"] is None or result["periods"] - (result["state"] == "partial") < 2:
            return ""
        told = {
            "day": _("Those who were active came on %(mean)s of %(n)d days on average."),
            "week": _("Those who were active came in %(mean)s of %(n)d weeks on average."),
            "month": _("Those who were active came in %(mean)s of %(n)d months on average."),
        }
        return told[params["period"]] % {"mean": number_format(result["mean"], 1), "n": result["periods"]}

    def charts(self, params: Params, result: dict[str, Any]) -> list[Chart]:
        rows = result["rows"]
        labels = [str(row["periods"]) for row in rows]
        exactly = Series(_("In exactly so many"), [row["share"] for row in rows])
        at_least = Series(_("In so many or more"), [row["at_least_share"] for row in rows])
        title = _("In how many periods people were active")
        return [Chart(title, "line", labels, [exactly, at_least], percent=True)]
