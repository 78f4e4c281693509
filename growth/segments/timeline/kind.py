"""The question of a timeline: whose, which events, from where on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.names import select
from growth.reports.forms import QuestionForm
from growth.reports.kinds import Kind, Params

if TYPE_CHECKING:
    import ibis

    from events.engine import Reader

BIGGEST = 2**63 - 1


class TimelineForm(QuestionForm):
    segment = breakdown = None  # type: ignore[assignment]
    person = forms.IntegerField(label=_("Person"), min_value=-BIGGEST, max_value=BIGGEST)
    names = forms.CharField(
        label=_("Events"),
        required=False,
        max_length=400,
        help_text=_("All, unless given: answer_posted, several with | between them, or active."),
    )
    after = forms.RegexField(
        r"^-?\d{1,18}\.-?\d{1,18}$", required=False, help_text=_("Where the page before it ended: time and id.")
    )

    def clean_names(self) -> str:
        names: str = self.cleaned_data["names"]
        if names:
            try:
                select(names)
            except ValueError as error:
                raise ValidationError(_("There is no event “%(name)s”.") % {"name": names}, "invalid") from error
        return names


class TimelineKind(Kind):
    key = "timeline"
    title = _("Timeline")
    about = _("What one member or visitor did, newest first.")
    form = TimelineForm
    template = "segments/timeline.html"
    listed = False
    private = True  # a person's page asks it, and writes into the audit who looked

    def answer(self, params: Params, reader: Reader) -> dict[str, Any]:
        from growth.segments.timeline import reading  # noqa: PLC0415 - ibis and duckdb, in a worker only

        return reading.answer(params, reader)

    def people(self, params: Params, cell: Params, reader: Reader) -> ibis.Table:
        from growth.segments.timeline import reading  # noqa: PLC0415

        return reading.person(params)

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        heading = ["epoch_us", "name", "object_kind", "object_id", "value", "session", "properties"]
        return [heading, *([event[name] for name in heading] for event in result["events"])]
