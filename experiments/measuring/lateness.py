"""Of whom something came late: events of a time that was measured, visitors who turned out to be members."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa

from events.lake import copying
from events.models import Event, VisitorLink
from events.record import epoch_us
from experiments.measuring.counting import NOBODY, Late
from experiments.measuring.reading import EXPOSED
from experiments.measuring.what import What
from experiments.models import Refresh

_SCHEMA = pa.schema([("person", pa.int64()), ("instant", pa.int64())])
_LATE = """
SELECT person, min(instant) FROM (
  SELECT coalesce(l.member, e.unit) AS person, e.epoch_us AS instant
  FROM {events} e LEFT JOIN {links} l ON e.unit = -l.visitor
  WHERE e.tx >= '{mark}'::xid8 AND e.epoch_us < {as_of} AND e.name IN ({names})
  UNION ALL SELECT member, 0 FROM {links} WHERE tx >= '{mark}'::xid8
) found GROUP BY person ORDER BY person
"""


def since(last: Refresh, what: What) -> Late:
    """What is found now; what comes later is found by the next refresh, for its mark is older than this look."""
    parts = (part for measure in what.measures.values() for part in measure.parts())
    query = _LATE.format(
        events=Event._meta.db_table,
        links=VisitorLink._meta.db_table,
        mark=int(last.events_hi or 0),
        as_of=epoch_us(last.as_of),
        names=_quoted({EXPOSED}.union(*(step.names for part in parts for step in part.steps))),
    )
    found = copying.table(query, _SCHEMA)
    if not found.num_rows:
        return NOBODY
    return Late(found["person"].to_numpy(), found["instant"].to_numpy().astype(np.int64))


def _quoted(names: Collection[str]) -> str:
    """Names of events are words: events.names declares them, and a constraint those of programs."""
    return ", ".join(f"'{name}'" for name in sorted(names))
