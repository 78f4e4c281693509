"""The arms of many persons at once: what experiments.bucketing says of each, as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.bucketing import fnv32a

_PRIME = np.uint32(0x01000193)
Texts = NDArray[np.uint8]  # a row each: ASCII codes, 0 after the end


def texts(persons: NDArray[np.int64]) -> Texts:
    """As attributes have them: "7", and "-7" of a visitor."""
    words = persons.astype(np.bytes_)
    return words.view(np.uint8).reshape(len(words), -1) if len(words) else np.zeros((0, 1), np.uint8)


def arms(persons: Texts, seed: str) -> NDArray[np.int64]:
    """0 or 1, of equal weights, by the second version of the hash."""
    once = _hashed(persons, np.uint32(fnv32a(seed)))
    twice = _hashed(texts(once.astype(np.int64)), np.uint32(fnv32a("")))
    return (twice % 10_000 >= 5_000).astype(np.int64)


def _hashed(words: Texts, state: np.uint32) -> NDArray[np.uint32]:
    """FNV-1a, going on from a state; products wrap at 32 bits, as they should."""
    found = np.full(len(words), state, np.uint32)
    for codes in words.T:
        found = np.where(codes > 0, (found ^ codes) * _PRIME, found)
    return found
