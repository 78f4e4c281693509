"""Which experiments share their people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from experiments.models import Phase
from growth.reports.cells import no_such_number
from growth.reports.kinds import Params
from growth.trials.trial import MetricField, Trial, TrialForm, check_shown, lent, phase_of, version_of

if TYPE_CHECKING:
    import ibis

    from events.engine import Reader


class OverlapForm(TrialForm):
    other = forms.CharField(
        label=gettext_lazy("And"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("The key of another one: does it change the effects of the first?"),
    )
    metric = MetricField()

    field_order = ("experiment", "other", "metric")

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("other") and not Phase.objects.filter(experiment__key=found["other"]).exists():
            self.add_error("other", ValidationError(_("No such experiment was started."), "invalid"))
        if found.get("other") and found.get("other") == found.get("experiment"):
            self.add_error("other", ValidationError(_("Take another one."), "invalid"))
        return found


class Overlap(Trial):
    key = "trial-overlap"
    command = "trial_overlap"
    title = gettext_lazy("Overlap with others")
    about = gettext_lazy("Which of the experiments that run share their people, and whether they change each other.")
    template = "reports/trials/overlap.html"
    form = OverlapForm
    main = ("experiment", "other", "metric")

    def found(self, params: Params, reader: Reader, phase: Phase) -> dict[str, Any]:
        from experiments.debugging import overlapping  # noqa: PLC0415 - numpy and ibis, in a worker only

        asked = [phase, *([phase_of(params, "other")] if params["other"] else [])]
        running = [one for one in overlapping.running() if one.pk not in {one.pk for one in asked}]
        found = overlapping.overlap(reader, [*asked, *running])
        if not params["other"]:
            return found
        for one in asked:
            check_shown(one)
        version = version_of(params, phase)
        told = overlapping.interactions(reader, phase, asked[-1], version)
        return {**found, "metric": {"key": version.metric.key, "name": version.metric.name}, "interactions": told}

    def people(self, params: Params, cell: Params, reader: Reader) -> ibis.Table:
        """Of a pair, those whom both count."""
        from experiments.debugging.membership import persons  # noqa: PLC0415

        pair = cell.get("pair")
        if not isinstance(pair, list) or len(pair) != 2:
            raise no_such_number()
        one, other = (set(persons(reader, phase_of({"key": key}, "key")).tolist()) for key in pair)
        return lent(reader, sorted(one & other))  # type: ignore[arg-type] # a list does

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        heading = ["one", "other", "both", "share_of_one", "share_of_other", "same_flag", "same_layer"]
        pairs = result["pairs"]
        told = [[*row["pair"], row["both"], *row["shares"], row["same_flag"], row["same_layer"]] for row in pairs]
        return [heading, *told]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        broken = sum(row["same_layer"] for row in result["pairs"])
        if broken:
            return (
                ngettext(
                    "%d pair of one layer shares people, who should be asked by one of them only.",
                    "%d pairs of one layer share people, who should be asked by one of them only.",
                    broken,
                )
                % broken
            )
        return ngettext("%d pair shares people.", "%d pairs share people.", len(result["pairs"])) % len(result["pairs"])
