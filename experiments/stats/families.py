"""Several tests at once: p-values adjusted so that they can be compared with the one level."""

from __future__ import annotations

from collections.abc import Sequence


def holm(values: Sequence[float]) -> list[float]:
    """Holm 1979: the chance of any false discovery stays below the level."""
    count, order = len(values), sorted(range(len(values)), key=values.__getitem__)
    found, largest = [0.0] * count, 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (count - rank) * values[place]))
        found[place] = largest
    return found


def benjamini_hochberg(values: Sequence[float]) -> list[float]:
    """Benjamini & Hochberg 1995: the expected share of false ones among the discoveries stays below the level."""
    count, order = len(values), sorted(range(len(values)), key=values.__getitem__, reverse=True)
    found, smallest = [0.0] * count, 1.0
    for above, place in enumerate(order):
        smallest = min(smallest, count * values[place] / (count - above))
        found[place] = smallest
    return found


ADJUSTMENTS = {"holm": holm, "bh": benjamini_hochberg}
