"""Exact counters of recent acts: in Redis, or, while that is away, in this process."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import timezone
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

# Of each counter, the times of its latest acts. One is free when the count-th latest is older than its period.
# All are free: the act is added to each, else to none. Returns the milliseconds to wait, 0 when it was counted.
# What lies ahead by more than a period is of a clock that went back since, and holds nobody up.
_SCRIPT = """
local now, wait = tonumber(ARGV[1]), 0
for i, key in ipairs(KEYS) do
  local nth = redis.call('LINDEX', key, -tonumber(ARGV[2 * i]))
  local period = tonumber(ARGV[2 * i + 1])
  if nth and tonumber(nth) <= now + period then wait = math.max(wait, nth + period - now) end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  redis.call('RPUSH', key, now)
  redis.call('LTRIM', key, -tonumber(ARGV[2 * i]), -1)
  redis.call('PEXPIRE', key, ARGV[2 * i + 1])
end
return 0
"""


@dataclass(frozen=True)
class Counter:
    name: str
    count: int  # acts allowed
    seconds: float  # in any stretch of this length

    @property
    def key(self) -> str:
        return f"{settings.REDIS_PREFIX}limit:{self.name}:{self.count}:{self.seconds:.0f}"


def take(counters: Sequence[Counter]) -> float:
    """Count one act in all of them, or in none and return the seconds until it would be allowed."""
    now = int(timezone.now().timestamp() * 1000)
    if not counters:
        return 0
    try:
        return _take_in_redis(counters, now) / 1000
    except RedisError as error:
        logger.warning("counting in memory: %s", error)
        return _memory.take(counters, now) / 1000


def _take_in_redis(counters: Sequence[Counter], now: int) -> int:
    numbers = [number for counter in counters for number in (counter.count, int(counter.seconds * 1000))]
    return int(_script(settings.REDIS_DATA_URL)(keys=[counter.key for counter in counters], args=[now, *numbers]))


@cache
def _script(url: str) -> Any:
    client = Redis.from_url(url, socket_connect_timeout=0.2, socket_timeout=0.5, retry=Retry(NoBackoff(), 1))
    return client.register_script(_SCRIPT)


class Memory:
    """The same for this process alone. The counters that were longest unused are forgotten above `most`."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._acts: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, counters: Sequence[Counter], now: int) -> int:
        with self._lock:
            acts = [self._of(counter) for counter in counters]
            waits = [
                times[0] + int(counter.seconds * 1000) - now
                for counter, times in zip(counters, acts, strict=True)
                if len(times) == counter.count and times[0] <= now + int(counter.seconds * 1000)
            ]
            if (wait := max(waits, default=0)) > 0:
                return wait
            for times in acts:
                times.append(now)
            return 0

    def _of(self, counter: Counter) -> deque[int]:
        times = self._acts.setdefault(counter.key, deque(maxlen=counter.count))
        self._acts.move_to_end(counter.key)
        if len(self._acts) > self._most:
            self._acts.popitem(last=False)
        return times


_memory = Memory()
