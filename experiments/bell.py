"""The number by which processes hear of new flags: in Redis, which may be away or forget it."""

from __future__ import annotations

import functools
import logging

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

# Of two that ring at once, the later version stays.
_RAISE = """
if tonumber(redis.call('GET', KEYS[1]) or '-1') < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
"""


def ring(environment: str, version: int, *, certainly: bool = False) -> None:
    """Best effort: the sweep rings again. `certainly`, held by the edition's lock, sets even a lower version."""
    try:
        if certainly:
            _redis().set(_key(environment), version)
        else:
            _redis().eval(_RAISE, 1, _key(environment), version)
    except RedisError as error:
        logger.warning("no bell for the flags of %s: %s", environment, error)


def heard(environment: str) -> int | None:
    """None where Redis does not know. Raises RedisError where it is away."""
    version = _redis().get(_key(environment))
    return None if version is None else int(version)


def _key(environment: str) -> str:
    return f"{settings.REDIS_PREFIX}flags:{environment}"


def _redis() -> Redis:
    return _connected(settings.REDIS_DATA_URL)


@functools.cache
def _connected(url: str) -> Redis:
    """Connections are made at their use, and by each process anew: what is inherited by a fork is not used."""
    return Redis.from_url(url, socket_connect_timeout=0.2, socket_timeout=0.5, retry=Retry(NoBackoff(), 0))
