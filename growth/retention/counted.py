"""What the kinds that are counted in growth.retention.counting have in common, and the fields of their forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from events.names import select
from growth.reports.kinds import Kind, Params

if TYPE_CHECKING:
    import ibis

    from events.engine import Reader

Row = Mapping[str, Any]  # of an answer
PERIODS = (  # alone, these words are those of the leaderboard: today, this week
    ("day", pgettext_lazy("period", "Day")),
    ("week", pgettext_lazy("period", "Week")),
    ("month", pgettext_lazy("period", "Month")),
)


class Counted(Kind):
    """Its expressions are in a module of its own, which imports ibis and duckdb and so is imported when it is asked."""

    module: ClassVar[str]

    def answer(self, params: Params, reader: Reader) -> dict[str, Any]:
        return import_module(self.module).answer(params, reader)

    def people(self, params: Params, cell: Params, reader: Reader) -> ibis.Table:
        return import_module(self.module).people(params, cell, reader)


class EventsField(forms.CharField):
    """Names of events as `select` takes them: answer_posted|reply_posted, or active."""

    def __init__(self, **kwargs: Any) -> None:
        told = gettext_lazy("An event, several as a|b, or active: all by which members take part.")
        super().__init__(**{"initial": "active", "max_length": 400, "help_text": told, **kwargs})

    def clean(self, value: Any) -> str:
        names = super().clean(value)
        try:
            if names:
                select(names)
        except ValueError:
            raise ValidationError(_("One of these events does not exist."), "invalid") from None
        return names


def lively(rows: Sequence[Row], *names: str, by: str = "period") -> list[Row]:
    """Rows to show: of the periods up to the last in which something is not zero, and of the one after it."""
    last = max((row[by] for row in rows if any(row[name] for name in names)), default="")
    after = min((row[by] for row in rows if row[by] > last), default=last)
    return [row for row in rows if row[by] <= after]


def running(rows: Sequence[Row]) -> int | None:
    """Where the first row is whose period is not over."""
    return next((index for index, row in enumerate(rows) if row["state"] == "partial"), None)


def finished(rows: Sequence[Row]) -> Row | None:
    """That of the last period that is over."""
    return next((row for row in reversed(rows) if row["state"] == "complete"), None)


def lately(period: str) -> str:
    """When the last period that is over was, within a sentence."""
    told = {"day": _("on the last full day"), "week": _("in the last full week"), "month": _("in the last full month")}
    return told[period]


def period_field(initial: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS, initial=initial)
