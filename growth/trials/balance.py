"""Where and since when the arms do not have the units that they should."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.models import Phase
from growth.reports.cells import whole
from growth.reports.kinds import Chart, Params, Series
from growth.trials.trial import DIMENSIONS, Trial, group_name, lent, phase_of

if TYPE_CHECKING:
    import ibis

    from events.engine import Reader

BAD = 0.001  # of Holm's p


class Balance(Trial):
    key = "trial-balance"
    command = "trial_balance"
    title = gettext_lazy("Units by arm")
    about = gettext_lazy("Whether the arms have the units that their weights promise: by device, page, hour and more.")
    template = "reports/trials/balance.html"
    main = ("experiment", "phase")

    def found(self, params: Params, reader: Reader, phase: Phase) -> dict[str, Any]:
        from experiments.debugging.balance import imbalance  # noqa: PLC0415 - numpy and ibis, in a worker only

        return imbalance(reader, phase)

    def people(self, params: Params, cell: Params, reader: Reader) -> ibis.Table:
        from experiments.debugging.membership import persons  # noqa: PLC0415

        phase, arm = phase_of(params), whole(cell, "arm")
        dimension, value = str(cell.get("dimension", "")), str(cell.get("value", ""))
        return lent(reader, persons(reader, phase, arm=arm, dimension=dimension, value=value))

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        heading = ["dimension", "value", *result["arms"], "chi2", "p", "p_adjusted"]
        told = [("", {"value": "", **result["total"], "p_adjusted": ""})]
        told += [(name, row) for name, rows in result["dimensions"].items() for row in rows]
        lines = [[name, row["value"], *row["observed"], row["chi2"], row["p"], row["p_adjusted"]] for name, row in told]
        hours = [["hour", at(row["hour"]).isoformat(), *row["observed"], "", "", ""] for row in result["hours"]]
        return [heading, *lines, *hours]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        words = []
        if result["diverged"] is not None:
            when = date_format(localtime(at(result["diverged"])), "DATETIME_FORMAT")
            words.append(
                _("The arms do not have the units that they should, since the hour of %(when)s.") % {"when": when}
            )
        if places := suspects(result):
            words.append(_("It shows in: %(places)s.") % {"places": ", ".join(places)})
        return " ".join(words) or _("The arms have the units that their weights promise, in every group and hour.")

    def charts(self, params: Params, result: dict[str, Any]) -> list[Chart]:
        hours = result["hours"]
        labels = [localtime(at(row["hour"])).strftime("%Y-%m-%d %H:%M") for row in hours]
        evidence = Series(_("Evidence"), [row["evidence"] for row in hours])
        alarm = Series(_("Alarm"), [result["alarm"]] * len(hours))
        title = _("Evidence of a mismatch, hour by hour (logarithm)")
        return [Chart(title, "line", labels, [evidence, alarm])] if hours else []


def at(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)


def suspects(result: dict[str, Any]) -> list[str]:
    """The groups that are out of balance after the correction."""
    names = {key: str(name) for key, name in DIMENSIONS}
    return [
        f"{names[dimension]}: {group_name(row['value'])}"
        for dimension, rows in result["dimensions"].items()
        for row in rows
        if row["p_adjusted"] < BAD
    ]
