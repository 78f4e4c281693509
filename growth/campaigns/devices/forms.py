from __future__ import annotations

from django import forms

from growth.campaigns.models import QuietHours


class QuietForm(forms.ModelForm):
    class Meta:
        model = QuietHours
        fields = ["since", "until"]
        widgets = dict.fromkeys(fields, forms.TimeInput({"type": "time"}, format="%H:%M"))
