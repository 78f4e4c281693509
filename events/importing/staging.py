"""The staged rows to events, by sets: whose they are, which of them are new, and in which order they happened."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import connection

from events.collecting.programs import RESERVED
from events.models import DeclaredEvent
from events.names import NAMES

Staged = tuple[int, str, str, int, str | None]  # nth, unit, name, microseconds, the system's own id of it
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")

_CLEAR = "DROP TABLE IF EXISTS pg_temp.staged, pg_temp.keyed"  # of an import before it in one transaction
_MAKE = "CREATE TEMP TABLE staged (nth bigint, unit text, name text, us bigint, id text) ON COMMIT DROP"

# A new person gets a random number of 53 bits, as a browser's cookie does.
_UNITS = """
INSERT INTO events_externalunit (system, external_id, visitor)
SELECT %(system)s, unit, 1 + floor(random() * 9007199254740990)::bigint FROM staged GROUP BY unit ORDER BY unit
ON CONFLICT (system, external_id) DO NOTHING
"""
# What makes a row the same as one of an earlier import: its id, else the how-manieth it is of its unit, name and time.
_KEYS = """
CREATE TEMP TABLE keyed ON COMMIT DROP AS
SELECT md5(concat_ws(E'\\n', %(system)s, CASE WHEN id IS NULL THEN concat_ws(E'\\n', 'row', unit, name, us,
  row_number() OVER (PARTITION BY unit, name, us ORDER BY nth)) ELSE concat_ws(E'\\n', 'id', id) END))::uuid AS key, nth
FROM staged
"""
_WRITE = """
WITH fresh AS (
  INSERT INTO events_receipt (key, until) SELECT DISTINCT key, NULL::timestamptz FROM keyed ORDER BY key
  ON CONFLICT (key) DO NOTHING RETURNING key),
rows AS (SELECT key, min(nth) AS nth FROM keyed JOIN fresh USING (key) GROUP BY key),
written AS (
  INSERT INTO events_event (epoch_us, at, name, unit, person,
    object_kind, source, device, language, country, properties)
  SELECT us, 'epoch'::timestamptz + us * interval '1 microsecond', name, -visitor, -visitor,
    '', 'import', '', '', '', '{}'
  FROM rows JOIN staged USING (nth) JOIN events_externalunit u ON u.system = %(system)s AND u.external_id = unit
  ORDER BY us, nth RETURNING name)
SELECT name, count(*) FROM written GROUP BY name
"""


def stage(rows: Iterable[Staged]) -> None:
    """Keep them until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR)
        cursor.execute(_MAKE)
        with connection.wrap_database_errors, cursor.copy("COPY staged FROM STDIN") as copying:
            for row in rows:
                copying.write_row(row)
        cursor.execute("CREATE INDEX ON staged (nth)")
        cursor.execute("ANALYZE staged")


def drop_unknown(*, declare_for: str) -> Counter[str]:
    """Leave out the rows whose name nobody has declared, and say why; `declare_for` declares those that can be."""
    names = {name for (name,) in _rows("SELECT DISTINCT name FROM staged")}
    unknown = names - NAMES.keys() - set(DeclaredEvent.objects.values_list("name", flat=True))
    if declare_for:
        able = {name for name in unknown if _WORD.fullmatch(name) and name not in RESERVED}
        DeclaredEvent.objects.bulk_create(DeclaredEvent(name=name, owner=declare_for) for name in sorted(able))
        unknown -= able
    dropped = _execute("DELETE FROM staged WHERE name = ANY(%(names)s)", names=sorted(unknown))
    return Counter({"bad_name" if declare_for else "unknown_name": dropped} if dropped else {})


def write(system: str) -> tuple[Counter[str], int]:
    """Events written, by name, and how many units there are. The other rows were there already, or are so twice."""
    _execute(_UNITS, system=system)
    _execute(_KEYS, system=system)
    written = Counter(dict(_rows(_WRITE, system=system)))
    ((units,),) = _rows("SELECT count(DISTINCT unit) FROM staged")
    return written, units


def left() -> int:
    """Rows that are staged."""
    return int(_rows("SELECT count(*) FROM staged")[0][0])


def _execute(sql: str, **parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def _rows(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
