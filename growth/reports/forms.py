"""What is asked of a report: the fields that all kinds share, and their values as JSON.

Pages, the API, commands and saved reports hand in the same names. What is left out has its default, and a question
that is put in two ways is the same question: `params` is canonical, so that it is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth.reports.kinds import Params

Choices = Sequence[tuple[str, Any]]
YEARS = range(1970, 2100)  # of which events are told and calendars are exact

# What PEOPLE tells of a person's first event (events.engine.tables).
DIMENSIONS: Choices = (
    ("source", gettext_lazy("Source")),
    ("device", gettext_lazy("Device")),
    ("language", gettext_lazy("Language")),
    ("country", gettext_lazy("Country")),
    ("join_method", gettext_lazy("Way of joining")),
    ("first_category", gettext_lazy("First category")),
)
SEGMENT = "segment:"  # before a segment's key, as a breakdown

_segments: list[Callable[[], Choices]] = []


def offer_segments(find: Callable[[], Choices]) -> None:
    """The room above tells which segments there are: their keys and names."""
    _segments.append(find)


def segments() -> Choices:
    return [choice for find in _segments for choice in find()]


def segment_choices() -> Choices:
    return [("", _("Everybody")), *segments()]


def breakdown_choices() -> Choices:
    return [("", _("None")), *DIMENSIONS, *((SEGMENT + key, name) for key, name in segments())]


class MomentField(forms.CharField):
    """An ISO 8601 date or time, as it was written; its form knows the zone of one without an offset."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=40, **{"widget": MomentInput, **kwargs})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        try:
            found = date.fromisoformat(text) if len(text) == len("2026-01-31") else datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError(_("Write a date or a time like 2026-01-31 or 2026-01-31T12:00."), "invalid") from None
        if found.year not in YEARS:
            raise ValidationError(_("Take a year from 1970 to 2099."), "invalid")
        return found


class MomentInput(forms.DateInput):
    """A calendar to choose a day from; plain text where it holds a time."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"] or ""
        context["widget"]["type"] = "text" if "T" in shown or " " in shown else "date"
        return context


class ZoneField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, initial=timezone.get_default_timezone_name, **kwargs)

    def clean(self, value: Any) -> str:
        name = super().clean(value)
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValidationError(_("There is no such time zone: write one like Europe/Berlin."), "invalid") from None
        return name


class QuestionForm(forms.Form):
    """A kind's form adds its own fields; one that it has no use for it sets to None."""

    since = MomentField(label=gettext_lazy("Since"), help_text=gettext_lazy("What happened before is not read."))
    until = MomentField(label=gettext_lazy("Until"), help_text=gettext_lazy("Itself not included."))
    as_of = MomentField(label=gettext_lazy("As of"), help_text=gettext_lazy("As if asked then; now, unless given."))
    tz = ZoneField(label=gettext_lazy("Time zone"), help_text=gettext_lazy("Days, weeks and months are its own."))
    segment = forms.ChoiceField(label=gettext_lazy("Who"), required=False, choices=segment_choices)
    breakdown = forms.ChoiceField(label=gettext_lazy("Break down by"), required=False, choices=breakdown_choices)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        asked = {name: _given(data or {}, name, field) for name, field in self.base_fields.items()}
        super().__init__(asked)
        self.given = set(differing(type(self), asked))

    def clean(self) -> dict[str, Any]:
        """Times canonical, as `moment` reads them: a date where it is that day's midnight, else in UTC."""
        found: dict[str, Any] = super().clean() or {}
        if "tz" not in found:
            return found
        zone = ZoneInfo(found["tz"])
        for name, field in self.fields.items():
            if isinstance(field, MomentField) and name in found:
                found[name] = _canonical(found[name], zone)
        since, until = (moment(found, name) if name in found else None for name in ("since", "until"))
        if since and until and until <= since:
            self.add_error("until", _("This is not after the beginning."))
        return found


def _given(data: Mapping[str, Any], name: str, field: forms.Field) -> Any:
    value = field.widget.value_from_datadict(data, {}, name) if name in data else None
    if value is None or (value == "" and field.required):
        return field.initial() if callable(field.initial) else field.initial
    return value


def _canonical(value: Any, zone: ZoneInfo) -> str:
    if not isinstance(value, datetime):
        return value.isoformat() if value else ""
    at = value if value.tzinfo else value.replace(tzinfo=zone)
    local = at.astimezone(zone)
    if local.replace(tzinfo=None) == datetime.combine(local.date(), time.min):
        return local.date().isoformat()
    return at.astimezone(UTC).isoformat()


def params(form: forms.Form) -> dict[str, Any]:
    """The values of a valid form as JSON, every field of it, in one way only."""
    return {name: _plain(form.cleaned_data[name]) for name in sorted(form.cleaned_data)}


def _plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, (bool, int, float, str, dict)) else str(value)


def moment(given: Params, name: str) -> datetime | None:
    """The instant that `since`, `until` or `as_of` names; None where it was left open."""
    text = given.get(name)
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(given["tz"])).astimezone(UTC)


def query(form: type[forms.Form], given: Params) -> str:
    """The parameters for an address, without those that have their defaults."""
    return urlencode(differing(form, given), doseq=True)


def differing(form: type[forms.Form], given: Params) -> dict[str, Any]:
    """As texts, the parameters that differ from the form's defaults."""
    said = {}
    for name, value in given.items():
        field = form.base_fields.get(name)
        default = _given({}, name, field) if field else None
        if value not in (None, "", [], False) and _text(value) != _text(default):
            said[name] = _text(value)
    return said


def _text(value: Any) -> Any:
    return [str(inner) for inner in value] if isinstance(value, list) else "" if value is None else str(value)
