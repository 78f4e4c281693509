"""What each act asks: its reason, and what else there is to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from experiments.admin.asking import WhyForm
from experiments.models import WHOLE, Experiment, Report
from experiments.templatetags.experiment_words import as_json

PERCENT = 100


def _percent(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=PERCENT, decimal_places=2, **options)


def _parts(percent: Any) -> int:
    """In ten thousandths."""
    return int(percent * WHOLE / PERCENT)


class ReasonForm(WhyForm):
    def __init__(self, *args: Any, experiment: Experiment, **options: Any) -> None:
        super().__init__(*args, **options)
        self.experiment = experiment


class StartForm(ReasonForm):
    coverage = _percent(_("Traffic, %"), initial=100, help_text=_("Of the units that reach it. More can follow."))
    share = _percent(_("Share of the layer, %"), help_text=_("Whom no other experiment of the layer asks meanwhile."))
    field_order = ("coverage", "share", "why")

    def __init__(self, *args: Any, experiment: Experiment, **options: Any) -> None:
        super().__init__(*args, experiment=experiment, **options)
        self.fields["why"].required = False
        if not (experiment.flag and experiment.flag.layer_id):
            del self.fields["share"]

    def clean_coverage(self) -> int:
        return _parts(self.cleaned_data["coverage"])

    def clean_share(self) -> int:
        return _parts(self.cleaned_data["share"])


class RampForm(ReasonForm):
    coverage = _percent(_("Traffic, %"), help_text=_("Less than now begins a new phase."))
    field_order = ("coverage", "why")

    def __init__(self, *args: Any, experiment: Experiment, **options: Any) -> None:
        super().__init__(*args, experiment=experiment, **options)
        phase = experiment.phases.current().first()
        now = phase.coverage if phase else 0
        self.fields["coverage"].initial = next((step for step in (5, 10, 25, 50) if step * PERCENT > now), PERCENT)
        self.fields["why"].required = False

    def clean_coverage(self) -> int:
        return _parts(self.cleaned_data["coverage"])


class RestartForm(ReasonForm):
    weights = forms.CharField(label=_("Weights"), max_length=100, help_text=_("One for each variation, with commas."))
    field_order = ("weights", "why")

    def __init__(self, *args: Any, experiment: Experiment, **options: Any) -> None:
        super().__init__(*args, experiment=experiment, **options)
        phase = experiment.phases.current().first()
        self.fields["weights"].initial = ", ".join(map(str, phase.weights)) if phase else ""

    def clean_weights(self) -> list[int]:
        parts = [part.strip() for part in self.cleaned_data["weights"].split(",")]
        if not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):  # noqa: PLR2004
            raise forms.ValidationError(_("Whole numbers with commas between: 1, 1."))
        return [int(part) for part in parts]


class StopForm(ReasonForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("", _("later, when its last windows have closed")),
            (Experiment.Decision.ROLL_BACK.value, Experiment.Decision.ROLL_BACK.label),
            (Experiment.Decision.INCONCLUSIVE.value, Experiment.Decision.INCONCLUSIVE.label),
        ],
        required=False,
    )
    field_order = ("decision", "why")


class DecideForm(ReasonForm):
    decision = forms.ChoiceField(label=_("Decision"), choices=StopForm.base_fields["decision"].choices[1:])  # type: ignore[attr-defined]
    field_order = ("decision", "why")


class ShipForm(ReasonForm):
    variation = forms.TypedChoiceField(label=_("Variation"), coerce=int, widget=forms.RadioSelect)
    field_order = ("variation", "why")

    def __init__(self, *args: Any, experiment: Experiment, **options: Any) -> None:
        super().__init__(*args, experiment=experiment, **options)
        report = getattr(experiment, "report", None)
        if report and report.verdict == Report.Verdict.SHIP:
            self.fields["variation"].initial = report.body["verdict"]["arm"]
        arms = experiment.variations.all()
        self.fields["variation"].choices = [(arm.index, f"{arm.name}: {as_json(arm.value)}"[:120]) for arm in arms]  # type: ignore[attr-defined]


class ArchiveForm(ReasonForm):
    learnings = forms.CharField(
        label=_("What was learned"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The archive is searched for it. What held, for whom, what was a surprise, what comes next."),
    )

    def __init__(self, *args: Any, experiment: Experiment, **options: Any) -> None:
        super().__init__(*args, experiment=experiment, **options)
        del self.fields["why"]
        self.fields["learnings"].initial = experiment.learnings


class IterateForm(ReasonForm):
    name = forms.CharField(label=_("Name"), max_length=150)
    hypothesis = forms.CharField(label=_("Hypothesis"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    field_order = ("name", "hypothesis", "why")

    def __init__(self, *args: Any, experiment: Experiment, **options: Any) -> None:
        super().__init__(*args, experiment=experiment, **options)
        self.fields["name"].initial = experiment.name
        self.fields["hypothesis"].initial = experiment.hypothesis
        self.fields["why"].label = _("What is different this time")
        self.fields["why"].required = False
