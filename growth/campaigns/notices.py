"""What notifications are about, those of campaigns too (settings.NOTIFICATION_SOURCES)."""

from __future__ import annotations

from collections.abc import Iterable

from community.forum import sources
from community.members.models import Member
from community.notifications.sources import Key, Source
from growth.campaigns.models import Notice

KIND = "notice"


def describe(member: Member, keys: Iterable[Key]) -> dict[Key, Source]:
    """As the forum's, with the member's own notices, read by a query where there are any."""
    keys = list(keys)
    ids = [pk for kind, pk in keys if kind == KIND]
    notices = Notice.objects.filter(member=member, pk__in=ids) if ids else ()
    found = {(KIND, notice.pk): Source(notice.title, notice.path, notice.body) for notice in notices}
    return sources.describe(member, keys) | found
