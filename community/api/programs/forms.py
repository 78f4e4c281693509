"""The forms of tokens and applications."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import Application

from community.api.programs import redirects
from community.api.scopes import READ, SCOPES

DAYS = {"30": _("30 days"), "90": _("90 days"), "365": _("One year"), "": _("Never")}


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What is it for?"), max_length=60, help_text=_("So that you know it again: “backup script”, say.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=[READ],
    )
    days = forms.ChoiceField(
        label=_("When does it expire?"),
        choices=list(DAYS.items()),
        widget=forms.RadioSelect,
        initial="90",
        required=False,
    )

    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None


class ChangeApplicationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Members see it when they are asked."))
    redirect_uris = forms.CharField(
        label=_("Redirect addresses"),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("Where members are sent back to, one in a line; compared to the letter."),
        max_length=redirects.MOST * redirects.LONGEST,
    )

    def clean_name(self) -> str:
        """Characters that are not seen, or turn the line round, would dress one name as another."""
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise forms.ValidationError(_("Please use visible characters only."))
        return name

    def clean_redirect_uris(self) -> str:
        return redirects.check(self.cleaned_data["redirect_uris"])


class ApplicationForm(ChangeApplicationForm):
    client_type = forms.ChoiceField(
        label=_("Where does it run?"),
        choices=[
            (Application.CLIENT_CONFIDENTIAL, _("On a server, which can keep a secret")),
            (Application.CLIENT_PUBLIC, _("With its user: a phone, a browser, a command line")),
        ],
        widget=forms.RadioSelect,
        initial=Application.CLIENT_CONFIDENTIAL,
    )
