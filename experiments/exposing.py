"""Exposures: who was shown a variation, at the point where it was asked for, at least once.

What a request was shown goes out in one parcel when its answer is made, over the list in Redis by which what browsers
see is written too (with Redis away, straight into the table). A process remembers whom it has told of, so that one
unit's exposure is not written with every page; the analysis takes the first.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC
from threading import Lock
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from events.collecting import buffering
from events.collecting.checking import Act
from events.collecting.parcels import Parcel, row_of
from events.collecting.paths import clean
from events.collecting.tasks import flush
from events.context import current
from events.record import epoch_us

logger = logging.getLogger(__name__)
REMEMBERED = 50_000  # exposures by a process: 10 MB


class Exposure(NamedTuple):
    unit: int  # a member's id, or minus a visitor's
    phase: int
    variation: int


class Memory:
    """The last so many things that were added."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, Lock()
        self._things: OrderedDict[Exposure, None] = OrderedDict()

    def has(self, thing: Exposure) -> bool:
        with self._lock:
            if thing not in self._things:
                return False
            self._things.move_to_end(thing)
            return True

    def add(self, things: Sequence[Exposure]) -> None:
        with self._lock:
            self._things.update(dict.fromkeys(things))
            while len(self._things) > self._size:
                self._things.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._things.clear()


memory = Memory(REMEMBERED)


def now_us() -> int:
    return epoch_us(timezone.now())


def send(exposures: Sequence[tuple[Exposure, int]], *, path: str = "") -> None:
    """Write down (exposure, microseconds of when it was) of one request or task, but those that are known already.

    Raises where neither Redis nor the database takes them; then none is remembered."""
    new = [(exposure, at) for exposure, at in exposures if not memory.has(exposure)]
    if not new:
        return
    buffering.put(_parcel(new, path), flusher=flush)
    memory.add([exposure for exposure, _at in new])


def _parcel(exposures: Sequence[tuple[Exposure, int]], path: str) -> Parcel:
    now = timezone.now()
    parcel = Parcel("server", now.astimezone(UTC).date())
    properties = {"path": cleaned} if (cleaned := clean(path) if path else "") else {}
    for exposure, at in exposures:
        act = Act("exposed", at, "", ("phase", exposure.phase), float(exposure.variation), properties)
        parcel.take(act, row_of(act, unit=exposure.unit, context=current()), now_us=epoch_us(now))
    return parcel


class ExposureMiddleware:
    """Innermost but for the view, so that the context of its events still stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        asker = getattr(request, "asker", None)
        if asker is not None:
            asker.settle()
        return response
