"""Which ids have occurred."""

from __future__ import annotations

from collections import defaultdict


class SeenIds:
    """As bits of pages of 1,024: a set of integers would take some 60 bytes for each."""

    def __init__(self) -> None:
        self._pages: defaultdict[int, int] = defaultdict(int)

    def add(self, number: int) -> bool:
        """Whether it is new."""
        page, bit = number >> 10, 1 << (number & 1023)
        if self._pages[page] & bit:
            return False
        self._pages[page] |= bit
        return True
