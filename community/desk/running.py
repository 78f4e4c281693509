"""Working on a Run: one worker at a time, its progress seen while it works, taken up again when it dies.

The worker holds a PostgreSQL advisory lock on a connection of its own. A worker that is killed loses the connection
and with it the lock, so that a run that says `running` while its lock is free is known to be nobody's. Progress is
written over the same connection, since the work itself may stand in one long transaction.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from django.db import connections
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from community.desk.models import Run
from events import bell

logger = logging.getLogger(__name__)

ATTEMPTS = 3
TELL_EVERY = 0.5  # seconds between two writings of progress

R = TypeVar("R", bound=Run)


class Progress(Protocol):
    def __call__(self, what: str, rows: int = 0, *, total: int | None = None) -> None:
        """At `what` now; `rows` more are done, of `total` where that has become known."""


class Line:
    """The connection that holds a run's lock and tells its progress."""

    def __init__(self, kind: type[Run], pk: int) -> None:
        self._table, self._pk = kind._meta.db_table, pk
        self._connection = connections.create_connection("default")
        self._step, self._done, self._told = "", 0, 0.0
        self._total: int | None = None

    def lock(self) -> bool:
        return bool(self._one("SELECT pg_try_advisory_lock(hashtextextended(%s, %s))", [self._table, self._pk]))

    def __call__(self, what: str, rows: int = 0, *, total: int | None = None) -> None:
        turned = what != self._step
        self._step, self._done = what, self._done + rows
        self._total = total if total is not None else self._total
        if turned or time.monotonic() - self._told > TELL_EVERY:
            self.tell()

    def tell(self) -> None:
        self._told = time.monotonic()
        table = self._connection.ops.quote_name(self._table)
        sql = f"UPDATE {table} SET step = %s, done = %s, total = %s WHERE id = %s RETURNING id"  # noqa: S608
        self._one(sql, [self._step[:80], self._done, self._total, self._pk])

    def restart(self) -> None:
        """Count from the beginning, as the next part of the work does."""
        self._done, self._total = 0, None

    def close(self) -> None:
        self._connection.close()

    def _one(self, sql: str, parameters: list[Any]) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            row = cursor.fetchone()
        return row[0] if row else None


@contextmanager
def _locked(kind: type[Run], pk: int) -> Iterator[Line | None]:
    line = Line(kind, pk)
    try:
        yield line if line.lock() else None
    finally:
        line.close()


def work(kind: type[R], pk: int, do: Callable[[R, Line], None], *, faults: tuple[type[Exception], ...] = ()) -> None:
    """Do a run that is waiting, or was left by a worker that died; nothing where another works on it or it is over.

    An exception of `faults` is the run's error, in the words of the exception; any other is logged and said so.
    """
    with _locked(kind, pk) as line:
        run = _taken(kind, pk) if line else None
        if run is None or line is None:
            return
        if run.attempts > ATTEMPTS:
            _finish(run, _("The worker died %d times; nothing has changed.") % ATTEMPTS)
            return
        try:
            do(run, line)
        except faults as fault:
            _finish(run, str(fault))
        except Exception:
            logger.exception("%s %s failed", kind.__name__, pk)
            _finish(run, _("It failed by a fault of ours, which is in the server's log; nothing has changed."))
        else:
            line.tell()
            _finish(run)


def _taken(kind: type[R], pk: int) -> R | None:
    run = kind._default_manager.filter(pk=pk, state__in=Run.UNFINISHED).first()
    if run:
        run.state, run.started_at, run.attempts = Run.State.RUNNING, timezone.now(), run.attempts + 1
        run.save(update_fields=["state", "started_at", "attempts"])
    return run


def _finish(run: Run, error: str = "") -> None:
    run.state = Run.State.FAILED if error else Run.State.DONE
    run.error, run.finished_at = error, timezone.now()
    run.save(update_fields=["state", "error", "finished_at"])


def ring(run: Run) -> None:
    bell.ring(import_string(run.TASK), run.pk)


def abandoned(run: Run) -> bool:
    """Whether it runs, by its word, and no worker has it."""
    if run.state != Run.State.RUNNING:
        return False
    with _locked(type(run), run.pk) as line:
        return line is not None


def sweep() -> None:
    """Ring for what waits and for what a dead worker has left."""
    for kind in Run.__subclasses__():
        for run in kind._default_manager.filter(state__in=Run.UNFINISHED):
            if run.state == Run.State.WAITING or abandoned(run):
                ring(run)
