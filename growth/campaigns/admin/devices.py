"""The devices that members registered: to read, without their addresses."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from community.desk.filters import IsSet
from community.desk.searching import ReadOnlyAdmin, number, of_member
from growth.campaigns.models import Device


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    list_display = ("id", "member", "channel", "label", "language", "created_at", "seen_at", "standing")
    list_filter = ("channel", ("removed_at", IsSet), ("created_at", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("member",)
    list_per_page = 50
    sortable_by = ("id",)
    ordering = ("-id",)
    fields = ("member", "channel", "label", "language", "created_at", "seen_at", "removed_at", "removed_why")
    search_help_text = _("A member’s username, or the number of a device")

    def sought(self, term: str) -> Q:
        return number(term, "pk") | of_member(term, "member")

    @display(description=_("standing"), label={"live": "success", "removed": "danger"})
    def standing(self, device: Device) -> tuple[str, Any]:
        return ("removed", device.removed_why or _("removed")) if device.removed_at else ("live", _("live"))
