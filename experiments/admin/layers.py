"""Teams, layers with who has which range of them, and the leases: history that nobody edits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from experiments import layers
from experiments.models import WHOLE, Layer, Lease, Team

COLOURS = 6  # of ranges side by side, in static/css/layers.css


@admin.register(Team)
class TeamAdmin(ModelAdmin):
    list_display = ("name", "key")
    search_fields = ("name", "key")
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Team | None = None) -> tuple[str, ...]:
        return ("key",) if obj else ()


def unit_field() -> forms.ChoiceField:
    """What is divided: something that everybody has, or nobody would fall into any range."""
    units = [(name, name) for name in ("id", "member", "visitor")]
    return forms.ChoiceField(choices=units, label=_("Unit"), widget=UnfoldAdminSelectWidget)


class LayerForm(forms.ModelForm):
    hash_attribute = unit_field()


@admin.register(Layer)
class LayerAdmin(ModelAdmin):
    change_form_outer_after_template = "admin/experiments/layers/ranges.html"
    list_display = ("name", "key", "hash_attribute", "taken")
    search_fields = ("name", "key")
    ordering = ("name",)
    list_per_page = 50

    class Media:
        css = {"all": ("css/reports.css", "css/layers.css")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Layer]:
        """By a subquery, so that the list's own count stays one of layers."""
        standing = Lease.objects.standing().filter(layer=OuterRef("pk")).order_by().values("layer")
        return super().get_queryset(request).annotate(leased=Subquery(standing.annotate(n=_width()).values("n")))

    @display(description=_("leased"), ordering="leased")
    def taken(self, layer: Any) -> str:
        return f"{(layer.leased or 0) / 100:g} %"

    def get_readonly_fields(self, request: HttpRequest, obj: Layer | None = None) -> tuple[str, ...]:
        """Another key or unit would be another layer: its units would be divided anew under running experiments."""
        return ("key", "hash_attribute") if obj else ()

    def get_form(self, request: HttpRequest, obj: Layer | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{"form": forms.ModelForm if obj else LayerForm, **kwargs})

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        extra = {**(kwargs.pop("extra_context", None) or {}), **_ranges(object_id)}
        return super().change_view(request, object_id, *args, extra_context=extra, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Layer | None = None) -> bool:
        return False  # who had which units is read from its leases


def _width() -> Sum:
    return Sum(F("high") - F("low"))


def _ranges(layer_id: str) -> dict[str, Any]:
    """`leases` that stand, each with its width and colour, and the gaps between them."""
    if not (layer_id.isascii() and layer_id.isdecimal()):
        return {}
    found = Lease.objects.standing().filter(layer=int(layer_id)).select_related("experiment", "by")
    standing: list[Any] = list(found.order_by("low"))
    for number, one in enumerate(standing):
        one.width, one.colour = one.high - one.low, number % COLOURS
        one.low_percent, one.high_percent = f"{one.low / 100:g}", f"{one.high / 100:g}"
    free = layers.gaps((one.low, one.high) for one in standing)
    return {"leases": standing, "free": free, "whole": WHOLE, "layer_id": layer_id}


class StandingFilter(admin.SimpleListFilter):
    title = pgettext_lazy("feature", "state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("standing", _("standing")), ("released", _("released"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lease]) -> QuerySet[Lease]:
        return queryset.filter(released_at__isnull=self.value() == "standing") if self.value() else queryset


@admin.register(Lease)
class LeaseAdmin(ModelAdmin):
    list_display = ("layer", "experiment", "range", "leased_at", "released_at", "by")
    list_display_links = None
    list_filter = (StandingFilter, "layer")
    list_select_related = ("layer", "experiment", "by")
    list_per_page = 50
    search_fields = ("experiment__key",)
    ordering = ("-pk",)
    sortable_by = ()

    @display(description=_("range"))
    def range(self, lease: Lease) -> str:
        return f"{lease.low / 100:g}–{lease.high / 100:g} %"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Lease | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Lease | None = None) -> bool:
        return False
