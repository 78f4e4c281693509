"""A round: take what is due, send it, write down what came of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from growth.campaigns.channels.interface import Outcome, Unavailable
from growth.campaigns.content.composing import Composed, Problem, compose
from growth.campaigns.models import Campaign
from growth.campaigns.sending import claiming, pausing, retrying, sending, trying, waiting
from growth.campaigns.sending.carriers import Carriers
from growth.campaigns.sending.checking import LEASE, check
from growth.campaigns.sending.looping import loop
from growth.campaigns.sending.plans import Plan
from growth.campaigns.sending.settling import conclude, settle
from growth.campaigns.sending.trying import Request
from growth.campaigns.sending.verdicts import State, Verdict, end, later, write

logger = logging.getLogger(__name__)

RUN_SECONDS = 10  # then another task has its turn
AT_ONCE = 2  # batches of a process: one waits for providers, one for PostgreSQL; other threads plan meanwhile
MARGIN_SECONDS = 5  # to write down what came, before the lease ends
AGAIN_SECONDS = 0.3

_turns = threading.BoundedSemaphore(AT_ONCE)


def send_due(seconds: float = RUN_SECONDS) -> int:
    """Rounds until nothing is due or the time is up; how many rows were taken up. 0 where others are at it already."""
    if not _turns.acquire(blocking=False):
        return 0
    until, taken = time.monotonic() + seconds, 0
    try:
        while time.monotonic() < until and (more := send_round(timezone.now())):
            taken += more
    finally:
        _turns.release()
    return taken


def send_round(now: datetime) -> int:
    """One batch; how many rows were taken up."""
    leased_until = time.monotonic() + LEASE.total_seconds() - MARGIN_SECONDS
    carriers = Carriers.load()
    taken, plans = _lease(carriers, now)
    if plans and (requests := _prepare(plans, carriers, now)):
        sendings = [request.sending for request in requests]
        seconds = min(sending.SECONDS, leased_until - time.monotonic())
        outcomes = loop.run(partial(sending.send_all, sendings, seconds=seconds))
        _settle(requests, outcomes, leased_until)
    return taken


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
    """The end of a row for whose member there is no message, or who is held back from one."""
    if isinstance(said, Problem):
        return end(plan.delivery, said.state, said.reason, would_send=False)
    if plan.delivery.held:
        return Verdict(plan.delivery, State.HELD, would_send=True, told={"chosen": dict(said.chosen)})
    return None


def _keyless(plan: Plan, fault: Unavailable, now: datetime) -> Verdict:
    return later(plan.delivery, now + timedelta(seconds=retrying.block(fault.after)), "no_keys")


def _settle(requests: Sequence[Request], outcomes: Sequence[Outcome], leased_until: float) -> None:
    """What was sent is written down though PostgreSQL is restarted meanwhile: else it would be sent twice."""
    while True:
        try:
            settle(requests, outcomes, timezone.now())
        except (OperationalError, InterfaceError) as fault:
            if time.monotonic() > leased_until:
                raise
            logger.warning("to be settled again: %s", fault)
            connection.close()
            time.sleep(AGAIN_SECONDS)
        else:
            return pausing.pause_refused(requests, outcomes)
