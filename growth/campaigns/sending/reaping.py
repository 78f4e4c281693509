"""Leases that ended: their worker was killed, or PostgreSQL was gone for too long.

A row for which no request was written down is simply due again. Of one whose request may have been made nobody knows
whether it was: where a repetition is known to the provider, or the campaign would rather send twice than never, it is
due again; else it ends as unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from growth.campaigns.channels import CHANNELS
from growth.campaigns.models import Attempt, Delivery
from growth.campaigns.sending import judging
from growth.campaigns.sending.settling import conclude
from growth.campaigns.sending.verdicts import State, Verdict, later

MOST = 500


def reap(now: datetime) -> int:
    """Decide all whose lease is over; how many there were."""
    reaped = 0
    while more := _reap_some(now):
        reaped += more
    return reaped


@transaction.atomic
def _reap_some(now: datetime) -> int:
    over = Delivery.objects.filter(state=State.LEASED, due_at__lte=now).order_by("due_at")
    rows = list(over.select_related("campaign").select_for_update(of=("self",), skip_locked=True)[:MOST])
    unanswered = Attempt.objects.filter(delivery__in=rows, outcome="")
    channels: dict[int, set[str]] = {}
    for pk, channel in unanswered.values_list("delivery", "channel"):
        channels.setdefault(pk, set()).add(channel)
    unanswered.update(outcome=Attempt.Outcome.LOST, reason="lease")
    conclude([_verdict(row, sorted(channels.get(row.pk, ())), now) for row in rows], now)
    return len(rows)


def _verdict(row: Delivery, channels: Sequence[str], now: datetime) -> Verdict:
    if not channels:
        return later(row, now, "lease")
    known = all(CHANNELS[channel].repeats_are_known for channel in channels)
    return judging.unknown(row, repeats_are_known=known, now=now)
