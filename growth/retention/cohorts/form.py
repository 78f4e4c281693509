"""What is asked of retention."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth.reports.forms import QuestionForm
from growth.retention.cohorts import grid
from growth.retention.counted import EventsField, period_field

MODES = (
    ("first_time", gettext_lazy("First start in the range")),
    ("first_ever", gettext_lazy("First start ever")),
    ("recurring", gettext_lazy("First start of each period")),
)
RETURNS = (
    ("on", gettext_lazy("In the period itself")),
    ("on_or_after", gettext_lazy("In the period or later")),
    ("bracket", gettext_lazy("In a bracket of periods")),
)
LONGEST = 400  # periods, and the last one of a bracket


class RetentionForm(QuestionForm):
    start = EventsField(label=gettext_lazy("Starts with"), initial="signed_up")
    back = EventsField(label=gettext_lazy("Comes back with"))
    period = period_field("week")
    periods = forms.IntegerField(label=gettext_lazy("Periods"), min_value=1, max_value=LONGEST, initial=12)
    mode = forms.ChoiceField(label=gettext_lazy("Whom to follow"), choices=MODES, initial="first_time")
    kind = forms.ChoiceField(label=gettext_lazy("What counts"), choices=RETURNS, initial="on")
    brackets = forms.CharField(
        label=gettext_lazy("Brackets"),
        help_text=gettext_lazy("Like 0,1-3,4-7, where brackets count; the number of periods is not used then."),
        required=False,
        max_length=200,
    )
    rolling = forms.BooleanField(
        label=gettext_lazy("Rolling"),
        help_text=gettext_lazy("Count 24 hours, 7 or 30 times 24 hours from each member's own start."),
        required=False,
    )
    did = EventsField(
        label=gettext_lazy("Tell apart who did"),
        help_text=gettext_lazy("An event of the first days: a breakdown by behaviour."),
        required=False,
        initial="",
    )
    did_times = forms.IntegerField(
        label=gettext_lazy("At least so many times"), min_value=1, max_value=10_000, initial=2
    )
    did_days = forms.IntegerField(
        label=gettext_lazy("In the first days after the start"), min_value=1, max_value=LONGEST, initial=7
    )

    field_order = ("start", "back", "period", "periods", "mode", "kind", "brackets", "rolling")

    def clean_brackets(self) -> str:
        text = "".join(self.cleaned_data["brackets"].split())
        if self.cleaned_data.get("kind") != "bracket":
            return ""
        try:
            windows = grid.brackets(text)
        except ValueError:
            raise ValidationError(_("Write brackets like 0,1-3,4-7.")) from None
        if max(last for _first, last in windows) > LONGEST:
            raise ValidationError(_("Brackets end at %d.") % LONGEST)
        return text

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("did") and found.get("breakdown"):
            self.add_error("did", _("Break down by one thing at a time."))
        return found
