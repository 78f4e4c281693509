"""What comes in and goes out: the base of all serializers, and how a query and sparse fields are read.

`In` is strict: a name that it does not know is an error, since it is mostly a misspelt one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

BIGGEST = 2**63 - 1


class InvalidQuery(ValidationError):
    """Faults by the name of the parameter."""


class In(serializers.Serializer):
    """The body of a request, or its query."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping) and (unknown := sorted(set(data) - set(self.fields))):
            raise ValidationError({name: ErrorDetail(_("There is no such field."), "unknown") for name in unknown})
        return super().to_internal_value(data)


class Out(serializers.Serializer):
    """A thing as the API shows it."""


class PageQuery(In):
    cursor = serializers.CharField(
        required=False, max_length=500, help_text="Where the next page begins, as `next` of the page before has it."
    )
    page_size = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)


class NoQuery(In):
    pass


class SiteUrl(serializers.URLField):
    """Where people read the thing, on the site."""

    def __init__(self) -> None:
        super().__init__(source="*", read_only=True)

    def to_representation(self, value: Any) -> str:
        return urljoin(settings.SITE_URL, value.get_absolute_url())


class Id(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=BIGGEST, **kwargs)


def read_query(given: Mapping[str, str], *shapes: type[In], also: Iterable[str] = ()) -> dict[str, Any]:
    """The parameters by all these shapes; InvalidQuery for what none of them knows."""
    serializers_ = [shape() for shape in shapes]
    names = {name for one in serializers_ for name in one.fields} | set(also)
    faults: dict[str, Any] = {
        name: [ErrorDetail(_("There is no such parameter."), "unknown")] for name in sorted(set(given) - names)
    }
    values: dict[str, Any] = {}
    for shape in shapes:
        serializer = shape(data={name: given[name] for name in shape().fields if name in given})
        if serializer.is_valid():
            values |= serializer.validated_data
        else:
            faults |= serializer.errors
    if faults:
        raise InvalidQuery(faults)
    return values


def only(serializer: serializers.BaseSerializer, wanted: str | None) -> None:
    """Leave of the serializer the fields that `?fields=id,title` names."""
    if wanted is None:
        return
    fields = getattr(serializer, "child", serializer).fields
    names = [name.strip() for name in wanted.split(",")]
    if unknown := [name for name in names if name not in fields]:
        said = _("There is no field “%(name)s”. There are: %(all)s.") % {"name": unknown[0], "all": ", ".join(fields)}
        raise InvalidQuery({"fields": [ErrorDetail(said, "unknown")]})
    for name in set(fields) - set(names):
        fields.pop(name)
