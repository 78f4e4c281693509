"""What a member was told."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.resources.members import MemberRef
from community.api.shapes import Id, In, Out
from community.notifications import reading, sentences
from community.notifications.models import Notification
from community.notifications.sources import describe


class NotificationOut(Out):
    id = serializers.IntegerField()
    kind = serializers.CharField(help_text=", ".join(Notification.Kind.values))
    actor = MemberRef(allow_null=True, help_text="null where a moderator acted, too")
    text = serializers.CharField(help_text="In one sentence, in the reader's language.")
    url = serializers.URLField(allow_null=True, help_text="null where it may not, or no longer, be read")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NotificationQuery(In):
    unread = serializers.BooleanField(default=False, help_text="Only those not read yet.")


class Seen(In):
    """Which are read; without `ids` all of them."""

    ids = serializers.ListField(required=False, child=Id(), max_length=200)


class SeenOut(Out):
    read = serializers.IntegerField(help_text="How many were not read before.")


class Notifications(Resource):
    required_scopes = {"GET": scopes.READ}

    @operation(
        "List one's notifications",
        name="listNotifications",
        query=NotificationQuery,
        returns=NotificationOut,
        page=True,
    )
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        rows = Notification.objects.of(request.user.pk).select_related("actor")
        page = by_keyset(rows.unread() if query["unread"] else rows, query, order=("-id",))
        sources = describe(request.user, [(row.source_kind, row.source_id) for row in page.items])
        return Page([_told(row, sources.get((row.source_kind, row.source_id))) for row in page.items], page.after)


def _told(row: Notification, source: Any) -> dict[str, Any]:
    title = source.title if source else _("something that is no longer available")
    actor = None if row.kind == Notification.Kind.MODERATED else row.actor
    return {
        "id": row.pk,
        "kind": row.kind,
        "actor": actor,
        "text": sentences.plain(row.kind, row.source_kind, sentences.who(row.kind, [row.actor]), title),
        "url": urljoin(settings.SITE_URL, source.url) if source else None,
        "created_at": row.created_at,
        "read_at": row.read_at,
    }


class NotificationsRead(Resource):
    required_scopes = {"POST": scopes.READING}

    @operation("Mark notifications as read", name="readNotifications", takes=Seen, returns=SeenOut)
    def post(self, request: Request, *, given: dict[str, Any]) -> dict[str, int]:
        """Ids that are not one's own are passed over."""
        if "ids" in given:
            return {"read": reading.mark_read(request.user, given["ids"])}
        return {"read": reading.mark_all_read(request.user)}
