"""The form of an experiment: what is asked, whom, and by what it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.module_loading import import_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from experiments.admin.editor import rows
from experiments.admin.editor.starting_points import unfilled_hypotheses
from experiments.models import Experiment, ExperimentMetric, Flag, Idea
from experiments.running import changing, creating

UNITS = [("id", _("members and visitors")), ("member", _("members")), ("visitor", _("browsers, signed in or not"))]
BEFORE = [("", _("drawn anew")), ("visitor", _("keeps the browser’s variation"))]


class ExperimentForm(forms.ModelForm):
    flag = forms.CharField(
        label=pgettext_lazy("feature", "Flag"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "flags", "autocomplete": "off"}),
        help_text=_("The code asks it by this name."),
    )
    tags = forms.CharField(label=_("Tags"), required=False, max_length=400, help_text=_("With commas between."))
    hash_attribute = forms.ChoiceField(label=_("Who is asked"), choices=UNITS)
    fallback_attribute = forms.ChoiceField(label=_("Who signs in meanwhile"), choices=BEFORE, required=False)
    segments = forms.MultipleChoiceField(label=_("Only who is in"), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Experiment
        fields = (
            *("name", "key", "kind", "hypothesis", "description", "tags", "flag", "team"),
            *("hash_attribute", "fallback_attribute", "condition", "segments"),
            *("alpha", "power", "effect", "planned_units", "min_days", "auto_stop", "auto_ship"),
        )
        widgets = {
            "hypothesis": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 3}),
            "condition": forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        }
        labels = {"alpha": "α"}
        help_texts = {"key": _("Out of the name where it is left empty."), "condition": ""}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["key"].required = False
        self.fields["kind"].choices = [  # type: ignore[attr-defined]  # the others are made by their own verbs
            choice for choice in Experiment.Kind.choices if choice[0] in ("ab", "aa", self.instance.kind)
        ]
        self.fields["segments"].choices = segments()  # type: ignore[attr-defined]
        experiment = self.instance
        if experiment.pk:
            self.initial["flag"] = experiment.flag and experiment.flag.name
            self.initial["tags"] = ", ".join(experiment.tags)
            if experiment.status != Experiment.Status.DRAFT:
                for name in set(self.fields) - changing.ANY_TIME:
                    del self.fields[name]

    def clean_flag(self) -> Flag | None:
        name = self.cleaned_data["flag"]
        found = Flag.objects.living().filter(name=name).first()
        if name and found is None:
            raise ValidationError(_("There is no flag “%s”. Create it first.") % name)
        return found

    def clean_tags(self) -> list[str]:
        return [tag.strip()[:40] for tag in self.cleaned_data["tags"].split(",") if tag.strip()]

    def clean_condition(self) -> Any:
        return self.cleaned_data["condition"] or {}

    def clean_hypothesis(self) -> str:
        """A starting point's with its gaps is none: it would head the report."""
        given: str = self.cleaned_data["hypothesis"]
        return "" if given in unfilled_hypotheses() else given

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or slugify(self.data.get("name", ""))[:90] or "experiment"

    def _post_clean(self) -> None:
        """The verbs say what fits."""


def segments() -> list[tuple[str, str]]:
    """Keys and names, of the site's provider."""
    path = settings.EXPERIMENT_SEGMENTS
    return import_string(path)() if path else []


class Editor:
    """The form with its rows, as one. `faults`: by "variations" and "metrics", what is wrong with all of them."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        experiment: Experiment | None = None,
        initial: Mapping[str, Any] | None = None,
        variations: list[dict[str, Any]] | None = None,
        metrics: list[dict[str, Any]] | None = None,
        idea: Idea | None = None,
    ) -> None:
        self.experiment, self.idea = experiment, idea
        if experiment and data is None:
            variations, metrics = rows.of_experiment(experiment)
        elif not metrics:
            metrics = [{"role": ExperimentMetric.Role.PRIMARY}]
        options = {"versions": rows.versions(experiment)}
        self.form = ExperimentForm(data, instance=experiment, initial=dict(initial or {}))
        self.variations = rows.Variations(data, initial=variations, prefix="variations")
        self.metrics = rows.Metrics(data, initial=metrics, prefix="metrics", form_kwargs=options)
        self.faults: dict[str, list[str]] = {}

    @property
    def is_late(self) -> bool:
        return self.experiment is not None and self.experiment.status != Experiment.Status.DRAFT

    def save(self, by: Any) -> Experiment | None:
        """None where something does not fit; the forms then say what."""
        parts = [self.form.is_valid(), self.metrics.is_valid(), self.is_late or self.variations.is_valid()]
        if not all(parts):
            return None
        try:
            return self._save(by)
        except ValidationError as refused:
            self._tell(refused)
            return None

    def _save(self, by: Any) -> Experiment:
        fields = dict(self.form.cleaned_data)
        metrics = [_use(form) for form in rows.filled(self.metrics)]
        if not self.is_late:
            fields["variations"] = self._arms(fields["flag"])
        if self.experiment is None:
            return creating.create(metrics=metrics, by=by, idea=self.idea, **fields)
        return changing.change(self.experiment, by=by, metrics=metrics, **fields)

    def _arms(self, flag: Flag | None) -> list[dict[str, Any]]:
        found, faults = [], []
        for form in rows.filled(self.variations):
            given = {name: form.cleaned_data[name] for name in ("key", "name", "weight", "description")}
            try:
                found.append({**given, "value": rows.value_of(form.cleaned_data["value"], flag)})
            except ValidationError as error:
                faults += [f"{given['key']}: {message}" for message in error.messages]
        if faults:
            raise ValidationError({"variations": faults})
        return found

    def _tell(self, refused: ValidationError) -> None:
        for field, messages in refused.message_dict.items():
            if field in ("variations", "metrics"):
                self.faults[field] = messages
            else:
                self.form.add_error(field if field in self.form.fields else None, messages)


def _use(form: Any) -> dict[str, Any]:
    use = form.as_use()
    return {name: use[name] for name in ("version", "role", "margin")}
