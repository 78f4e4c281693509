"""What becomes of a row by what came of its requests. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from growth.campaigns.channels.interface import Outcome
from growth.campaigns.models import Campaign, Delivery
from growth.campaigns.sending import retrying
from growth.campaigns.sending.sending import NOT_MADE
from growth.campaigns.sending.verdicts import MAY_HAVE_ARRIVED, State, Verdict, end, later

REFUSED = timedelta(minutes=1)  # until a provider that refuses us is asked again, if nobody pauses the campaign


def judge(
    row: Delivery,
    outcomes: Sequence[Outcome],
    *,
    repeats_are_known: bool,
    further: bool,
    now: datetime,
    waited: int = 0,
) -> Verdict:
    """By the best of its targets: one that has it is enough; one that may have it decides before one that has not.

    `further`: whether another channel reaches the member; `waited`: how often a target has asked us to wait before.
    Throttled is no attempt: it never ends a row."""
    of = {one.kind: one for one in outcomes}
    if "accepted" in of:
        return Verdict(row, State.SENT, tried=1)
    if any(one.is_unknown for one in outcomes):
        return unknown(row, repeats_are_known=repeats_are_known, now=now)
    if throttled := of.get("throttled"):
        times = waited if throttled.scope == "target" and throttled.reason != NOT_MADE.reason else 0
        return later(row, now + timedelta(seconds=retrying.throttled(times, throttled.after)), "throttled")
    if retry := of.get("retry"):
        return _again(row, retry, now)
    if any(one.scope == "carrier" for one in outcomes):
        return later(row, now + REFUSED, "provider_refuses")
    if further:
        return later(row, now, "next_channel", tried=1)
    return _in_vain(row, outcomes[-1])


def unknown(row: Delivery, *, repeats_are_known: bool, now: datetime) -> Verdict:
    """It may have arrived: again where a repetition is known or wanted, else that is the end of what we can say."""
    may_repeat = repeats_are_known or row.campaign.policy == Campaign.Policy.PREFER_DUPLICATE
    pause = retrying.pause(row.tries + 1)
    told = {MAY_HAVE_ARRIVED: True}
    if not may_repeat or pause is None:
        return Verdict(row, State.UNKNOWN, "too_many_tries" if may_repeat else row.campaign.policy, tried=1, told=told)
    return replace(later(row, now + timedelta(seconds=pause), "unknown", tried=1), told=told)


def _again(row: Delivery, retry: Outcome, now: datetime) -> Verdict:
    pause = retrying.pause(row.tries + 1, retry.after)
    if pause is None:
        return end(row, State.FAILED, retry.reason or str(retry.code or ""), tried=1)
    return later(row, now + timedelta(seconds=pause), "retry", tried=1)


def _in_vain(row: Delivery, last: Outcome) -> Verdict:
    return end(row, State.DEAD_TOKEN if last.kind == "dead_token" else State.REJECTED, last.reason, tried=1)
