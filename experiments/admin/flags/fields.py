"""Fields of the forms of flags."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput, JSONString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from experiments.flags.texts import read_json, written

TRUTHS = [("false", _("false")), ("true", _("true"))]


class ValueField(forms.CharField):
    """A value as people write it; what it says is read once the flag's kind is known."""

    widget = UnfoldAdminTextareaWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"required": False, "strip": False, "widget": UnfoldAdminTextareaWidget({"rows": 2})} | options
        )

    def suit(self, kind: str) -> None:
        if kind == "boolean":
            self.widget = UnfoldAdminSelectWidget(choices=TRUTHS)


class PlainJSONField(forms.JSONField):
    """Shown with its letters as they are, on lines; nothing typed is nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "widget": UnfoldAdminTextareaWidget({"rows": 3})} | options)

    def to_python(self, value: Any) -> Any:
        """In place of Django's, which takes NaN for a number and fails where lists are nested without end."""
        if self.disabled or not isinstance(value, str) or isinstance(value, JSONString):
            return value
        if value in self.empty_values:
            return None
        found = read_json(value)
        return JSONString(found) if isinstance(found, str) else found

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return initial if self.disabled else self.to_python(data)
        except ValidationError:
            return InvalidJSONInput(data)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, InvalidJSONInput | str):
            return value
        return json.dumps(value, ensure_ascii=False, indent=2) if value else ""


class ShareField(forms.DecimalField):
    """Ten thousandths, written in per cent."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminDecimalFieldWidget({"step": "0.01"})
        super().__init__(**{"min_value": 0, "max_value": 100, "decimal_places": 2, "widget": widget} | options)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / 100 if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        if isinstance(value, int):  # what stands, of a field that is not to be typed in
            return value
        found = super().clean(value)
        return int(found * 100)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def value_text(value: Any, kind: str) -> str:
    return "" if value is None else written(value, kind)
