"""Endpoints for admins, and the log of what went out to them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from community.desk.searching import MadeByVerbsAdmin, number
from community.webhooks import acts, cleaning, payloads
from community.webhooks.forms import EndpointForm
from community.webhooks.models import Attempt, Delivery, Endpoint

COLOURS = {
    "on": "success",
    "dead": "danger",
    "delivered": "success",
    "failed": "danger",
    "waiting": "info",
}


@admin.register(Endpoint)
class EndpointAdmin(ModelAdmin):
    form = EndpointForm
    list_display = ("name", "url", "shown_state", "waiting", "failures", "owner")
    list_filter = ("state",)
    list_select_related = ("owner",)
    search_fields = ("name", "url")
    autocomplete_fields = ("owner",)
    ordering = ("name", "pk")
    actions = ("turn_on", "turn_off", "try_out", "rotate")
    actions_submit_line = ("try_this_out", "rotate_this")
    readonly_fields = ("state", "shown_secret", "failures", "failing_since", "rests_until", "created_at")
    choices = (None, {"fields": ("name", "url", "names", "everything", "owner")})
    secret = (_("Secret"), {"fields": ("shown_secret",)})
    standing = (_("Standing"), {"fields": ("state", "failures", "failing_since", "rests_until", "created_at")})

    def get_fieldsets(self, request: HttpRequest, obj: Endpoint | None = None) -> Any:
        """The secret for those only who may change it."""
        if obj is None:
            return (self.choices,)
        return (self.choices, *([self.secret] if self.has_change_permission(request, obj) else []), self.standing)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        return super().get_queryset(request).with_waiting()

    @display(description=_("status"), label=COLOURS)
    def shown_state(self, endpoint: Endpoint) -> tuple[str, str]:
        return endpoint.state, endpoint.get_state_display()

    @display(description=_("waiting"))
    def waiting(self, endpoint: Endpoint) -> int:
        return endpoint.waiting or 0  # type: ignore[attr-defined]

    @display(description=_("secret"))
    def shown_secret(self, endpoint: Endpoint) -> SafeString:
        words = _("Show it: the receiver verifies with it that a message comes from here.")
        return format_html("<details><summary>{}</summary><code>{}</code></details>", words, endpoint.secret)

    @admin.action(description=_("Switch on"), permissions=["change"])
    def turn_on(self, request: HttpRequest, chosen: QuerySet[Endpoint]) -> None:
        self._each(request, chosen, acts.turn_on)

    @admin.action(description=_("Switch off"), permissions=["change"])
    def turn_off(self, request: HttpRequest, chosen: QuerySet[Endpoint]) -> None:
        self._each(request, chosen, acts.turn_off)

    @admin.action(description=_("Send a test event"), permissions=["change"])
    def try_out(self, request: HttpRequest, chosen: QuerySet[Endpoint]) -> None:
        self._each(request, chosen, acts.try_out)

    @admin.action(description=_("Give a new secret; the old one signs along for a day"), permissions=["change"])
    def rotate(self, request: HttpRequest, chosen: QuerySet[Endpoint]) -> None:
        self._each(request, chosen, acts.rotate)

    @action(description=_("Save and send a test event"), permissions=["change"])
    def try_this_out(self, request: HttpRequest, endpoint: Endpoint) -> None:
        self._each(request, [endpoint], acts.try_out)

    @action(description=_("Save and give a new secret"), permissions=["change"])
    def rotate_this(self, request: HttpRequest, endpoint: Endpoint) -> None:
        self._each(request, [endpoint], acts.rotate)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Without a list of all that was ever delivered, which Django would read to ask whether one is sure."""
        return [str(endpoint) for endpoint in objs], {self.opts.verbose_name_plural: len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Endpoint) -> None:
        cleaning.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        for endpoint in queryset:
            cleaning.remove(endpoint)

    def _each(self, request: HttpRequest, chosen: Any, verb: Any) -> None:
        count = len([verb(endpoint) for endpoint in chosen])
        self.message_user(request, ngettext("%d done.", "%d done.", count) % count, messages.SUCCESS)


class AttemptInline(TabularInline):
    model = Attempt
    fields = readonly_fields = ("at", "code", "error", "answer", "milliseconds")
    ordering = ("pk",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(MadeByVerbsAdmin):
    list_display = ("__str__", "name", "endpoint", "at", "shown_state", "tries", "outcome", "due_at")
    list_filter = ("state", "name", "endpoint")
    list_select_related = ("endpoint",)
    search_help_text = _("The number of a message (without msg_), an event, a topic, post or comment")
    ordering = ("-pk",)
    list_per_page = 50
    inlines = (AttemptInline,)
    actions = ("replay",)
    fields = ("name", "endpoint", "at", "state", "tries", "due_at", "event_id", "message")
    readonly_fields = fields

    def sought(self, term: str) -> Q:
        # The index is by endpoint and event, so all endpoints are named.
        endpoints = list(Endpoint.objects.values_list("pk", flat=True))
        of_event = number(term, "event_id") & Q(endpoint__in=endpoints)
        return number(term, "pk", "object_id") | of_event

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).with_last_attempt()

    @display(description=_("status"), label=COLOURS)
    def shown_state(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.state, delivery.get_state_display()

    @display(description=_("last response"))
    def outcome(self, delivery: Delivery) -> str:
        return str(delivery.last_code or delivery.last_error or "")  # type: ignore[attr-defined]

    @display(description=_("message as of now"))
    def message(self, delivery: Delivery) -> str:
        body = payloads.build(delivery)
        return body.decode() if body else str(_("Nothing: it is gone, or not for this endpoint."))

    @admin.action(description=_("Send again"), permissions=["change"])
    def replay(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        count = acts.replay(chosen.values_list("pk", flat=True))
        words = ngettext("%d is sent again.", "%d are sent again.", count) % count
        self.message_user(request, words, messages.SUCCESS)
