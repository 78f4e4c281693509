"""Pass 1: every file is read to its end before anything is written."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from community.imports.stackexchange.files import FILES
from community.imports.stackexchange.progress import Progress
from community.imports.stackexchange.reading import DumpError, rows


class SeenIds:
    """Which ids have occurred, as bits of pages of 1,024: a set of integers would take some 60 bytes for each."""

    def __init__(self) -> None:
        self._pages: defaultdict[int, int] = defaultdict(int)

    def add(self, number: int) -> bool:
        """Whether it is new."""
        page, bit = number >> 10, 1 << (number & 1023)
        if self._pages[page] & bit:
            return False
        self._pages[page] |= bit
        return True


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
