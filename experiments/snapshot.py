"""The flags of this site's environment in this process, so that a decision asks neither PostgreSQL nor Redis.

`current()` gives what the process has. The first who asks starts a thread that loads it (a fork starts its own) and
then hears within a second of what is new: from Redis, or, while that is away, every five seconds from PostgreSQL.
While both are away the process keeps what it has; with nothing loaded, code gets its defaults. Nothing here raises,
but `refresh`.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from django.conf import settings
from django.db import connections
from redis.exceptions import RedisError

from experiments import asked, bell
from experiments.published import NOTHING, Holdout, Snapshot, load

__all__ = ["NOTHING", "Holdout", "Keeper", "Snapshot", "current", "of", "refresh"]

logger = logging.getLogger(__name__)
HEAR_EVERY = 0.25  # seconds
ASK_EVERY = 5  # seconds between questions to PostgreSQL while Redis is away
FIRST_WAITS = 5  # seconds that whoever asks first waits for the load


class Keeper:
    """One for a process and an environment. With a snapshot given it keeps that until `refresh`: no thread looks for
    another."""

    def __init__(self, kept: Snapshot | None = None, environment: str = "") -> None:
        self.kept = kept
        self._environment = environment  # the site's own, unless another is named
        self._thread: threading.Thread | None = None
        self._lock, self._loading = threading.Lock(), threading.Lock()
        self._loaded = threading.Event()
        self._ask_at = 0.0  # by time.monotonic
        self._heard: int | None = None

    @property
    def environment(self) -> str:
        return self._environment or settings.EXPERIMENTS_ENVIRONMENT

    def first(self) -> Snapshot:
        """What there is after the load that the first who asks waits for, within bounds."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="flags", daemon=True)
                self._thread.start()
        self._loaded.wait(FIRST_WAITS)
        return self.kept or NOTHING

    def _watch(self) -> None:
        wait = self._take_new()
        self.kept = self.kept or NOTHING
        self._loaded.set()
        while True:
            time.sleep(wait)
            asked.write_hourly()
            wait = self._take_new() if self._is_told() else HEAR_EVERY

    def _is_told(self) -> bool:
        """Whether to ask PostgreSQL: Redis tells what it has not told before, or tells nothing and it is time."""
        before = self._heard
        try:
            self._heard = bell.heard(self.environment)
        except (RedisError, ValueError):
            self._heard = None
        if self._heard is None:
            return time.monotonic() >= self._ask_at
        return self._heard != before

    def _take_new(self) -> float:
        """The seconds until the next look."""
        self._ask_at = time.monotonic() + ASK_EVERY
        try:
            self.refresh()
        except Exception as error:  # noqa: BLE001 - whatever it is, what the process has goes on
            logger.warning("flags stay as they are: %s", error)
            self._heard = None
            return ASK_EVERY
        finally:
            connections.close_all()  # the thread's own
        return HEAR_EVERY

    def refresh(self) -> Snapshot:
        """Load what is new, at once. Raises what the database does."""
        with self._loading:
            self.kept = load(self.kept or NOTHING, self.environment)
            return self.kept


_keeper = Keeper()
_others: dict[str, Keeper] = {}  # of environments that only programs ask for


def current() -> Snapshot:
    return _keeper.kept or _keeper.first()


def of(environment: str) -> Snapshot:
    if environment == settings.EXPERIMENTS_ENVIRONMENT:
        return current()
    keeper = _others.get(environment) or _others.setdefault(environment, Keeper(environment=environment))
    return keeper.kept or keeper.first()


def refresh() -> Snapshot:
    for keeper in [*_others.values()]:
        keeper.refresh()
    return _keeper.refresh()


def _begin_anew() -> None:
    """A fork has no thread, and perhaps a lock that nobody will release."""
    global _keeper
    _keeper = Keeper()
    _others.clear()


os.register_at_fork(after_in_child=_begin_anew)
