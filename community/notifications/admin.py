"""What members were told, and the mails that wait or went out, to read."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import display

from community.desk.filters import IsSet
from community.desk.searching import ReadOnlyAdmin, number, of_member
from community.notifications.models import Mail, Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("id", "member", "kind", "actor", "source", "created_at", "read_at")
    list_filter = (("member", AutocompleteSelectFilter), "kind", ("read_at", IsSet), ("created_at", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("member", "actor")
    list_per_page = 50
    sortable_by = ("id",)
    ordering = ("-id",)
    search_help_text = _("A member's username, or the number of a notification")

    def sought(self, term: str) -> Q:
        return number(term, "pk") | of_member(term, "member")

    @display(description=_("about"))
    def source(self, row: Notification) -> str:
        return f"{row.source_kind} {row.source_id}"


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """A mail that is due for long shows that the mail server does not take it."""

    list_display = ("notification", "member", "due_at", "tries", "sent_at")
    list_filter = (("sent_at", IsSet), ("due_at", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("notification__member",)
    list_per_page = 50
    sortable_by = ()
    ordering = ("-notification",)
    search_help_text = _("A member's username, or the number of a notification")

    def sought(self, term: str) -> Q:
        return number(term, "pk") | of_member(term, "notification__member")

    @display(description=_("member"))
    def member(self, mail: Mail) -> str:
        return str(mail.notification.member)
