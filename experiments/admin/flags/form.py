"""The form of a flag. What is typed is checked as the verbs check it, and told beside its field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from experiments.admin.flags.fields import PlainJSONField, ValueField, value_text
from experiments.flags.checking import flag_errors
from experiments.flags.describing import LINKS
from experiments.flags.texts import read
from experiments.models import Environment, Flag

OWN = ("why", "seen")  # fields that are none of the flag's


class FlagForm(forms.ModelForm):
    off_value = ValueField(
        label=gettext_lazy("Value when off"), help_text=gettext_lazy("The default: of those whom no rule is for.")
    )
    on_value = ValueField(
        label=gettext_lazy("Value when on"), help_text=gettext_lazy("What overrides and the percentage give.")
    )
    schema = PlainJSONField(
        label=gettext_lazy("JSON schema"),
        help_text=gettext_lazy('Which all values fit, if given. {"type": "integer", "minimum": 1}, say.'),
    )
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Kept in the history, beside your name."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Flag
        widgets = {
            "note": UnfoldAdminTextareaWidget({"rows": 2}),
            "environments": UnfoldAdminCheckboxSelectMultipleWidget,
        }
        fields = (
            "name",
            "kind",
            "note",
            "off_value",
            "on_value",
            "schema",
            "environments",
            "owner",
            "expires_on",
            "layer",
            "everyone",
            "percent",
            "superusers",
            "staff",
            "authenticated",
            "testing",
            "languages",
            "groups",
            "users",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = self.instance.modified.isoformat()
            if "layer" in self.fields:  # of who may change it
                self.fields["layer"].disabled = self.instance.runs  # by FlagAdmin.get_queryset
        else:
            here = Environment.objects.filter(key=settings.EXPERIMENTS_ENVIRONMENT)
            self.initial.update(superusers=False, environments=list(here))
        for name in ("off_value", "on_value"):
            if name in self.fields:
                self.initial[name] = value_text(getattr(self.instance, name), self.instance.kind)
                if self.instance.pk:
                    self.fields[name].suit(self.instance.kind)  # type: ignore[attr-defined]

    def _read(self, name: str) -> Any:
        kind = self.cleaned_data.get("kind") or self.instance.kind
        text = self.cleaned_data[name]
        if not text and kind != Flag.Kind.STRING:
            return {"boolean": name == "on_value"}.get(kind)
        return read(text, kind)

    def clean_off_value(self) -> Any:
        return self._read("off_value")

    def clean_on_value(self) -> Any:
        found = self._read("on_value")
        return self.cleaned_data.get("off_value") if found is None else found

    def clean_seen(self) -> None:
        if self.instance.pk and self.cleaned_data["seen"] != self.instance.modified.isoformat():
            self.add_error(None, ValidationError(_("Somebody has changed it meanwhile. Load the page anew.")))

    def _post_clean(self) -> None:
        """In place of the model's own checks, which take an empty text, list or object for no value."""
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        for name, messages in flag_errors(self.instance).items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, messages)

    @property
    def changes(self) -> dict[str, Any]:
        """What was typed, of all fields of a new flag, of those that were changed of another."""
        names = self.changed_data if self.instance.pk else list(self.cleaned_data)
        return {
            name: list(self.cleaned_data[name]) if name in LINKS else self.cleaned_data[name]
            for name in names
            if name not in OWN
        }
