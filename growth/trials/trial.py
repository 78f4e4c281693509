"""What the questions about experiments have in common: which experiment, which phase, who may ask."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.models import Experiment, ExperimentMetric, MetricVersion, Phase, Report, Variation
from experiments.report import overriding, tables
from growth.reports.cells import no_such_number
from growth.reports.forms import QuestionForm
from growth.reports.kinds import Kind, Params

if TYPE_CHECKING:
    import ibis

    from events.engine import Reader
    from experiments.measuring.days import Ints

DIMENSIONS = (
    ("device", gettext_lazy("Device")),
    ("language", gettext_lazy("Language")),
    ("country", gettext_lazy("Country")),
    ("source", gettext_lazy("Source")),
    ("properties.path", gettext_lazy("Page")),
)


class TrialForm(QuestionForm):
    since = until = segment = breakdown = None  # type: ignore[assignment]  # the phase says when and who
    experiment = forms.CharField(label=gettext_lazy("Experiment"), max_length=100, help_text=gettext_lazy("Its key."))
    phase = forms.IntegerField(
        label=gettext_lazy("Phase"), required=False, min_value=1, help_text=gettext_lazy("The last one, unless given.")
    )

    field_order: tuple[str, ...] = ("experiment",)

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if "experiment" in found and "phase" in found and _phase(found) is None:
            self.add_error("experiment", ValidationError(_("No such experiment was started."), "invalid"))
        return found


class MetricField(forms.CharField):
    def __init__(self) -> None:
        told = gettext_lazy("Its key; the primary one, unless given.")
        super().__init__(label=gettext_lazy("Metric"), required=False, max_length=60, help_text=told)


class Trial(Kind):
    """A kind over one phase of an experiment; its arithmetic is imported when it is asked for."""

    permissions = ("experiments.view_experiment",)
    listed = False
    form = TrialForm

    def answer(self, params: Params, reader: Reader) -> dict[str, Any]:
        phase = phase_of(params)
        return {**described(phase), **self.found(params, reader, phase)}

    @abstractmethod
    def found(self, params: Params, reader: Reader, phase: Phase) -> dict[str, Any]:
        """What the answer says beyond which phase it is of."""

    def people(self, params: Params, cell: Params, reader: Reader) -> ibis.Table:
        raise no_such_number()


def phase_of(params: Params, name: str = "experiment") -> Phase:
    """ValueError, in words, where it is gone."""
    found = _phase(params, name)
    if found is None:
        raise ValueError(_("No such experiment was started."))
    return found


def _phase(params: Params, name: str = "experiment") -> Phase | None:
    found = Phase.objects.filter(experiment__key=params[name]).select_related("experiment__flag__layer")
    if name == "experiment" and params["phase"]:
        found = found.filter(number=params["phase"])
    return found.order_by("number").last()


def version_of(params: Params, phase: Phase) -> MetricVersion:
    """The metric that is asked for, or the primary one. ValueError, in words, where the experiment has none such."""
    uses = ExperimentMetric.objects.filter(experiment=phase.experiment_id)
    uses = uses.select_related("version__metric", "version__denominator")
    named = uses.filter(version__metric__key=params["metric"]) if params["metric"] else uses.filter(role="primary")
    found = named.first()
    if found is None:
        raise ValueError(_("The experiment has no such metric."))
    return found.version


def check_shown(phase: Phase) -> None:
    """ValueError where the report hides its results: of arms that do not have the units that they should."""
    experiment = phase.experiment
    report = Report.objects.filter(experiment=experiment).first()
    if report and tables.is_hidden(report.body, overriding.shown_by(experiment, report.body)):
        raise ValueError(_("The arms do not have the units that they should: the results are hidden."))


def described(phase: Phase) -> dict[str, Any]:
    experiment: Experiment = phase.experiment
    names = Variation.objects.filter(experiment=experiment).order_by("index").values_list("name", "key")
    return {
        "experiment": {"id": experiment.pk, "key": experiment.key, "name": experiment.name, "phase": phase.number},
        "arms": [name or key for name, key in names],
        "weights": phase.weights,
    }


def lent(reader: Reader, persons: Ints) -> ibis.Table:
    import pyarrow as pa  # noqa: PLC0415 - in a worker only

    return reader.lend("trial_persons", pa.table({"person": pa.array(persons, pa.int64())}))


def group_name(value: str | None) -> str:
    return _("Others") if value is None else value or _("Unknown")
