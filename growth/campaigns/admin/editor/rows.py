"""The variations of a campaign's form: a row each, with a text for every language of the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, BoundField, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.models.flags import KEY
from growth.campaigns.admin.editor.factors import TEXTS
from growth.campaigns.models import Campaign, Channel, Provider, Variation

MOST = 20
PICTURES = ("icon", "badge", "image")
LONGEST = {"title": 300, "subject": 300, "action": 100, "body": 10_000}
LABELS = {
    "title": gettext_lazy("Title"),
    "body": gettext_lazy("Text"),
    "subject": gettext_lazy("Subject of the e-mail"),
    "action": gettext_lazy("Words of the button"),
}


class VariationForm(forms.Form):
    key = forms.CharField(label=gettext_lazy("Key"), max_length=40, validators=[KEY])
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, required=False)
    weight = forms.IntegerField(label=gettext_lazy("Weight"), min_value=0, max_value=10_000, initial=1)
    url = forms.CharField(
        label=gettext_lazy("Leads to"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("A path of this site: /unanswered/, or {{ item.url }}. Empty: the home page."),
    )
    icon = forms.CharField(label=gettext_lazy("Icon"), max_length=500, required=False)
    badge = forms.CharField(label=gettext_lazy("Badge"), max_length=500, required=False)
    image = forms.CharField(label=gettext_lazy("Picture"), max_length=500, required=False)
    at = forms.TimeField(
        label=gettext_lazy("Time of day"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Of the member’s clock."),
    )
    provider = forms.ModelChoiceField(
        Provider.objects.filter(active=True),
        label=gettext_lazy("Provider"),
        required=False,
        to_field_name="key",
        empty_label=gettext_lazy("any of the channel"),
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Only by"), choices=Channel.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    levels = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, providers: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["provider"].choices = [("", _("any of the channel")), *providers]  # type: ignore[attr-defined]
        for language, _label in settings.LANGUAGES:
            for part in TEXTS:
                self.fields[f"{part}_{language}"] = _text_field(part, language)

    def has_changed(self) -> bool:
        """A row that has neither a key nor a text is none, whatever weight stands in it."""
        return bool(set(self.changed_data) - {"weight", "DELETE", "levels"})

    @property
    def texts(self) -> Iterator[tuple[str, Any, list[BoundField], list[BoundField]]]:
        """By language: its code, its name, the fields that everybody sees, and those of letters."""
        for language, name in settings.LANGUAGES:
            title, body, *others = [self[f"{part}_{language}"] for part in TEXTS]
            yield language, name, [title, body], others

    @property
    def details(self) -> list[BoundField]:
        return [self[name] for name in (*PICTURES, "at", "provider", "channels")]

    @property
    def has_details(self) -> bool:
        """Whether something there is chosen or wrong, so that it must be seen."""
        return any(field.value() or field.errors for field in self.details)

    def clean_levels(self) -> dict[str, str]:
        found = self.cleaned_data["levels"] or {}
        if not isinstance(found, dict):
            raise ValidationError(_("An object is needed."))
        return found

    def as_variation(self) -> dict[str, Any]:
        """As planning.creating takes it; what does not hold is as if it were empty."""
        given = self.cleaned_data
        key = given.get("key", "")
        plain = {name: given.get(name) for name in ("at", "provider")}
        lists = {"channels": given.get("channels", []), "levels": given.get("levels", {})}
        named = {"key": key, "name": given.get("name") or key, "weight": given.get("weight", 1)}
        return {**plain, **lists, **named, "content": self.content}

    @property
    def content(self) -> dict[str, Any]:
        given = self.cleaned_data
        texts = {
            language: said
            for language, _name in settings.LANGUAGES
            if (said := {part: text for part in TEXTS if (text := given.get(f"{part}_{language}"))})
        }
        return {"texts": texts, **{name: given[name] for name in ("url", *PICTURES) if given.get(name)}}


class Rows(BaseFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("remove")

    @property
    def filled(self) -> list[VariationForm]:
        """Of a valid set, the forms that say something and shall stay."""
        return [form for form in self if form.has_changed() and not form.cleaned_data.get("DELETE")]


Variations = formset_factory(VariationForm, Rows, extra=0, can_delete=True, max_num=MOST, absolute_max=MOST)


def of_campaign(campaign: Campaign) -> list[dict[str, Any]]:
    return [of_variation(row) for row in campaign.variations.select_related("provider")]


def of_variation(row: Variation) -> dict[str, Any]:
    """As its form begins with it."""
    plain = {name: getattr(row, name) for name in ("key", "name", "weight", "at", "channels", "levels")}
    return {**plain, "provider": row.provider and row.provider.key, **of_content(row.content)}


def of_content(content: Mapping[str, Any]) -> dict[str, Any]:
    texts = content.get("texts") or {}
    found = {f"{part}_{language}": text for language, said in texts.items() for part, text in said.items()}
    return {**{name: content.get(name, "") for name in ("url", *PICTURES)}, **found}


def field_of(where: str) -> str:
    """The form's field for a place as validating names it: en.title → title_en."""
    language, _dot, part = where.rpartition(".")
    return f"{part}_{language}" if language else part


def _text_field(part: str, language: str) -> forms.CharField:
    attrs = {"lang": language}
    widget = forms.Textarea(attrs={**attrs, "rows": 3}) if part == "body" else forms.TextInput(attrs=attrs)
    return forms.CharField(label=LABELS[part], max_length=LONGEST[part], required=False, widget=widget)
