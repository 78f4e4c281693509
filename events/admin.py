"""The events, to read: facts are not edited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from events.collecting.programs import RESERVED
from events.models import DeclaredEvent, Event
from events.names import NAMES

DIGITS = 18  # what fits into a bigint for certain


class NameFilter(admin.SimpleListFilter):
    """By the names that are declared, rather than by a query for those that occur."""

    title = _("name")
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        declared = DeclaredEvent.objects.values_list("name", flat=True)
        return [(name, name) for name in sorted({*NAMES, *declared})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(name=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(ModelAdmin):
    list_display = ("id", "at", "name", "unit", "thing", "value", "source", "device", "language", "country")
    list_filter = (NameFilter,)
    list_per_page = 50
    search_fields = ("pk",)
    search_help_text = _("The number of an event")
    sortable_by = ("id",)
    ordering = ("-id",)
    exclude = ("tx",)

    @display(description=_("about"))
    def thing(self, event: Event) -> str:
        return f"{event.object_kind} {event.object_id}" if event.object_kind else ""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        digits = search_term.strip().lstrip("#")
        if not digits:
            return queryset, False
        known = digits.isascii() and digits.isdecimal() and len(digits) <= DIGITS
        return (queryset.filter(pk=int(digits)) if known else queryset.none()), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False


class DeclaredEventForm(forms.ModelForm):
    class Meta:
        help_texts = {
            "owner": _("“member:7” for what member 7’s tokens record, “app:” and its client id for an application.")
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name in RESERVED:
            raise forms.ValidationError(_("“%s” is an event of the site’s own.") % name)
        return name


@admin.register(DeclaredEvent)
class DeclaredEventAdmin(ModelAdmin):
    """What programs may record. A declaration stays, since its events do."""

    form = DeclaredEventForm
    list_display = ("name", "description", "owner", "created_at")
    search_fields = ("name", "owner")
    ordering = ("name",)
    fields = ("name", "description", "properties", "owner", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: DeclaredEvent | None = None) -> tuple[str, ...]:
        return ("name", "created_at") if obj else ("created_at",)

    def has_delete_permission(self, request: HttpRequest, obj: DeclaredEvent | None = None) -> bool:
        return False
