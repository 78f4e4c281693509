"""Whose an event is: the unit that did it, or the member whom that visitor turned out to be."""

from __future__ import annotations

import pyarrow as pa

from events.lake import copying
from events.lake.schema import SCHEMA
from events.models import VisitorLink

_LINKS = pa.schema([("visitor", pa.int64()), ("member", pa.int64())])


def links_before(tx: int) -> pa.Table:
    """The mapping by all links of the transactions before, rows of (visitor, member)."""
    table = VisitorLink._meta.db_table
    return copying.table(f"SELECT visitor, member FROM {table} WHERE tx < '{tx}'::xid8", _LINKS)  # noqa: S608


def resolved(relation: str) -> str:
    """Rows of SCHEMA but `at`, with `person` found anew by the relation `links`."""
    columns = ", ".join(
        "coalesce(links.member, e.unit) AS person" if name == "person" else f"e.{name}"
        for name in SCHEMA.names
        if name != "at"
    )
    return f"SELECT {columns} FROM {relation} AS e LEFT JOIN links ON e.unit = -links.visitor"  # noqa: S608
