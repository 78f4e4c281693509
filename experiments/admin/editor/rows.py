"""The rows of an experiment's form: its variations, and the metrics by which it is read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from experiments.models import KEY, Experiment, ExperimentMetric, Flag, Metric, MetricVersion

MOST = 20  # rows of each
PERCENT = 100


class VariationForm(forms.Form):
    key = forms.CharField(label=_("Key"), max_length=40, validators=[KEY])
    name = forms.CharField(label=_("Name"), max_length=80)
    value = forms.CharField(label=_("Value"), required=False, max_length=20_000, strip=False)
    weight = forms.IntegerField(label=_("Weight"), min_value=0, max_value=1000, initial=1)
    description = forms.CharField(label=_("What it is"), max_length=300, required=False)

    def has_changed(self) -> bool:
        """A row whose key and name are empty is none, whatever weight stands in it."""
        return bool({"key", "name", "value"} & set(self.changed_data))


class MetricForm(forms.Form):
    version = forms.TypedChoiceField(label=_("Metric"), coerce=int)
    role = forms.ChoiceField(
        label=_("Role"), choices=ExperimentMetric.Role.choices, initial=ExperimentMetric.Role.SECONDARY
    )
    margin = forms.FloatField(label=_("Margin, %"), min_value=0, max_value=PERCENT, required=False)

    def __init__(self, *args: Any, versions: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["version"].choices = [("", "—"), *versions]  # type: ignore[attr-defined]

    def has_changed(self) -> bool:
        return "version" in self.changed_data

    def as_use(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {**given, "margin": (given["margin"] or 0) / PERCENT}


class Rows(BaseFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("remove")


Variations = formset_factory(VariationForm, Rows, extra=1, can_delete=True, max_num=MOST, absolute_max=MOST)
Metrics = formset_factory(MetricForm, Rows, extra=2, can_delete=True, max_num=MOST, absolute_max=MOST)


def filled(rows: BaseFormSet[Any]) -> list[Any]:
    """The forms of a valid set that say something and shall stay."""
    return [form for form in rows if form.has_changed() and not form.cleaned_data.get("DELETE")]


def versions(experiment: Experiment | None) -> list[tuple[int, str]]:
    """What may be measured: the newest of each metric in use, and those that the experiment has."""
    newest = Metric.objects.living().with_newest().order_by("name")
    found = {metric.newest_id: str(metric) for metric in newest if metric.newest_id}
    for use in experiment.metrics.all() if experiment else ():
        if use.version_id not in found:
            found[use.version_id] = _("%(metric)s, version %(number)d") % {
                "metric": use.version.metric,
                "number": use.version.number,
            }
    return sorted(found.items(), key=lambda pair: pair[1])


def shown(value: Any, flag: Flag | None) -> str:
    """As it is typed: texts as they are, everything else as JSON."""
    if flag and flag.kind == Flag.Kind.STRING and isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def value_of(text: str, flag: Flag | None) -> Any:
    if flag and flag.kind == Flag.Kind.STRING:
        return text
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("“%s” is no value: true, false, a number, or JSON.") % text[:40]) from error


def _refuse(constant: str) -> None:
    """NaN, Infinity and -Infinity, which Python reads and JSON has not."""
    raise ValueError(constant)


def of_experiment(experiment: Experiment) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Its variations and its metrics, as the rows begin with them."""
    flag = experiment.flag
    arms = [
        model_to_dict(arm, ("key", "name", "value", "weight", "description")) for arm in experiment.variations.all()
    ]
    uses = [model_to_dict(use, ("version", "role", "margin")) for use in experiment.metrics.all()]
    return (
        [{**arm, "value": shown(arm["value"], flag)} for arm in arms],
        [{**use, "margin": use["margin"] * PERCENT or None} for use in uses],
    )


def of_keys(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Metrics by their keys, as the rows begin with them; what the site does not have is left out."""
    newest = Metric.objects.living().with_newest().filter(key__in=[use["metric"] for use in given])
    known = {metric.key: metric.newest_id for metric in newest}
    return [
        {"version": known[use["metric"]], "role": use["role"], "margin": use.get("margin", 0) * PERCENT or None}
        for use in given
        if known.get(use["metric"])
    ]


def version_named(pk: Any) -> MetricVersion | None:
    text = str(pk or "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):  # noqa: PLR2004 - what fits into a bigint
        return None
    return MetricVersion.objects.select_related("metric", "denominator__metric").filter(pk=int(text)).first()
