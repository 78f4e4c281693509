"""How often a program may ask: a bucket that fills by the second. Each process counts by itself, without I/O."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    per_second: float
    burst: int


CLIENT = Rate(per_second=20, burst=600)  # of one key from one address: an office of browsers
SERVER = Rate(per_second=5_000, burst=10_000)  # of one key
REFUSED = Rate(per_second=1, burst=60)  # keys that are none, from one address
REMEMBERED = 20_000

_buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, when that was
_lock = threading.Lock()


def take(name: str, rate: Rate, *, now: float | None = None) -> int:
    """0 where one more is within the rate, which is then counted; else the whole seconds until there is room."""
    now = time.monotonic() if now is None else now
    with _lock:
        left = _left(name, rate, now)
        taken = left >= 1
        _buckets.pop(name, None)
        _buckets[name] = (left - taken, now)
        if len(_buckets) > REMEMBERED:
            _buckets.popitem(last=False)
    return 0 if taken else _wait(left, rate)


def wait(name: str, rate: Rate) -> int:
    """The same, and nothing is counted."""
    with _lock:
        left = _left(name, rate, time.monotonic())
    return 0 if left >= 1 else _wait(left, rate)


def _left(name: str, rate: Rate, now: float) -> float:
    left, at = _buckets.get(name, (float(rate.burst), now))
    return min(rate.burst, left + (now - at) * rate.per_second)


def _wait(left: float, rate: Rate) -> int:
    return max(1, math.ceil((1 - left) / rate.per_second))


def forget() -> None:
    with _lock:
        _buckets.clear()
