"""Pass 1: the dump is read to its end before anything is written."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from community.imports.core.progress import Progress
from community.imports.core.seen import SeenIds
from community.imports.discourse.opening import DumpError
from community.imports.discourse.reading import rows
from community.imports.discourse.tables import TABLES


def check(path: Path, *, progress: Progress) -> int:
    """The number of rows that we read. DumpError at the first thing that is wrong."""
    total = 0
    seen: defaultdict[str, SeenIds] = defaultdict(SeenIds)
    for table, line, row in rows(path):
        if not seen[table.name].add(row[table.key]):
            raise DumpError(f"{table.name}.{table.key} {row[table.key]} occurs twice", line=line)
        total += 1
        progress(table.name, 1)
    if missing := [table.name for table in TABLES.values() if table.must_be and table.name not in seen]:
        raise DumpError(f"no rows of {missing[0]}: this is no dump of Discourse, or of an empty one")
    return total
