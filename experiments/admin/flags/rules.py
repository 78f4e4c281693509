"""The rules within the form of a flag, in their order."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet, construct_instance
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import StackedInline
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectMultipleWidget,
)

from experiments.admin.flags.fields import PlainJSONField, ShareField, ValueField, value_text
from experiments.flags import prerequisites, segments, steady
from experiments.flags.checking import rule_errors
from experiments.flags.describing import RULE_FIELDS
from experiments.flags.texts import read
from experiments.models import Environment, Experiment, Flag, Rule

Choices = list[tuple[str, str]]
LAST = 32_767


class RuleForm(forms.ModelForm):
    value = ValueField(label=_("Value"))
    coverage = ShareField(
        label=pgettext_lazy("proportion", "Share"), initial=10_000, help_text=_("Of the units, in per cent: 12.5.")
    )
    position = forms.IntegerField(
        label=_("Position"),
        required=False,
        min_value=0,
        max_value=LAST,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Rules are asked from the smallest on. Nothing puts it last."),
    )
    condition = PlainJSONField(
        label=_("Condition"),
        help_text=_(
            'On the attributes: {"country": "DE", "language": {"$in": ["de", "en"]}, "days": {"$gte": 7}}. Nothing '
            "stands for everybody."
        ),
    )
    prerequisites = PlainJSONField(
        label=_("Prerequisites"),
        help_text=_(
            '[{"flag": "composer", "condition": {"value": true}}]: what other flags answer. With "gate": true the '
            "whole flag is shut where one does not."
        ),
    )
    segments = forms.MultipleChoiceField(
        label=_("Segments"),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget({"size": 4}),
        help_text=_("In one of them, if any is chosen."),
    )
    environments = forms.MultipleChoiceField(
        label=_("Environments"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None stands for all."),
    )

    class Meta:
        model = Rule
        fields = tuple(name for name in (*RULE_FIELDS, "position") if name != "experiment_id")

    def __init__(self, *args: Any, flag: Flag, places: Choices, groups: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.flag = flag
        self.fields["environments"].choices = places  # type: ignore[attr-defined]
        self.fields["segments"].choices = groups  # type: ignore[attr-defined]
        self.initial["position"] = self.instance.position + 1 if self.instance.pk else None
        self.initial["value"] = value_text(self.instance.value, flag.kind)
        if self.instance.experiment:
            runs = self.instance.experiment.status == Experiment.Status.RUNNING
            for name in ("value", "coverage", *(steady.OF_ITS_RULE if runs else ())):
                self.fields[name].disabled = True
        elif flag.pk:
            self.fields["value"].suit(flag.kind)  # type: ignore[attr-defined]

    def clean_value(self) -> Any:
        if self.instance.experiment_id:
            return None
        text = self.cleaned_data["value"]
        if not text and self.flag.kind != Flag.Kind.STRING:
            raise ValidationError(_("A rule has a value."))
        return read(text, self.flag.kind)

    def clean_condition(self) -> Any:
        return self.cleaned_data["condition"] or {}

    def clean_prerequisites(self) -> Any:
        return self.cleaned_data["prerequisites"] or []

    def clean_position(self) -> int:
        """Only the order tells: the verb numbers them."""
        place: int | None = self.cleaned_data["position"]
        return LAST if place is None else place

    def _post_clean(self) -> None:
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        for name, messages in rule_errors(self.flag, self.instance).items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, messages)


class RuleFormSet(BaseInlineFormSet):
    """Saves nothing: `rules` is for the verb."""

    new_objects: list[Any] = []
    changed_objects: list[Any] = []
    deleted_objects: list[Any] = []

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "flag": self.instance, **self._choices}

    @cached_property
    def _choices(self) -> dict[str, Choices]:
        return {
            "places": list(Environment.objects.values_list("key", "name")),
            "groups": segments.choices(),
        }

    @property
    def standing(self) -> list[forms.ModelForm]:
        forms_ = [one for one in self.forms if one.instance.pk or one.has_changed()]
        kept = [one for one in forms_ if not one.cleaned_data.get("DELETE")]
        return sorted(kept, key=lambda one: one.cleaned_data.get("position", 0))

    def validate_unique(self) -> None:
        """Places may be told twice: the verb numbers the rules."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        told = prerequisites.errors(self.instance.name, [one.instance for one in self.standing])
        if told:
            raise ValidationError(told)

    @property
    def rules(self) -> list[dict[str, Any]] | None:
        """All of them anew; None where none was touched."""
        if not self.has_changed():
            return None
        return [{name: getattr(one.instance, name) for name in RULE_FIELDS} for one in self.standing]


class RuleInline(StackedInline):
    model = Rule
    form = RuleForm
    formset = RuleFormSet
    extra = 0
    ordering = ("position",)
    verbose_name = _("rule")
    verbose_name_plural = _("Rules, in their order: the first that is for a unit gives its value")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("position", "enabled"),
                    "description",
                    "value",
                    ("coverage", "hash_attribute"),
                    "condition",
                    "segments",
                    "environments",
                    "prerequisites",
                    "starts_at",
                    "ends_at",
                    "seed",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        return super().get_queryset(request).select_related("experiment", "flag")
