"""The cache that all processes share: Redis, or, while that is away, the memory of this process.

What is counted there (allauth's limits, codes used once) then still counts, each process for itself, and whoever signs
in does not have to wait for Redis.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)
Result = TypeVar("Result")
AWAY_SECONDS = 2  # before a Redis that did not answer is asked again


class SharedCache(BaseCache):
    """`LOCATION` is Redis' address; keys begin with settings.REDIS_PREFIX."""

    _away_until = 0.0  # of the whole process, by time.monotonic

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = {"socket_connect_timeout": 0.2, "socket_timeout": 0.5, "retry": Retry(NoBackoff(), 1)}
        own = {"KEY_PREFIX": f"{settings.REDIS_PREFIX}cache"}
        self._redis = RedisCache(server, {**params, **own, "OPTIONS": options})
        self._memory = LocMemCache(f"instead of {server}", {**params, **own})

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._do(lambda cache: cache.add(key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._do(lambda cache: cache.get(key, default, version))

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._do(lambda cache: cache.set(key, value, timeout, version))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._do(lambda cache: cache.touch(key, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._do(lambda cache: cache.delete(key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return self._do(lambda cache: cache.incr(key, delta, version))

    def clear(self) -> None:
        """Only what is the cache's own: the same database holds boards and limits."""
        self._memory.clear()
        self._do(lambda cache: self._forget() if cache is self._redis else None)

    def _forget(self) -> None:
        client = self._redis._cache.get_client(write=True)
        for key in client.scan_iter(match=f"{self._redis.key_prefix}:*", count=1000):
            client.delete(key)

    def _do(self, act: Callable[[BaseCache], Result]) -> Result:
        if time.monotonic() >= SharedCache._away_until:
            try:
                return act(self._redis)
            except RedisError as error:
                logger.warning("the cache is in memory: %s", error)
                SharedCache._away_until = time.monotonic() + AWAY_SECONDS
        return act(self._memory)
