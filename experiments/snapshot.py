"""The flags of this site's environment in this process, so that a decision asks neither PostgreSQL nor Redis.

`current()` gives what the process has. The first who asks starts a thread that loads it (a fork starts its own) and
then hears within a second of what is new: from Redis, or, while that is away, every five seconds from PostgreSQL.
While both are away the process keeps what it has; with nothing loaded, code gets its defaults. Nothing here raises.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import connections
from redis.exceptions import RedisError

from experiments import asked, bell, plans
from experiments.bucketing import bucketer
from experiments.evaluation import Program
from experiments.models import WHOLE, Edition, Publication
from experiments.payload import HOLDOUTS

logger = logging.getLogger(__name__)
HEAR_EVERY = 0.25  # seconds
ASK_EVERY = 5  # seconds between questions to PostgreSQL while Redis is away
FIRST_WAITS = 2  # seconds that whoever asks first waits for the load

NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Holdout:
    """Units that are held out, and as wide a slice of the others beside them, which is measured against them."""

    key: str
    experiment: str  # that measures it
    phase: int
    seed: str
    share: int  # in ten thousandths
    attribute: str
    of: frozenset[str] | None  # keys of the experiments that it covers; None: all of them

    def covers(self, experiments: Iterable[str]) -> bool:
        return any(True for _key in experiments) if self.of is None else not self.of.isdisjoint(experiments)

    def arm(self, unit: str) -> int | None:
        """0: held out; 1: of the slice; None: neither."""
        number = self._number(unit) if unit else None
        if number is None:
            return None
        place = int(number * WHOLE + 0.5) // self.share
        return place if place < 2 else None

    @cached_property
    def _number(self) -> Callable[[str], float | None]:
        return bucketer(self.seed, 2)


@dataclass(frozen=True)
class Snapshot:
    version: int = 0
    bodies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by the flag's name, as bodies.py says
    program: Program = Program(NONE, NONE)
    phases: Mapping[str, int] = field(default_factory=dict)  # by the experiment's key
    holdouts: tuple[Holdout, ...] = ()
    sticky: bool = False  # whether any experiment's assignments stick


NOTHING = Snapshot()


class Keeper:
    """One for a process. With a snapshot given it keeps that until `refresh`, and no thread looks for another."""

    def __init__(self, kept: Snapshot | None = None) -> None:
        self.kept = kept
        self._thread: threading.Thread | None = None
        self._lock, self._loading = threading.Lock(), threading.Lock()
        self._loaded = threading.Event()
        self._ask_at = 0.0  # by time.monotonic
        self._heard: int | None = None

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
            self._heard = bell.heard(settings.EXPERIMENTS_ENVIRONMENT)
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
            self.kept = load(self.kept or NOTHING)
            return self.kept


def load(kept: Snapshot) -> Snapshot:
    """With what was published since; from the beginning where the database is behind what was kept."""
    environment = settings.EXPERIMENTS_ENVIRONMENT
    version = Edition.objects.filter(environment__key=environment).values_list("version", flat=True).first() or 0
    if version < kept.version:
        kept = NOTHING
    rows = list(Publication.objects.since(environment, kept.version).values_list("flag", "version", "body"))
    if not rows:
        return kept
    return _with(kept, {name: body for name, _version, body in rows}, version=rows[-1][1])


def _with(kept: Snapshot, new: dict[str, Any], *, version: int) -> Snapshot:
    bodies, flags = {**kept.bodies}, {**kept.program.flags}
    for name, body in new.items():
        bodies.pop(name, None)
        flags.pop(name, None)
        if body is None:
            continue
        bodies[name] = body
        if name != HOLDOUTS and (flag := _compiled(name, body)):
            flags[name] = flag
    told = bodies.get(HOLDOUTS, NONE).get("holdouts", ())
    asked = [rule for body in bodies.values() for rule in body.get("rules", ()) if "phase" in rule]
    return Snapshot(
        version=version,
        bodies=bodies,
        program=Program(flags, NONE),
        phases={rule["key"]: rule["phase"] for rule in asked},
        holdouts=tuple(_holdout(one) for one in told),
        sticky=any("fallbackAttribute" in rule for rule in asked),
    )


def _compiled(name: str, body: Mapping[str, Any]) -> plans.Flag | None:
    """One flag that cannot be read, by a fault of ours, does not keep the others away."""
    try:
        return plans.flag(name, body)
    except (TypeError, ValueError, KeyError, AttributeError):
        logger.exception("flag %s cannot be read", name)
        return None


def _holdout(told: Mapping[str, Any]) -> Holdout:
    rest = {name: value for name, value in told.items() if name != "covers"}
    return Holdout(**rest, of=None if told["covers"] is None else frozenset(told["covers"]))


_keeper = Keeper()


def current() -> Snapshot:
    return _keeper.kept or _keeper.first()


def refresh() -> Snapshot:
    return _keeper.refresh()


def _begin_anew() -> None:
    """A fork has no thread, and perhaps a lock that nobody will release."""
    global _keeper
    _keeper = Keeper()


os.register_at_fork(after_in_child=_begin_anew)
