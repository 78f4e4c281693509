"""The mathematics of a daily cap. Pure.

Source: contracts.md, "Points": capped raw entries of a member-day, in (time, id) order, are granted
min(raw, cap - granted so far that day).
"""

from collections.abc import Iterable, Iterator

Line = tuple[int, int | None]  # raw points, not negative, and the cap; None is no cap


def grants(lines: Iterable[Line]) -> Iterator[int]:
    """What each line of one pool and member-day is granted, in order.

    The caps are equal but on a day when an admin changed the rule; then each line meets the cap of its own version.
    """
    total = 0
    for raw, cap in lines:
        granted = raw if cap is None else min(raw, max(cap - total, 0))
        total += granted
        yield granted


def granted_sum(lines: Iterable[Line]) -> int:
    return sum(grants(lines))
