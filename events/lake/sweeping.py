"""Unlink what nobody reads any more. The caller holds the lake's lock, so nobody writes meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from events.lake import store
from events.models import LakeFile

READERS_END_AFTER = timedelta(minutes=10)  # who began to read before the swap still opens the old files
RUBBISH_AFTER = timedelta(hours=1)  # time to notice that the database in use is not the newest


def sweep(now: datetime) -> int:
    """Retired files after ten minutes; what killed processes left, in the manifest's place or before it; how many."""
    for left in store.scratches():
        left.unlink()
    retired = LakeFile.objects.filter(retired_at__lte=now - READERS_END_AFTER)
    paths = list(retired.values_list("path", flat=True))
    named = set(LakeFile.objects.values_list("path", flat=True))
    paths += [path for path, at in store.listing() if path not in named and at <= now - RUBBISH_AFTER]
    for path in paths:
        store.remove(path)
    retired.delete()
    return len(paths)
