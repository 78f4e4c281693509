"""What there is to read at one moment: the standing files, the rows after them, who is who."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from django.contrib.auth import get_user_model
from pyarrow import compute

from events.engine.tables import SCHEMA
from events.lake import copying
from events.lake.moment import repeatable_read, scalar
from events.models import Event, LakeFile, Seal, VisitorLink

_LINKS = pa.schema([pa.field("visitor", pa.int64(), nullable=False), pa.field("member", pa.int64(), nullable=False)])


@dataclass(frozen=True)
class File:
    path: str
    us_min: int
    us_max: int
    resolved: bool  # no visitor of it was linked to a member after it was written
    person_min: int
    person_max: int


@dataclass(frozen=True)
class Snapshot:
    files: tuple[File, ...]
    tail: pa.Table  # rows of SCHEMA that no file holds
    links: pa.Table  # visitor, member: int64
    staff: frozenset[int]  # members' ids

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last microsecond of which there are events; None where there are none."""
        lows, highs = [file.us_min for file in self.files], [file.us_max for file in self.files]
        if self.tail.num_rows:
            ends = compute.min_max(self.tail["epoch_us"]).as_py()
            lows.append(ends["min"])
            highs.append(ends["max"])
        return (min(lows), max(highs)) if lows else None


def take() -> Snapshot:
    """One repeatable-read look at PostgreSQL, so that no event is in a file and in the tail, or in neither."""
    links = VisitorLink._meta.db_table
    with repeatable_read():
        newest = scalar(f"SELECT max(tx)::text FROM {links}")  # noqa: S608 - our own names, here and below
        return Snapshot(
            files=tuple(
                File(
                    file.path,
                    file.us_min,
                    file.us_max,
                    newest is None or int(file.links_hi) > int(newest),
                    file.person_min,
                    file.person_max,
                )
                for file in LakeFile.objects.standing().order_by("path")
            ),
            tail=_tail(),
            links=copying.table(f"SELECT visitor, member FROM {links}", _LINKS),  # noqa: S608
            staff=frozenset(get_user_model().objects.filter(is_staff=True).values_list("pk", flat=True)),
        )


def _tail() -> pa.Table:
    """Of long texts no more than a block is held beside the table: after an import there are millions of rows."""
    columns, events = ", ".join(SCHEMA.names), Event._meta.db_table
    return copying.table(f"SELECT {columns} FROM {events} WHERE tx >= '{Seal.objects.end()}'::xid8", SCHEMA)  # noqa: S608
