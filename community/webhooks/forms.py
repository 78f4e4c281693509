from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminURLInputWidget

from community.webhooks import addresses
from community.webhooks.kinds import OFFERED
from community.webhooks.models import Endpoint


class EndpointForm(forms.ModelForm):
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https", widget=UnfoldAdminURLInputWidget)
    names = forms.MultipleChoiceField(
        label=_("Events"), choices=OFFERED.items(), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = Endpoint
        fields = ("name", "url", "names", "everything", "owner")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            addresses.check(url)
        except addresses.Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
        return url
