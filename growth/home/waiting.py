"""What waits for people: a sentence and where to go. One count each, only for those who may act on it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.moderation import cases
from community.webhooks.models import Delivery, Endpoint


@dataclass(frozen=True)
class Wait:
    sentence: str
    address: str
    link: str


def for_admin(request: HttpRequest) -> list[Wait]:
    return [wait for wait in (_flags(request), _endpoints(request), _deliveries(request)) if wait]


def _flags(request: HttpRequest) -> Wait | None:
    count = cases.count() if getattr(request.user, "moderates", False) else 0
    if not count:
        return None
    words = ngettext(
        "%d post or comment was flagged and waits for a decision.",
        "%d posts and comments were flagged and wait for a decision.",
        count,
    )
    return Wait(words % count, reverse("admin:moderation_queue"), _("To the queue"))


def _endpoints(request: HttpRequest) -> Wait | None:
    may = request.user.has_perm("webhooks.view_endpoint")
    count = Endpoint.objects.filter(state=Endpoint.State.DEAD).count() if may else 0
    if not count:
        return None
    words = ngettext("%d webhook is dead: it failed for days.", "%d webhooks are dead: they failed for days.", count)
    address = reverse("admin:webhooks_endpoint_changelist") + "?state__exact=dead"
    return Wait(words % count, address, _("See which"))


def _deliveries(request: HttpRequest) -> Wait | None:
    """Of endpoints that work otherwise; those of a dead one are told by its own line."""
    may = request.user.has_perm("webhooks.view_delivery")
    count = Delivery.objects.filter(state=Delivery.State.FAILED, endpoint__state="on").count() if may else 0
    if not count:
        return None
    words = ngettext("%d webhook delivery failed for good.", "%d webhook deliveries failed for good.", count)
    return Wait(words % count, reverse("admin:webhooks_delivery_changelist") + "?state__exact=failed", _("See them"))
