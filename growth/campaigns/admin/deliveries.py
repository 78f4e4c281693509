"""What became of each message: to read, by campaign and state, with what was tried; dead letters can be sent again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import display

from community.desk.searching import ReadOnlyAdmin, number, of_member
from growth.campaigns.explaining.telling import explain
from growth.campaigns.models import Attempt, Campaign, Delivery, Receipt, Variation
from growth.campaigns.sending import replaying

COLOURS = {
    "due": "info",
    "leased": "info",
    "sent": "success",
    "dead_token": "danger",
    "rejected": "danger",
    "failed": "danger",
    "unknown": "warning",
}


class AttemptInline(TabularInline):
    model = Attempt
    fields = readonly_fields = ("at", "channel", "provider", "device", "outcome", "code", "reason", "milliseconds")
    ordering = ("pk",)
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        return super().get_queryset(request).select_related("provider", "device")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("id", "campaign", "member", "shown_state", "reason", "channel", "arm", "planned_at", "ended_at")
    list_filter = ("state", ("campaign", AutocompleteSelectFilter), "channel", ("planned_at", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("campaign__topic", "member")
    list_per_page = 50
    sortable_by = ("id",)
    ordering = ("-id",)
    inlines = (AttemptInline,)
    search_help_text = _("A member’s username, or the number of a delivery")
    fieldsets = (
        (None, {"fields": ("campaign", "member", "state", "reason", "channel")}),
        (_("In words"), {"fields": ("explained",)}),
        (_("When"), {"fields": ("planned_at", "due_at", "postponed", "expires_at", "ended_at")}),
        (_("What came of it"), {"fields": ("delivered_at", "opened_at", "clicked_at", "receipts")}),
        (_("Why"), {"fields": ("arm", "held", "would_send", "propensity", "why", "occurrence", "tries", "replays")}),
    )
    actions = ("replay",)

    def sought(self, term: str) -> Q:
        return number(term, "pk") | of_member(term, "member")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        arm = Variation.objects.filter(campaign=OuterRef("campaign"), index=OuterRef("variation"))
        return super().get_queryset(request).annotate(arm_name=Subquery(arm.values("name")[:1]))

    @display(description=_("status"), label=COLOURS)
    def shown_state(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.state, delivery.get_state_display()

    @display(description=_("why"))
    def explained(self, delivery: Delivery) -> SafeString:
        because = explain(delivery, operator=True).because
        return format_html_join("", "<p>{}</p>", [[line] for line in because])

    @display(description=_("receipts"))
    def receipts(self, delivery: Delivery) -> SafeString:
        rows = Receipt.objects.filter(attempt__delivery=delivery).select_related("provider").order_by("pk")
        told = (
            (formats.localize(localtime(row.at)), row.provider.name, row.get_kind_display(), row.detail) for row in rows
        )
        return format_html_join("", "<p>{} · {} · {} {}</p>", told)

    def get_readonly_fields(self, request: HttpRequest, obj: Delivery | None = None) -> tuple[str, ...]:
        return tuple(name for _title, options in self.fieldsets for name in options["fields"])

    @admin.action(description=_("Send dead letters again"), permissions=["replay"])
    def replay(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        """Of the chosen ones those that are dead letters, for each campaign at once."""
        by_campaign: dict[Campaign, list[int]] = {}
        for delivery in chosen.filter(state__in=replaying.DEAD).select_related("campaign"):
            by_campaign.setdefault(delivery.campaign, []).append(delivery.pk)
        given: dict[str, Any] = {"by": request.user, "now": timezone.now(), "why": gettext("Chosen in the list")}
        sent = sum(replaying.replay(campaign, deliveries=ids, **given) for campaign, ids in by_campaign.items())
        messages.success(request, ngettext("%d is sent again.", "%d are sent again.", sent) % sent)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.launch_campaign")

    @display(description=_("variation"))
    def arm(self, delivery: Any) -> str:
        return delivery.arm_name or ""
