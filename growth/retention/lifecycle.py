"""The report of lifecycle: who of the active is new, stays or comes back, and who went."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from growth.reports.forms import QuestionForm
from growth.reports.kinds import Chart, Params, Series
from growth.retention.counted import Counted, EventsField, finished, lately, lively, period_field, running

COUNTS = ("active", "new", "returning", "resurrected", "dormant")
CHARTED = 120  # periods, the latest


class LifecycleForm(QuestionForm):
    # Who is new, all history tells; `as_of` ends it.
    since = until = breakdown = None  # type: ignore[assignment]
    event = EventsField(label=gettext_lazy("Event"))
    period = period_field("week")


class Lifecycle(Counted):
    key = "lifecycle"
    title = gettext_lazy("Lifecycle")
    about = gettext_lazy("Who of the active is new, stays or has come back, and who went.")
    form = LifecycleForm
    template = "reports/kinds/lifecycle.html"
    module = "growth.retention.counting.lifecycle"

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        heading = ["period", *COUNTS, "state"]
        return [heading, *([row[name] for name in heading] for row in result["rows"])]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        if not (row := finished(result["rows"])):
            return ""
        words = {**row, "when": lately(params["period"])}
        if not row["active"]:
            return _("Nobody was active %(when)s.") % words
        return (
            ngettext(
                "%(active)d was active %(when)s: %(new)d new, %(returning)d stayed, %(resurrected)d came back.",
                "%(active)d were active %(when)s: %(new)d new, %(returning)d stayed, %(resurrected)d came back.",
                row["active"],
            )
            % words
        )

    def charts(self, params: Params, result: dict[str, Any]) -> list[Chart]:
        rows = lively(result["rows"], "active", "dormant")[-CHARTED:]
        last = running(rows)
        told = {"new": pgettext("members", "New"), "returning": _("Returning"), "resurrected": _("Resurrected")}
        series = [Series(name, [row[key] for row in rows], last) for key, name in told.items()]
        series.append(Series(_("Dormant"), [-row["dormant"] for row in rows], last))
        return [Chart(_("Who was active, and who no longer"), "stacked", [row["period"] for row in rows], series)]
