"""What a campaign's form asks in a way of its own: shares as per cent, spans of time, an order of channels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth.campaigns.models import Channel

PERCENT = 100
PLACES = 4  # of channels, where no more are chosen
UNITS = {
    "minutes": (timedelta(minutes=1), gettext_lazy("minutes")),
    "hours": (timedelta(hours=1), gettext_lazy("hours")),
    "days": (timedelta(days=1), gettext_lazy("days")),
}
LONGEST = timedelta(days=365)


class ShareField(forms.DecimalField):
    """Typed and shown in per cent; kept in ten-thousandths, as int."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": PERCENT, "decimal_places": 2, **options})

    def prepare_value(self, value: Any) -> Any:
        return f"{value / PERCENT:g}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else int(found * PERCENT)


class SpanWidget(forms.MultiWidget):
    template_name = "campaigns/widgets/span.html"

    def __init__(self) -> None:
        number = forms.NumberInput(attrs={"min": 0, "step": "any", "aria-label": gettext_lazy("How many")})
        units = [(name, label) for name, (_one, label) in UNITS.items()]
        super().__init__({"": number, "unit": forms.Select(attrs={"aria-label": gettext_lazy("Unit")}, choices=units)})

    def decompress(self, value: timedelta | None) -> list[Any]:
        """In the largest unit of which it is a whole number."""
        if value is None:
            return ["", "hours"]
        for name, (one, _label) in reversed(UNITS.items()):
            if value % one == timedelta(0) and value:
                return [value // one, name]
        return [f"{value / timedelta(minutes=1):g}", "minutes"]


class SpanField(forms.MultiValueField):
    widget = SpanWidget

    def __init__(self, **options: Any) -> None:
        fields = (forms.FloatField(min_value=0), forms.ChoiceField(choices=[(name, name) for name in UNITS]))
        super().__init__(fields, **options)

    def compress(self, values: list[Any]) -> timedelta | None:
        if not values:
            return None
        span: timedelta = values[0] * UNITS[values[1]][0]
        if span > LONGEST:
            raise ValidationError(_("At most a year."))
        return span


class OrderWidget(forms.MultiWidget):
    template_name = "campaigns/widgets/order.html"
    use_fieldset = True

    def __init__(self, places: int = PLACES) -> None:
        choices = [("", "—"), *Channel.choices]
        super().__init__([forms.Select(attrs={"aria-label": _label(n)}, choices=choices) for n in range(places)])

    def decompress(self, value: list[str] | None) -> list[str]:
        return list(value or [])


class OrderField(forms.MultiValueField):
    """Channels in the order in which they are tried."""

    def __init__(self, *, places: int = PLACES, **options: Any) -> None:
        fields = [forms.ChoiceField(choices=Channel.choices, required=False) for _n in range(places)]
        options = {"require_all_fields": False, "required": False, **options}
        super().__init__(fields, widget=OrderWidget(places), **options)

    def compress(self, values: list[str]) -> list[str]:
        chosen = [value for value in values if value]
        if len(set(chosen)) < len(chosen):
            raise ValidationError(_("A channel is there twice."))
        return chosen


def places(data: Mapping[str, Any] | None, chosen: list[str]) -> int:
    """How many channels a form has room for."""
    sent = sum(f"channels_{n}" in data for n in range(len(Channel.values))) if data else 0
    return min(max(PLACES, sent, len(chosen) + 1), len(Channel.values))


def _label(n: int) -> Any:
    return gettext_lazy("First") if n == 0 else gettext_lazy("If that does not reach them")
