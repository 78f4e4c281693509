"""Pass 1: every file is read to its end before anything is written."""

from __future__ import annotations

from pathlib import Path

from community.imports.core.progress import Progress
from community.imports.core.seen import SeenIds
from community.imports.stackexchange.files import FILES
from community.imports.stackexchange.reading import DumpError, rows


def check(directory: Path, *, progress: Progress) -> int:
    """The number of rows of the dump. DumpError at the first thing that is wrong."""
    total = 0
    for file in FILES:
        seen = SeenIds()
        for line, row in rows(directory, file):
            if not seen.add(row["Id"]):
                raise DumpError(file, f"Id {row['Id']} occurs twice", line=line)
            total += 1
            progress(file.name, 1)
    return total
