"""The mathematics of a daily cap. Pure.

Source: contracts.md, "Points": capped raw entries of a member-day, in (time, id) order, are granted
min(raw, cap - granted so far that day).
"""

from collections.abc import Iterable, Iterator


def grants(lines: Iterable[tuple[int, int]]) -> Iterator[int]:
    """What each (raw, cap) line of one pool and member-day is granted, in order. No raw is negative.

    The caps are equal but on a day when an admin changed the rule; then each line meets the cap of its own version.
    """
    total = 0
    for raw, cap in lines:
        granted = min(raw, max(cap - total, 0))
        total += granted
        yield granted


def granted_sum(lines: Iterable[tuple[int, int]]) -> int:
    return sum(grants(lines))
