"""What reports look like for programs: parameters in, kinds, answers and people out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from community.api.shapes import In, Out


class ParameterOut(Out):
    name = serializers.CharField()
    about = serializers.CharField(allow_blank=True)
    required = serializers.BooleanField()
    default = serializers.JSONField(allow_null=True)
    choices = serializers.ListField(child=serializers.CharField(), help_text="Empty where any text goes.")


class KindOut(Out):
    key = serializers.CharField(help_text="In the report's address.")
    title = serializers.CharField()
    about = serializers.CharField(allow_blank=True)
    parameters = ParameterOut(many=True)


class KindsOut(Out):
    items = KindOut(many=True)


class ReportOut(Out):
    kind = serializers.CharField()
    params = serializers.DictField(help_text="All of them, with those that were left out.")
    result = serializers.DictField(help_text="As the command of the same name prints it.")
    as_of = serializers.DateTimeField(help_text="Later events were not read.")
    age_s = serializers.IntegerField(help_text="Seconds since it was computed.")
    computing = serializers.BooleanField(help_text="Whether a newer answer is on its way.")


class PendingOut(Out):
    """It is computed: ask again in Retry-After seconds."""

    state = serializers.CharField(help_text="queued or running")
    asked_at = serializers.DateTimeField()


class PersonOut(Out):
    person = serializers.IntegerField(help_text="A member's id, or minus a visitor's.")
    username = serializers.CharField(allow_null=True, help_text="null for visitors")


class PeopleOut(Out):
    items = PersonOut(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


class RefreshQuery(In):
    refresh = serializers.BooleanField(
        required=False, default=False, help_text="Have it computed anew, however old the stored answer is."
    )


class CellQuery(In):
    cell = serializers.CharField(
        max_length=500, help_text="Which number, as a JSON object: what the report's page has in its links."
    )


OTHERS = OpenApiParameter(
    "params",
    {"type": "object", "additionalProperties": {"type": "string"}},
    description="The kind's own parameters, each by its name; `GET analytics/` tells them.",
    style="form",
    explode=True,
)


@dataclass(frozen=True)
class Parameter:
    name: str
    field: forms.Field

    @property
    def about(self) -> str:
        return str(self.field.help_text or self.field.label or "")

    @property
    def required(self) -> bool:
        return self.field.required and self.default is None

    @property
    def default(self) -> Any:
        return self.field.initial() if callable(self.field.initial) else self.field.initial

    @property
    def choices(self) -> list[str]:
        return [str(value) for value, _label in getattr(self.field, "choices", ())]
