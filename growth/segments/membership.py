"""Who is in a segment, for all who go by segments: reports, experiments, campaigns.

What is asked is who is in it now, that is since its last refresh; the time of a report does not change that.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext as _

from growth.segments.models import Membership, Segment

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

    from events.engine import Reader


def persons(reader: Reader, segment_key: str) -> ibis.Table:
    """Its persons as a table of expressions with one column, `person`. ValueError where there is no such segment."""
    segment = Segment.objects.filter(key=segment_key).only("pk").first()
    if segment is None:
        raise ValueError(_("There is no segment “%s”.") % segment_key)
    return reader.lend(f"segment_{segment.pk}", current(segment.pk))


def has(person: int, segment_key: str) -> bool:
    """Whether a member (or minus a visitor) is in it. False where there is no such segment."""
    return Membership.objects.current().filter(segment__key=segment_key, person=person).exists()


def keys_of(person: int) -> frozenset[str]:
    """All segments that a person is in."""
    return frozenset(Membership.objects.current().filter(person=person).values_list("segment__key", flat=True))


def current(segment_id: int) -> pa.Table:
    """`person`, sorted: by COPY, for there may be a million."""
    import pyarrow as pa  # noqa: PLC0415 - heavy; pages and experiments use the functions above
    from pyarrow import csv  # noqa: PLC0415

    raw = io.BytesIO()
    query = (
        "COPY (SELECT person FROM segments_membership WHERE segment_id = %s AND left_at IS NULL ORDER BY 1) TO STDOUT"
    )
    with connection.cursor() as cursor, cursor.copy(query, [segment_id]) as copy:
        for block in copy:
            raw.write(block)
    if not raw.tell():
        return pa.table({"person": pa.array([], pa.int64())})
    raw.seek(0)
    return csv.read_csv(raw, csv.ReadOptions(column_names=["person"]))
