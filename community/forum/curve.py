"""The line of a member's points over time. Pure: dates and numbers in, an SVG path and labels out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 640, 140  # units of the drawing; the page stretches it
FLOOR = 1  # a balance is never shown below this


@dataclass(frozen=True)
class Curve:
    line: str  # the path's `d`
    area: str  # the same, closed along the bottom
    top: int  # the value at the upper edge; the lower edge is 0
    first: date
    last: date
    rows: list[tuple[date, int]]  # the balance at the end of each year or month: the same in words
    yearly: bool
    width: int = WIDTH
    height: int = HEIGHT


def nice(value: int) -> int:
    """The least of 1, 2, 5 × 10ⁿ (and at least 10) that is not below the value."""
    step = 10
    while True:
        for factor in (1, 2, 5):
            if factor * step >= value:
                return factor * step
        step *= 10


def curve(days: Sequence[tuple[date, int]], *, start: int, first: date, last: date) -> Curve:
    """`days` are (day, change) in order of time, `start` the balance before them; drawn from `first` to `last`."""
    first = min([first, *(day for day, _change in days[:1])])
    last = max([last, *(day for day, _change in days[-1:])])
    balances = _balances(days, start, first)
    top = nice(max(balance for _day, balance in balances))
    line = _path(balances, first, last, top)
    yearly = (last - first).days > 730
    return Curve(
        line=line,
        area=f"{line}V{HEIGHT}H0Z",
        top=top,
        first=first,
        last=last,
        rows=_rows(balances, last, yearly=yearly),
        yearly=yearly,
    )


def _balances(days: Sequence[tuple[date, int]], start: int, first: date) -> list[tuple[date, int]]:
    balances, total = [(first, max(FLOOR, start))], start
    for day, change in days:
        total += change
        balances.append((day, max(FLOOR, total)))
    return balances


def _path(balances: list[tuple[date, int]], first: date, last: date, top: int) -> str:
    """Steps, one to a unit of width at most: days that fall together show the last of them."""
    span = max(1, (last - first).days)
    heights: dict[int, int] = {}
    for day, balance in balances:
        heights[round((day - first).days * WIDTH / span)] = round(HEIGHT - balance * HEIGHT / top)
    steps = [f"H{x}V{y}" for x, y in heights.items() if x]
    return f"M0 {heights[0]}{''.join(steps)}H{WIDTH}"


def _rows(balances: list[tuple[date, int]], last: date, *, yearly: bool) -> list[tuple[date, int]]:
    ends: dict[date, int] = {}
    for day, balance in balances:
        ends[day.replace(month=1, day=1) if yearly else day.replace(day=1)] = balance
    ends.setdefault(last.replace(month=1, day=1) if yearly else last.replace(day=1), balances[-1][1])
    return list(ends.items())
