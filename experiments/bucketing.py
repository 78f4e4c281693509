"""Where a unit falls: the hash of a seed and a unit, and what is done with the number.

The GrowthBook SDK specification 0.8 ("hash", "getBucketRange", "chooseVariation", "inNamespace",
"getQueryStringOverride"), so that its clients and this server agree on every unit. Pure; every number in [0, 1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, urlsplit

Range = tuple[float, float]  # from its first number, up to and without the second

_OFFSET, _PRIME, _MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF  # FNV-1a, 32 bits (Fowler, Noll, Vo)


def fnv32a(text: str, state: int = _OFFSET) -> int:
    """FNV-1a over the text's UTF-16 code units, as JavaScript sees it; `state` goes on from another text."""
    codes = text.encode() if text.isascii() else memoryview(text.encode("utf-16-le")).cast("H")
    for code in codes:
        state = ((state ^ code) * _PRIME) & _MASK
    return state


def bucketer(seed: str, version: int) -> Callable[[str], float | None]:
    """`bucket` for many values of one seed: what the seed does to the hash is computed once."""
    if version == 2:
        seeded = fnv32a(seed)
        return lambda value: fnv32a(str(fnv32a(value, seeded))) % 10_000 / 10_000
    if version == 1:  # its tests are correlated with each other; for what was begun with it
        return lambda value: fnv32a(value + seed) % 1_000 / 1_000
    return lambda value: None


def bucket(seed: str, value: str, version: int) -> float | None:
    """The number of a unit, in ten-thousandths (version 2) or thousandths (1); None where there is no such version."""
    return bucketer(seed, version)(value)


def equal_weights(count: int) -> list[float]:
    return [1 / count] * count if count > 0 else []


def bucket_ranges(count: int, coverage: float = 1, weights: Sequence[float] | None = None) -> list[Range]:
    """A range for each of `count` variations, of its weight's width cut to `coverage`.

    Coverage is clamped to [0, 1]; weights of another number or another sum than 1 (± 0.01) give way to equal ones.
    """
    coverage = min(max(coverage, 0), 1)
    weights = weights or equal_weights(count)
    if len(weights) != count or not 0.99 <= sum(weights) <= 1.01:
        weights = equal_weights(count)
    ranges, start = [], 0.0
    for weight in weights:
        ranges.append((start, start + coverage * weight))
        start += weight
    return ranges


def in_range(number: float, given: Sequence[float]) -> bool:
    return given[0] <= number < given[1]


def choose_variation(number: float, ranges: Sequence[Sequence[float]]) -> int:
    """The index of the first range that holds the number; -1 where none does."""
    for index, given in enumerate(ranges):
        if given[0] <= number < given[1]:
            return index
    return -1


def in_namespace(unit: str, namespace: Sequence) -> bool:
    """Whether the unit's number in (name, from, to) is within: experiments of one namespace exclude each other."""
    name, low, high = namespace
    number = bucket(f"__{name}", unit, 1)
    return number is not None and low <= number < high


def query_override(key: str, url: str, count: int) -> int | None:
    """The variation that an address asks for by `?key=1`; None where it names none of the `count`."""
    found = parse_qs(urlsplit(url).query).get(key, [""])[-1]
    if not (found.isascii() and found.isdigit()):
        return None
    return int(found) if int(found) < count else None
