"""The inbox: notifications of one kind about one page stand together, "Bob and 2 others answered …"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from community.members.models import Member
from community.notifications import sentences
from community.notifications.models import Notification
from community.notifications.sources import Key, Source, describe
from community.prepared import Asked, Prepared

MOST = 99  # that the badge counts


@dataclass
class Group:
    """Notifications, newest first, that one line tells of. `source` is None where the member may not read it."""

    rows: list[Notification]
    source: Source | None
    actors: list[Member | None] = field(default_factory=list)

    @property
    def newest(self) -> Notification:
        return self.rows[0]

    @property
    def at(self) -> datetime:
        return self.newest.created_at

    @property
    def unread(self) -> bool:
        return self.newest.read_at is None

    @property
    def ids(self) -> list[int]:
        return [row.pk for row in self.rows]

    @property
    def sentence(self) -> SafeString:
        title: str = _("something that is no longer available")
        if self.source:
            title = format_html("<b>{}</b>", self.source.title)
        who = sentences.who(self.newest.kind, self.actors)
        return sentences.html(self.newest.kind, self.newest.source_kind, who, title)


def grouped(member: Member, rows: Iterable[Notification]) -> list[Group]:
    """The rows (newest first, with their actors) in groups, each where its newest row stands."""
    rows = list(rows)
    sources = describe(member, [_key(row) for row in rows])
    groups: dict[tuple[str, bool, str | Key], Group] = {}
    for row in rows:
        source = sources.get(_key(row))
        page = source.page or source.url if source else _key(row)
        group = groups.setdefault((row.kind, row.read_at is None, page), Group([], source))
        group.rows.append(row)
        if row.actor not in group.actors:
            group.actors.append(row.actor)
    return list(groups.values())


def opened(member: Member, row: Notification) -> Group:
    """The group of `row` among what is unread of its kind."""
    mates = Notification.objects.of(member.pk).unread().filter(kind=row.kind).exclude(pk=row.pk)
    newest = mates.newest_first().select_related("actor")[:200]
    row.read_at = None  # so that it stands with the unread
    return next(group for group in grouped(member, [row, *newest]) if row.pk in group.ids)


def capped(count: int) -> str:
    return f"{MOST}+" if count > MOST else str(count)


def unread_count(member: Member) -> int:
    """One look-up in the index of unread ones; counting stops above MOST."""
    return len(_unread().rows(member=member.pk))


@cache
def _unread() -> Prepared[Notification]:
    return Prepared(Notification.objects.filter(member=Asked("member")).unread().only("pk")[: MOST + 1])


def _key(row: Notification) -> Key:
    return (row.source_kind, row.source_id)
