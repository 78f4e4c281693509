"""What people say beside a report: a note, or a reviewer's reason."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from experiments.admin.asking import LONGEST


class NoteForm(forms.Form):
    text = forms.CharField(max_length=5000)


class ReviewForm(forms.Form):
    reason = forms.CharField(
        max_length=LONGEST, error_messages={"required": _("Say why: who reads this later was not there.")}
    )
