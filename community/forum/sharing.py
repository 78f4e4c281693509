"""Links that say who shared them, and what it earns when one brings somebody who had never been here."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.utils.http import base36_to_int, int_to_base36

from community.forum.models import Topic
from community.members import counting
from community.members.addresses import address_of
from community.members.models import Member
from community.points import extras

PARAMETER = "by"
ONE_A_DAY = (1, timedelta(days=1).total_seconds())  # newcomers from one address for one member: it may be their own


def link_to(topic: Topic, reader: Member | AnonymousUser) -> str:
    """The topic's address, for its reader to hand on."""
    url = f"{settings.SITE_URL}{topic.get_absolute_url()}"
    return f"{url}?{PARAMETER}={int_to_base36(reader.pk)}" if reader.pk else url


def brought(request: HttpRequest, *, visitor: int, by: str, topic: int | None) -> None:
    """A browser that was never here came by this code (settings.ON_NEWCOMER); it counts where the topic is public."""
    sharer = _sharer(by)
    if sharer is None or not Topic.objects.visible_to(AnonymousUser()).filter(pk=topic or 0).exists():
        return
    if settings.RATE_LIMITS and counting.take([counting.Counter(f"share:{sharer}:{address_of(request)}", *ONE_A_DAY)]):
        return
    with transaction.atomic():
        Member.objects.lock([sharer])
        extras.share_brought(sharer, visitor_id=visitor, source=("topic", topic or 0))


def _sharer(code: str) -> int | None:
    try:
        pk = base36_to_int(code)
    except ValueError:
        return None
    return pk if Member.objects.filter(pk=pk, is_active=True).exists() else None
