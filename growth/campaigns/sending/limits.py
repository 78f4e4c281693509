"""How fast a provider may be asked, by all workers together: a token bucket in Redis, by Redis' own clock.

What the bucket has no token for is given a time: places in a line, one after the other at the bucket's rate. The line
is at most HORIZON long, and rows beyond it are not claimed at all, so that a row waits in its place and is not taken
up again and again. While Redis is away there is no limit.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

HORIZON = 60  # seconds

# KEYS: a bucket. ARGV: tokens a second, tokens wanted, seconds of the horizon. Answers how many there are, when the
# first of the others may come (milliseconds), and how many fit before the horizon. A bucket holds one second's worth.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local rate, wanted, horizon = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'line')
local tokens = math.min(math.max(rate, 1), (tonumber(kept[1]) or rate) + (now - (tonumber(kept[2]) or now)) * rate)
local line = math.max(tonumber(kept[3]) or now, now)
local room = math.floor(tokens) + math.floor(math.max(0, horizon - (line - now)) * rate)
local given = math.min(wanted, math.floor(tokens))
local wait = line - now
if wanted > 0 then
    line = line + (wanted - given) / rate
    redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens - given), 'at', string.format('%.6f', now),
        'line', string.format('%.6f', line))
    redis.call('PEXPIRE', KEYS[1], math.ceil((line - now + 10) * 1000))
end
return {given, math.floor(wait * 1000), room}
"""


@dataclass(frozen=True)
class Share:
    """`given` may go at once; the n-th (from 0) of the others in `wait(n)` seconds. `room`: what may be claimed."""

    given: int
    first_wait: float
    room: int
    rate: float

    def wait(self, place: int) -> float:
        return self.first_wait + (place + 1) / self.rate


def take(wanted: Mapping[str, tuple[float, int]]) -> dict[str, Share]:
    """By bucket, of (tokens a second, tokens wanted); a bucket of which none are wanted is only looked at.

    {} while Redis is away: no limit."""
    if not wanted:
        return {}
    try:
        with _redis(settings.REDIS_DATA_URL).pipeline(transaction=False) as pipe:
            for bucket, (rate, number) in wanted.items():
                pipe.eval(_TAKE, 1, f"{settings.REDIS_PREFIX}campaigns:{bucket}", rate, number, HORIZON)
            answers = pipe.execute()
    except RedisError as error:
        logger.warning("sending without limits: %s", error)
        return {}
    return {
        bucket: Share(given, wait / 1000, room, rate)
        for (bucket, (rate, _number)), (given, wait, room) in zip(wanted.items(), answers, strict=True)
    }


@cache
def _redis(url: str) -> Any:
    return Redis.from_url(url, socket_connect_timeout=0.2, socket_timeout=0.5, retry=Retry(NoBackoff(), 1))
