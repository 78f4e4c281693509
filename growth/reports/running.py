"""Answering a question in a worker: one at a time, watched, taken up again where the worker dies.

The claim is a conditional update. A thread beside the work says every second that its worker lives, and learns so
that nobody waits any more (cancelled, or taken by another): then it interrupts the engine's query.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from growth.reports.forms import moment
from growth.reports.kinds import KINDS
from growth.reports.models import Answer

logger = logging.getLogger(__name__)

LONGEST = timedelta(seconds=240)  # a task is ended at CELERY_TASK_TIME_LIMIT, five minutes
ATTEMPTS = 2
BEAT = 1.0  # seconds between two signs of life
TOO_LONG = gettext_noop("It took longer than four minutes. Ask for less: a shorter time, or fewer cohorts.")
DIED = gettext_noop("The worker died twice while computing this; memory is the usual reason, the log may say more.")
OURS = gettext_noop("It failed by a fault of ours, which is in the server's log.")
GONE = gettext_noop("There is no such kind of report any more.")
NOT_THE_QUESTION = frozenset({TOO_LONG, DIED, OURS, GONE})


class Watch:
    """The thread beside the work."""

    def __init__(self, answer: Answer, interrupt: Callable[[], None]) -> None:
        self._answer, self._interrupt = answer, interrupt
        self._until = time.monotonic() + LONGEST.total_seconds()
        self._over = threading.Event()
        self.late = self.left = False  # too long; nobody waits for it any more
        self._thread = threading.Thread(target=self._look, name=f"answer-{answer.pk}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        try:
            while not self._over.wait(BEAT):
                self.left = not Answer.objects.held_by(self._answer).update(seen_at=timezone.now())
                self.late = time.monotonic() > self._until
                if self.left or self.late:
                    self._interrupt()  # again and again: between two queries there is nothing to interrupt
        finally:
            connection.close()  # this thread's own


def run(pk: int) -> None:
    """Answer it, if it still waits; otherwise another has it, or nobody wants it."""
    answer = _claimed(pk)
    if answer is None:
        return
    try:
        found = _found(answer)
    except ValueError as fault:
        logger.warning("answer %s to %s: %s", pk, answer.kind, fault)
        _fail(answer, " ".join(str(fault).split()) or OURS)
    except Exception:
        logger.exception("answer %s to %s failed", pk, answer.kind)
        _fail(answer, OURS)
    else:
        _finish(answer, found)


def _claimed(pk: int) -> Answer | None:
    now = timezone.now()
    waiting = Answer.objects.filter(pk=pk, state=Answer.State.QUEUED)
    claim = {"state": Answer.State.RUNNING, "started_at": now, "seen_at": now, "attempts": F("attempts") + 1}
    return Answer.objects.get(pk=pk) if waiting.update(**claim) else None


def _found(answer: Answer) -> dict[str, Any]:
    """The fields of the answer. ValueError where the question is bad, in words; {} where nobody waits any more."""
    from events.engine import reading  # noqa: PLC0415 - ibis and duckdb, which web processes do without

    if answer.kind not in KINDS:
        raise ValueError(GONE)
    with reading(as_of=moment(answer.params, "as_of")) as reader, _watched(answer, reader.interrupt) as watch:
        try:
            return {"as_of": reader.as_of, **_contents(answer, reader)}
        except Exception:
            if watch.left:
                return {}
            if watch.late:
                raise ValueError(TOO_LONG) from None
            raise


@contextmanager
def _watched(answer: Answer, interrupt: Callable[[], None]) -> Iterator[Watch]:
    watch = Watch(answer, interrupt)
    watch.start()
    try:
        yield watch
    finally:
        watch.end()


def _contents(answer: Answer, reader: Any) -> dict[str, Any]:
    kind = KINDS[answer.kind]
    if answer.cell is None:
        return {"kept": _as_text(kind.answer(answer.params, reader))}
    people = reader.rows(kind.people(answer.params, answer.cell, reader).select("person").distinct())
    return {"persons": sorted(people["person"].to_pylist(), key=lambda person: (person < 0, abs(person)))}


def _as_text(result: dict[str, Any]) -> str:
    try:
        return json.dumps(result, allow_nan=False, ensure_ascii=False)
    except ValueError as error:  # a fault of the kind's, not of who asked
        raise ArithmeticError("the result holds NaN or Infinity") from error


def _finish(answer: Answer, found: dict[str, Any]) -> None:
    """Keep it, in place of all that was known before. Nothing where it is not this worker's any more."""
    done = {"state": Answer.State.DONE, "finished_at": timezone.now(), "fault": "", **found}
    if found and Answer.objects.held_by(answer).update(**done):
        Answer.objects.to(answer.digest).filter(pk__lt=answer.pk).delete()


def _fail(answer: Answer, fault: str) -> None:
    failed = {"state": Answer.State.FAILED, "finished_at": timezone.now(), "fault": fault[:500]}
    Answer.objects.held_by(answer).update(**failed)


def take_up_lost(now: datetime) -> None:
    """What dead workers have left waits again; after the second death it has failed."""
    lost = Answer.objects.lost(now)
    lost.filter(attempts__gte=ATTEMPTS).update(state=Answer.State.FAILED, finished_at=now, fault=DIED)
    lost.update(state=Answer.State.QUEUED)
