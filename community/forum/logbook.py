"""What moderators and privileged members do is written down, in the transaction of what they do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from community.forum.models import LogEntry
from community.members.models import Member


def note(
    verb: str,
    about: tuple[str, int],
    *,
    by: Member | None,
    at: datetime,
    reason: str = "",
    before: dict[str, Any],
    after: dict[str, Any],
) -> LogEntry:
    """`about` is (kind, id), `before` and `after` hold what changed; `by` is None where the site itself acted."""
    kind, pk = about
    said = reason.replace("\x00", "")
    return LogEntry.objects.create(
        actor=by, verb=verb, object_kind=kind, object_id=pk, reason=said, before=before, after=after, at=at
    )
