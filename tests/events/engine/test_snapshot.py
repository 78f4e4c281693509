"""What is read of the rows that no file holds."""

from __future__ import annotations

import tracemalloc

import pytest
from django.db import connection

from events.engine import snapshot
from events.lake import copying

pytestmark = pytest.mark.django_db
_ROWS = """
INSERT INTO events_event
  (at, epoch_us, name, unit, person, object_kind, source, device, language, country, properties)
SELECT to_timestamp(n), n::bigint * 1000000, 'page_viewed', 7, 7, '', 'direct', '', '', '', '{"path": "/a,\\n\\"b\\""}'
FROM generate_series(1, %s) n
"""


def test_the_text_of_a_long_tail_is_not_held_at_once(monkeypatch):
    monkeypatch.setattr(copying, "BLOCK", 2**14)
    snapshot.take()  # what is loaded at first use is not counted
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [5000])
    tracemalloc.start()
    try:
        taken = snapshot.take()
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken.tail.num_rows == 5000
    assert taken.span == (1_000_000, 5_000_000_000)
    assert most < 200_000
