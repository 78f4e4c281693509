"""What a member has written and not posted yet, kept on the server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum.denied import Unfit
from community.forum.models import Draft
from community.members.models import Member
from community.prepared import Asked, Prepared

KEY = re.compile(r"(?:topic|(?:reply|edit|comment):[1-9][0-9]{0,17})\Z")
FIELDS = frozenset({"kind", "title", "body", "tags", "category", "summary", "version", "in_reply_to"})
FIELD_MAX = 60_000
MOST = 100  # of one member; beyond it the oldest goes


def save(member: Member, key: str, content: Mapping[str, object]) -> None:
    """Keep `content` (the form's fields) under `key`: topic, reply:7, edit:12. Unfit for any other key.

    A draft without words is none; fields that no form has are left out, long ones cut.
    """
    if not KEY.match(key):
        raise Unfit(_("There is no such draft."))
    kept = {name: _cut(value) for name, value in content.items() if name in FIELDS}
    if not any(str(kept.get(name) or "").strip() for name in ("title", "body")):
        drop(member, key)
        return
    Draft.objects.update_or_create(member=member, key=key, defaults={"content": kept, "updated_at": timezone.now()})
    _drop_oldest(member)


def load(member: Member, key: str) -> dict[str, object] | None:
    found = _kept().first(member=member.pk, key=key)
    return found.content if found else None


@cache
def _kept() -> Prepared[Draft]:
    return Prepared(Draft.objects.filter(member=Asked("member"), key=Asked("key")).only("content"))


def drop(member: Member, key: str) -> None:
    if KEY.match(key):
        Draft.objects.filter(member=member, key=key).delete()


def sweep(now: datetime) -> int:
    """Forget what nobody has touched for DRAFT_DAYS; returns how many."""
    old = Draft.objects.filter(updated_at__lt=now - timedelta(days=settings.DRAFT_DAYS))
    return old.delete()[0]


def _cut(value: object) -> object:
    if isinstance(value, list | tuple):
        return [str(item)[:100] for item in value[:10]]
    return value if isinstance(value, int) else str(value).replace("\x00", "")[:FIELD_MAX]


def _drop_oldest(member: Member) -> None:
    mine = Draft.objects.filter(member=member)
    kept = mine.order_by("-updated_at").values("pk")[:MOST]
    mine.exclude(pk__in=kept).delete()
