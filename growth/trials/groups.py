"""A metric of an experiment by what its units were: each group against its own control."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.models import Phase
from experiments.report import wording
from growth.reports.cells import whole
from growth.reports.kinds import Params
from growth.trials.trial import (
    DIMENSIONS,
    MetricField,
    Trial,
    TrialForm,
    check_shown,
    group_name,
    lent,
    phase_of,
    version_of,
)

if TYPE_CHECKING:
    import ibis

    from events.engine import Reader


class GroupsForm(TrialForm):
    metric = MetricField()
    dimension = forms.ChoiceField(
        label=gettext_lazy("By"),
        choices=[("", gettext_lazy("All units")), *DIMENSIONS],
        initial="device",
        required=False,
    )

    field_order = ("experiment", "metric", "dimension")


class Groups(Trial):
    key = "trial-groups"
    command = "trial_groups"
    title = gettext_lazy("A metric by group")
    about = gettext_lazy("Where a change works: one metric by device, language, country, source or page.")
    template = "reports/trials/groups.html"
    form = GroupsForm
    main = ("experiment", "metric", "dimension")

    def found(self, params: Params, reader: Reader, phase: Phase) -> dict[str, Any]:
        from experiments.debugging.values import compared_by, told  # noqa: PLC0415 - numpy and ibis, in a worker only

        check_shown(phase)
        version = version_of(params, phase)
        groups = compared_by(reader, phase, version, params["dimension"])
        metric = {"key": version.metric.key, "name": version.metric.name}
        uses = phase.experiment.metrics.values_list("version__metric__key", "version__metric__name")
        others = [{"key": key, "name": name} for key, name in uses if key != metric["key"]]
        return {"metric": metric, "others": others, **told(groups)}

    def people(self, params: Params, cell: Params, reader: Reader) -> ibis.Table:
        from experiments.debugging.membership import persons  # noqa: PLC0415

        phase = phase_of(params)
        of = {"arm": whole(cell, "arm"), "dimension": params["dimension"], "value": str(cell.get("value", ""))}
        return lent(reader, persons(reader, phase, version=version_of(params, phase), **of))

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        heading = ["value", "arm", "n_control", "n", "mean_control", "mean", "absolute", "relative", "p", "p_adjusted"]
        names = ("absolute", "relative", "p", "p_adjusted")
        lines = [
            [row["value"], row["arm"], *row["n"], *row["means"], *(row[name] for name in names)]
            for row in result["rows"]
        ]
        return [heading, *lines]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        best = result["most_gaining"]
        if not result["units"]:
            return _("No unit's window has closed yet.")
        if best is None:
            return _("No group gains for certain, once it is considered that so many were looked at.")
        words = {
            "group": group_name(best["value"]) if params["dimension"] else _("All units"),
            "arm": result["arms"][best["arm"]],
            "gain": wording.percent(best["gain"], signed=True),
        }
        return _("%(group)s gains most by “%(arm)s”: %(gain)s.") % words
