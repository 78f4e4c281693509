"""A metric with its definition in one form; what its kind has none of is left out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.models import fields_for_model
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from experiments.metrics import checking
from experiments.metrics.defining import DEFINITION, definition_of
from experiments.models import Metric, MetricVersion

WIDGETS: dict[str, Any] = {
    "kind": UnfoldAdminSelectWidget,
    "events": UnfoldAdminTextInputWidget(attrs={"list": "events", "autocomplete": "off", "spellcheck": "false"}),
    "where": UnfoldAdminTextareaWidget(attrs={"rows": 3, "spellcheck": "false"}),
    **dict.fromkeys(("window_hours", "day"), UnfoldAdminIntegerFieldWidget),
    **dict.fromkeys(("quantile", "cap", "cap_share"), UnfoldAdminDecimalFieldWidget(attrs={"step": "any"})),
    "denominator": UnfoldAdminSelectWidget,
    "higher_is_better": UnfoldBooleanSwitchWidget,
    "interference": UnfoldAdminSelectWidget,
}
DEFINED = fields_for_model(MetricVersion, fields=DEFINITION, widgets=WIDGETS)


class Denominator(forms.ModelChoiceField):
    def label_from_instance(self, version: Model) -> str:
        return str(version.metric) if isinstance(version, MetricVersion) else str(version)


class Base(forms.ModelForm):
    """`instance.pk` None: a new metric."""

    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Metric
        fields = ("key", "name", "description", "unit", "owner")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        metric = kwargs.get("instance")
        self.newest = metric.versions.select_related("denominator")[0] if metric and metric.pk else None
        if self.newest:
            told = definition_of(self.newest) | {"based_on": self.newest.number}
            kwargs["initial"] = told | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if "denominator" in self.fields:
            self.fields["denominator"] = _denominator(self.newest)

    @property
    def definition(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in DEFINITION}

    @property
    def version(self) -> MetricVersion:
        """As it would be saved."""
        return MetricVersion(metric=self.instance, number=1, **self.definition)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        given["where"] = given.get("where") or {}
        for field, kinds in checking.HAVE.items():
            if field in given and given.get("kind") not in kinds:
                given[field] = None
        if self.newest and given.get("based_on") not in (None, self.newest.number):
            self.add_error(None, _("Meanwhile another version was saved. Look at it, then change what you meant to."))
        if all(name in given for name in DEFINITION):
            self._check()
        return given

    def _check(self) -> None:
        try:
            checking.check(self.version)
        except ValidationError as faults:
            self.add_error(None, faults)


def _denominator(newest: MetricVersion | None) -> Denominator:
    """Of each living metric the newest version; the one that stands, too, though it may be older."""
    keys = Metric.objects.living().with_newest().order_by().values("newest_id")  # type: ignore[misc]  # annotated
    versions = MetricVersion.objects.select_related("metric").filter(pk__in=keys, kind__in=MetricVersion.PLAIN)
    if newest and newest.denominator_id:
        versions |= MetricVersion.objects.select_related("metric").filter(pk=newest.denominator_id)
    field = MetricVersion._meta.get_field("denominator")
    return Denominator(
        versions.order_by("metric__name"),
        required=False,
        label=DEFINED["denominator"].label,
        help_text=field.help_text,
        widget=UnfoldAdminSelectWidget,
    )


MetricForm: type[Base] = type("MetricForm", (Base,), dict(DEFINED))
