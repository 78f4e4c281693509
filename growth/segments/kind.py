"""The report of a segment that is not saved yet: how many, some of them, and whom other segments hold already."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from growth.reports.forms import QuestionForm
from growth.reports.kinds import Kind, Params
from growth.segments.conditions import Invalid, write
from growth.segments.models import Segment
from growth.segments.vocabulary import read
from growth.segments.wording import told

if TYPE_CHECKING:
    import ibis

    from events.engine import Reader


class DefinitionField(forms.CharField):
    """A definition as JSON, cleaned to the one text that says it."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            raise ValidationError(_("This is not JSON."), "invalid") from None
        try:
            return json.dumps(write(read(given)), ensure_ascii=False)
        except Invalid as invalid:
            raise ValidationError([ValidationError(told(fault), fault.code) for fault in invalid.faults]) from None


class SegmentForm(QuestionForm):
    since = until = segment = breakdown = None  # type: ignore[assignment]
    definition = DefinitionField(label=_("Definition"), max_length=20_000, help_text=_("As JSON."))
    who = forms.ChoiceField(label=_("Who"), choices=Segment.Who.choices, initial=Segment.Who.MEMBERS)

    def clean_tz(self) -> str:
        """A segment's dates are those of the site, whoever asks."""
        return timezone.get_default_timezone_name()


class SegmentKind(Kind):
    key = "segment"
    title = _("Segment")
    about = _("Whom a definition means: how many, some of them, and whom other segments hold already.")
    form = SegmentForm
    template = "reports/kinds/segment.html"
    listed = False  # asked by the builder of segments

    def answer(self, params: Params, reader: Reader) -> dict[str, Any]:
        from growth.segments import previewing  # noqa: PLC0415 - ibis and duckdb, in a worker only

        return previewing.answer(params, reader)

    def people(self, params: Params, cell: Params, reader: Reader) -> ibis.Table:
        from growth.segments import previewing  # noqa: PLC0415

        return previewing.people(params, cell, reader)

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        return [["segment", "persons"], ["", result["size"]], *([row["key"], row["both"]] for row in result["overlap"])]
