"""Take erased events off the derived tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.conf import settings
from django.db.models import F

from events.derived.tables import TABLES
from events.models import DailyCount

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def forget(units: Sequence[int], removed: pa.Table) -> None:
    """Delete what is told of these persons, all of whose events go, and count `removed` (events that were filled, with
    epoch_us, name, source and value) no longer."""
    for table in TABLES:
        if "person" in table.columns:
            table.model._default_manager.filter(person__in=units).delete()
    counts: Counter[tuple[date, str, str]] = Counter()
    values: Counter[tuple[date, str, str]] = Counter()
    for row in removed.select(["epoch_us", "name", "source", "value"]).to_pylist():
        key = (_day(row["epoch_us"]), row["name"], row["source"])
        counts[key] += 1
        values[key] += row["value"] or 0
    for key, count in counts.items():
        _take_off(key, count, values[key])


def _take_off(key: tuple[date, str, str], count: int, value: float) -> None:
    day, name, source = key
    row = DailyCount.objects.filter(day=day, name=name, source=source)
    row.update(count=F("count") - count, value=F("value") - value)
    row.filter(count__lte=0).delete()


def _day(epoch_us: int) -> date:
    return (_EPOCH + timedelta(microseconds=epoch_us)).astimezone(ZoneInfo(settings.TIME_ZONE)).date()
