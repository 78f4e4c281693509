"""A round: take what is due, send it, write down what came of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from growth.campaigns.channels.interface import Unavailable
from growth.campaigns.content.composing import Composed, Problem, compose
from growth.campaigns.models import Campaign
from growth.campaigns.sending import claiming, retrying, trying, waiting
from growth.campaigns.sending.carriers import Carriers
from growth.campaigns.sending.checking import LEASE, check
from growth.campaigns.sending.flights import Flight
from growth.campaigns.sending.looping import loop
from growth.campaigns.sending.plans import Plan
from growth.campaigns.sending.settling import conclude
from growth.campaigns.sending.trying import Request
from growth.campaigns.sending.verdicts import State, Verdict, end, later, write

logger = logging.getLogger(__name__)

RUN_SECONDS = 10  # then another task has its turn
AT_ONCE = 2  # batches of a process: one waits for providers, one for PostgreSQL; other threads plan meanwhile
MARGIN_SECONDS = 5  # to write down what came, before the lease ends
PATIENCE_SECONDS = 0.25  # with a batch, before the next is begun
ASIDE = 8  # batches of a thread that wait for their last answers

_turns = threading.BoundedSemaphore(AT_ONCE)


def send_due(seconds: float = RUN_SECONDS) -> int:
    """Rounds until nothing is due or the time is up; how many rows were taken up. 0 where others are at it already."""
    if not _turns.acquire(blocking=False):
        return 0
    under_way: list[Flight] = []
    try:
        return _send_until(time.monotonic() + seconds, under_way)
    except Exception:  # of the batch that should have been next
        while under_way:
            _land(under_way)
        raise
    finally:
        _turns.release()


def _send_until(until: float, under_way: list[Flight]) -> int:
    """A batch whose last answers are long in coming is put aside, and looked at after each other one."""
    taken = 0
    while True:
        more = 0
        if time.monotonic() < until and len(under_way) < ASIDE:
            more, flight = begin_round(timezone.now())
            taken += more
            under_way.append(flight)
        _land(under_way)
        if not more and not under_way:
            return taken


def _land(under_way: list[Flight]) -> None:
    """Settle what was answered; those that are over go. The last one is waited for."""
    last = under_way[-1:]
    under_way[:] = [flight for flight in under_way if not _landed(flight, PATIENCE_SECONDS if flight in last else 0)]


def _landed(flight: Flight, seconds: float) -> bool:
    try:
        return flight.land(seconds)
    except Exception:  # one batch's fault is not its neighbours'; its rows are the reaper's
        logger.exception("a batch could not be settled")
        return True


def send_round(now: datetime) -> int:
    """One batch, to its end; how many rows were taken up."""
    taken, flight = begin_round(now)
    while not flight.land(PATIENCE_SECONDS):
        pass
    return taken


def begin_round(now: datetime) -> tuple[int, Flight]:
    """Take up a batch: how many rows, and the requests to make, written down."""
    leased_until = time.monotonic() + LEASE.total_seconds() - MARGIN_SECONDS
    carriers = Carriers.load()
    taken, plans = _lease(carriers, now)
    requests = _prepare(plans, carriers, now) if plans else []
    return taken, Flight(requests, leased_until=leased_until)


def _lease(carriers: Carriers, now: datetime) -> tuple[int, list[Plan]]:
    """Claim and check in one transaction: who is let through has a lease and its places, or neither."""
    if not (ready := waiting.ready(now)):
        return 0, []
    found = Campaign.objects.select_related("topic").prefetch_related("variations__provider").in_bulk(ready)
    with transaction.atomic():
        rows = claiming.claim({pk: found[pk] for pk in ready if pk in found}, carriers, now)
        plans, verdicts = check(rows, carriers, now)
        write(verdicts, now=now)
    for leased in (verdict for verdict in verdicts if verdict.lease):
        leased.hand_over()
    return len(rows), plans


def _prepare(plans: Sequence[Plan], carriers: Carriers, now: datetime) -> list[Request]:
    """Compose, and write down the requests to make; rows without one are done with."""
    said = compose([plan.delivery for plan in plans], now=now)
    done = [verdict for plan in plans if (verdict := _unsent(plan, said[plan.delivery.pk]))]
    over = {verdict.delivery.pk for verdict in done}
    plans = [plan for plan in plans if plan.delivery.pk not in over]
    composed = {pk: one for pk, one in said.items() if isinstance(one, Composed)}
    keys = loop.run(partial(trying.fetch_keys, plans, carriers))
    faults = {pk: given for pk, given in keys.items() if isinstance(given, Unavailable)}
    waiting = [_keyless(plan, faults[plan.provider.pk], now) for plan in plans if plan.provider.pk in faults]
    plans = [plan for plan in plans if plan.provider.pk not in faults]
    with transaction.atomic():
        conclude([*done, *waiting], now)
        return trying.write_down(plans, composed, keys, carriers, now)


def _unsent(plan: Plan, said: Composed | Problem) -> Verdict | None:
    """The end of a row for whose member there is no message, or who is held back from one. Of a row that had one, once,
    and is tried again, that stands."""
    if isinstance(said, Problem):
        return end(plan.delivery, said.state, said.reason, would_send=bool(plan.before))
    if plan.delivery.held:
        return Verdict(plan.delivery, State.HELD, would_send=True, told={"chosen": dict(said.chosen)})
    return None


def _keyless(plan: Plan, fault: Unavailable, now: datetime) -> Verdict:
    return later(plan.delivery, now + timedelta(seconds=retrying.block(fault.after)), "no_keys")
