"""Who the units of an experiment are, beside all who were active meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from experiments.models import Phase
from experiments.report import wording
from growth.reports.cells import no_such_number
from growth.reports.kinds import Params
from growth.trials.trial import Trial, phase_of

if TYPE_CHECKING:
    import ibis

    from events.engine import Reader


class Composition(Trial):
    key = "trial-composition"
    command = "trial_composition"
    title = gettext_lazy("Who is in it")
    about = gettext_lazy("Who its people are, beside all who were active at the same time.")
    template = "reports/trials/composition.html"
    main = ("experiment", "phase")

    def found(self, params: Params, reader: Reader, phase: Phase) -> dict[str, Any]:
        from experiments.debugging.composing import composition  # noqa: PLC0415 - numpy and ibis, in a worker only

        return composition(reader, phase)

    def people(self, params: Params, cell: Params, reader: Reader) -> ibis.Table:
        from experiments.debugging import composing  # noqa: PLC0415

        phase, of = (
            phase_of(params),
            {"exposed": composing.exposed, "active": composing.active}.get(str(cell.get("of"))),
        )
        if of is None:
            raise no_such_number()
        found, dimension = of(reader, phase), str(cell.get("dimension", ""))
        if not dimension:
            return found
        if dimension not in (*composing.DIMENSIONS, composing.TENURE):
            raise no_such_number()
        facts = composing.told(phase, dimension)
        return facts.filter(facts.value == str(cell.get("value", ""))).semi_join(found, "person").select("person")

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        heading = ["value", "exposed", "exposed_share", "active", "active_share"]
        return [
            ["dimension", *heading],
            *([name, *(row[of] for of in heading)] for name, rows in result["dimensions"].items() for row in rows),
        ]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        told = ngettext("%(n)s person is in it.", "%(n)s people are in it.", result["exposed"])
        words = told % {"n": wording.number(result["exposed"], digits=0)}
        new = next((row for row in result["dimensions"]["tenure"] if row["value"] == "new"), None)
        if new is None or new["active_share"] is None:
            return words
        shares = {name: wording.percent(new[f"{name}_share"], digits=0) for name in ("exposed", "active")}
        more = _("%(exposed)s of them came first while it ran, of all who were active %(active)s.") % shares
        return f"{words} {more}"
