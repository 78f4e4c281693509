"""What is asked of a row before it goes out, in one order for those who get it and those held back.

Its campaign, its member, its expiry; the member's consent and devices; quiet hours; the provider's limits; caps. Quiet
hours and limits postpone; of the rest each ends the row. Nothing is asked of a row alone: the facts of a batch come in
a fixed number of queries.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from growth.campaigns.devices import consenting
from growth.campaigns.models import Campaign, Delivery, FrequencyCap
from growth.campaigns.sending import caps, pacing
from growth.campaigns.sending.carriers import Carriers, is_blocked, order_of, variation_of
from growth.campaigns.sending.facts import Facts
from growth.campaigns.sending.plans import Plan
from growth.campaigns.sending.verdicts import State, Verdict, end, later

LEASE = timedelta(seconds=60)
NO_PROVIDER = timedelta(minutes=5)  # until we look again whether there is one


def check(rows: Sequence[Delivery], carriers: Carriers, now: datetime) -> tuple[list[Plan], list[Verdict]]:
    """The rows that may go out, each under the same new lease, and what becomes of every row. Takes places in caps."""
    facts = Facts.load(rows, now)
    decided = [_ended(row, facts, now) or _route(row, facts, carriers, now) for row in rows]
    plans = [one for one in decided if isinstance(one, Plan)]
    verdicts = [one for one in decided if isinstance(one, Verdict)]
    plans, late = pacing.pace(plans, now)
    plans, capped = _within_caps(plans, facts, now, back=[one.delivery for one in verdicts if one.gives_back])
    return plans, [*verdicts, *late, *capped, *_leased(plans, now)]


def _stopped(row: Delivery, state: str, reason: str = "") -> Verdict:
    """Not let through. Of a row that was, once, and is tried again, that stands."""
    return end(row, state, reason, would_send=bool(row.would_send))


def _ended(row: Delivery, facts: Facts, now: datetime) -> Verdict | None:
    campaign = row.campaign
    if campaign.state == Campaign.State.CANCELLED:
        return _stopped(row, State.CANCELLED, "campaign_cancelled")
    if campaign.state == Campaign.State.FINISHED and not row.replays:
        return _stopped(row, State.CANCELLED, "campaign_finished")
    if row.member_id not in facts.active:
        return _stopped(row, State.CANCELLED, "member_gone")
    if row.expires_at <= now:
        return _stopped(row, State.EXPIRED, row.postponed)
    return None


def _route(row: Delivery, facts: Facts, carriers: Carriers, now: datetime) -> Plan | Verdict:
    said, topic = facts.words.get(row.member_id or 0, {}), row.campaign.topic
    allowed = [channel for channel in order_of(row) if consenting.lets(said, topic, channel)]
    if not allowed:
        return _stopped(row, State.UNSUBSCRIBED, f"topic:{topic.key}")
    reached = {channel: targets for channel in allowed if (targets := facts.targets_of(row, channel))}
    if not reached:
        return _unreachable(row, facts)
    if quiet_until := facts.hours[row.member_id or 0].end(now):
        return later(row, quiet_until, "quiet_hours")
    carried = {channel: who for channel in reached if (who := carriers.of(variation_of(row), channel))}
    if not carried:
        return later(row, now + NO_PROVIDER, "no_provider")
    channel, *further = carried
    if is_blocked(provider := carried[channel], now):
        return later(row, provider.blocked_until or now, "provider_blocked")
    return Plan(row, provider, reached[channel], tuple(further), facts.attempts.get(row.pk, ()))


def _unreachable(row: Delivery, facts: Facts) -> Verdict:
    """No device at all, or none after those that were tried in vain."""
    if tried := facts.in_vain(row):
        return _stopped(row, tried[-1].outcome, tried[-1].reason)
    return _stopped(row, State.NO_DEVICE)


def _within_caps(
    plans: Sequence[Plan], facts: Facts, now: datetime, *, back: Sequence[Delivery]
) -> tuple[list[Plan], list[Verdict]]:
    """Those that have their places, from before or now."""
    asking = [plan for plan in plans if not plan.delivery.why.get("caps")]
    asks = [_ask(plan.delivery, facts, now) for plan in asking]
    met = {plan.delivery.pk: cap for plan, cap in zip(asking, caps.take(asks, back=back), strict=True)}
    told = {plan.delivery.pk: {"caps": ask.told} for plan, ask in zip(asking, asks, strict=True)}
    going = [replace(plan, told=told.get(plan.delivery.pk, {})) for plan in plans if not met.get(plan.delivery.pk)]
    return going, [_stopped(p.delivery, State.CAPPED, f"cap:{cap}") for p in asking if (cap := met[p.delivery.pk])]


def _ask(row: Delivery, facts: Facts, now: datetime) -> caps.Ask:
    cap = facts.caps.get(row.campaign.priority) or FrequencyCap()
    member = row.member_id or 0
    day = now.astimezone(facts.hours[member].zone).date()
    return caps.Ask(member, day, caps.holder(row), cap.per_day, cap.per_week)


def _leased(plans: Sequence[Plan], now: datetime) -> list[Verdict]:
    token = uuid.uuid4()
    return [
        Verdict(
            plan.delivery,
            State.LEASED,
            due_at=now + LEASE,
            lease=token,
            would_send=True,
            channel=plan.channel,
            told={**plan.told, **_winner(plan.delivery)},
        )
        for plan in plans
    ]


def _winner(row: Delivery) -> dict[str, int]:
    """Which variation goes out where the test was stopped after another one was drawn."""
    return {} if row.campaign.winner is None else {"winner": row.campaign.winner}
