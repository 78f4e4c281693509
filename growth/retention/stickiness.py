"""The report of stickiness: in how many days, weeks or months of a range people were active."""

from __future__ import annotations

from typing import Any

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

    def charts(self, params: Params, result: dict[str, Any]) -> list[Chart]:
        rows = result["rows"]
        labels = [str(row["periods"]) for row in rows]
        exactly = Series(_("In exactly so many"), [row["share"] for row in rows])
        at_least = Series(_("In so many or more"), [row["at_least_share"] for row in rows])
        title = _("In how many periods people were active")
        return [Chart(title, "line", labels, [exactly, at_least], percent=True)]
