"""How many requests a member, or a stranger's address, has in a minute. The acts' own limits stand beside it.

Whole minutes, so that the three numbers which a program is told (RateLimit-Limit, -Remaining, -Reset; IETF draft
ratelimit-headers-06) say exactly what will happen. One counter each in Redis; while that is away, in this process.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import cache as remembered

from django.conf import settings
from django.core.cache import cache
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.request import Request

from community.api.problems import Problem
from community.members.addresses import address_of
from community.members.limits import TooMany

logger = logging.getLogger(__name__)

MINUTE = 60
OF_MEMBER = 600
OF_ADDRESS = 120  # of who is not signed in


@dataclass(frozen=True)
class Allowance:
    limit: int
    left: int
    reset: int  # seconds until there are `limit` again

    @property
    def headers(self) -> dict[str, str]:
        numbers = {"Limit": self.limit, "Remaining": max(0, self.left), "Reset": self.reset}
        return {f"RateLimit-{name}": str(number) for name, number in numbers.items()}


def take(request: Request) -> Allowance | None:
    """Count this request; Problem where it is one too many. None where the site has no limits."""
    if not settings.RATE_LIMITS:
        return None
    member = request.user.is_authenticated
    who = f"m{request.user.pk}" if member else address_of(request._request)
    limit, now = OF_MEMBER if member else OF_ADDRESS, time.time()
    reset = MINUTE - int(now) % MINUTE
    allowance = Allowance(limit, limit - _count(f"{who}:{int(now) // MINUTE}"), reset)
    if allowance.left < 0:
        raise Problem(
            "too-many-requests", str(TooMany(reset)), headers={"Retry-After": str(reset), **allowance.headers}
        )
    return allowance


def _count(name: str) -> int:
    key = f"{settings.REDIS_PREFIX}api:{name}"
    try:
        with _redis(settings.REDIS_DATA_URL).pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, MINUTE)
            return int(pipe.execute()[0])
    except RedisError as error:
        logger.warning("counting requests in memory: %s", error)
        cache.add(key, 0, MINUTE)
        return cache.incr(key)


@remembered
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=0.2, socket_timeout=0.5, retry=Retry(NoBackoff(), 0))
