"""The report of active members: of a day, of 7 and of 30 days, and how the one compares with the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from growth.reports.forms import QuestionForm
from growth.reports.kinds import Chart, Params, Series
from growth.retention.counted import Counted, EventsField, Row, finished, lively, running

COUNTS = ("dau", "wau", "mau")
RATIOS = ("dau_wau", "dau_mau")
CHARTED = 365  # days, the latest


class ActiveMembersForm(QuestionForm):
    # The days before are looked back upon; `as_of` ends it.
    since = until = breakdown = None  # type: ignore[assignment]
    event = EventsField(label=gettext_lazy("Event"))


class ActiveMembers(Counted):
    key = "active_members"
    title = gettext_lazy("Active members")
    about = gettext_lazy("How many are active on a day, in 7 and in 30 days, and how often they come.")
    form = ActiveMembersForm
    template = "reports/kinds/active_members.html"
    module = "growth.retention.counting.active_members"

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        heading = ["day", *COUNTS, *RATIOS, "state"]
        return [heading, *([row[name] for name in heading] for row in result["rows"])]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        if not (row := finished(result["rows"])):
            return ""
        if not row["mau"]:
            return _("Nobody was active in the 30 days up to the last full one.")
        return (
            ngettext(
                "%(dau)d was active on the last full day, %(wau)d in the 7 and %(mau)d in the 30 days up to it.",
                "%(dau)d were active on the last full day, %(wau)d in the 7 and %(mau)d in the 30 days up to it.",
                row["dau"],
            )
            % row
        )

    def charts(self, params: Params, result: dict[str, Any]) -> list[Chart]:
        rows = lively(result["rows"], "mau", by="day")[-CHARTED:]
        days = [row["day"] for row in rows]
        counts = {"dau": _("On the day"), "wau": _("In 7 days"), "mau": _("In 30 days")}
        ratios = {"dau_wau": _("Of those of 7 days"), "dau_mau": _("Of those of 30 days")}
        return [
            Chart(_("Active members"), "line", days, _series(rows, counts)),
            Chart(_("How many of them on the day"), "line", days, _series(rows, ratios), percent=True),
        ]


def _series(rows: Sequence[Row], told: dict[str, str]) -> list[Series]:
    return [Series(name, [row[key] for row in rows], running(rows)) for key, name in told.items()]
