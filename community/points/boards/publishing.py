"""Keeping the boards in Redis equal to the ledger: after each act, by a sweep every ten seconds, by a rebuild."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from redis.exceptions import RedisError

from community.members.models import Member
from community.points import periods
from community.points.boards import live, totals
from community.points.models import SITE, Entry
from community.points.periods import Period

logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=2)  # a sweep looks again at what transactions as long as this may have hidden from the last
CHUNK = 1000
REBUILD = 60  # seconds until another process may build the board that a killed one left

_paused: ContextVar[bool] = ContextVar("publishing_paused", default=False)


def publish(member_ids: Iterable[int]) -> None:
    """Show members' new totals on the site's boards; without Redis the sweep does it when Redis is back."""
    if _paused.get():
        return
    try:
        _publish(list(member_ids))
    except RedisError as error:
        logger.warning("boards not brought up to date: %s", error)


def sweep() -> None:
    """Build boards that are missing, and publish members whose newest entries no publish may have reached."""
    try:
        _build_missing()
        _sweep_recent()
    except RedisError as error:
        logger.warning("boards not swept: %s", error)


def rebuild() -> None:
    """Build every board anew, as after an import; without Redis the sweep finds them missing."""
    try:
        build_all()
    except RedisError as error:
        logger.warning("boards not rebuilt: %s", error)


def build_all() -> None:
    """The same, where whoever asked must hear of a fault: RedisError."""
    _build(_boards())


@contextmanager
def paused() -> Iterator[None]:
    """Publish nothing that commits meanwhile, and build the boards once at the end: for acts by the thousand.

    After an error nothing is built; what had committed until then is found by the sweep.
    """
    token = _paused.set(True)
    try:
        yield
    finally:
        _paused.reset(token)
    rebuild()


def publish_freed(now: datetime, within: timedelta) -> None:
    """Publish members whose suspension ended in the time up to `now`: nothing else tells of it."""
    freed = Member.objects.filter(suspended_until__range=(now - within, now))
    publish(freed.values_list("pk", flat=True))


def _publish(member_ids: Sequence[int]) -> None:
    shown = [periods.current(name) for name in periods.NAMES]
    for start in range(0, len(member_ids), CHUNK):
        live.publish(totals.snapshot(list(member_ids[start : start + CHUNK]), shown), shown)


def _sweep_recent() -> None:
    began = time.time()
    last = live.mark_time("swept")
    if last is None:  # Redis is new here, so the boards were just built
        last = began
    since = datetime.fromtimestamp(last, UTC) - OVERLAP
    members = Entry.objects.filter(recorded_at__gte=since).order_by().values_list("member", flat=True).distinct()
    _publish(list(members))
    live.mark_time("swept", began)


def _boards() -> list[tuple[str, Period, int]]:
    """Every board that Redis should have now: its name, the period summed and when it expires."""
    today = periods.site_day()
    boards = []
    for name in periods.NAMES:
        period = periods.around(name, today)
        boards.append((period.key, period, live.expiry_of(period)))
        before = periods.until_yesterday(name, today)
        boards.append((yesterday_key(name), before, live.snapshot_expiry(today)))
    return boards


def yesterday_key(name: str) -> str:
    """The snapshot that today's board `name` is compared with."""
    return f"yesterday:{name}:{periods.site_day()}"


def _build_missing() -> None:
    boards = _boards()
    ready = live.is_ready([name for name, _period, _expires in boards])
    _build([board for board, there in zip(boards, ready, strict=True) if not there])


def _build(boards: list[tuple[str, Period, int]]) -> None:
    began = timezone.now()
    if not [name for name, period, expires in boards if _built(name, period, expires)]:
        return
    # What was published to a board while it was built went with the old one.
    recent = Entry.objects.filter(recorded_at__gte=began - OVERLAP).order_by().values_list("member", flat=True)
    _publish(list(recent.distinct()))


def _built(name: str, period: Period, expires: int) -> bool:
    """Build one board, unless another process is at it."""
    if live.taken(name, REBUILD):
        return False
    try:
        live.replace(name, totals.ranking(SITE, period).iterator(chunk_size=live.CHUNK), expires)
    finally:
        live.let_go(name)
    return True
