"""The list of flags: its columns and filters."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from experiments.flags.stale import Reason
from experiments.models import Flag


class StaleFilter(SimpleListFilter):
    title = _("stale")
    parameter_name = "stale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("any", _("stale, for whatever reason")), *Reason.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Flag]) -> QuerySet[Flag]:
        """The list is annotated by `with_staleness`."""
        if self.value() == "any":
            return queryset.filter(~Q(stale=""))
        return queryset.filter(Q(stale=self.value())) if self.value() else queryset


class OffFilter(SimpleListFilter):
    title = _("kill switch")
    parameter_name = "killed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("killed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Flag]) -> QuerySet[Flag]:
        return queryset.filter(killed_at__isnull=False) if self.value() else queryset
