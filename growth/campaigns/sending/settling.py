"""What came of a batch, in one transaction and a fixed number of statements.

Only for rows whose lease is still ours: of the others the reaper has decided, and another worker may have them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from events.models import Event
from events.record import event, record_all
from growth.campaigns.channels import CHANNELS
from growth.campaigns.channels.interface import Outcome
from growth.campaigns.models import Attempt, Device, Provider
from growth.campaigns.sending import caps, retrying
from growth.campaigns.sending.judging import judge
from growth.campaigns.sending.trying import Request
from growth.campaigns.sending.verdicts import State, Verdict, write

ATTEMPTS = """
UPDATE campaigns_attempt AS attempt SET outcome = came.outcome, code = came.code, reason = came.reason,
  external_id = came.external_id, milliseconds = came.milliseconds
FROM jsonb_to_recordset(%(came)s::jsonb)
  AS came(id bigint, outcome text, code integer, reason text, external_id text, milliseconds integer)
WHERE attempt.id = came.id
"""


def settle(requests: Sequence[Request], outcomes: Sequence[Outcome], now: datetime) -> list[Verdict]:
    """Write down what came of the requests of whole rows; what became of those that were still ours."""
    came: dict[int, list[tuple[Request, Outcome]]] = defaultdict(list)
    for request, outcome in zip(requests, outcomes, strict=True):
        came[request.plan.delivery.pk].append((request, outcome))
    with transaction.atomic():
        ours = conclude([_verdict(pairs, now) for pairs in came.values()], now)
        pairs = [pair for verdict in ours for pair in came[verdict.delivery.pk]]
        _write_attempts(pairs)
        record_all(_sent(verdict) for verdict in ours if verdict.state == State.SENT)
        _remove_dead(pairs, now)
        _block(pairs, now)
    return ours


def conclude(verdicts: Sequence[Verdict], now: datetime) -> list[Verdict]:
    """Write them, and give back the places in caps of rows that took some in vain; those that were written."""
    written = write(verdicts, now=now)
    ours = [verdict for verdict in verdicts if verdict.delivery.pk in written]
    caps.take([], back=[verdict.delivery for verdict in ours if verdict.gives_back])
    return ours


def _verdict(pairs: Sequence[tuple[Request, Outcome]], now: datetime) -> Verdict:
    plan = pairs[0][0].plan
    known = CHANNELS[plan.channel].repeats_are_known
    came = [outcome for _request, outcome in pairs]
    verdict = judge(
        plan.delivery, came, repeats_are_known=known, further=bool(plan.further), now=now, waited=plan.waited
    )
    return replace(verdict, told={**plan.told, **verdict.told})


def _write_attempts(pairs: Sequence[tuple[Request, Outcome]]) -> None:
    came = [_came(request.attempt, outcome) for request, outcome in pairs]
    if came:
        with connection.cursor() as cursor:
            cursor.execute(ATTEMPTS, {"came": json.dumps(came)})


def _came(attempt: Attempt, outcome: Outcome) -> dict[str, Any]:
    return {
        "id": attempt.pk,
        "outcome": _kind(outcome),
        "code": outcome.code,
        "reason": outcome.reason[:200],
        "external_id": outcome.external_id[:200],
        "milliseconds": outcome.milliseconds,
    }


def _kind(outcome: Outcome) -> str:
    """A target is not to blame where its provider refuses us: it will be asked again."""
    if outcome.is_unknown:
        return Attempt.Outcome.LOST
    return Attempt.Outcome.RETRY if outcome.is_refusal else outcome.kind


def _sent(verdict: Verdict) -> Event:
    row = verdict.delivery
    return event(
        "message_sent",
        unit=row.member_id or 0,
        object=("delivery", row.pk),
        value=row.variation,
        campaign=row.campaign.key,
        channel=row.channel,
    )


def _remove_dead(pairs: Iterable[tuple[Request, Outcome]], now: datetime) -> None:
    gone = [request.attempt.device_id for request, outcome in pairs if outcome.kind == "dead_token"]
    if dead := [pk for pk in gone if pk]:
        Device.objects.standing().filter(pk__in=dead).update(removed_at=now, removed_why="gone")


def _block(pairs: Iterable[tuple[Request, Outcome]], now: datetime) -> None:
    """Leave providers alone that asked us to wait: all workers, and not only this batch."""
    longest: dict[int, float] = {}
    for request, outcome in pairs:
        if outcome.kind == "throttled" and outcome.scope == "carrier":
            provider = request.plan.provider.pk
            longest[provider] = max(longest.get(provider, 0), retrying.block(outcome.after))
    for provider, seconds in sorted(longest.items()):
        until = Greatest("blocked_until", Value(now + timedelta(seconds=seconds)))
        Provider.objects.filter(pk=provider).update(blocked_until=until)
