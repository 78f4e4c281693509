"""The flags of this site's environment in this process, so that a decision asks neither PostgreSQL nor Redis.

`current()` gives what the process has. The first who asks starts a thread that loads it (a fork starts its own) and
then hears within a second of what is new: from Redis, which tells a version; it is loaded until it is what the process
has. While Redis is away PostgreSQL is asked every five seconds, and every thirty whatever Redis tells.
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

__all__ = ["NOTHING", "Holdout", "Keeper", "Snapshot", "age", "current", "of", "refresh"]

logger = logging.getLogger(__name__)
HEAR_EVERY = 0.25  # seconds
ASK_EVERY = 5  # seconds between questions to PostgreSQL while Redis is away
ASK_ANYWAY = 30  # and while it tells of nothing new
FIRST_WAITS = 5  # seconds that whoever asks first waits for the load


class Keeper:
    """One for a process and an environment. With a snapshot given it keeps that until `refresh`: no thread looks for
    another."""

    def __init__(self, kept: Snapshot | None = None, environment: str = "") -> None:
        self.kept = kept
        self._environment = environment  # the site's own, unless another is named
        self._is_watched = kept is None
        self._thread: threading.Thread | None = None
        self._lock, self._loading = threading.Lock(), threading.Lock()
        self._loaded = threading.Event()
        self._ask_at = 0.0  # by time.monotonic, as are the others
        self._ask_anyway_at = 0.0
        self._sure_at: float | None = None  # when it was known last that there is nothing newer

    @property
    def environment(self) -> str:
        return self._environment or settings.EXPERIMENTS_ENVIRONMENT

    @property
    def age(self) -> float | None:
        """Seconds for which there may have been something newer; None where nobody has asked yet."""
        return None if self._sure_at is None else time.monotonic() - self._sure_at

    def current(self) -> Snapshot:
        """The first who asks, and the first after a thread that has died, starts one."""
        if self._is_watched and (self._thread is None or not self._thread.is_alive()):
            self._start()
        return self.kept or self._first()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                thread = threading.Thread(target=self._watch, name="flags", daemon=True)
                thread.start()
                self._thread = thread

    def _first(self) -> Snapshot:
        """What there is after the first load, which is waited for within bounds."""
        self._loaded.wait(FIRST_WAITS)
        return self.kept or NOTHING

    def _watch(self) -> None:
        wait = self._take_new()
        self.kept = self.kept or NOTHING
        self._loaded.set()
        while True:
            time.sleep(wait)
            wait = self._look()

    def _look(self) -> float:
        """The seconds until the next one. Whatever is the matter, the thread goes on."""
        try:
            asked.write_hourly()
            return self._take_new() if self._is_told() else HEAR_EVERY
        except Exception:
            logger.exception("flags are not looked for")
            return ASK_EVERY

    def _is_told(self) -> bool:
        """Whether to ask PostgreSQL: Redis tells of another version than what is kept, or it is time."""
        now = time.monotonic()
        try:
            heard = bell.heard(self.environment)
        except (RedisError, ValueError):
            heard = None
        if heard is None:
            return now >= self._ask_at
        if self.kept is not None and heard == self.kept.version:
            self._sure_at = now
            return now >= self._ask_anyway_at
        return True

    def _take_new(self) -> float:
        """The seconds until the next look."""
        now = time.monotonic()
        self._ask_at, self._ask_anyway_at = now + ASK_EVERY, now + ASK_ANYWAY
        try:
            self.refresh()
        except Exception as error:  # noqa: BLE001 - whatever it is, what the process has goes on
            logger.warning("flags stay as they are: %s", error)
            return ASK_EVERY
        finally:
            connections.close_all()  # the thread's own
        return HEAR_EVERY

    def refresh(self) -> Snapshot:
        """Load what is new, at once. Raises what the database does."""
        with self._loading:
            asked_at = time.monotonic()
            self.kept = load(self.kept or NOTHING, self.environment)
            self._sure_at = asked_at
            return self.kept


_keeper = Keeper()
_others: dict[str, Keeper] = {}  # of environments that only programs ask for


def current() -> Snapshot:
    return _keeper.current()


def age() -> float | None:
    """Of what this process has, in seconds, as the keeper says."""
    return _keeper.age


def of(environment: str) -> Snapshot:
    if environment == settings.EXPERIMENTS_ENVIRONMENT:
        return current()
    keeper = _others.get(environment) or _others.setdefault(environment, Keeper(environment=environment))
    return keeper.current()


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
