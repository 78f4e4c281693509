"""How often at most, when not, and about what: caps, the site's quiet hours, topics that members choose from."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from growth.campaigns.models import FrequencyCap, QuietHours, SubscriptionTopic


class Standing(ModelAdmin):
    """The rows are there from the first; they are changed, not made and not deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FrequencyCap)
class FrequencyCapAdmin(Standing):
    list_display = ("priority", "day", "week")
    fields = ("priority", "per_day", "per_week")
    readonly_fields = ("priority",)

    @display(description=_("a day"))
    def day(self, cap: FrequencyCap) -> Any:
        return _("without limit") if cap.per_day is None else cap.per_day

    @display(description=_("a week"))
    def week(self, cap: FrequencyCap) -> Any:
        return _("without limit") if cap.per_week is None else cap.per_week

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        helps = dict.fromkeys(
            ("per_day", "per_week"),
            _("Of all campaigns together, in the member’s time zone. Empty: without limit."),
        )
        return super().get_form(request, obj, change, **{"help_texts": helps, **kwargs})


@admin.register(QuietHours)
class QuietHoursAdmin(Standing):
    """The site's alone: those of members are theirs."""

    list_display = ("__str__",)
    fields = ("since", "until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuietHours]:
        return super().get_queryset(request).filter(member=None)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        told = _("What falls into them goes out when they end. By each member’s clock; members can choose their own.")
        return super().get_form(request, obj, change, **{"help_texts": {"until": told}, **kwargs})


@admin.register(SubscriptionTopic)
class SubscriptionTopicAdmin(ModelAdmin):
    list_display = ("name", "key", "description", "on_at_first")
    fields = ("name", "key", "description", "on_at_first")
    search_fields = ("name", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: SubscriptionTopic | None = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: SubscriptionTopic | None = None) -> dict[str, Any]:
        return {} if obj else {"key": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # with it the members' words on it would go, and campaigns name it
