"""What is asked of a funnel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.names import NAMES, select
from growth.reports.forms import MomentField, QuestionForm
from growth.retention.counted import PERIODS, EventsField
from growth.retention.funnels.question import ANY, LONGEST, OBJECT, ORDERED, SESSION, STRICT, window_us

ORDERS = (
    (ORDERED, gettext_lazy("In this order")),
    (STRICT, gettext_lazy("In this order, and nothing else in between")),
    (ANY, gettext_lazy("In any order")),
)
EXAMPLE = "signed_up,topic_started|answer_posted,answer_received,accept_received"


def held_choices() -> list[tuple[str, Any]]:
    properties = sorted({name for event in NAMES.values() for name in event.properties})
    told = [("", _("Nothing")), (OBJECT, _("The object")), (SESSION, _("The session"))]
    return [*told, *((name, name) for name in properties)]


class FunnelForm(QuestionForm):
    steps = forms.CharField(
        label=gettext_lazy("Steps"),
        help_text=gettext_lazy(
            "Events, separated by commas; a|b is either of two, active all by which members take part."
        ),
        initial=EXAMPLE,
        max_length=1000,
    )
    window = forms.CharField(
        label=gettext_lazy("Window"),
        help_text=gettext_lazy("From the first step, like 30m, 24h, 7d or 2w."),
        initial="7d",
        max_length=12,
    )
    order = forms.ChoiceField(label=gettext_lazy("Order of the steps"), choices=ORDERS, initial=ORDERED)
    exclude = EventsField(
        label=gettext_lazy("Without"),
        help_text=gettext_lazy("An event that ends a path where it happens."),
        required=False,
        initial="",
    )
    hold = forms.ChoiceField(
        label=gettext_lazy("The same at all steps"),
        choices=held_choices,
        required=False,
    )
    since = MomentField(label=gettext_lazy("Since"), help_text=gettext_lazy("Of the first step."))
    until = MomentField(label=gettext_lazy("Until"), help_text=gettext_lazy("Of the first step; itself not included."))
    trend = forms.ChoiceField(label=gettext_lazy("Over time by"), choices=PERIODS, initial="week")

    field_order = ("steps", "window", "order", "exclude", "hold", "trend")

    def clean_steps(self) -> str:
        steps = [step.strip() for step in self.cleaned_data["steps"].split(",")]
        if len(steps) > LONGEST:
            raise ValidationError(_("Take %d steps at most.") % LONGEST)
        for step in steps:
            _names(step)
        return ",".join(steps)

    def clean_window(self) -> str:
        text = self.cleaned_data["window"].strip()
        try:
            window_us(text)
        except ValueError:
            raise ValidationError(_("Write a window like 30m, 24h, 7d or 2w, of ten years at most.")) from None
        return text

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if not found.get("steps"):
            return found
        steps = [_names(step) for step in found["steps"].split(",")]
        if found.get("exclude") and not _names(found["exclude"]).isdisjoint(frozenset().union(*steps)):
            self.add_error("exclude", _("An event that is a step cannot be excluded."))
        return found


def _names(step: str) -> frozenset[str]:
    try:
        return select(step)
    except ValueError:
        raise ValidationError(_("There is no event %s.") % (step or "“”"), "invalid") from None
